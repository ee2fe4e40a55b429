"""What can be done with players: telling them, asking them how they are, leaving them alone, taking them out."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from synctui import words
from synctui.model.json import Json
from synctui.model.plan import Request
from synctui.model.players import TITLES, PlayerState
from synctui.syncs.players.asking import Asked
from synctui.tui.commands.command import Command
from synctui.tui.draw.line import Line, Span
from synctui.tui.screens.place import Place
from synctui.tui.screens.players.lines import answer_time
from synctui.tui.screens.players.removing import made_up, remove_player
from synctui.tui.screens.players.standing import Standing
from synctui.tui.screens.settings.saving import overruled, save
from synctui.tui.widgets.rows import RowList

if TYPE_CHECKING:
    from synctui.tui.screens.players.screen import PlayerRows

KIND = "players"
_ALONE = ("mapping", "open", "edit", "enable", "remove")


class Acting(Place):
    """A screen on which some players are those that commands are about."""

    source: PlayerRows
    list: RowList

    @property
    def asked(self) -> dict[str, Asked]:
        """Return how players were when they were asked last in this session, by name."""
        return self.home.asked_players

    def chosen(self) -> Standing | None:
        """Return the row under the cursor."""
        raise NotImplementedError

    def look_anew(self) -> None:
        """Look at the players again, as something about them was just written down."""
        raise NotImplementedError

    def available(self, command: Command) -> str:
        one = self.chosen()
        if command.place != self.place or command.id == "add":
            return command.label
        if one is None or (one.group and command.id in _ALONE):
            return ""
        if command.id == "enable":
            settings = one.settings
            return "enable" if settings is not None and not settings.enabled else command.label
        return command.label

    def before_hints(self) -> Line:
        marks = len(self.source.marks)
        return (Span(f"{marks:,} marked", "strong"), Span("   ")) if marks else ()

    def _names(self) -> Sequence[str]:
        """Return the players that a command is about, in their order."""
        one = self.chosen()
        wanted = self.source.marks or set(one.players if one is not None else ())
        return [row.name for row in self.source.all if not row.group and row.name in wanted]

    def _single(self) -> Standing | None:
        """Return the player under the cursor, None after saying why there is none."""
        one = self.chosen()
        if one is not None and not one.group:
            return one
        if one is None:
            self._say_none()
        else:
            self.home.say("the cursor is on a group", hint="put it on a player")
        return None

    def _say_none(self) -> None:
        self.home.say("there is no player yet", hint=f"{self.home.key_of('players', 'add')} adds one")

    # marks

    def do_mark(self) -> None:
        """Mark the row, or take its mark away."""
        one = self.chosen()
        if one is None:
            return
        marks, players = self.source.marks, set(one.players)
        if marks >= players:
            marks -= players
        else:
            marks |= players
        self.list.redraw()
        self.list.move(1)

    def do_unmark_all(self) -> None:
        """Take all marks away."""
        self.source.marks.clear()
        self.list.redraw()

    # telling

    def do_sync(self) -> None:
        """Preview what the players would be told."""
        self._preview({})

    def do_retry(self) -> None:
        """Preview the same, whatever went wrong before."""
        self._preview({"force": True})

    def _preview(self, options: dict[str, Json]) -> None:
        names = self._names()
        if not names:
            self._say_none()
            return
        one = self.chosen()
        marked = bool(self.source.marks)
        title = one.name if one is not None and not marked else words.count(len(names), "player")
        self.home.preview(Request(KIND, (), {"players": list(names), **options}), f"Sync: {title}")

    def do_sync_all(self) -> None:
        """Preview what every player that is enabled would be told."""
        if not self.source.all:
            self._say_none()
        elif not any(one.enabled for one in self.source.all):
            self.home.say("every player is disabled", "warn", hint=f"{self.home.key_of('players', 'enable')} enables one")
        else:
            self.home.preview(Request(KIND), "Sync: all players")

    # asking

    async def do_test(self) -> None:
        """Ask the players how they are."""
        names = self._names()
        if not names:
            self._say_none()
            return
        who = names[0] if len(names) == 1 else f"{len(names)} players"
        self.home.say(f"asking {who} …")
        found = await asyncio.gather(*(self._ask(name) for name in names))
        self.look_anew()
        if len(names) == 1 and found[0] is not None:
            self._tell(names[0], found[0])
            return
        good = sum(one is not None and one.state is PlayerState.ONLINE for one in found)
        bad = [
            f"{name}: {one.problem}"
            for name, one in zip(names, found, strict=True)
            if one is not None and one.state is not PlayerState.ONLINE
        ]
        told = f"{good} of {len(names)} answer"
        self.home.say("; ".join((told, *bad)), "warn" if bad else "good")

    async def _ask(self, name: str) -> Asked | None:
        services = self.home.services
        settings = services.players.tools.player(name)
        if settings is None:
            return None
        await warmed()
        asked = self.asked[name] = await services.players.ask(settings)
        return asked

    def _tell(self, name: str, asked: Asked) -> None:
        settings = self.home.services.players.tools.player(name)
        kind = TITLES[settings.kind] if settings is not None else ""
        text, hint, good = asked_words(name, kind, asked, self.home.key_of("players", "mapping"))
        self.home.say(text, "good" if good else "warn" if asked.look is not None else "error", hint=hint)

    async def do_mapping(self) -> None:
        """Compare the folders of a player with ours."""
        from synctui.tui.screens.players.mapping import MappingScreen

        one = self._single()
        if one is not None:
            self.home.show(MappingScreen(one.name, self._compared))

    def _compared(self, name: str, asked: Asked) -> None:
        self.asked[name] = asked
        self.look_anew()

    # the list of players

    def do_open(self) -> None:
        """Show what a player was told, file by file."""
        from synctui.tui.screens.players.items import ItemsScreen

        if (one := self._single()) is not None:
            self.home.show(ItemsScreen(one.name))

    def do_add(self) -> None:
        """Begin to add a player."""
        from synctui.tui.screens.players.form import FormScreen

        if not made_up(self.home):
            self.home.show(FormScreen())

    def do_edit(self) -> None:
        """Go to the player in the settings."""
        if (one := self._single()) is not None and not made_up(self.home):
            self.home.show_setting(f"player {one.name}")

    async def do_enable(self) -> None:
        """Leave a player alone, or take it up again."""
        one = self._single()
        if one is None or one.settings is None or made_up(self.home):
            return
        key, on = ("player", one.name, "enabled"), not one.settings.enabled
        await save(self.home, key, on)
        told = f"{one.name} is enabled" if on else f"{one.name} is disabled: it is told nothing"
        self.home.say(overruled(self.home, key) or told)

    async def do_remove(self) -> None:
        """Take a player out of the settings, after asking."""
        if (one := self._single()) is not None:
            await remove_player(self, one.name)


async def warmed() -> None:
    """Load what asks servers beside the screens, so that the first key after it is not late."""
    await asyncio.to_thread(importlib.import_module, "synctui.adapters.http")


def asked_words(name: str, kind: str, asked: Asked, mapping: str) -> tuple[str, str, bool]:
    """Return what asking a player came to, what to do about it, and whether all is well; `mapping` is a key."""
    look = asked.look
    if look is None:
        return f"{name}: {asked.problem}", asked.hint, False
    took = f", {answer_time((asked.seconds,))} an answer" if asked.seconds is not None else ""
    told = f"{name} answers: {kind} {look.version}{took}"
    if not look.roots_known:
        return f"{told}; it does not say which folders it has", "an administrator's token would", True
    if asked.uncovered:
        missing = words.count(len(asked.uncovered), "folder")
        return f"{told}; {missing} not mapped", f"{mapping} shows which" if mapping else "", False
    return f"{told}; {words.count(len(look.roots), 'folder')}, all mapped", "", True
