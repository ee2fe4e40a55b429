"""Every screen as it looks, at 80x24 and 140x45, dark and light."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from synctui.jobs.draft import PlannedOperation
from synctui.model.plan import Notice, Request
from synctui.model.states import JobState
from synctui.store.lock import FileLock
from synctui.syncs.stash.preview import Difference, FieldChange
from synctui.tui.draw.line import text_of
from synctui.tui.screens.jobs.operation import OperationScreen
from synctui.tui.screens.preview import pulls
from synctui.tui.screens.preview.details import Sheet
from tests.tui.jobs.scenes import open_job
from tests.tui.names.sight import settled
from tests.tui.preview.toy import SlowSync, put
from tests.tui.snapshots.catalogue import CONFIG, PULLS, PlannedPull, fill
from tests.tui.snapshots.gallery import HERE, Gallery
from tests.tui.snapshots.living import find_players, players_config
from tests.tui.snapshots.scene import (
    PAST,
    PRESENT,
    SALT,
    find_out,
    neutral_folder,
    put_engine,
    put_library,
    standing_still,
    store,
)
from tests.tui.stage import Stage, stage

BOTH = ("80x24", "140x45")
NAMES = frozenset(
    f"{name}-{size}"
    for name, sizes in {
        **dict.fromkeys(
            (
                *("welcome", "add-library", "no-jobs"),
                *("library-closed", "library", "library-filter", "library-marks", "library-range", "library-choice"),
                *("details", "preview", "preview-empty", "preview-brake", "engine-menu"),
                *("settings", "help", "palette", "messages"),
                *("jobs", "job", "job-log", "operation", "quit"),
                "tour",
                *("no-players", "players", "player-off", "player-items", "new-player"),
                *("no-stash", "library-stash", "catalogue", "catalogue-search", "scene", "edit-scene", "conflicts"),
                *("past-syncs", "preview-stash", "preview-stash-rows"),
            ),
            BOTH,
        ),
        **dict.fromkeys(
            ("library-no-colour", "library-ascii", "jobs-no-colour", "jobs-ascii", "players-ascii", "catalogue-ascii"), BOTH
        ),
    }.items()
    for size in sizes
)


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder for everything, the same moment and the same engines for everybody."""
    with standing_still(monkeypatch), neutral_folder() as made:
        monkeypatch.setenv("HOME", str(made))
        monkeypatch.setenv("PATH", str(put_engine(made / "bin")))
        yield made


@asynccontextmanager
async def shown(folder: Path, **launch: object) -> AsyncIterator[tuple[Stage, Gallery]]:
    """Open the application; in the end every snapshot must have been as it was."""
    async with stage(folder, **launch) as s:  # type: ignore[arg-type]
        gallery = Gallery(s)
        yield s, gallery
        gallery.close()


async def test_a_first_start(folder: Path) -> None:
    async with shown(folder, libraries={}) as (s, gallery):
        await s.sees("keeps your media library in sync")
        await gallery.hang("welcome")
        await s.press("enter")
        await s.sees("Where is it?")
        await s.type("~/no")
        await s.press("enter")
        await s.sees("there is no such folder")
        await gallery.hang("add-library")
        await s.press("escape", "escape", "J")
        await gallery.hang("no-jobs")
        await s.press("P")
        await s.sees("There is no player yet")
        await gallery.hang("no-players")
        await s.press("S")
        await s.sees("No Stash server is configured")
        await gallery.hang("no-stash")


async def test_the_tour_of_the_demo(folder: Path) -> None:
    library = folder / "demo" / "library"
    put_library(library)
    async with shown(folder, libraries={"Demo": library}, demo=folder / "demo") as (s, gallery):
        await s.sees("made-up library")
        await gallery.hang("tour")


@pytest.mark.slow
async def test_library_plans_and_jobs(folder: Path) -> None:
    libraries = put_library(folder)
    async with shown(folder, libraries=libraries) as (s, gallery):
        # Nothing runs by itself: another process executes.
        lock = FileLock(s.services.paths.lock)
        assert lock.try_acquire()
        lock.path.write_text(json.dumps({"pid": 4711, "host": "nas", "what": "subtitles Series"}))
        try:
            await find_out(s.services, folder)
            await s.press("R")
            await s.until(lambda: any("looked at" in said.text for said in s.app.messages.all))
            s.app.messages.all.clear()
            await store(s.services, folder, PAST)
            s.app.pulse.poke()
            await s.until(lambda: len(s.app.board.jobs) == len(PAST))
            await _library(s, gallery)
            await _preview(s, gallery)
            await _beside(s, gallery)
            await _jobs(s, gallery, folder)
        finally:
            lock.release()


async def test_the_players(folder: Path) -> None:
    libraries = put_library(folder)
    async with shown(folder, libraries=libraries, config=players_config(folder)) as (s, gallery):
        await find_players(s.services, folder)
        await s.press("P")
        await s.sees("2 of 4 online")
        await gallery.hang("players")
        gallery.in_ascii(True)
        await gallery.hang("players-ascii", themes=("dark",))
        gallery.in_ascii(False)
        await go_to(s, "Bedroom")
        await s.sees("nobody answers")
        await gallery.hang("player-off")
        await s.press("enter")
        await s.sees("3 waiting")
        await gallery.hang("player-items")
        await s.press("escape", "n")
        await s.sees("What is it?")
        await s.press("p")
        await s.sees("plex.tv")
        await gallery.hang("new-player")


async def test_the_catalogue(folder: Path) -> None:
    libraries = put_library(folder)
    async with shown(folder, libraries=libraries, config=CONFIG) as (s, gallery):
        await fill(s.services)
        s.place.take_over()
        await s.sees("2 conflicts")
        await s.press("G")
        await gallery.hang("library-stash")
        await s.press("enter")
        await s.sees("▸ Orbit Pictures", "3 scenes")
        await s.press("enter")
        await s.sees("▸ Deep Orbit")
        await s.press("j", "enter")
        await s.sees("Ghost Signal")
        await s.press("j")
        await settled(s)
        await gallery.hang("catalogue")
        gallery.in_ascii(True)
        await gallery.hang("catalogue-ascii", themes=("dark",))
        gallery.in_ascii(False)
        await s.press("e")
        await s.sees("Only here")
        await gallery.hang("edit-scene")
        await s.press("escape", "slash")
        await s.type("ha")
        await s.sees("1 scene, 1 tag")
        await settled(s)
        await gallery.hang("catalogue-search")
        await s.press("escape")
        await s.sees("▾ Deep Orbit")
        await go_to(s, "Ghost Signal")
        await s.press("enter")
        await s.sees("scene 2", "Somebody knows.")
        await gallery.hang("scene")
        await s.press("escape", "c")
        await s.sees("2 conflicts to decide")
        await s.press("j")
        await s.sees("+ Somebody")
        await gallery.hang("conflicts")
        await s.press("escape", "H")
        await s.sees("3 syncs")
        await gallery.hang("past-syncs")
        await s.press("escape")
        await _catalogue_preview(s, gallery)


async def _catalogue_preview(s: Stage, gallery: Gallery) -> None:
    real = s.services.engine.syncs["stash"]
    put(s, PlannedPull())
    s.app.preview(Request("stash"), "Stash")
    await s.sees("2 lists to compare, 2 batches to fetch", "run")
    await s.press("j", "j")
    await settled(s)
    await gallery.hang("preview-stash")
    put(s, real)  # type: ignore[arg-type]
    found = [
        Difference(2, "Ghost Signal", "updated", (FieldChange("title", "Ghost Signal", "Ghost Signals", True),)),
        Difference(40, "A New One", "created"),
        Difference(3, "Paper North", "unchanged"),
    ]
    width = s.app.size.width - 5
    planned = PlannedOperation(PULLS[2], True)
    sheet = Sheet("what would be done", [*pulls.detail_lines(planned, width), *pulls.difference_lines(found, width)])
    s.app.show(sheet)
    await s.sees("changed here as well")
    await gallery.hang("preview-stash-rows")


async def go_to(s: Stage, text: str) -> None:
    """Move the cursor to the first row that has a text, as soon as there is one."""

    def place() -> int | None:
        rows = s.rows
        lines = (text_of(rows.source.line(index, rows.size.width - 3)) for index in range(rows.source.count()))
        return next((index for index, line in enumerate(lines) if text in line), None)

    await s.until(lambda: place() is not None)
    at = place()
    assert at is not None
    s.rows.move_to(at)


async def fold(s: Stage, sign: str, *rows: str) -> None:
    """Open (▸) or close (▾) rows that are not open or closed already."""
    for row in rows:
        await go_to(s, row)
        if sign in s.row:
            await s.press("enter")
            await s.until(lambda: sign not in s.row)
        await settled(s)


async def _library(s: Stage, gallery: Gallery) -> None:
    # The one that the first scan found first was alone for a moment, and opened.
    await fold(s, "▾", "Films", "Series")
    await s.press("g")
    await gallery.hang("library-closed")
    await fold(s, "▸", "Series", "Winter Harbour", "The Long Orbit", "Season 01")
    await go_to(s, "S01E03")
    await gallery.hang("library")
    await gallery.hang("library-no-colour", themes=("no colour",))
    gallery.in_ascii(True)
    await gallery.hang("library-ascii", themes=("dark",))
    gallery.in_ascii(False)
    await s.press("d")
    await s.sees("on speech")
    await gallery.hang("details")
    await s.press("escape", "space", "j", "space", "k")
    await gallery.hang("library-marks")
    await s.press("j", "j", "V", "j", "j")
    await gallery.hang("library-range")
    await s.press("escape", "u", "slash")
    await s.type("is:off")
    await s.sees("4 videos")
    await gallery.hang("library-filter")
    await s.press("escape")
    await fold(s, "▸", "Films")
    await go_to(s, "needs a choice")
    await gallery.hang("library-choice")


async def _preview(s: Stage, gallery: Gallery) -> None:
    await go_to(s, "The Long Orbit")
    await s.press("space")
    await go_to(s, "Films")
    await s.press("space", "s")
    await s.until(lambda: "run" in s.lines()[-1], 30)
    await s.press("j", "j", "space")
    await gallery.hang("preview")
    await s.press("e")
    await s.sees("alass")
    await gallery.hang("engine-menu")
    await s.press("escape", "escape")
    real = s.services.engine.syncs["subtitles"]
    nothing = SlowSync(0)
    nothing.kind = "subtitles"
    nothing.go.set()
    put(s, nothing)
    s.app.preview(Request("subtitles", ("Series",)), "Series")
    await s.sees("othing to do")
    await gallery.hang("preview-empty")
    await s.press("escape")
    braked = SlowSync(
        3,
        notices=(
            Notice("warning", "the folder cannot be read", "Series/Specials"),
            Notice("brake", "38 of 40 subtitles in Series are gone; is its disk mounted?"),
        ),
    )
    braked.kind = "subtitles"
    put(s, braked)
    s.app.preview(Request("subtitles", ("Series",)), "Series")
    await s.sees("Thing")
    await s.press("enter")
    await s.sees("Is this meant?")
    await gallery.hang("preview-brake")
    await s.press("escape", "escape")
    put(s, real)  # type: ignore[arg-type]


async def _beside(s: Stage, gallery: Gallery) -> None:
    await s.press("question_mark")
    await gallery.hang("help")
    await s.press("escape", "colon")
    await gallery.hang("palette")
    await s.press("escape", "comma")
    await gallery.hang("settings")
    await s.press("L")


async def _jobs(s: Stage, gallery: Gallery, folder: Path) -> None:
    await store(s.services, folder, PRESENT)
    s.app.pulse.poke()
    await s.until(lambda: len(s.app.board.jobs) == len(PAST) + len(PRESENT))
    await s.press("J", "g")
    await gallery.hang("jobs")
    await gallery.hang("jobs-no-colour", themes=("no colour",))
    gallery.in_ascii(True)
    await gallery.hang("jobs-ascii", themes=("dark",))
    gallery.in_ascii(False)
    # Nobody looks any more: what runs is taken for a job of our own while the question stands.
    s.app.pulse.end()
    board = s.app.board
    here = tuple(replace(job, where="here") if job.state is JobState.RUNNING else job for job in board.jobs)
    s.app.watch_on_jobs.board = replace(board, jobs=here, version=board.version + 1)
    s.place.take_over()
    asked = s.app.start(s.app.do_quit())
    await s.sees("A job is running")
    await gallery.hang("quit")
    await s.press("escape")
    await asked
    s.app.watch_on_jobs.board = board
    await open_job(s, 2)
    await s.sees("no space left")
    await gallery.hang("job")
    await s.press("o")
    await gallery.hang("job-log")
    await s.press("o")
    await go_to(s, SALT)
    await s.press("enter")
    await s.until(lambda: isinstance(s.app.screen, OperationScreen))
    await s.sees("offset along")
    await gallery.hang("operation")
    s.app.say("the disk was full for a moment", "error", hint="free some space; then r does again what failed")
    s.app.say("Winter Harbour added: 4 videos, 5 subtitles", "good", hint="its subtitles are being looked for")
    await s.press("M")
    await gallery.hang("messages")


def test_no_snapshot_is_of_a_screen_that_is_not_shown_any_more() -> None:
    assert {file.stem for file in HERE.glob("*.txt")} == NAMES
