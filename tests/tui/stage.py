"""The screens on a stage: the whole application over a real library, driven by keys, read as text."""

from __future__ import annotations

import asyncio
import os
import time
import unicodedata
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from textual.events import Key
from textual.keys import REPLACED_KEYS, _character_to_key, _get_unicode_name_from_key
from textual.pilot import Pilot

from synctui.config.paths import Paths
from synctui.services import Launch, Services, configuration
from synctui.tui.app import SyncTui
from synctui.tui.screens.library.screen import LibraryScreen
from synctui.tui.screens.place import Place
from synctui.tui.widgets.rows import RowList
from tests.tiny_library import put_film, put_subtitle, subtitle, warm

SHOW = "The Long Orbit"
EPISODES = ("Departure", "The Quiet Sector", "Salt", "A Door in the Water")
_REST_S, _CALM = 0.04, 2
"""How soon something that goes on is left to go on, and how many times in a row it must have been found quiet."""


@dataclass(slots=True)
class Stage:
    """The application on a terminal of a given size."""

    app: SyncTui
    pilot: Pilot[Any]
    library: Path
    data: Path

    @property
    def services(self) -> Services:
        """The open services."""
        return self.app.services

    @property
    def place(self) -> Place:
        """The screen on top."""
        assert isinstance(self.app.screen, Place), self.app.screen
        return self.app.screen

    @property
    def scanned(self) -> bool:
        """Whether the look at the disks that the start brings is over, and nothing of it is still to come to the tree."""
        library = self.app.screen_stack[0]
        if not isinstance(library, LibraryScreen) or library.scanning is None or library.scanning.running:
            return False
        return "looking at the disks" not in self.text and not library._following.behind

    @property
    def rows(self) -> RowList:
        """Its list."""
        assert self.place.rows is not None
        return self.place.rows

    async def press(self, *keys: str) -> None:
        """Press keys, each when the one before was dealt with."""
        for key in keys:
            driver = self.app._driver
            assert driver is not None
            event = Key(*_named(key))
            event.set_sender(self.app)
            driver.send_message(event)
            await self.rest()

    async def type(self, text: str) -> None:
        """Type a text."""
        await self.press(*("space" if char == " " else char for char in text))

    async def rest(self) -> None:
        """Wait until the application has dealt with what it was told and drawn it.

        That is when every widget has nothing left to do and nothing is being read. Whatever waits for an answer or for a
        job is left to wait: then it is enough that hardly any processor time is used.
        """
        deadline = time.monotonic() + _REST_S
        calm = 0
        while calm < _CALM:
            if time.monotonic() > deadline:
                await self.pilot.pause()
                return
            await asyncio.sleep(0 if calm else 0.001)
            if not self.busy:
                await self.pilot._wait_for_screen()
                self.app.screen._on_timer_update()
                calm = 0 if self.busy else calm + 1
            else:
                calm = 0

    @property
    def busy(self) -> bool:
        """Whether something is going on beside the screens; a list that is up to date and may soon look again is not."""
        library = self.app.screen_stack[0]
        behind = isinstance(library, LibraryScreen) and library._following.behind
        return behind or any(task.get_name() != "following" for task in self.app._tasks)

    async def until(self, true: Callable[[], object], seconds: float = 15) -> None:
        """Wait until something is true; what is on the screen is told when it never is."""
        deadline = time.monotonic() + seconds
        pause = 0.004
        while not true():
            assert time.monotonic() < deadline, "\n".join(self.lines())
            await asyncio.sleep(pause)
            pause = min(pause * 1.3, 0.04)
            if true():
                await self.rest()
                return

    async def sees(self, *texts: str, seconds: float = 15) -> None:
        """Wait until texts are on the screen."""
        await self.until(lambda: all(text in self.text for text in texts), seconds)

    async def go_to(self, text: str) -> None:
        """Move the cursor down from the first row until its row has a text; rows may still be coming."""
        deadline = time.monotonic() + 5
        while True:
            await self.press("g")
            for _ in range(self.rows.source.count()):
                if text in self.row:
                    return
                await self.press("j")
            assert time.monotonic() < deadline, f"no row says {text!r}\n" + self.text

    @property
    def row(self) -> str:
        """What the row under the cursor says."""
        rows = self.rows
        return "".join(span.text for span in rows.source.line(rows.cursor, rows.size.width - 3))

    def lines(self) -> list[str]:
        """Return what is on the screen, line by line, without colours."""
        strips = self.app.screen._compositor.render_strips(self.app.size)
        return ["".join(segment.text for segment in strip).rstrip() for strip in strips]

    @property
    def text(self) -> str:
        """All of it."""
        return "\n".join(self.lines())


def _named(key: str) -> tuple[str, str | None]:
    """Return a key's name, and what it writes."""
    name = _character_to_key(key) if len(key) == 1 and not key.isalnum() else key
    try:
        return name, unicodedata.lookup(_get_unicode_name_from_key(REPLACED_KEYS.get(name, name)))
    except KeyError:
        return name, name if len(name) == 1 else None


def put_series(library: Path, offsets: Mapping[str, int] | None = None, *, show: str = SHOW) -> list[Path]:
    """Make a series of four episodes, each with an English subtitle that is late by `offsets` (ms), 12.3 s or not at all."""
    subtitles: list[Path] = []
    for number, title in enumerate(EPISODES, 1):
        stem = library / show / "Season 01" / f"{show} S01E{number:02d} {title}"
        put_film(stem.with_name(stem.name + ".mkv"))
        late = (offsets or {}).get(title, 0 if number == 1 else 12_300)
        subtitles.append(put_subtitle(stem.with_name(stem.name + ".en.srt"), subtitle(late_ms=late)))
    return subtitles


def written_config(folder: Path, libraries: Mapping[str, Path], more: str = "") -> Path:
    """Write a configuration file with libraries."""
    tables = "".join(f'[[library]]\nname = "{name}"\npath = "{path}"\n\n' for name, path in libraries.items())
    file = folder / "config.toml"
    file.write_text(tables + more)
    return file


@asynccontextmanager
async def stage(
    folder: Path,
    *,
    size: tuple[int, int] = (80, 24),
    libraries: Mapping[str, Path] | None = None,
    config: str = "",
    films: Sequence[str] = ("orbit",),
    scanned: bool = True,
    **launch: Any,
) -> AsyncIterator[Stage]:
    """Open the application over `folder`: a library `Series` with one series in it, unless `libraries` says otherwise.

    `config` is more text for the configuration file, `launch` further fields of the launch. With `scanned` it returns when
    the first scan is over.
    """
    library = folder / "media"
    if libraries is None:
        library.mkdir(exist_ok=True)
        if not any(library.iterdir()):
            put_series(library)
        libraries = {"Series": library}
    data = warm(folder / "data", *films)
    paths = Paths.under(data)
    paths.ensure()
    file = written_config(folder, libraries, config)
    loaded = configuration(file=file, paths=paths, environment={})
    given = replace(Launch(paths=paths, file=file, loaded=loaded, jobs=1), **launch)
    environment = {name: os.environ.get(name) for name in ("NO_COLOR", "TERM", "COLORTERM")}
    os.environ.update({"TERM": "xterm-256color", "COLORTERM": "truecolor"})
    os.environ.pop("NO_COLOR", None)
    app = SyncTui(given)
    try:
        async with app.run_test(size=size) as pilot:
            on_stage = Stage(app, pilot, library, data)
            await on_stage.until(lambda: app.house.ready)
            if scanned and libraries:
                await on_stage.until(lambda: on_stage.scanned and on_stage.rows.source.count())
            yield on_stage
    finally:
        await app.house.close()
        for name, value in environment.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
