"""The originals of replaced files: `x.en.srt.bak` is the first and is never touched again, later ones are `.bak.1`…

The suffix stands after the extension, so that no player takes a backup for a subtitle. A file of such a name that holds
anything else than the content to keep is someone else's: it is left alone and the next number is used.
"""

from __future__ import annotations

import contextlib
import ctypes
import errno
import hashlib
import os
import stat
import sys
from collections.abc import Callable
from dataclasses import dataclass

from synctui.failpoints import failpoint
from synctui.files.faults import fail, failed, failure
from synctui.files.reading import Content, read_capped
from synctui.files.temporary import remove_quietly, sync_folder, write_temp
from synctui.files.vault import Vault
from synctui.text import display

GENERATIONS = 99
_NO_LINKS = (errno.EPERM, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK, errno.EXDEV, errno.EACCES, errno.EINVAL)
_TOO_LONG = (errno.ENAMETOOLONG,)


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup file on disk: 0 is `.bak`, the first original; 1 is `.bak.1`."""

    number: int
    path: str


def keep_original(content: Content, *, vault: Vault, known: Callable[[str], str | None] | None = None) -> str:
    """Keep an original before its file is replaced, and return where: `file:` with a path, or `vault:` with its SHA-256.

    `content` must be an original, never a result of ours: the caller knows the lineage. `known` returns the SHA-256 that was
    once recorded for a backup path: a number that ever held another original is not used again, even if that file is gone.
    An original that is kept already is not kept twice. The backup has the original's mode, owner, attributes and time.
    Raises OperationFailed (`changed_since_plan`, `dir_not_writable`, `disk_full`, `read_only`, …) or StorageError.
    """
    failpoint("backup.before")
    place = ""
    for number in range(GENERATIONS + 1):
        path = backup_path(content.target, number)
        recorded = known(path) if known is not None else None
        try:
            there = os.lstat(path)
        except FileNotFoundError:
            if recorded is not None and recorded != content.sha256:
                continue
            try:
                if not _keep(content, path):
                    continue
            except OSError as error:
                if error.errno in _TOO_LONG:
                    break
                raise failure(error, path, "writing") from error
            place = f"file:{path}"
            break
        except OSError as error:
            if error.errno in _TOO_LONG:
                break
            raise failure(error, path, "reading") from error
        if _holds(path, there, content):
            place = f"file:{path}"
            break
    if not place:
        place = f"vault:{vault.put(content.data)}"
    failpoint("backup.after")
    return place


def originals(path: str) -> list[Backup]:
    """Return the backup files beside `path` (beside what it links to), the first original first.

    Which of them are ours is for the lineage to say: their content must have the recorded hash.
    """
    target = os.path.realpath(path)
    found: list[Backup] = []
    for number in range(GENERATIONS + 1):
        candidate = backup_path(target, number)
        try:
            regular = stat.S_ISREG(os.lstat(candidate).st_mode)
        except (OSError, ValueError):
            continue
        if regular:
            found.append(Backup(number, candidate))
    return found


def load_original(place: str, sha256: str, *, vault: Vault) -> bytes:
    """Return the original that `keep_original` put at `place`, verified against its hash.

    Raises OperationFailed `nothing_to_restore` when it is not there any more or is not that original.
    """
    kind, _, name = place.partition(":")
    if kind == "vault":
        return vault.get(sha256)
    content = read_capped(name)
    if content.sha256 != sha256:
        fail("nothing_to_restore", f"{display(name)}: it is not the original that was kept there")
    return content.data


def backup_path(target: str, number: int) -> str:
    """Return the path of the backup of that number: 0 is `.bak`."""
    return f"{target}.bak" if number == 0 else f"{target}.bak.{number}"


def _keep(content: Content, path: str) -> bool:
    """Put the original at `path`; False when another file appeared there meanwhile. Raises OSError, OperationFailed."""
    try:
        # A link is atomic, never overwrites, and keeps everything: the original's own inode stays under the new name.
        os.link(content.target, path, follow_symlinks=False)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        return _copy(content, path)
    sync_folder(os.path.dirname(path))
    if not _holds(path, os.lstat(path), content):
        remove_quietly(path)
        raise failed("changed_since_plan", f"{display(content.path)}: it changed while its original was kept")
    return True


def _copy(content: Content, path: str) -> bool:
    temp = write_temp(os.path.dirname(path), content.data, content, mtime=True)
    try:
        _rename_new(temp, path)
        sync_folder(os.path.dirname(path))
    except FileExistsError:
        return False
    finally:
        remove_quietly(temp)
    return True


def _rename_new(source: str, target: str) -> None:
    """Rename unless `target` exists (FileExistsError)."""
    if sys.platform == "linux" and (rename := _renameat2()) is not None:
        at_cwd, no_replace = -100, 1
        if rename(at_cwd, os.fsencode(source), at_cwd, os.fsencode(target), no_replace) == 0:
            return
        code = ctypes.get_errno()
        if code not in (errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP):
            raise OSError(code, os.strerror(code), target)
    # Neither links nor an exclusive rename: one executor at a time, so only a foreign program could come between.
    if os.path.lexists(target):
        raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), target)
    os.rename(source, target)


def _renameat2() -> Callable[..., int] | None:
    try:
        function = ctypes.CDLL(None, use_errno=True).renameat2
    except (OSError, AttributeError):
        return None
    function.argtypes = (ctypes.c_int, ctypes.c_char_p, ctypes.c_int, ctypes.c_char_p, ctypes.c_uint)
    function.restype = ctypes.c_int
    renamed: Callable[..., int] = function
    return renamed


def _holds(path: str, there: os.stat_result, content: Content) -> bool:
    """True when the regular file at `path` has that content."""
    if not stat.S_ISREG(there.st_mode) or there.st_size != len(content.data):
        return False
    digest = hashlib.sha256()
    with contextlib.suppress(OSError):
        handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            while part := os.read(handle, 1 << 20):
                digest.update(part)
        finally:
            os.close(handle)
        return digest.hexdigest() == content.sha256
    return False
