"""A child process with everything that it starts, as one group that lives no longer than we do.

The child is started through a few lines of POSIX shell which first leave a guard in the child's own process group. The
guard waits on a pipe whose other end only we hold: however we end (SIGKILL included), the kernel closes it and the guard
kills the group, grandchildren included. This works the same on Linux and macOS. PR_SET_PDEATHSIG, the usual way, exists
on Linux alone, reaches no grandchildren, fires when the *thread* that started the child ends, and needs code between fork
and exec, which is not safe in a process with threads. The guard costs about 1 ms per start (measured: 1.5 ms against
0.6 ms for /bin/true) and, being a member of the group, keeps its number from being reused until we have killed it.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import signal
import subprocess
import threading
from collections.abc import Iterator, Mapping, Sequence

from synctui.errors import OperationFailed, Transient
from synctui.text import display

GUARD = "synctui-guard"
_SHELL = "/bin/sh"
# The pipe of life arrives as standard input, because POSIX shells can only name descriptors below 10.
_SCRIPT = """ulimit -c 0
[ "$1" = - ] || ulimit -f "$1"
shift
exec 3<&0 </dev/null
( ( trap "" HUP INT QUIT TERM; read -r line <&3; kill -KILL 0 ) >/dev/null 2>&1 & )
exec "$@" 3<&-"""
_BLOCK = 512
_GONE_WITHIN = 5.0
_SCARCE = frozenset((errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE))
_RETRY_AFTER = 10.0


class Group:
    """A started child: `pid` is the process and its group, `exited` becomes done with its return code (negative: signal).

    To be made on a running event loop. A killed child that the kernel cannot let go of (a dead network mount) is given
    up after some seconds: `end` then returns the code of SIGKILL.
    """

    def __init__(self, process: subprocess.Popen[bytes], life: int) -> None:
        self._process = process
        self._life = life
        self._loop = asyncio.get_running_loop()
        self.pid = process.pid
        self.exited: asyncio.Future[int] = self._loop.create_future()
        threading.Thread(target=self._await_exit, name=f"exit-of-{self.pid}", daemon=True).start()

    @classmethod
    def start(
        cls,
        argv: Sequence[str],
        *,
        env: Mapping[str, str],
        cwd: str,
        stdout: int,
        stderr: int,
        nice: int = 10,
        file_limit: int | None = None,
        keep: Sequence[int] = (),
    ) -> Group:
        """Start `argv` (absolute program path) in a session of its own, with no input and a lower priority.

        `stdout` and `stderr` are descriptors, `keep` are descriptors that the child inherits under their numbers,
        `file_limit` is the largest file (bytes; up to twice that where the shell counts kilobytes) that it may write. The
        input/output priority follows the niceness (Linux, ioprio_set(2)). Raises OperationFailed `engine_missing` when
        the program cannot be started.
        """
        program = argv[0]
        if not os.path.isabs(program):
            raise ValueError("a program must be named by its absolute path")
        if not (os.path.isfile(program) and os.access(program, os.X_OK)):
            raise cannot_start(program)
        blocks = "-" if file_limit is None else str(max(1, -(-file_limit // _BLOCK)))
        watched, life = os.pipe()
        try:
            process = subprocess.Popen(
                [_SHELL, "-c", _SCRIPT, GUARD, blocks, *argv],
                stdin=watched,
                stdout=stdout,
                stderr=stderr,
                env=dict(env),
                cwd=cwd,
                start_new_session=True,
                pass_fds=tuple(keep),
            )
        except BaseException:
            os.close(life)
            raise
        finally:
            os.close(watched)
        with contextlib.suppress(OSError):
            os.setpriority(os.PRIO_PGRP, process.pid, max(nice, os.getpriority(os.PRIO_PROCESS, 0)))
        return cls(process, life)

    def _await_exit(self) -> None:
        code = self._process.wait()
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._record, code)
        # As process 1 of a container we inherit the guard and orphans, and nobody else would collect them.
        with contextlib.suppress(ChildProcessError):
            while True:
                os.waitpid(-self.pid, 0)

    def _record(self, code: int) -> None:
        if not self.exited.done():
            self.exited.set_result(code)

    def kill(self) -> None:
        """Kill the child, what it started, and the guard; more than once is harmless."""
        if self._life < 0:
            return
        # The group's number is ours as long as the guard or the child stands in it.
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self.pid, signal.SIGKILL)
        os.close(self._life)
        self._life = -1

    async def end(self) -> int:
        """Kill the group, wait until the child is gone and return its code."""
        self.kill()
        done, _ = await asyncio.wait((self.exited,), timeout=_GONE_WITHIN)
        return self.exited.result() if done else -signal.SIGKILL


@contextlib.contextmanager
def scarcity() -> Iterator[None]:
    """Raise Transient where the system has no process, memory or descriptor to spare."""
    try:
        yield
    except OSError as error:
        if error.errno in _SCARCE:
            raise Transient(f"no process can be started: {error.strerror}", after=_RETRY_AFTER) from error
        raise


def signal_name(code: int) -> str | None:
    """Return the name of the signal that ended a process with this code, or None."""
    if code >= 0:
        return None
    try:
        return signal.Signals(-code).name
    except ValueError:
        return f"signal {-code}"


def cannot_start(program: str, detail: str = "") -> OperationFailed:
    """Return the error of a program that is not there, not executable, or whose interpreter is gone."""
    return OperationFailed(
        f"{display(program)} cannot be started" + (f": {display(detail, 200)}" if detail else ""),
        hint="install it again, or take another engine",
        code="engine_missing",
    )
