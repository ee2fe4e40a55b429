"""Exchanging a file's content so that at any instant, also that of a power failure, the old or the new one is whole."""

from __future__ import annotations

import errno
import hashlib
import os
import time
from dataclasses import dataclass
from typing import Protocol

from synctui.errors import OperationFailed
from synctui.failpoints import failpoint
from synctui.files.faults import failed, failure
from synctui.files.reading import CAP, Content, read_capped, same_file, stamp_of
from synctui.files.temporary import remove_quietly, sweep, sync_folder, write_temp
from synctui.model.library import FileStamp
from synctui.text import display

__all__ = ["FAILPOINTS", "Expected", "Expecting", "Replacement", "sweep"]

FAILPOINTS = (
    "temp.before",
    "temp.written",
    "backup.before",
    "backup.after",
    "replace.before",
    "replace.after",
    "dirsync.after",
)
_TRIES = 3
_BUSY = (errno.EBUSY, errno.EACCES, errno.ETXTBSY, errno.EAGAIN)


class Expecting(Protocol):
    """What must still be at the path: a `Content` as read, or an `Expected`."""

    @property
    def sha256(self) -> str: ...

    @property
    def stamp(self) -> FileStamp: ...


@dataclass(frozen=True, slots=True)
class Expected:
    """The file that is to be replaced: SHA-256 (hex) of its content and its stamp."""

    sha256: str
    stamp: FileStamp


class Replacement:
    """New content for a file, written beside it and waiting: `commit` exchanges, `discard` forgets.

    `before` and `after` are the SHA-256 (hex) of both contents, for the intent that the caller commits in between.
    """

    def __init__(self, path: str, target: str, temp: str, expected: Expecting, data: bytes, cap: int) -> None:
        self.path = path
        self.target = target
        self.temp = temp
        self.before = expected.sha256
        self.after = hashlib.sha256(data).hexdigest()
        self.durable = True
        self._stamp = expected.stamp
        self._size = len(data)
        self._cap = cap

    @classmethod
    def prepare(cls, path: str, data: bytes, *, expected: Expecting, cap: int = CAP) -> Replacement:
        """Write `data` durably to a temporary file beside `path` (beside what it links to), dressed like the original.

        The modification time is new, so that media servers notice. Raises OperationFailed: `changed_since_plan` when the
        file is not the expected one, `gone`, `not_regular_file`, `disk_full`, `read_only`, `dir_not_writable`, `io_error`;
        the original is intact and nothing is left then.
        """
        content = _expected(path, expected, cap)
        temp = write_temp(os.path.dirname(content.target), data, content)
        return cls(path, content.target, temp, expected, data, cap)

    def commit(self) -> FileStamp:
        """Exchange the file, make that durable, and return its new stamp.

        Raises OperationFailed as `prepare` does; `changed_since_plan` when someone else wrote the file meanwhile. After an
        error the temporary file is gone and the original is intact. A disk error after the exchange is no error: the new
        content is in place, and `durable` is False because it may not survive a power failure.
        """
        try:
            content = _expected(self.path, Expected(self.before, self._stamp), self._cap)
            if content.target != self.target:
                raise _changed(self.path)
            stamp = stamp_of(os.lstat(self.temp))
            failpoint("replace.before")
            self._exchange()
        except OSError as error:
            self.discard()
            raise failure(error, self.path, "replacing") from error
        except BaseException:
            self.discard()
            raise
        failpoint("replace.after")
        try:
            sync_folder(os.path.dirname(self.target))
        except OSError:
            self.durable = False
        failpoint("dirsync.after")
        return stamp

    def discard(self) -> None:
        """Remove the temporary file; the original stays as it is."""
        remove_quietly(self.temp)

    def _exchange(self) -> None:
        for attempt in range(1, _TRIES + 1):
            try:
                os.replace(self.temp, self.target)
                return
            except OSError as error:
                # A network file system may have done it and lost the answer.
                if self._done():
                    return
                if error.errno not in _BUSY or attempt == _TRIES:
                    raise failure(error, self.path, "replacing") from error
                # A player or a virus scanner holds the file for a moment.
                time.sleep(0.1 * attempt)

    def _done(self) -> bool:
        if os.path.lexists(self.temp):
            return False
        try:
            return read_capped(self.target, cap=max(self._cap, self._size)).sha256 == self.after
        except OperationFailed:
            return False


def _expected(path: str, expected: Expecting, cap: int) -> Content:
    content = read_capped(path, cap=max(cap, expected.stamp.size))
    if content.sha256 != expected.sha256 or not same_file(expected.stamp, content.stamp):
        raise _changed(path)
    return content


def _changed(path: str) -> OperationFailed:
    return failed(
        "changed_since_plan",
        f"{display(path)}: it changed since the plan was made",
        "run the sync again: it will be planned from what is there now",
    )
