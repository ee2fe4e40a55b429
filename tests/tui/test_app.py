"""The application itself: it survives faults of its own, says what happened, and tells what cannot be opened."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from dataclasses import replace
from pathlib import Path

import pytest
from textual.app import ComposeResult
from textual.events import Key
from textual.widget import Widget
from textual.widgets import Input

from synctui.config.launch import Launch
from synctui.config.paths import Paths
from synctui.errors import StorageError
from synctui.jobs.board import Board, BoardJob
from synctui.jobs.progress import Snapshot
from synctui.model.plan import Request
from synctui.model.states import JobState, SubtitleState
from synctui.services import configuration
from synctui.store.ignored import ignored_among
from synctui.tui.commands.keymap import Keymap
from synctui.tui.commands.keys import shown_key
from synctui.tui.commands.table import PLACES
from synctui.tui.draw.line import Line, Span, text_of
from synctui.tui.guide import STEPS, Guide
from synctui.tui.house import House
from synctui.tui.messages import Messages
from synctui.tui.screens.place import Place
from synctui.tui.widgets.dialogs import Choice, Dialog, Menu, Prompt
from synctui.tui.widgets.rows import RowList
from tests.tui.library.shelf import find
from tests.tui.stage import Stage, stage

# Rows


class CrackedRows:
    """A list of which one row cannot be drawn."""

    def count(self) -> int:
        return 5

    def line(self, index: int, width: int) -> Line:
        if index == 2:
            raise LookupError("row 2")
        return (Span(f"row {index}"),)

    def key(self, index: int) -> int:
        return index

    def marked(self, index: int) -> bool:
        return False

    def find(self, key: object) -> int | None:
        return key if isinstance(key, int) else None


class Cracked(Place):
    """A screen on which nearly everything goes wrong."""

    place = "library"
    title_word = "Cracked"

    def body(self) -> Iterable[Widget]:
        yield RowList(CrackedRows())

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one(RowList).reload()

    def answer(self) -> tuple[Line, Line]:
        raise ArithmeticError("answer")

    def refreshed(self) -> None:
        raise BufferError("refreshed")

    def do_mark(self) -> None:
        raise KeyError("mark")

    async def do_sync(self) -> None:
        raise OSError("sync")

    async def do_undo(self) -> None:
        raise StorageError("the disk is full", hint="free some space")

    def on_row_list_moved(self) -> None:
        raise TypeError("moved")


class Unbuilt(Place):
    """A screen that cannot be built."""

    def compose(self) -> ComposeResult:
        raise NameError("compose")


class Brittle(Input):
    """A field, as Textual's own are, that ends with its first fault."""

    def on_focus(self) -> None:
        raise ValueError("field")


class Asking(Dialog):
    """A question with such a field."""

    def compose(self) -> ComposeResult:
        yield from Menu("", ()).compose()
        yield Brittle()

    def on_mount(self) -> None:
        self.query_one(Brittle).focus()


@pytest.fixture
async def s(tmp_path: Path) -> AsyncIterator[Stage]:
    async with stage(tmp_path, scanned=False) as on_stage:
        on_stage.app.faults.lenient = True
        yield on_stage


async def test_a_fault_is_said_and_reported_and_ends_nothing(s: Stage) -> None:
    s.app.show(Cracked())
    await s.sees("how things stand could not be drawn", "could not be drawn", "row 1", "row 4")
    told = {"LookupError", "ArithmeticError", "BufferError"}
    await s.until(lambda: {type(fault).__name__ for fault in s.app.faults.all} == told)
    for key, name in (("space", "KeyError"), ("s", "OSError"), ("j", "TypeError")):
        await s.press(key)
        await s.sees(f"a fault in SyncTUI ({name}); report: ")
    await s.press("j", "j")
    assert s.rows.cursor == 3
    reports = "".join(path.read_text() for path in (s.data / "logs").glob("fault-*"))
    assert all(name in reports for name in (*told, "KeyError: 'mark'", "OSError: sync", "TypeError: moved"))
    before = len(s.app.faults.all)
    await s.press("Z")
    await s.sees("the disk is full; free some space")
    assert len(s.app.faults.all) == before, "what a user can act on is no fault of ours"
    await s.press("escape")
    await s.until(lambda: not isinstance(s.app.screen, Cracked))


async def test_a_screen_that_cannot_be_built_is_closed(s: Stage) -> None:
    under = s.app.screen
    s.app.show(Unbuilt())
    await s.until(lambda: s.app.faults.all and s.app.screen is under)
    await s.sees("a fault in SyncTUI (NameError)")


async def test_a_question_whose_field_has_died_is_given_up(s: Stage) -> None:
    under, answers = s.app.screen, []

    async def ask() -> None:
        answers.append(await s.app.ask(Asking("")))

    s.app.start(ask())
    await s.until(lambda: answers == [None])
    assert s.app.screen is under
    await s.sees("a fault in SyncTUI (ValueError)")


async def test_ctrl_c_gives_up_a_question_and_is_quit_elsewhere(s: Stage) -> None:
    answers: list[object] = []

    async def ask(dialog: Dialog) -> None:
        answers.append(await s.app.ask(dialog))

    for dialog in (Menu("Really?", (Choice(True, "y", "yes"),)), Prompt("A name")):
        s.app.start(ask(dialog))
        await s.until(lambda: isinstance(s.app.screen, Dialog) and s.app.screen.is_mounted)
        await s.press("ctrl+c")
        await s.until(lambda: not isinstance(s.app.screen, Dialog))
    assert answers == [None, None]
    await s.press("ctrl+c")
    await s.until(lambda: not s.app.is_running)


async def test_who_leaves_before_the_services_are_open_has_left(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path / "data")
    opened: list[object] = []
    house = House(Launch(paths, None, configuration(paths=paths, environment={})), opened.append, lambda: None)
    house.begin()
    async with asyncio.timeout(10):
        await house.close()
    assert not opened


async def test_outside_the_demo_nothing_speaks_of_the_tour(s: Stage) -> None:
    assert "/8 " not in s.text
    for place in ("?", ":"):
        await s.press(place)
        await s.until(lambda: s.app.screen is not s.app.screen_stack[0])
        await s.press(*(["/"] if place == "?" else []), *"tour")
        await s.until(lambda: "guided" not in s.text and "Leave; a job" not in s.text)
        await s.press("escape", "escape")
        await s.until(lambda: s.app.screen is s.app.screen_stack[0])


async def test_keys_that_are_typed_ahead_go_to_the_screen_that_they_open(s: Stage) -> None:
    under = s.app.screen
    for keys in (("M", "escape"), ("?", "escape", "M", "escape"), ("J", "L")):
        for key in keys:
            s.app.post_message(Key(key, key if len(key) == 1 else None))
        await s.until(lambda: s.app.screen is under and not s.app._message_queue.qsize())
        await s.pilot.pause()
        assert s.app.screen is under, keys


async def test_a_command_is_about_the_row_on_which_its_key_was_pressed(s: Stage) -> None:
    await s.sees("4 to check", "The Long Orbit")
    await s.press("g")
    for key in ("s", "j", "j"):
        s.app.post_message(Key(key, key))
    await s.sees("Sync: Series")
    await s.press("escape")


async def test_what_is_typed_ahead_is_meant_for_what_a_command_leads_to(s: Stage) -> None:
    await s.sees("4 to check", "The Long Orbit")
    off = next((s.library / "The Long Orbit").rglob("*S01E03*.en.srt"))
    await find(s.services, off, SubtitleState.SHIFTED)
    await s.press("g")
    for key in ("w", "i"):
        s.app.post_message(Key(key, key))
    await s.sees("1 subtitle left alone", "1 ignored")
    assert await ignored_among(s.services.database, [str(off)]) == {str(off)}
    await s.press("i")
    await s.sees("1 subtitle not ignored any more")
    await s.press("g", "s")
    await s.sees("4 to align")
    # Enter is for the question, not for the plan below it.
    for key, char in (("e", "e"), ("enter", None), ("escape", None)):
        s.app.post_message(Key(key, char))
    await s.until(lambda: not s.app._message_queue.qsize() and not isinstance(s.app.screen, Dialog))
    await s.sees("4 to align")
    assert (await s.services.engine.board()).jobs == ()
    await s.press("escape")


def test_an_offer_comes_back_until_it_is_withdrawn_and_is_kept_once() -> None:
    messages = Messages()
    messages.offering("interrupted: subtitles Series", hint="C goes on")
    messages.say("started: 4 to align")
    assert messages.newest is not None and messages.newest.text == "started: 4 to align"
    messages.clear()
    messages.offering("interrupted: subtitles Series", hint="C goes on")
    assert messages.newest is not None and messages.newest.hint == "C goes on"
    assert len(messages.all) == 2
    messages.offering("")
    assert messages.newest is None


# The guided tour


def _guide(file: Path) -> Guide:
    keymap = Keymap.of({})

    def key(place: str, id: str) -> str:
        command = keymap.find(place, id)
        assert command is not None and command.keys, f"the tour speaks of {place}.{id}"
        return shown_key(command.keys[0])

    return Guide(file, key)


@pytest.mark.parametrize("number", range(len(STEPS)))
def test_every_step_of_the_tour_fits_into_80_columns_in_every_place(tmp_path: Path, number: int) -> None:
    guide = _guide(tmp_path / "tour")
    for _ in range(number):
        guide.skip()
    for place in PLACES:
        guide.look(place, Board())
        wide = [text_of(line).rstrip() for line in guide.lines(200)]
        narrow = [text_of(line).rstrip() for line in guide.lines(80)]
        assert narrow[0] == wide[0], place
        assert narrow[1].split(" . skip")[0].rstrip() == wide[1].split(" . skip")[0].rstrip(), place
        assert narrow[1].endswith(". skip  T away"), (place, narrow[1])


def test_the_tour_goes_on_where_it_was_and_can_be_put_away(tmp_path: Path) -> None:
    guide = _guide(tmp_path / "tour")
    assert guide.did("library", "open")
    guide.keep()
    again = _guide(tmp_path / "tour")
    assert again.step.id == "sync" and not again.over
    again.turn()
    again.keep()
    assert _guide(tmp_path / "tour").over
    (tmp_path / "tour").write_bytes(b"\xff\x00nonsense" * 1000)
    assert _guide(tmp_path / "tour").step is STEPS[0]


def test_the_tour_catches_up_with_who_does_not_wait_for_it(tmp_path: Path) -> None:
    guide = _guide(tmp_path / "tour")
    assert guide.look("preview", Board()) and guide.step.id == "run"
    guide.look("jobs", Board())
    assert guide.step.id == "run", "looking at jobs is no sync"
    job = BoardJob(Snapshot(1, "subtitles", JobState.RUNNING, {}, 1, 4), Request("subtitles"), "subtitles Series")
    guide.look("library", Board((job,)))
    assert guide.step.id == "watch"
    guide.begin(Board((job,)))
    undo = replace(job, snapshot=replace(job.snapshot, job=2), undo_of=1)
    guide.look("library", Board((undo, job)))
    assert guide.step.id == "players"
    guide.look("players", Board((undo, job)))
    assert guide.step.id == "stash"
    told = replace(job, snapshot=replace(job.snapshot, job=3), request=Request("stash"))
    guide.look("catalogue", Board((told, undo, job)))
    assert guide.step.id == "own"


async def test_what_the_frame_names_can_be_clicked(tmp_path: Path) -> None:
    async with stage(tmp_path) as on:

        async def click(line: int, word: str) -> None:
            assert await on.pilot.click(offset=(on.lines()[line].index(word) + 1, line))

        await click(0, "Jobs")
        await on.sees("no jobs yet")
        await click(0, "Settings")
        await on.sees("largest shift")
        await click(0, "SyncTUI")
        await on.sees("largest shift")
        await click(23, "help")
        await on.sees("Change a value.")
        await click(0, "Library")
        await on.sees("The Long Orbit")
        await click(23, "sync")
        await on.sees("Preview", "4 to align")
