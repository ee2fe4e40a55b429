"""Our temporary files: named so that any later run knows whether the process that made one still lives.

`.synctui.<8 random hex>.<4 hex of the host><8 hex of the process id><8 hex of its start>.tmp`, beside the file it will
replace. The name does not contain the file's own: that one may be 255 bytes long already.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import re
import secrets
import socket
import stat
import time
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from synctui.failpoints import failpoint
from synctui.files.faults import failed, failure
from synctui.files.reading import Content
from synctui.text import display

TEMP_NAME = re.compile(r"\.synctui\.[0-9a-f]{8}\.([0-9a-f]{4})([0-9a-f]{8})([0-9a-f]{8})\.tmp")
_FLAGS = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
_NOT_HERE = (errno.EPERM, errno.EACCES, errno.ENOTSUP, errno.ENOSYS, errno.EINVAL)
# A replacement takes moments: what another host, or a process we cannot ask about, left this long ago is dead.
_FOREIGN_AGE = 3600.0
_UNKNOWN_AGE = 86_400.0


def temp_name() -> str:
    """Return a new name for a temporary file of this process."""
    return f".synctui.{secrets.token_hex(4)}.{_host()}{os.getpid():08x}{_started(os.getpid())}.tmp"


def is_temp(name: str) -> bool:
    """True for the name of a temporary file of ours."""
    return TEMP_NAME.fullmatch(name) is not None


def write_temp(folder: str, data: bytes, like: Content | None = None, *, mtime: bool = False) -> str:
    """Write `data` to a new temporary file in `folder`, durably, and return its path.

    It gets the mode, owner and extended attributes (which hold the ACL) of `like`, and with `mtime` its time as well.
    Without `like` it is readable by its owner only. On any error nothing is left. Raises OperationFailed: `disk_full`,
    `read_only`, `dir_not_writable`, `gone`, `io_error`.
    """
    failpoint("temp.before")
    path = os.path.join(folder, temp_name())
    try:
        handle = os.open(path, _FLAGS, 0o600)
    except PermissionError as error:
        raise failed("dir_not_writable", f"no permission to write in {display(folder)}") from error
    except OSError as error:
        raise failure(error, folder, "writing in") from error
    try:
        try:
            _fill(handle, data)
            if like is not None:
                _dress(handle, like, mtime)
            _flush(handle)
        finally:
            os.close(handle)
    except OSError as error:
        remove_quietly(path)
        raise failure(error, folder, "writing in") from error
    except BaseException:
        remove_quietly(path)
        raise
    failpoint("temp.written")
    return path


def sync_folder(folder: str) -> None:
    """Make the names in `folder` durable, where the file system knows how to.

    Raises OSError for a disk error; file systems that cannot do it (some network mounts) are passed over.
    """
    handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        _flush(handle)
    finally:
        os.close(handle)


def sweep(folder: str, *, now: float | None = None) -> list[str]:
    """Remove from `folder` (not below it) the temporary files of dead runs and return their paths.

    A file is removed only if its name is exactly ours, it is a regular file of ours, and its process is gone. An unreadable
    or vanished folder holds nothing to sweep.
    """
    removed: list[str] = []
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            match = TEMP_NAME.fullmatch(entry.name)
            if match is not None and _dead(entry, match, time.time() if now is None else now):
                with contextlib.suppress(OSError):
                    os.unlink(entry.path)
                    removed.append(entry.path)
    if removed:
        with contextlib.suppress(OSError):
            sync_folder(folder)
    return removed


def sweep_all(folders: Sequence[str]) -> list[str]:
    """Sweep several folders."""
    return [path for folder in dict.fromkeys(folders) for path in sweep(folder)]


def remove_quietly(path: str) -> None:
    """Remove a file of ours; what cannot be removed now is swept later."""
    with contextlib.suppress(OSError):
        os.unlink(path)


def _dead(entry: os.DirEntry[str], match: re.Match[str], now: float) -> bool:
    try:
        found = entry.stat(follow_symlinks=False)
    except OSError:
        return False
    if not stat.S_ISREG(found.st_mode) or found.st_uid != os.geteuid():
        return False
    age = now - max(found.st_mtime, found.st_ctime)
    host, pid, started = match.group(1), int(match.group(2), 16), match.group(3)
    if host != _host():
        return age > _FOREIGN_AGE
    if not 0 < pid < 2**31:
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    except OSError:
        pass
    alive = _started(pid)
    if alive == _NEVER or started == _NEVER:
        return age > _UNKNOWN_AGE
    return alive != started


_NEVER = "00000000"


def _started(pid: int) -> str:
    """Return 8 hex digits that tell this life of a process id from any other, or zeros where that is not known."""
    try:
        # Fields after the command name, which may itself contain spaces and brackets; the 22nd field is the start time.
        fields = Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()
        boot = Path("/proc/sys/kernel/random/boot_id").read_bytes()
    except OSError:
        return _NEVER
    return hashlib.sha256(boot + fields[19]).hexdigest()[:8]


@cache
def _host() -> str:
    return hashlib.sha256(socket.gethostname().encode("utf-8", "replace")).hexdigest()[:4]


def _fill(handle: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(handle, left) :]


def _dress(handle: int, like: Content, mtime: bool) -> None:
    # Owner first: changing it clears mode bits. Many mounts allow neither; a subtitle is readable all the same.
    with contextlib.suppress(OSError):
        os.fchown(handle, like.uid, like.gid)
    if os.fstat(handle).st_gid != like.gid:
        with contextlib.suppress(OSError):
            os.fchown(handle, -1, like.gid)
    _copy_attributes(like.target, handle)
    try:
        os.fchmod(handle, like.mode)
    except OSError as error:
        # A mount without modes shows its own; a disk error must not leave a file that others cannot read.
        if error.errno not in _NOT_HERE:
            raise
    if mtime:
        with contextlib.suppress(OSError):
            os.utime(handle, ns=(like.stamp.mtime_ns, like.stamp.mtime_ns))


def _copy_attributes(source: str, handle: int) -> None:
    if not hasattr(os, "listxattr"):
        return
    try:
        names = os.listxattr(source, follow_symlinks=False)
    except OSError:
        return
    for name in names:
        with contextlib.suppress(OSError):
            os.setxattr(handle, name, os.getxattr(source, name, follow_symlinks=False))


def _flush(handle: int) -> None:
    try:
        os.fsync(handle)
    except OSError as error:
        if error.errno not in (errno.EINVAL, errno.ENOTSUP, errno.ENOSYS):
            raise
