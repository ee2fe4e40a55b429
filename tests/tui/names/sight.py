"""What stands on a screen, looked at as a terminal would: every line as wide as the screen, and nothing in it but text."""

from __future__ import annotations

import asyncio
import html
import subprocess
import time
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Any
from xml.etree import ElementTree

from rich.cells import cell_len
from textual.screen import Screen
from textual.strip import Strip

from synctui.tui.app import SyncTui
from tests.hostile_names import HOSTILE_NAMES
from tests.tui.stage import Stage

_JOINERS = "\u200c\u200d"
_NEVER = frozenset(("Cc", "Cf", "Cs", "Zl", "Zp"))


def harmful(text: str) -> list[str]:
    """Return the characters of a text that a terminal would obey, or that change the order of others."""
    if text.isascii() and text.isprintable():
        return []
    return [
        f"U+{ord(char):04X}"
        for char in dict.fromkeys(text)
        if (unicodedata.category(char) in _NEVER and char not in _JOINERS) or _non_character(char)
    ]


def _non_character(char: str) -> bool:
    return ord(char) & 0xFFFE == 0xFFFE or "\ufdd0" <= char <= "\ufdef"


def wrong_with(strip: Strip, width: int) -> str:
    """Return what is wrong with a line as it is drawn in so many columns, "" for nothing."""
    text = "".join(segment.text for segment in strip)
    if found := harmful(text):
        return f"{found} in {text!r}"
    if cell_len(text) != width:
        return f"{cell_len(text)} columns of {width}: {text!r}"
    for segment in strip:
        style = segment.style
        if segment.control or (style is not None and (style.link or style.meta.get("@click"))):
            return f"{segment!r} is more than text"
    return ""


class Sight:
    """Everything that was seen on the screens of an application; each look asserts that it was harmless and in its place."""

    def __init__(self, app: SyncTui) -> None:
        self._app = app
        self._seen: dict[str, None] = {}

    def look(self) -> list[str]:
        """Look at the screen as it is now; returns its lines."""
        width, _ = self._app.size
        strips = self._app.screen._compositor.render_strips(self._app.size)
        wrong = [f"line {number}: {told}" for number, strip in enumerate(strips) if (told := wrong_with(strip, width))]
        assert not wrong, f"{type(self._app.screen).__name__} at {self._app.size}:\n" + "\n".join(wrong)
        lines = ["".join(segment.text for segment in strip) for strip in strips]
        self._seen.update(dict.fromkeys(lines))
        return lines

    def picture(self) -> None:
        """Look at the screen as it is exported: a picture that can be read, with nothing but text in it."""
        svg = self._app.export_screenshot()
        ElementTree.fromstring(svg)
        found = harmful(html.unescape(svg).replace("\n", ""))
        assert not found, f"{found} in the picture of {type(self._app.screen).__name__}"

    @property
    def text(self) -> str:
        """All that was seen."""
        return "\n".join(self._seen)

    def missing(self, shown: Iterable[str]) -> list[str]:
        """Return which of some texts were never seen."""
        return missing(self._seen, shown)


def missing(lines: Iterable[str], shown: Iterable[str]) -> list[str]:
    """Return which of some texts stand in none of the lines, not even their first columns."""
    text = "\n".join(lines)
    return [one for one in shown if not any(part in text for part in beginnings(one))]


def beginnings(shown: str, least: int = 4) -> Sequence[str]:
    """Return a displayed text, and its beginnings cut where it had no room, or went on in the next line."""
    return [
        shown,
        *([shown[:20]] if len(shown) > 60 else []),
        *(shown[:size] + "…" for size in range(len(shown) - 1, least - 1, -1)),
    ]


def column_of(lines: Sequence[str], word: str) -> set[int]:
    """Return in which columns a word begins, in the lines that have it."""
    return {cell_len(line[: line.rindex(word)]) for line in lines if word in line}


def all_shown() -> list[str]:
    """Return how every hostile name is shown."""
    return [entry.shown for entry in HOSTILE_NAMES]


async def settled(s: Stage, true: Callable[[], object] = lambda: True, *, idle: bool = True) -> None:
    """Wait until nothing is being read any more, and something is true; a pause of the pilot takes far longer."""
    deadline = time.monotonic() + 15
    still = 0
    while still < 3:
        assert time.monotonic() < deadline, s.text
        await asyncio.sleep(0.001)
        still = still + 1 if not (idle and s.busy) and true() else 0


async def on_top(s: Stage, screen: Screen[Any], true: Callable[[], object] = lambda: True) -> None:
    """Wait until a screen is on top and laid out, and something is true; what it reads may still be coming."""
    await settled(
        s, lambda: s.app.screen is screen and screen.is_mounted and s.app.screen.size.height and true(), idle=False
    )


async def to_the_end(s: Stage, sight: Sight) -> list[str]:
    """Look at every page of the list; returns its lines."""
    lines: dict[str, None] = {}
    s.rows.move_to(0)
    while True:
        now = sight.look()
        if s.busy:  # what is drawn is what is asked for
            await settled(s)
            now = sight.look()
        lines.update(dict.fromkeys(now))
        if s.rows.cursor >= s.rows.source.count() - 1:
            return list(lines)
        s.rows.move(s.rows.page)


def bash_reads(words: Sequence[str]) -> list[bytes]:
    """Return the bytes that pasted paths stand for: bash reads those that are quoted."""
    script = "printf '%s\\0' " + " ".join(one for one in words if one.startswith("$'"))
    read = subprocess.run(["bash", "-c", script], capture_output=True, check=True, env={"LC_ALL": "C"}).stdout
    return [*(one.encode() for one in words if not one.startswith("$'")), *read.split(b"\0")[:-1]]
