"""Reading a file that may be anything: a pipe, a device, a link out of the library, a gigabyte."""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field

from synctui.files.faults import fail, failed, failure
from synctui.model.library import FileStamp
from synctui.text import display

CAP = 20 * 1024 * 1024
_FLAGS = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_TRIES = 3


@dataclass(frozen=True, slots=True)
class Content:
    """A file's bytes with what is needed to replace it: `path` as given, `target` the real file behind links.

    `mode` holds the permission bits only; `nlink` above 1 says that other hard links exist, which keep the old content
    when the file is replaced.
    """

    path: str
    target: str
    data: bytes = field(repr=False)
    sha256: str
    stamp: FileStamp
    mode: int
    uid: int
    gid: int
    nlink: int


def read_capped(path: str, *, cap: int = CAP, roots: Sequence[str] = ()) -> Content:
    """Return the content of a regular file of at most `cap` bytes.

    With `roots`, the real file must lie inside one of them. Raises OperationFailed with the codes `not_regular_file`,
    `symlink_outside_root`, `too_large`, `gone`, `permission`, `still_growing`, `name_too_long` or `io_error`.
    """
    target = real_path(path, roots=roots)
    try:
        for _ in range(_TRIES):
            content = _read(path, target, cap)
            if content is not None:
                return content
    except OSError as error:
        raise failure(error, path, "reading") from error
    raise failed("still_growing", f"reading {display(path)}: it changes while it is read", "wait until it is complete")


def real_path(path: str, *, roots: Sequence[str] = ()) -> str:
    """Return the absolute path of the regular file that `path` leads to, without opening anything.

    Raises OperationFailed: `not_regular_file`, `symlink_outside_root`, `gone`, `permission`, `name_too_long`.
    """
    if "\0" in path:
        fail("gone", f"{display(path)}: no file can have such a name")
    try:
        os.lstat(path)
        target = os.path.realpath(path, strict=True)
        found = os.lstat(target)
    except OSError as error:
        raise failure(error, path, "reading") from error
    if not stat.S_ISREG(found.st_mode):
        fail("not_regular_file", f"{display(path)}: not a regular file")
    if roots and not any(_inside(target, root) for root in roots):
        fail(
            "symlink_outside_root",
            f"{display(path)}: leads to {display(target)}, outside the library",
            "add the folder it leads to as a library, or name the file itself",
        )
    return target


def stamp_of(found: os.stat_result) -> FileStamp:
    """Return the identity of a stat result."""
    return FileStamp(size=found.st_size, mtime_ns=found.st_mtime_ns, inode=found.st_ino, device=found.st_dev)


def same_file(expected: FileStamp, found: FileStamp) -> bool:
    """True when `found` is the untouched file of `expected`; an inode or device of 0 in `expected` is not known."""
    return (
        expected.size == found.size
        and expected.mtime_ns == found.mtime_ns
        and expected.inode in (0, found.inode)
        and expected.device in (0, found.device)
    )


def _inside(target: str, root: str) -> bool:
    base = os.path.realpath(root)
    return target == base or target.startswith(base.rstrip(os.sep) + os.sep)


def _read(path: str, target: str, cap: int) -> Content | None:
    """Read once; None when the file was exchanged or written to meanwhile."""
    expected = os.lstat(target)
    if not stat.S_ISREG(expected.st_mode):
        fail("not_regular_file", f"{display(path)}: not a regular file")
    handle = os.open(target, _FLAGS)
    try:
        before = os.fstat(handle)
        if not stat.S_ISREG(before.st_mode):
            fail("not_regular_file", f"{display(path)}: not a regular file")
        if (before.st_dev, before.st_ino) != (expected.st_dev, expected.st_ino):
            return None
        if before.st_size > cap:
            fail(
                "too_large",
                f"{display(path)}: {before.st_size:,} bytes, at most {cap:,} are read",
                "a subtitle of this size is no subtitle",
            )
        data = _read_at_most(handle, before.st_size + 1)
        after = os.fstat(handle)
    finally:
        os.close(handle)
    if len(data) != after.st_size or stamp_of(before) != stamp_of(after):
        return None
    return Content(
        path=path,
        target=target,
        data=data,
        sha256=hashlib.sha256(data).hexdigest(),
        stamp=stamp_of(after),
        mode=stat.S_IMODE(after.st_mode),
        uid=after.st_uid,
        gid=after.st_gid,
        nlink=after.st_nlink,
    )


def _read_at_most(handle: int, limit: int) -> bytes:
    """Return what is there; the caller asks for one byte more than the stated size, which shows growth."""
    parts: list[bytes] = []
    while limit > 0 and (part := os.read(handle, limit)):
        parts.append(part)
        limit -= len(part)
    return b"".join(parts)
