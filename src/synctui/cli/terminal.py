"""What the standard streams can do: colour, width, characters."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TextIO

_ASCII = str.maketrans(
    {"✓": "+", "✂": "%", "↔": "~", "→": ">", "∅": "0", "…": ".", "≠": "#", "▶": ">", "‖": "=", "·": "-", "−": "-", "█": "#",
     "░": ".", "─": "-"}
)  # fmt: skip


class ClosedPipe(BrokenPipeError):
    """The reader of standard output has gone."""


@dataclass(slots=True)
class Terminal:
    """A stream a person may be reading."""

    stream: TextIO
    live: bool
    colour: bool
    unicode: bool
    closed: bool = False

    @classmethod
    def of(cls, stream: TextIO | None = None, environment: Mapping[str, str] = os.environ) -> Terminal:
        """Look at a stream: live when a capable terminal, in colour unless NO_COLOR or TERM=dumb say otherwise."""
        stream = stream or sys.stdout
        try:
            tty = stream.isatty()
        except ValueError:
            tty = False
        capable = environment.get("TERM", "dumb") != "dumb"
        plain = bool(environment.get("NO_COLOR")) or environment.get("CLICOLOR") == "0"
        forced = environment.get("FORCE_COLOR", "0") not in ("", "0")
        encoding = (getattr(stream, "encoding", None) or "ascii").lower().replace("-", "")
        return cls(
            stream=stream,
            live=tty and capable,
            colour=(forced or (tty and capable)) and not plain,
            unicode=encoding.startswith("utf"),
        )

    @property
    def width(self) -> int:
        """Return the columns of the terminal, 80 where there is none."""
        return max(20, shutil.get_terminal_size((80, 24)).columns)

    def write(self, text: str) -> None:
        """Write displayed text, in the characters that the stream can take.

        Raises ClosedPipe once when nobody reads it any more; later text goes nowhere.
        """
        if self.closed:
            return
        if not self.unicode:
            text = text.translate(_ASCII).encode("ascii", "replace").decode("ascii")
        try:
            self.stream.write(text)
            self.stream.flush()
        except (BrokenPipeError, ValueError) as error:
            self.closed = True
            raise ClosedPipe from error
        except OSError:
            self.closed = True
            raise

    def paint(self, text: str, style: str) -> str:
        """Return the text in a style: dim, bold, accent, warn or error."""
        codes = {"dim": "2", "bold": "1", "accent": "36", "warn": "33", "error": "31"}
        return f"\x1b[{codes[style]}m{text}\x1b[0m" if self.colour else text


def shows_screens(environment: Mapping[str, str] = os.environ) -> bool:
    """Tell whether all three standard streams are one capable terminal: the screens are drawn on standard error."""
    try:
        here = all(stream is not None and stream.isatty() for stream in (sys.stdin, sys.stdout, sys.stderr))
    except ValueError:
        return False
    return here and environment.get("TERM", "dumb") not in ("", "dumb", "unknown")
