"""Conflicts: fields that were changed here and on the server, each with a diff to decide by."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Iterable, Sequence
from typing import ClassVar

from textual.containers import Container
from textual.events import Resize
from textual.widget import Widget

from synctui import words
from synctui.model.catalog import Conflict, Entity
from synctui.store import catalog_browse as browse
from synctui.store import catalog_edits as edits
from synctui.text import clip, display
from synctui.tui.commands.command import Command
from synctui.tui.draw.line import Line, Span
from synctui.tui.draw.times import at_time
from synctui.tui.draw.wrap import wrapped
from synctui.tui.screens.place import Place
from synctui.tui.screens.reading import Reading
from synctui.tui.screens.stash.diff import diff_lines
from synctui.tui.screens.stash.wording import FIELDS, decided_by, ids_in, state_word
from synctui.tui.widgets.dialogs import Choice, Menu
from synctui.tui.widgets.lines import Lines
from synctui.tui.widgets.rows import RowList, Rows

_WIDE = 110
_FIELD, _STATE, _WHEN = 9, 15, 13
_MOST = 5000
_FRAME, _LEAST_DIFF = 6, 8
_SIDES = {"local": "yours", "remote": "the server's"}


class ConflictRows(Rows):
    """The rows of conflicts, newest first."""

    def __init__(self) -> None:
        self.all: Sequence[Conflict] = ()

    def count(self) -> int:
        return len(self.all)

    def line(self, index: int, width: int) -> Line:
        if index >= len(self.all):
            return ()
        one = self.all[index]
        word, role = state_word(one.state)
        room = max(10, width - _FIELD - _STATE - _WHEN)
        return (
            Span(clip(display(one.title, 300) or f"scene {one.scene}", room - 1), "text", room),
            Span(FIELDS.get(one.field, one.field), "dim", _FIELD),
            Span(word, role, _STATE),
            Span(at_time(one.at), "dim", _WHEN, right=True),
        )

    def key(self, index: int) -> Hashable:
        return self.all[index].id if index < len(self.all) else None

    def find(self, key: Hashable) -> int | None:
        return next((at for at, one in enumerate(self.all) if one.id == key), None)


class ConflictsScreen(Place):
    """Conflicts that wait, of one scene (by its number) or of all; those that were decided on demand."""

    place: ClassVar[str] = "conflicts"
    title_word: ClassVar[str] = "Conflicts"
    DEFAULT_CSS = """
    ConflictsScreen #conflicts-body { height: 1fr; layout: vertical; }
    ConflictsScreen #conflicts-diff { height: 1fr; }
    ConflictsScreen #conflicts-empty { height: 1fr; display: none; }
    ConflictsScreen.-wide #conflicts-body { layout: horizontal; }
    ConflictsScreen.-wide #conflicts-rule { display: none; }
    ConflictsScreen.-empty #conflicts-body { display: none; }
    ConflictsScreen.-empty #conflicts-empty { display: block; }
    """

    def __init__(self, scene: int = 0) -> None:
        super().__init__()
        self._scene = scene
        self._decided = False
        self._source = ConflictRows()
        self._tags: dict[int, str] = {}
        self._read = False
        self._reading = Reading(self, self._look_once, "conflicts")
        self._deciding = asyncio.Lock()
        self._list = RowList(self._source, id="conflicts-rows")
        self._rule = Lines(id="conflicts-rule")
        self._diff = Lines(id="conflicts-diff", height=None)
        self._empty = Lines(id="conflicts-empty", height=None)

    def body(self) -> Iterable[Widget]:
        yield self._empty
        yield Container(self._list, self._rule, self._diff, id="conflicts-body")

    def chosen(self) -> Conflict | None:
        """Return the conflict under the cursor."""
        rows = self._source.all
        return rows[self._list.cursor] if self._list.cursor < len(rows) else None

    def answer(self) -> tuple[Line, Line]:
        if not self._read:
            return (Span("opening", "dim"),), ()
        waiting = sum(one.state == "open" for one in self._source.all)
        told = f"{words.count(waiting, 'conflict')} to decide" if waiting else "no conflict to decide"
        beside = (Span(f"{len(self._source.all) - waiting:,} decided", "dim"),) if self._decided else ()
        return (Span(told, "strong"),), beside

    def available(self, command: Command) -> str:
        one = self.chosen()
        if command.place == "conflicts":
            if command.id == "decided":
                return "only those that wait" if self._decided else command.label
            if one is None:
                return ""
            if command.id == "take_local" and one.state == "local":
                return ""
            if command.id == "take_remote" and one.state == "remote":
                return ""
        return command.label

    # reading

    def on_mount(self) -> None:
        super().on_mount()
        self._arrange()
        self.look()

    def on_resize(self, event: Resize) -> None:
        super().on_resize(event)
        self._arrange()
        self.call_after_refresh(self._show_diff)

    def opened(self) -> None:
        self.look()

    def refreshed(self) -> None:
        self.look()

    def look(self) -> None:
        """Read them again."""
        self._reading.ask()

    async def _look_once(self) -> None:
        database, only = self.home.services.database, not self._decided
        if self._scene:
            found = await browse.conflicts_of(database, self._scene, only_open=only)
        else:
            found = await edits.conflicts(database, only_open=only, limit=_MOST)
        if self._read and found == list(self._source.all):
            return
        wanted = {
            number
            for one in found
            if one.field == "tags"
            for value in (one.base, one.local, one.remote)
            for number in ids_in(value)
        }
        names = dict(await browse.named(database, Entity.TAG, sorted(wanted)))
        if not self.stands or only is self._decided:
            return
        self._tags, self._source.all, self._read = names, found, True
        self._list.reload()
        self._tell_empty()
        self._arrange()
        self.call_after_refresh(self._show_diff)
        self.update_frame()

    def _tell_empty(self) -> None:
        empty = not self._source.all
        self.set_class(empty, "-empty")
        lines: tuple[Line, ...] = ()
        if empty:
            said = (
                "Where a field was changed here and on the server, a sync decides by stash.conflict in the settings:"
                " remote_wins, local_wins, newest, or manual, which lets it wait here."
            )
            told = wrapped(said, max(20, min(70, self.size.width - 8)))
            lines = ((), (Span("   Nothing waits to be decided.", "strong"),), (), *((Span("   " + one),) for one in told))
        self._empty.show(*lines)

    # drawing

    def _arrange(self) -> None:
        width, height = self.size.width, self.size.height
        wide = width >= _WIDE
        self.set_class(wide, "-wide")
        if wide:
            self._list.styles.width, self._list.styles.height = min(90, width * 5 // 9), "1fr"
        else:
            body = height - _FRAME
            rows = max(1, min(len(self._source.all), body - min(body - 1, max(_LEAST_DIFF, body // 2))))
            self._list.styles.width, self._list.styles.height = "1fr", rows
        self._rule.show((Span("─" * width, "rule"),))

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        event.stop()
        self._show_diff()
        self.update_frame()

    def _show_diff(self) -> None:
        one, width, height = self.chosen(), self._diff.size.width, self._diff.size.height
        if not self.stands or one is None or width <= 0:
            self._diff.show()
            return
        edge: Line = (Span(" │ ", "rule"),) if self.has_class("-wide") else (Span("   "),)
        told = [*self._heading(one, width - 6), (), *diff_lines(one, self._tags, width - 6)]
        if len(told) > height:
            told = [*told[: height - 1], (Span("enter shows the scene, with all of it", "dim"),)]
        if self.has_class("-wide"):
            told += [()] * (height - len(told))
        self._diff.show(*((*edge, *line) for line in told))

    def _heading(self, one: Conflict, width: int) -> list[Line]:
        word, role = state_word(one.state)
        how = f", {decided_by(one.strategy)} {at_time(one.decided_at)}" if one.state != "open" else ""
        name = clip(display(one.title, 300) or f"scene {one.scene}", width)
        return [(Span(name, "strong"),), (Span(f"{FIELDS.get(one.field, one.field)}: "), Span(word, role), Span(how, "dim"))]

    # deciding

    async def do_take_local(self) -> None:
        """Let your value count."""
        await self._decide_one("local")

    async def do_take_remote(self) -> None:
        """Let the server's value count."""
        await self._decide_one("remote")

    async def _decide_one(self, side: str) -> None:
        one = self.chosen()
        if one is None or one.state == side:
            return
        if await self._decide([one], side):
            self.home.say(f"{FIELDS.get(one.field, one.field)} of {display(one.title, 40)}: {_SIDES[side]} counts")
        else:
            self.home.say("a newer conflict about the same field counts", "warn", hint="decide that one")

    async def do_take_all(self) -> None:
        """Decide all of one scene, or all that wait."""
        one = self.chosen()
        if one is None:
            return
        waiting = [each for each in self._source.all if each.state == "open"]
        of_scene = [each for each in waiting if each.scene == one.scene]
        if not waiting:
            self.home.say("nothing waits to be decided")
            return
        name = clip(display(one.title, 60), 30)
        choices = []
        if of_scene:
            choices += [
                Choice(("local", of_scene), "l", "yours, this scene", f"{len(of_scene):,} of {name}"),
                Choice(("remote", of_scene), "r", "the server's, this scene", f"{len(of_scene):,} of {name}"),
            ]
        if len(waiting) > len(of_scene):
            choices += [
                Choice(("local", waiting), "L", "yours, everywhere", f"all {len(waiting):,} that wait"),
                Choice(("remote", waiting), "R", "the server's, everywhere", f"all {len(waiting):,} that wait"),
            ]
        answer: tuple[str, list[Conflict]] | None = await self.home.ask(
            Menu("Whose values count?", choices, ["Each can be taken back: x shows those that were decided."])
        )
        if answer is not None:
            side, chosen = answer
            done = await self._decide(chosen, side)
            self.home.say(f"{words.count(done, 'conflict')} decided: {_SIDES[side]} counts")

    async def _decide(self, chosen: Sequence[Conflict], side: str) -> int:
        """Decide conflicts, and return how many could be."""
        async with self._deciding:
            database = self.home.services.database
            done = sum([await edits.decide(database, one.id, side) for one in chosen])
        self.look()
        return done

    # going on

    def do_decided(self) -> None:
        """Show those too that were decided, or only those that wait."""
        self._decided = not self._decided
        self._read = False
        self.look()

    def do_open(self) -> None:
        """Show the scene."""
        from synctui.tui.screens.stash.scene import SceneScreen

        if (one := self.chosen()) is not None:
            self.home.show(SceneScreen(one.scene, one.title))
