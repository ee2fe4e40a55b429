"""Where SyncTUI keeps what it writes."""

from __future__ import annotations

import errno
import os
from dataclasses import dataclass
from pathlib import Path

from synctui.errors import StorageError
from synctui.text import display

_NAME = "synctui"
_CODES = {
    errno.EROFS: ("read_only", "the file system is read-only"),
    errno.ENOSPC: ("disk_full", "no space left on the disk"),
    errno.EDQUOT: ("disk_full", "the disk quota is used up"),
    errno.EACCES: ("permission", "no permission"),
    errno.EPERM: ("permission", "no permission"),
    errno.ENOTDIR: ("not_a_folder", "a file is in the way"),
    errno.EEXIST: ("not_a_folder", "a file is in the way"),
    errno.ENAMETOOLONG: ("name_too_long", "the name is too long"),
    errno.ELOOP: ("link_loop", "a link that leads to itself"),
}


@dataclass(frozen=True, slots=True)
class Paths:
    """The folders of one installation: `data` (database, lock, settings, vault), `cache`, `logs`."""

    data: Path
    cache: Path
    logs: Path

    @classmethod
    def standard(cls) -> Paths:
        """Return the user's folders as the system names them."""
        import platformdirs

        return cls(
            data=_absolute(platformdirs.user_data_path(_NAME, appauthor=False)),
            cache=_absolute(platformdirs.user_cache_path(_NAME, appauthor=False)),
            logs=_absolute(platformdirs.user_log_path(_NAME, appauthor=False)),
        )

    @classmethod
    def under(cls, data_dir: Path) -> Paths:
        """Return the folders for `--data-dir`: everything of ours lies in it."""
        root = _absolute(data_dir.expanduser())
        return cls(data=root, cache=root / "cache", logs=root / "logs")

    @property
    def config(self) -> Path:
        """The user's configuration file where `--config` names no other; it is read, never written."""
        import platformdirs

        return _absolute(platformdirs.user_config_path(_NAME, appauthor=False)) / "config.toml"

    @property
    def database(self) -> Path:
        """The SQLite database."""
        return self.data / "synctui.db"

    @property
    def lock(self) -> Path:
        """The file whose `flock` makes a process the executor."""
        return self.data / "synctui.lock"

    @property
    def settings(self) -> Path:
        """What the screens change."""
        return self.data / "settings.toml"

    @property
    def vault(self) -> Path:
        """Originals that cannot lie beside the file they belong to."""
        return self.data / "vault"

    @property
    def drafts(self) -> Path:
        """Plans that are not submitted yet."""
        return self.cache / "drafts"

    @property
    def speech(self) -> Path:
        """What was heard in a video's audio."""
        return self.cache / "speech"

    @property
    def scratch(self) -> Path:
        """Working files of engines."""
        return self.cache / "scratch"

    def ensure(self) -> None:
        """Make the folders that are missing, for this user only (0700).

        Raises StorageError where that cannot be done or nothing can be written.
        """
        for folder in (self.data, self.vault, self.cache, self.drafts, self.speech, self.scratch, self.logs):
            try:
                _make(folder)
                if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
                    raise PermissionError(errno.EROFS if _read_only(folder) else errno.EACCES, "not writable")
            except (OSError, ValueError) as error:
                raise storage_error(error, folder) from error


def storage_error(error: OSError | ValueError, path: Path) -> StorageError:
    """Return what a disk's refusal means for the user: the path, the reason and what to do."""
    number = error.errno if isinstance(error, OSError) else None
    code, reason = _CODES.get(number or 0, ("io_error", os.strerror(number) if number else "not a usable name"))
    hint = "free some space" if code == "disk_full" else "choose another folder with --data-dir, or mend this one"
    return StorageError(f"{display(os.fspath(path))}: {reason}", code=code, hint=hint)


def _absolute(path: Path) -> Path:
    return Path(os.path.abspath(path))


def _make(folder: Path) -> None:
    missing: list[Path] = []
    while not folder.is_dir():
        missing.append(folder)
        if folder.parent == folder:
            break
        folder = folder.parent
    for folder in reversed(missing):
        try:
            folder.mkdir(mode=0o700)
        except FileExistsError:
            if not folder.is_dir():
                raise


def _read_only(folder: Path) -> bool:
    return bool(os.statvfs(folder).f_flag & os.ST_RDONLY)
