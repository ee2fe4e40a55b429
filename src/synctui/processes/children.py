"""Running a foreign program to its end: limited in time, output and priority, and never left behind."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from synctui.processes.environment import child_environment
from synctui.processes.group import GUARD, Group, cannot_start, scarcity, signal_name
from synctui.processes.output import Capture, Lines, PipeReader

_DRAIN = 2.0
_NOT_FOUND = (126, 127)


@dataclass(frozen=True, slots=True)
class Command:
    """A program by its absolute path with its arguments (surrogate escapes allowed); no shell ever reads them.

    `env` is added to the scrubbed environment. `cwd` is the root folder unless said otherwise, so that nothing is
    looked up in the folder that we happen to be in. `file_limit` is the largest file (bytes) it may write.
    """

    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: str = "/"
    file_limit: int | None = None


@dataclass(frozen=True, slots=True)
class Finished:
    """How a program ended.

    `returncode` is negative for a signal, whose name is `signal_name`. `stdout` and `stderr` hold the beginning and the
    end of the output up to the cap, `dropped` counts the bytes left out of both. `seconds` is wall time.
    """

    returncode: int
    signal_name: str | None
    stdout: str
    stderr: str
    timed_out: bool
    seconds: float
    dropped: int = 0

    @property
    def stdout_lines(self) -> list[str]:
        """Return the lines of `stdout`, cut at newlines and carriage returns, without empty ones."""
        return _lines(self.stdout)

    @property
    def stderr_lines(self) -> list[str]:
        """Return the lines of `stderr`, cut likewise."""
        return _lines(self.stderr)


def _lines(text: str) -> list[str]:
    return [line for line in re.split(r"[\r\n]", text) if line.strip()]


async def run_child(
    command: Command,
    *,
    timeout: float,
    on_line: Callable[[str], None] | None = None,
    cap: int = 4 << 20,
) -> Finished:
    """Run `command`; it is killed with all it started at the timeout (seconds), at cancellation, and when we die.

    `on_line` gets each line of both streams as it comes (for progress; at most 200,000, clipped at 64 KiB); what it raises
    ends the child and is raised here. `cap` is how many bytes of each stream are kept. Raises OperationFailed
    `engine_missing` when the program cannot be started, Transient when the system has no room for a process.
    """
    loop = asyncio.get_running_loop()
    started = loop.time()
    out, err = Capture(cap), Capture(cap)
    splitters = tuple(Lines(on_line) for _ in range(2)) if on_line is not None else ()
    with scarcity(), contextlib.ExitStack() as ours, contextlib.ExitStack() as theirs:
        (out_read, out_write), (err_read, err_write) = _pipe(ours, theirs), _pipe(ours, theirs)
        group = Group.start(
            command.argv,
            env=child_environment(command.env),
            cwd=command.cwd,
            stdout=out_write,
            stderr=err_write,
            file_limit=command.file_limit,
        )
        ours.pop_all()
    readers = tuple(
        PipeReader(fd, (capture.feed, *(splitter.feed for splitter in splitters[index : index + 1])))
        for index, (fd, capture) in enumerate(((out_read, out), (err_read, err)))
    )
    try:
        timed_out = not await _ended(group, readers, timeout)
        code = await group.end()
        await asyncio.wait([reader.ended for reader in readers], timeout=_DRAIN)
    finally:
        group.kill()
        for reader in readers:
            reader.close()
    for reader in readers:
        reader.ended.result()
    for splitter in splitters:
        splitter.end()
    if code in _NOT_FOUND and err.text().startswith(f"{GUARD}: "):
        raise cannot_start(command.argv[0], err.text().strip().rpartition(": ")[2])
    return Finished(
        code, signal_name(code), out.text(), err.text(), timed_out, loop.time() - started, out.dropped + err.dropped
    )


def _pipe(ours: contextlib.ExitStack, theirs: contextlib.ExitStack) -> tuple[int, int]:
    read, write = os.pipe()
    ours.callback(os.close, read)
    theirs.callback(os.close, write)
    return read, write


async def _ended(group: Group, readers: tuple[PipeReader, ...], timeout: float) -> bool:
    """Wait for the child's end, or for a reader that failed; False at the timeout."""
    failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def notice(future: asyncio.Future[None]) -> None:
        if not future.cancelled() and future.exception() is not None and not failed.done():
            failed.set_result(None)

    for reader in readers:
        reader.ended.add_done_callback(notice)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(timeout):
            await asyncio.wait((group.exited, failed), return_when=asyncio.FIRST_COMPLETED)
            return True
    return False
