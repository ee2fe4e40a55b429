"""How a player's folders lie to ours: what covers what, what is wrong, and what to write into the configuration."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar

from textual.events import Resize
from textual.widget import Widget

from synctui import words
from synctui.config.schema import PathMap
from synctui.config.values import toml
from synctui.library.paths import Finding
from synctui.syncs.players.asking import Asked
from synctui.text import display
from synctui.tui.commands.command import Command
from synctui.tui.draw.line import Line, Span
from synctui.tui.draw.wrap import wrapped
from synctui.tui.screens.place import Place
from synctui.tui.screens.players.acting import warmed
from synctui.tui.screens.players.removing import made_up
from synctui.tui.screens.players.suggest import suggested
from synctui.tui.screens.settings.saving import overruled, save
from synctui.tui.widgets.rows import RowList, TextRows

_SIDES = (("ours", "your libraries, and what the player calls them"), ("theirs", "its folders, and what they are here"))


def maps_of(place: Place, player: str) -> tuple[PathMap, ...]:
    """Return the path maps of a configured player."""
    tables = place.home.services.loaded.config.player if place.home.house.ready else ()
    return next((one.path_map for one in tables if one.name == player), ())


class MappingScreen(Place):
    """Compares the folders of one player with ours; `compared` is told what was found."""

    place: ClassVar[str] = "mapping"
    title_word: ClassVar[str] = "Folders"

    def __init__(self, player: str, compared: Callable[[str, Asked], None]) -> None:
        super().__init__()
        self.player = player
        self.about = player
        self._compared = compared
        self._asked: Asked | None = None
        self._asking = False
        self._rows = TextRows()
        self._list = RowList(self._rows, id="body")

    def body(self) -> Iterable[Widget]:
        yield self._list

    def answer(self) -> tuple[Line, Line]:
        asked = self._asked
        if asked is None or self._asking:
            return (Span(f"asking {self.player} for its folders", "dim"),), ()
        if asked.look is None:
            return (Span(f"{self.player} cannot be asked", "error"),), ()
        if not asked.look.roots_known:
            return (Span("it does not say which folders it has", "warn"),), ()
        good = len(asked.findings) - len(asked.uncovered)
        said = f"{good:,} of {words.count(len(asked.findings), 'folder')} mapped"
        return (Span(said, "strong" if not asked.uncovered else "warn"),), ()

    def available(self, command: Command) -> str:
        if command.id == "take":
            return command.label if self._suggested else ""
        return "" if command.id == "test" and self._asking else command.label

    @property
    def _suggested(self) -> tuple[PathMap, ...]:
        look = self._asked.look if self._asked is not None else None
        if look is None or not look.roots_known or not self.home.house.ready:
            return ()
        return suggested(maps_of(self, self.player), self.home.services.players.tools.libraries, look.roots)

    def on_mount(self) -> None:
        super().on_mount()
        if self.home.house.ready:
            self.home.start(self.do_test(), name="mapping")

    def on_resize(self, event: Resize) -> None:
        super().on_resize(event)
        self._lay()

    def opened(self) -> None:
        if self.stands and self.home.house.ready:
            self.home.start(self.do_test(), name="mapping")

    async def do_test(self) -> None:
        """Ask the player once more."""
        services = self.home.services
        settings = services.players.tools.player(self.player)
        if settings is None:
            self.home.say(f"{self.player} is not configured any more", "warn")
            return
        if self._asking:
            return
        self._asking = True
        self.update_frame()
        try:
            await warmed()
            self._asked = await services.players.ask(settings)
        finally:
            self._asking = False
        self._compared(self.player, self._asked)
        self._lay()
        self.update_frame()

    def _lay(self) -> None:
        if self.stands:
            self._rows.lines = self._text(max(20, self.size.width - 5))
            self._list.reload()

    def _text(self, width: int) -> Sequence[Line]:
        asked = self._asked
        if asked is None:
            return ()
        if asked.look is None:
            told = [(Span(part, "error"),) for part in wrapped(asked.problem, width)]
            return [*told, *((Span(part),) for part in wrapped(asked.hint, width) if asked.hint)]
        if not asked.look.roots_known:
            text = "Only an administrator may ask it for its folders: give it an administrator's token, then t asks again."
            return [(Span(part),) for part in wrapped(text, width)]
        lines: list[Line] = []
        for side, title in _SIDES:
            found = [finding for finding in asked.findings if finding.side == side]
            lines += [(Span(title, "dim"),), *(line for finding in found for line in _finding(finding, width)), ()]
        if not asked.findings:
            lines = [(Span("there is no library here, and no folder there"),)]
        return [*lines, *self._advice(width)]

    def _advice(self, width: int) -> list[Line]:
        maps, more = maps_of(self, self.player), self._suggested
        asked = self._asked
        if asked is None or not asked.uncovered:
            return [(Span("nothing is to be done", "good"),)]
        if not more:
            text = "No folder of the player ends like one of yours. Write into the configuration what it calls them:"
            one = next((finding for finding in asked.uncovered if finding.side == "ours"), None)
            example = (PathMap(one.path if one is not None else "/media", "what the player calls it"),)
            lines: list[Line] = [(Span(part),) for part in wrapped(text, width)]
            return [*lines, *_written(self.player, (*maps, *example), width)]
        key = self.home.key_of("mapping", "take")
        lines = [(Span(key, "accent"), Span(" writes this into the settings, or write it into your own file:"))]
        return [*lines, *_written(self.player, (*maps, *more), width)]

    async def do_take(self) -> None:
        """Write the suggested maps into the settings."""
        more = self._suggested
        if made_up(self.home):
            return
        if not more:
            self.home.say("there is nothing to suggest", hint="e on the players' screen: path map in the settings")
            return
        key = ("player", self.player, "path_map")
        await save(self.home, key, [*maps_of(self, self.player), *more])
        self.home.say(overruled(self.home, key) or f"{words.count(len(more), 'path map')} written", "good")


def _finding(finding: Finding, width: int) -> list[Line]:
    wrong = bool(finding.problem)
    sign = Span(" ! " if wrong else " ✓ ", "warn" if wrong else "good")
    tail = finding.problem if finding.other is None else f"→ {display(finding.other)}"
    first = f"{display(finding.path)} {tail}" if finding.other is not None else f"{display(finding.path)}: {tail}"
    parts = wrapped(first, width - 3)
    lines: list[Line] = [(sign, Span(parts[0])), *((Span("     "), Span(part)) for part in parts[1:])]
    if wrong and finding.other is not None:
        lines += [(Span("     "), Span(part, "warn")) for part in wrapped(finding.problem, width - 5)]
    return lines


def _written(player: str, maps: Sequence[PathMap], width: int) -> list[Line]:
    texts = ["[[player]]", f"name = {toml(player)}", "path_map = ["]
    texts += [f"  {{from = {toml(one.source)}, to = {toml(one.target)}}}," for one in maps]
    return [(), *((Span("  "), Span(part, "strong")) for text in [*texts, "]"] for part in _kept(text, width - 2))]


def _kept(text: str, width: int) -> list[str]:
    """Return a line of configuration in as many as it takes, its indent kept."""
    indent = " " * (len(text) - len(text.lstrip()))
    return [indent + part for part in wrapped(text.strip(), width - len(indent))]
