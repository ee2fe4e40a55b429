"""The log file: rotated, private, and without anybody's secrets."""

from __future__ import annotations

import contextlib
import logging
import os
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

from synctui.config.load import Loaded
from synctui.config.redaction import Redactor, guard

_FORMAT = "%(asctime)s %(process)d %(levelname)s %(name)s %(message)s"


def start_log(folder: Path, loaded: Loaded, *, verbose: bool) -> None:
    """Write the log into `folder` (10 MB, 5 files), and to standard error when `verbose`."""
    handlers: list[logging.Handler] = []
    with contextlib.suppress(OSError):
        path = folder / "synctui.log"
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600))
        handlers.append(RotatingFileHandler(path, maxBytes=10 << 20, backupCount=5, encoding="utf-8", errors="replace"))
    if verbose:
        handlers.append(logging.StreamHandler(sys.stderr))
    redactor = Redactor(loaded.secrets())
    for handler in handlers:
        handler.setFormatter(logging.Formatter(_FORMAT))
        guard(handler, redactor)
    logging.basicConfig(level=logging.INFO, handlers=handlers or [logging.NullHandler()])
