"""Locks between processes by `flock`: the kernel gives them back at the instant a process dies, whatever killed it."""

from __future__ import annotations

import asyncio
import contextlib
import fcntl
import json
import os
import socket
import time
import weakref
from pathlib import Path

from synctui.errors import LockHeld, StorageError
from synctui.text import display

_STEP = 0.05
_PATIENCE = 0.3
"""Seconds that even an impatient caller waits: others look at a lock by taking it for an instant."""


class FileLock:
    """An exclusive lock on a file of its own, which children never inherit."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._fd: int | None = None
        _locks.add(self)

    @property
    def held(self) -> bool:
        """True while this object holds the lock."""
        return self._fd is not None

    def try_acquire(self) -> bool:
        """Take the lock if it is free; raises StorageError when the file cannot be made."""
        if self._fd is not None:
            return False
        fd = self._open()
        try:
            fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(fd)
            return False
        except OSError as error:
            os.close(fd)
            raise _refused(self.path, error) from error
        self._fd = fd
        return True

    def release(self) -> None:
        """Give the lock back; nothing happens when it is not held."""
        fd, self._fd = self._fd, None
        if fd is not None:
            os.close(fd)

    def free(self) -> bool:
        """True when nobody, here or elsewhere, holds it."""
        if self._fd is not None:
            return False
        try:
            fd = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError:
            return True
        try:
            fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except OSError:
            return False
        finally:
            os.close(fd)
        return True

    def _open(self) -> int:
        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            return os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise _refused(self.path, error) from error

    def forget(self) -> None:
        """Close the inherited descriptor in a forked child, which leaves the parent's lock alone."""
        fd, self._fd = self._fd, None
        if fd is not None:
            with contextlib.suppress(OSError):
                os.close(fd)


class ExecutionLock(FileLock):
    """The lock of the one process that executes jobs; its file says who that is."""

    async def acquire(self, wait: float = 0.0, *, what: str = "") -> None:
        """Take the lock, waiting at most `wait` seconds; raises LockHeld naming the holder."""
        deadline = time.monotonic() + max(wait, _PATIENCE)
        while not self.try_acquire():
            if time.monotonic() >= deadline:
                raise LockHeld(
                    f"{self.holder()} is executing jobs", hint="wait for it with --wait-lock, or look with `synctui jobs`"
                )
            await asyncio.sleep(_STEP)
        self.describe(what)

    def describe(self, what: str) -> None:
        """Write down who holds the lock, for the message that others get."""
        if self._fd is None:
            return
        text = json.dumps({"pid": os.getpid(), "host": socket.gethostname(), "what": what})
        with contextlib.suppress(OSError):
            os.ftruncate(self._fd, 0)
            os.pwrite(self._fd, text.encode("ascii"), 0)

    def holder(self) -> str:
        """Return words for who holds the lock, from what it wrote into the file."""
        try:
            with self.path.open("rb") as file:
                facts = json.loads(file.read(4096))
            words = f"process {int(facts['pid'])} on {display(str(facts['host']), 80)}"
            return f"{words} ({display(str(facts['what']), 80)})" if facts.get("what") else words
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return "another process"


_locks: weakref.WeakSet[FileLock] = weakref.WeakSet()


def _refused(path: Path, error: OSError) -> StorageError:
    return StorageError(f"the lock {path} cannot be taken: {error.strerror}", hint="check the data directory's permissions")


def _forget_all() -> None:
    for lock in list(_locks):
        lock.forget()


os.register_at_fork(after_in_child=_forget_all)
