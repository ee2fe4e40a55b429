"""Secrets: values that are used and never shown."""

from __future__ import annotations

import hashlib
from pathlib import Path

from synctui.errors import ConfigError

MASK = "********"
_LONGEST = 64 * 1024


class Secret:
    """A password, token or key; empty when none is given. Its text leaves only through `reveal`.

    `file` names where it was read from; where that failed, `reveal` raises what went wrong, so that commands which do
    not need the secret still work.
    """

    __slots__ = ("_problem", "_value", "file")

    def __init__(self, value: str = "", *, file: Path | None = None, problem: ConfigError | None = None) -> None:
        self._value = value
        self._problem = problem
        self.file = file

    def reveal(self) -> str:
        """Return the secret itself, "" for none. Raises ConfigError when its file could not be read."""
        if self._problem is not None:
            raise self._problem
        return self._value

    @property
    def problem(self) -> ConfigError | None:
        """Return why its file could not be read."""
        return self._problem

    def identity(self) -> str:
        """Return a text that changes with the secret and does not tell it."""
        if self._problem is not None:
            return f"file:{self.file}"
        return hashlib.sha256(self._value.encode("utf-8", "surrogatepass")).hexdigest() if self._value else ""

    def __bool__(self) -> bool:
        return bool(self._value) or self._problem is not None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self.identity() == other.identity()

    def __hash__(self) -> int:
        return hash(self.identity())

    def __repr__(self) -> str:
        return f"Secret({MASK})" if self else "Secret()"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("a secret is not written to disk or sent to another process")


def mask(value: object) -> object:
    """Return what may be shown of a value: eight stars for a secret that is given, everything else as it is."""
    if isinstance(value, Secret):
        return MASK if value else ""
    return value


def clean(text: str) -> str:
    """Return a secret's text without the blanks around it.

    Raises ValueError when a control character or line break is inside: it would end up in a header.
    """
    text = text.strip()
    if any(ord(char) < 0x20 or 0x7F <= ord(char) <= 0x9F or char in "\u2028\u2029" for char in text):
        raise ValueError("a line break or control character inside")
    return text


def read_secret(path: Path) -> str:
    """Return the secret that a file holds. Raises OSError, or ValueError when it holds none or not a text."""
    if not path.is_file():
        path.stat()
        raise ValueError("not a regular file")
    with path.open("rb") as stream:
        raw = stream.read(_LONGEST + 1)
    if len(raw) > _LONGEST:
        raise ValueError("larger than a secret can be")
    try:
        text = clean(raw.decode("utf-8-sig"))
    except UnicodeDecodeError:
        raise ValueError("not UTF-8 text") from None
    if not text:
        raise ValueError("it is empty")
    return text
