"""Reports of our own faults: a traceback to be sent to us, without anybody's secrets."""

from __future__ import annotations

import os
import platform
import sys
import traceback
from collections.abc import Iterator
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path

from synctui import __version__
from synctui.config.load import Loaded
from synctui.config.paths import Paths, storage_error
from synctui.config.redaction import Redactor
from synctui.text import display

KEPT = 20
_LONGEST = 256 * 1024
_PACKAGES = ("textual", "rich", "aiosqlite", "httpx", "numpy", "av", "platformdirs", "tomli-w")
_ENVIRONMENT = ("TERM", "COLORTERM", "TERM_PROGRAM", "LANG", "LC_ALL", "SSH_CONNECTION", "TMUX")
_SAID_ONLY = ("SSH_CONNECTION", "TMUX")


def write_report(paths: Paths, loaded: Loaded | None, error: BaseException) -> Path:
    """Write what happened into the log folder, readable by its owner only, and return the file; the newest 20 are kept.

    It holds versions and tracebacks, no values of variables; secrets of the configuration are stars, the home folder `~`.
    Raises StorageError when it cannot be written.
    """
    now = datetime.now(UTC)
    path = paths.logs / f"fault-{now:%Y%m%d-%H%M%S-%f}-{os.getpid()}.txt"
    data = report(loaded, error, now).encode("utf-8", "replace")
    try:
        paths.logs.mkdir(mode=0o700, parents=True, exist_ok=True)
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW
        with open(os.open(path, flags, 0o600), "wb") as stream:
            stream.write(data)
        for old in sorted(paths.logs.glob("fault-*.txt"))[:-KEPT]:
            old.unlink(missing_ok=True)
    except (OSError, ValueError) as refused:
        raise storage_error(refused, path) from refused
    return path


def report(loaded: Loaded | None, error: BaseException, now: datetime) -> str:
    """Return the text of a report."""
    redactor = Redactor(loaded.secrets() if loaded is not None else ())
    text = redactor.redact("\n".join(_lines(error, now)))
    home = os.path.expanduser("~")
    if len(home) > 1 and os.path.isabs(home):
        text = text.replace(home, "~")
    # Messages carry names from outside: a report is read in a terminal, too.
    return "\n".join(display(line) if line.strip() else "" for line in text[:_LONGEST].splitlines()) + "\n"


def _lines(error: BaseException, now: datetime) -> Iterator[str]:
    yield f"SyncTUI {__version__}: a fault, {now.isoformat(timespec='seconds')}"
    yield f"Python {platform.python_version()} on {platform.platform()}"
    yield ", ".join(f"{name} {_version(name)}" for name in _PACKAGES)
    given = ((name, os.environ.get(name)) for name in _ENVIRONMENT)
    yield ", ".join(f"{name}={'yes' if name in _SAID_ONLY else value}" for name, value in given if value)
    yield "options: " + " ".join(word.split("=", 1)[0] for word in sys.argv[1:] if word.startswith("-"))
    yield ""
    yield "".join(traceback.TracebackException.from_exception(error).format()).rstrip()


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return "not installed"
