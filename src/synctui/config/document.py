"""A TOML file as read: its tables, and where each key stands."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synctui.errors import ConfigError
from synctui.text import display

if TYPE_CHECKING:
    from synctui.config.lines import Place

LARGEST = 1024 * 1024
"""Bytes; a configuration is never larger."""

# The standard library's parser needs memory by the square of a key's parts.
_LONG_KEY = re.compile(r"""(?<![\w"'-])(?:[\w"'-]++[ \t]*+\.[ \t]*+){64}""")
_AT = re.compile(r" \(at line (\d+), column \d+\)| \(at end of document\)")


@dataclass(slots=True)
class Document:
    """The tables of a file, and its text; `mode` holds the permission bits, None when there is no file."""

    file: Path
    data: dict[str, Any] = field(default_factory=dict)
    text: str = ""
    mode: int | None = None
    _lines: Mapping[Place, int] | None = None

    def line(self, *place: str | int) -> int | None:
        """Return the line of a key, or of the nearest thing around it that has one."""
        if self._lines is None:
            from synctui.config.lines import key_lines

            self._lines = key_lines(self.text)
        for length in range(len(place), 0, -1):
            if place[:length] in self._lines:
                return self._lines[place[:length]]
        return None


def read_document(file: Path, *, missing_ok: bool = False) -> Document:
    """Return the document in a file; an empty one where there is none and `missing_ok`.

    Raises ConfigError for anything that is not a readable TOML file of reasonable size.
    """
    try:
        raw, mode = _read(file)
    except FileNotFoundError:
        if missing_ok:
            return Document(file)
        raise ConfigError("there is no such file", file=file, hint="synctui config init writes one") from None
    except (OSError, ValueError) as error:
        reason = os.strerror(error.errno) if isinstance(error, OSError) and error.errno else "not a usable name"
        raise ConfigError(f"cannot be read: {reason}", file=file, hint="check its permissions") from error
    text = _decoded(raw, file)
    return Document(file, _parsed(text, file), text, mode)


def _read(file: Path) -> tuple[bytes, int]:
    descriptor = os.open(file, os.O_RDONLY | os.O_CLOEXEC | os.O_NONBLOCK)
    try:
        mode = os.fstat(descriptor).st_mode
        if stat.S_ISDIR(mode):
            raise ConfigError("is a folder", file=file, hint="a configuration is a file")
        if not stat.S_ISREG(mode) and os.fspath(file) != os.devnull:
            raise ConfigError("is not a regular file", file=file)
        with open(descriptor, "rb", closefd=False) as stream:
            raw = stream.read(LARGEST + 1)
    finally:
        os.close(descriptor)
    if len(raw) > LARGEST:
        raise ConfigError(f"is larger than a configuration can be ({LARGEST // 1024} KiB)", file=file)
    return raw, stat.S_IMODE(mode)


def _decoded(raw: bytes, file: Path) -> str:
    try:
        return raw.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError("is not UTF-8 text", file=file, line=line, hint="save it with the encoding UTF-8") from None


def _parsed(text: str, file: Path) -> dict[str, Any]:
    import tomllib

    endless = _LONG_KEY.search(text)
    if endless is not None:
        line = text.count("\n", 0, endless.start()) + 1
        raise ConfigError("a key of more than 64 parts", file=file, line=line)
    try:
        return tomllib.loads(text)
    except RecursionError:
        raise ConfigError("is nested too deeply", file=file) from None
    except ValueError as error:
        message = str(error)
        found = _AT.search(message)
        at = None
        if found is not None:
            at = int(found[1]) if found[1] else text.count("\n") + 1
            message = message[: found.start()]
        message = display(message[:1].lower() + message[1:], 200)
        raise ConfigError(f"not TOML: {message}", file=file, line=at, hint="see https://toml.io") from None
