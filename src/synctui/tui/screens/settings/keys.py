"""Which key does what, and giving a command another one."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping
from typing import NamedTuple

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key, Resize
from textual.widget import Widget

from synctui.tui.commands.command import Command
from synctui.tui.commands.finding import matches
from synctui.tui.commands.keymap import Keymap
from synctui.tui.commands.keys import shown_key, wrong_key
from synctui.tui.commands.table import COMMANDS, PLACES
from synctui.tui.draw.line import Line, Span
from synctui.tui.draw.wrap import wrapped
from synctui.tui.screens.place import Place
from synctui.tui.screens.settings.saving import overruled, put_back, save
from synctui.tui.widgets.dialogs import Dialog
from synctui.tui.widgets.finder import Finder
from synctui.tui.widgets.lines import Lines
from synctui.tui.widgets.rows import RowList, Rows
from synctui.words import count

_KEY = ("ui", "keys")
_KEYS, _LABEL, _WIDE = 18, 17, 70
_DEFAULTS = {(one.place, one.id): one.keys for one in COMMANDS}


class _Row(NamedTuple):
    title: str
    command: Command | None = None


class _Commands(Rows):
    def __init__(self) -> None:
        self.rows: list[_Row] = []

    def count(self) -> int:
        return len(self.rows)

    def line(self, index: int, width: int) -> Line:
        if index >= len(self.rows):
            return ()
        title, command = self.rows[index]
        if command is None:
            return (Span(title, "strong"),)
        changed = command.keys != _DEFAULTS[command.place, command.id]
        keys = keys_words(command.keys)
        help = f"was {keys_words(_DEFAULTS[command.place, command.id])}. {command.help}" if changed else command.help
        room = max(0, width - 2 - _KEYS - _LABEL)
        return (
            Span("  "),
            Span(keys, "accent" if command.keys else "dim", _KEYS),
            Span(command.label, "text", _LABEL),
            Span(help, "warn" if changed else "dim", room),
        )

    def key(self, index: int) -> Hashable:
        row = self.rows[index]
        return (row.title, row.command.place, row.command.id) if row.command is not None else row.title

    def find(self, key: Hashable) -> int | None:
        return next((index for index in range(len(self.rows)) if self.key(index) == key), None)


class KeysScreen(Place):
    """All commands of all places with their keys."""

    place = "keys"
    title_word = "Keys"

    def body(self) -> Iterable[Widget]:
        self._commands = _Commands()
        yield Finder()
        yield RowList(self._commands, gutter=True)

    def answer(self) -> tuple[Line, Line]:
        keymap = self.home.keymap
        changed = sum(one.keys != _DEFAULTS[one.place, one.id] for one in keymap.commands)
        left: Line = (Span(f"{count(len(keymap.commands), 'command')}, {changed or 'no'} with other keys"),)
        if keymap.problems:
            return (*left, Span(f"   {keymap.problems[0]}", "warn")), ()
        return left, ()

    def available(self, command: Command) -> str:
        row = self._row
        changed = row is not None and row.keys != _DEFAULTS[row.place, row.id]
        if command.id == "put_back":
            return command.label if changed else ""
        if command.id == "put_all_back":
            return command.label if self.home.launch.loaded.config.ui.keys else ""
        return command.label

    def on_mount(self) -> None:
        super().on_mount()
        self._fill()
        self.query_one(RowList).move_to(1)

    def on_resize(self, event: Resize) -> None:
        super().on_resize(event)
        self.query_one(RowList).refresh()

    def on_finder_changed(self, event: Finder.Changed) -> None:
        event.stop()
        self._fill(keep=False)

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        event.stop()
        self.update_frame()

    def _fill(self, *, keep: bool = True) -> None:
        if not self.is_running or not self.query(RowList):
            return  # closed meanwhile
        text = self.query_one(Finder).value
        self._commands.rows = []
        for place, title in PLACES.items():
            own = [one for one in self.home.keymap.commands if one.place == place and matches(one, text)]
            if own:
                self._commands.rows += [_Row(title), *(_Row(title, one) for one in own)]
        rows = self.query_one(RowList)
        rows.reload(keep=keep)
        if not keep and len(self._commands.rows) > 1:
            rows.move_to(1)

    @property
    def _row(self) -> Command | None:
        rows = self.query_one(RowList)
        return self._commands.rows[rows.cursor].command if rows.cursor < len(self._commands.rows) else None

    def do_filter(self) -> None:
        self.query_one(Finder).open()

    def do_back(self) -> None:
        if not self.query_one(Finder).close():
            self.home.back()

    async def do_change(self) -> None:
        command = self._row
        if command is None:
            return
        now = dict(self.home.launch.loaded.config.ui.keys)
        key = await self.home.ask(KeyPrompt(command, now))
        if key is not None:
            await self._save({**now, name_of(command): keys_with(command, key)})

    async def do_put_back(self) -> None:
        command = self._row
        if command is None or command.keys == _DEFAULTS[command.place, command.id]:
            self.home.say("this key is as it was")
            return
        keys = dict(self.home.launch.loaded.config.ui.keys)
        for name in (name_of(command), command.id):
            keys.pop(name, None)
            if name in self._below:
                keys[name] = self._below[name]
        await self._save(keys)

    async def do_put_all_back(self) -> None:
        if await put_back(self.home, _KEY):
            self._fill()
            self.home.say("the keys are as your file or the default says")
        else:
            self.home.say("no key was changed here")

    @property
    def _below(self) -> Mapping[str, str]:
        found: Mapping[str, str] = self.home.launch.loaded.below.get(_KEY, ({},))[0]
        return found

    async def _save(self, keys: Mapping[str, str]) -> None:
        if keys == dict(self._below):
            await put_back(self.home, _KEY)
        else:
            await save(self.home, _KEY, keys)
        self._fill()
        if above := overruled(self.home, _KEY):
            self.home.say(above, "warn")


class KeyPrompt(Dialog):
    """Waits for the key that a command shall have; answers with it, with "" for none, or None for no change."""

    def __init__(self, command: Command, now: Mapping[str, str]) -> None:
        where = PLACES[command.place]
        place = f"Now it is {keys_words(command.keys)}."
        if len(command.keys) > 1:
            place = f"It takes the place of {shown_key(command.keys[0])}; {keys_words(command.keys[1:])} stays."
        said = (f"{command.help} ({where.lower()})", place)
        super().__init__(f"Press the new key for “{command.label}”", said)
        self._command = command
        self._now = now

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Lines(id="dialog-head")
            yield Lines(height=3, id="dialog-note")

    def on_mount(self) -> None:
        super().on_mount()
        self._note("esc leaves it as it is; backspace takes all its keys away, the palette still has it", "dim")

    def _note(self, text: str, role: str) -> None:
        lines: list[Line] = [(Span(part, "warn" if role == "warn" else "dim"),) for part in wrapped(text, _WIDE)]
        self.query_one("#dialog-note", Lines).show(*lines)

    def on_key(self, event: Key) -> None:
        event.stop()
        event.prevent_default()
        if event.key == "escape":
            self.dismiss(None)
            return
        if event.key == "backspace":
            self.dismiss("")
            return
        key = event.character if event.character and event.is_printable and event.character != " " else event.key
        if wrong := wrong_key(key) or self._taken(key):
            self._note(f"{shown_key(key)}: {wrong}; press another", "warn")
        else:
            self.dismiss(key)

    def _taken(self, key: str) -> str:
        before = set(Keymap.of(self._now).problems)
        after = Keymap.of({**self._now, name_of(self._command): keys_with(self._command, key)}).problems
        new = [problem for problem in after if problem not in before]
        if not new:
            return self._hidden(key)
        other = Keymap.of(self._now).command(self._command.place, key)
        return f"this is “{other.label}” here" if other is not None else new[0].removeprefix("[ui.keys]: ")

    def _hidden(self, key: str) -> str:
        """Tell where a place has that key for a command of its own, which would stand before one that holds everywhere."""
        keymap = Keymap.of(self._now)
        for one in COMMANDS if not self._command.place else ():
            own = keymap.find(one.place, one.id) if one.place and one.id != self._command.id else None
            if own is not None and key in own.keys:
                return f"it is “{own.label}” in {PLACES[one.place].lower()}"
        return ""


def name_of(command: Command) -> str:
    """Return what `[ui.keys]` calls a command."""
    return f"{command.place}.{command.id}" if command.place else command.id


def keys_with(command: Command, key: str) -> str:
    """Return the keys of a command, as `[ui.keys]` wants them, with another first one ("": without any)."""
    return " ".join(dict.fromkeys((key, *command.keys[1:]))) if key else ""


def keys_words(keys: tuple[str, ...]) -> str:
    """Return keys as a person reads them."""
    return "  ".join(shown_key(key) for key in keys) or "no key"
