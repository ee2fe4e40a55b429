"""What the operating system says, in documented reason codes."""

from __future__ import annotations

import errno
from typing import NoReturn

from synctui.errors import OperationFailed
from synctui.text import display

_CODES: dict[int, tuple[str, str]] = {
    errno.ENOENT: ("gone", "it is not there any more"),
    errno.ENOTDIR: ("gone", "it is not there any more"),
    errno.ESTALE: ("gone", "the server does not know the file any more"),
    errno.EACCES: ("permission", "no permission"),
    errno.EPERM: ("permission", "no permission"),
    errno.ENOSPC: ("disk_full", "no space left on the disk"),
    errno.EDQUOT: ("disk_full", "the disk quota is used up"),
    errno.EFBIG: ("disk_full", "a limit on the size of files was reached"),
    errno.EROFS: ("read_only", "the file system is read-only"),
    errno.ELOOP: ("not_regular_file", "a link that leads to itself"),
    errno.EISDIR: ("not_regular_file", "it is a folder"),
    errno.ENXIO: ("not_regular_file", "not a regular file"),
    errno.ENAMETOOLONG: ("name_too_long", "the name or the path is too long"),
    errno.EXDEV: ("io_error", "the folder spans two file systems"),
}
_HINTS: dict[str, str] = {
    "gone": "run the sync again: it will be planned from what is there now",
    "permission": "check owner and mode of the file and its folder",
    "dir_not_writable": "give the user that runs SyncTUI write permission on the folder",
    "disk_full": "free some space, then resume",
    "read_only": "mount the file system writable, then resume",
    "io_error": "check the disk and its log",
    "not_regular_file": "only regular files are read",
    "name_too_long": "use a shorter name",
}


def code_of(error: OSError) -> str:
    """Return the reason code of an operating system error (`io_error` for what has no code of its own)."""
    return _CODES.get(error.errno or 0, ("io_error", ""))[0]


def failure(error: OSError, path: str, doing: str) -> OperationFailed:
    """Return the error to raise for `error`, met while `doing` ("reading", "writing") something at `path`."""
    code, why = _CODES.get(error.errno or 0, ("io_error", error.strerror or type(error).__name__))
    return failed(code, f"{doing} {display(path)}: {why}")


def failed(code: str, message: str, hint: str = "") -> OperationFailed:
    """Return an OperationFailed with its documented `code` and the hint that belongs to it."""
    return OperationFailed(message, code=code, hint=hint or _HINTS.get(code, ""))


def fail(code: str, message: str, hint: str = "") -> NoReturn:
    """Raise what `failed` returns."""
    raise failed(code, message, hint)
