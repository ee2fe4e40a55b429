"""A new player: filled in row by row, tested before it is kept."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import replace
from typing import ClassVar

from textual.containers import Vertical
from textual.widget import Widget

from synctui import words
from synctui.config.schema import PathMap
from synctui.model.players import TITLES
from synctui.syncs.players.asking import Asked
from synctui.text import cells, display
from synctui.tui.commands.command import Command
from synctui.tui.draw.line import Line, Span
from synctui.tui.draw.palette import Role
from synctui.tui.draw.wrap import wrapped
from synctui.tui.screens.place import Place
from synctui.tui.screens.players.acting import asked_words, warmed
from synctui.tui.screens.players.draft import KINDS, SECRETS, Field, PlayerDraft, label, wrong_with
from synctui.tui.screens.players.login import PinDialog, plex_tv
from synctui.tui.screens.players.suggest import suggested
from synctui.tui.screens.settings.saving import save
from synctui.tui.screens.settings.wording import arrow, map_of
from synctui.tui.widgets.dialogs import Choice, Menu, Prompt
from synctui.tui.widgets.lines import Lines
from synctui.tui.widgets.rows import RowList, Rows

_LABEL = 12
_LAST = "test and save"
_LETTERS = {"kodi": "k", "jellyfin": "j", "emby": "e", "plex": "p"}
_HELP = {
    "kodi": "settings, services, control: allow remote control by HTTP",
    "jellyfin": "wants an API key: dashboard, API keys",
    "emby": "wants an API key: dashboard, API keys",
    "plex": "a token, or a login with a code at plex.tv",
}


class _Rows(Rows):
    def __init__(self) -> None:
        self.draft = PlayerDraft()

    def count(self) -> int:
        return len(self.draft.fields) + 1

    def line(self, index: int, width: int) -> Line:
        fields = self.draft.fields
        if index >= len(fields):
            return (Span(_LAST, "accent"),)
        name = fields[index]
        said = self.draft.shown(name)
        role: Role = "text" if said else "dim"
        return (Span(label(name), "dim", _LABEL), Span(said or self.draft.empty(name), role, max(1, width - _LABEL)))

    def key(self, index: int) -> Hashable:
        return index


class FormScreen(Place):
    """The form; what is saved becomes a [[player]] of the settings."""

    place: ClassVar[str] = "form"
    title_word: ClassVar[str] = "New player"
    DEFAULT_CSS = """
    FormScreen #form-said { height: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._source = _Rows()
        self._list = RowList(self._source, id="form-list")
        self._note = Lines(id="form-said", height=None)
        self._result: Sequence[Line] = ()
        self._busy = False

    def body(self) -> Iterable[Widget]:
        yield Vertical(self._list, self._note, id="body")

    @property
    def draft(self) -> PlayerDraft:
        """Return what is filled in."""
        return self._source.draft

    def answer(self) -> tuple[Line, Line]:
        said = "asking it …" if self._busy else "fill it in; it is tested before it is kept"
        return (Span(said),), (Span("nothing is saved yet", "dim"),)

    def available(self, command: Command) -> str:
        if command.id == "login":
            return command.label if self.draft.kind == "plex" else ""
        if command.id in ("test", "save"):
            return "" if self.draft.missing or self._busy else command.label
        return command.label

    def on_mount(self) -> None:
        super().on_mount()
        self._lay()
        self.home.start(self._begin(), name="form")

    def _lay(self) -> None:
        self._list.styles.height = self._source.count()
        self._list.reload()
        width = max(20, self.size.width - 6)
        kind = self.draft.kind
        lines: list[Line] = [(), *((Span(part, "dim"),) for part in wrapped(f"{TITLES[kind]}: {_HELP[kind]}.", width))]
        lines += [(), *self._result] if self._result else []
        self._note.show(*((Span("   "), *line) for line in lines))
        self.update_frame()

    # filling in

    async def _begin(self) -> None:
        if await self._ask_kind():
            self._list.move_to(1)

    def _fill(self, draft: PlayerDraft) -> None:
        self._source.draft = draft
        self._result = ()
        self._lay()

    async def do_change(self) -> None:
        """Fill in the row under the cursor, and go on to the next."""
        at, fields = self._list.cursor, self.draft.fields
        if at >= len(fields):
            await self.do_save()
            return
        name = fields[at]
        if name == "kind":
            done = await self._ask_kind()
        elif name == "path_map":
            done = await self._ask_maps()
        elif name == "token" and self.draft.kind == "plex":
            done = await self._ask_plex_token()
        else:
            done = await self._ask_text(name)
        if done:
            self._list.move_to(at + 1)

    async def _ask_kind(self) -> bool:
        choices = [Choice(kind, _LETTERS[kind], TITLES[kind], _HELP[kind]) for kind in KINDS]
        kind = await self.home.ask(Menu("What is it?", choices, safe=KINDS.index(self.draft.kind)))
        if kind is None:
            return False
        self._fill(self.draft.with_text("kind", str(kind)))
        return True

    async def _ask_text(self, name: Field) -> bool:
        taken = {player.name for player in self.home.launch.loaded.config.player}

        async def check(text: str) -> str:
            return wrong_with(name, text, taken)

        secret = name in SECRETS
        now = "" if secret else self.draft.shown(name)
        if name == "url" and not now:
            now = "http://"
        kept = "It is kept in a file that only you can read, and never shown again."
        said = [kept if secret else self.draft.empty(name)]
        answer = await self.home.ask(Prompt(label(name), display(now) if now else "", said, check=check, secret=secret))
        if answer is None:
            return False
        self._fill(self.draft.with_text(name, str(answer)))
        return True

    async def _ask_plex_token(self) -> bool:
        choices = (
            Choice("login", "c", "log in with a code", "at plex.tv/link, on any device"),
            Choice("paste", "t", "type or paste a token", "where you have one"),
        )
        wish = await self.home.ask(Menu("How does Plex know you?", choices))
        if wish == "login":
            return await self._log_in()
        return await self._ask_text("token") if wish == "paste" else False

    async def do_login(self) -> None:
        """Log in at plex.tv with a code."""
        if self.draft.kind != "plex":
            self.home.say("that is for Plex only", "dim")
        else:
            await self._log_in()

    async def _log_in(self) -> bool:
        client = self.home.services.players.tools.client_id
        token = await self.home.ask(PinDialog(lambda: plex_tv(client)))
        if token is None:
            return False
        self._fill(self.draft.with_text("token", token.reveal()))
        self.home.say("logged in at plex.tv", "good")
        return True

    async def _ask_maps(self) -> bool:
        async def check(text: str) -> str:
            return "" if not text.strip() or map_of(text) is not None else "two folders with → or = between them"

        said: list[Line | str] = ["A folder here, and what the player calls it, as in /media = smb://nas/media"]
        said += [(Span(arrow(one), "dim"),) for one in self.draft.path_map]
        said += ["Nothing at all takes those away."] if self.draft.path_map else []
        answer = await self.home.ask(Prompt("path map", "", said, check=check))
        if answer is None:
            return False
        one = map_of(str(answer))
        maps = () if one is None else (*(each for each in self.draft.path_map if each.source != one.source), one)
        self._with_maps(maps)
        return one is None

    def _with_maps(self, maps: Sequence[PathMap]) -> None:
        self._fill(replace(self.draft, path_map=tuple(maps)))

    # testing and saving

    async def do_test(self) -> None:
        """Ask the player with what is filled in."""
        if not self._wants():
            await self._ask()

    async def do_save(self) -> None:
        """Ask the player, offer path maps, and keep it; when it does not answer, only after asking."""
        if self._wants():
            return
        asked = await self._ask()
        if asked is None:
            return
        if asked.look is None:
            said = f"{asked.problem}; {asked.hint}" if asked.hint else asked.problem
            choices = (
                Choice(False, "b", "go back", "and mend it"),
                Choice(True, "s", "save it anyway", "it is told when it answers"),
            )
            if not await self.home.ask(Menu("It cannot be used as it is", choices, [said])):
                return
        elif not await self._maps_offered(asked):
            return
        await self._keep(asked)

    def _wants(self) -> bool:
        """Tell whether something is missing, and go there."""
        missing = self.draft.missing
        if missing is not None:
            self._list.move_to(self.draft.fields.index(missing))
            self.home.say(f"it wants {'a name' if missing == 'name' else 'an address'} first", "warn")
        return missing is not None or self._busy

    async def _ask(self) -> Asked | None:
        draft = self.draft
        self._busy = True
        self._result = ()
        self._lay()
        try:
            await warmed()
            asked = await self.home.services.players.ask(draft.settings, note=False)
        finally:
            self._busy = False
            self.update_frame()
        if draft is not self.draft or not self.stands:
            return None
        text, hint, good = asked_words(draft.name, TITLES[draft.kind], asked, "")
        width = max(20, self.size.width - 6)
        role: Role = "good" if good else "warn" if asked.look is not None else "error"
        lines: list[Line] = [(Span(part, role),) for part in wrapped(text, width)]
        lines += [(Span(part, "dim"),) for part in wrapped(hint, width)] if hint else []
        for finding in asked.uncovered:
            lines += [(Span("  " + part),) for part in wrapped(f"{display(finding.path)}: {finding.problem}", width - 2)]
        self._result = lines
        self._lay()
        return asked

    async def _maps_offered(self, asked: Asked) -> bool:
        """Offer the maps that suggest themselves; False when the question was given up."""
        libraries = self.home.services.players.tools.libraries
        look = asked.look
        more = suggested(self.draft.path_map, libraries, look.roots) if look is not None and look.roots_known else ()
        if not more:
            return True
        said: list[Line | str] = [f"{words.count(len(more), 'folder')} of yours seem to be these of the player:"]
        said += [(Span("  "), Span(arrow(one), "strong")) for one in more[:8]]
        if any(cells(arrow(one)) > 66 for one in more):
            said = [said[0], *(arrow(one) for one in more[:8])]
        choices = (
            Choice("take", "t", "take them", "files are then told by the player's own names"),
            Choice("leave", "l", "without them", "they can be written later"),
        )
        wish = await self.home.ask(Menu("Path map", choices, said))
        if wish == "take":
            self._with_maps((*self.draft.path_map, *more))
        return wish is not None

    async def _keep(self, asked: Asked) -> None:
        draft = self.draft
        await save(self.home, ("player", draft.name), draft.table)
        hint = f"{self.home.key_of('players', 'sync')} tells it what changed" if asked.look is not None else ""
        self.home.back()
        self.home.say(f"{draft.name} is added", "good" if asked.look is not None else "warn", hint=hint)
