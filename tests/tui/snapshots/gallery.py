"""Holds screens against the snapshots that lie here, or writes those anew.

`SYNCTUI_UPDATE_SNAPSHOTS=1 pytest tests/tui/snapshots` writes them; look at the difference before committing it.
(pytest-textual-snapshot would tie the tests to an older pytest, and its SVGs cannot be read in a diff.)
"""

from __future__ import annotations

import asyncio
import difflib
import os
import re
import time
from collections.abc import Sequence
from pathlib import Path

from synctui.tui.looks import wear
from synctui.tui.theme import choose_look
from synctui.tui.widgets.dialogs import Dialog
from synctui.tui.widgets.lines import Lines
from synctui.tui.widgets.rows import RowList
from tests.tui.snapshots.sheet import Shot, shoot, written
from tests.tui.stage import Stage

HERE = Path(__file__).parent
NARROW, WIDE = (80, 24), (140, 45)
_ANEW = "SYNCTUI_UPDATE_SNAPSHOTS"
_UPDATE = bool(os.environ.get(_ANEW))
"""Asked for here: tests themselves run without variables of ours."""

_PATIENCE_S, _CALM_S, _STEP_S = 15.0, 0.4, 0.02
_FOLDER = re.compile(r"(?<=tui-)\d\d\b")


class Gallery:
    """Compares what stands on a stage with the snapshots; differences are told together at the end."""

    def __init__(self, s: Stage) -> None:
        self._s = s
        self._wrong: list[str] = []
        self._worn = ""

    async def hang(
        self, name: str, *, sizes: Sequence[tuple[int, int]] = (NARROW, WIDE), themes: Sequence[str] = ("dark", "light")
    ) -> None:
        """Hold the screen on top, in each size and in all themes, against its snapshots."""
        for size in sizes:
            if self._s.app.size != size:
                await self._s.pilot.resize_terminal(*size)
            await self._compare(f"{name}-{size[0]}x{size[1]}", size, themes)
        self._wear(themes[0])
        if self._s.app.size != sizes[0]:
            await self._s.pilot.resize_terminal(*sizes[0])

    async def _compare(self, name: str, size: tuple[int, int], themes: Sequence[str]) -> None:
        file = HERE / f"{name}.txt"
        expected = file.read_text("utf-8") if file.exists() and not _UPDATE else ""
        title = f"{name.rpartition('-')[0]}, {size[0]}x{size[1]}, {' and '.join(themes)}"
        deadline = time.monotonic() + _PATIENCE_S
        shots: dict[str, Shot] = {}
        before, since = "", time.monotonic()
        while True:
            # What is on the screen may still be coming: it is right as soon as it is as expected.
            for theme in sorted(themes, key=lambda theme: theme != self._worn):
                if self._wear(theme):
                    await self._s.rest()
                else:
                    await asyncio.sleep(_STEP_S)
                shots[theme] = shoot(self._s.app, theme)
            lines = {shot.lines for shot in shots.values()}
            now = _FOLDER.sub("00", written([shots[theme] for theme in themes], title)) if len(lines) == 1 else ""
            if now and now == expected:
                return
            if now != before or not now or self._busy():
                before, since = now, time.monotonic()
            if now and time.monotonic() - since > _CALM_S:
                break
            assert time.monotonic() < deadline, f"{name} never stands still\n" + self._s.text
        if _UPDATE:
            file.write_text(now, "utf-8")
            return
        told = difflib.unified_diff(expected.splitlines(), now.splitlines(), f"{name}.txt", "the screen", n=1, lineterm="")
        self._wrong.append("\n".join(told))

    def _busy(self) -> bool:
        """Tell whether something is being read; whoever asks a question waits for nothing but its answer."""
        return self._s.busy and not isinstance(self._s.app.screen, Dialog)

    def _wear(self, theme: str) -> bool:
        """Wear a theme; returns whether that was another one."""
        app = self._s.app
        before = app.look
        wear(app, choose_look("", "none") if theme == "no colour" else choose_look(theme))
        self._worn = theme
        return app.look != before

    def in_ascii(self, on: bool) -> None:
        """Draw everything in ASCII, or no more."""
        app = self._s.app
        app.ascii = on
        app.set_class(on, "-ascii")
        for widget in app.screen.query("*"):
            if isinstance(widget, (Lines, RowList)):
                widget.refresh()

    def close(self) -> None:
        """Tell what was different."""
        assert not self._wrong, "\n\n".join((*self._wrong, f"{_ANEW}=1 pytest tests/tui/snapshots writes them anew"))
