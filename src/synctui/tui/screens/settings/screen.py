"""The settings: what holds, where it comes from, and how to change it."""

from __future__ import annotations

import asyncio
from collections.abc import Hashable, Iterable, Sequence

from textual.containers import Container
from textual.events import Resize
from textual.widget import Widget

from synctui.adapters.engines import Engine
from synctui.config.load import Key, Origin
from synctui.config.secrets import Secret
from synctui.errors import SyncTuiError
from synctui.library.prospect import Prospect, look
from synctui.model.library import LibraryRoot
from synctui.text import clip, clip_start, display
from synctui.tui.commands.command import Command
from synctui.tui.draw.line import Line, Span
from synctui.tui.draw.palette import Role
from synctui.tui.draw.wrap import wrapped
from synctui.tui.screens.place import Place
from synctui.tui.screens.players.form import FormScreen
from synctui.tui.screens.players.removing import made_up, remove_group, remove_player
from synctui.tui.screens.settings.adding import add_library, asked_folder, asked_kind, found_role, found_words
from synctui.tui.screens.settings.changing import asked
from synctui.tui.screens.settings.entries import View, entries
from synctui.tui.screens.settings.entry import Entry
from synctui.tui.screens.settings.keys import KeysScreen
from synctui.tui.screens.settings.players import needed
from synctui.tui.screens.settings.saving import overruled, put_back, save
from synctui.tui.screens.settings.wording import label, origin_words, value_words, wins
from synctui.tui.widgets.dialogs import Choice, Menu
from synctui.tui.widgets.lines import Lines
from synctui.tui.widgets.rows import RowList, Rows
from synctui.words import count

_LABEL, _VALUE, _ORIGIN = 19, 48, 21
_WIDE = 110
_PATIENCE = 30.0
_TEST_SECONDS = 10.0


class _Entries(Rows):
    def __init__(self) -> None:
        self.all: Sequence[Entry] = ()

    def count(self) -> int:
        return len(self.all)

    def line(self, index: int, width: int) -> Line:
        if index >= len(self.all):
            return ()
        one = self.all[index]
        if one.kind == "heading":
            return (Span(one.label, "strong"),)
        room = max(0, width - 2 - _LABEL - (_ORIGIN + 1 if one.origin else 0))
        room = min(room, _VALUE) if one.origin else room
        value = clip_start(one.value, room) if one.path else one.value
        name = Span(clip(one.label, _LABEL - 1), "dim" if one.role == "dim" else "text", _LABEL)
        if not one.origin:
            return (Span("  "), name, Span(value, one.role, room))
        set_here: Role = "accent" if one.origin == "settings" else "dim"
        return (
            Span("  "),
            name,
            Span(value, one.role, room),
            Span(" "),
            Span(clip_start(one.origin, _ORIGIN), set_here, _ORIGIN),
        )

    def key(self, index: int) -> Hashable:
        return self.all[index].id

    def find(self, key: Hashable) -> int | None:
        return next((index for index, one in enumerate(self.all) if one.id == key), None)


class SettingsScreen(Place):
    """Libraries, values of the configuration, engines and places."""

    place = "settings"
    title_word = "Settings"
    DEFAULT_CSS = """
    SettingsScreen #settings-body { height: 1fr; layout: vertical; }
    SettingsScreen #settings-list { height: 1fr; }
    SettingsScreen #settings-said { height: 5; }
    SettingsScreen.-wide #settings-body { layout: horizontal; }
    SettingsScreen.-wide #settings-list { width: 1fr; }
    SettingsScreen.-wide #settings-said { width: 44; height: 1fr; }
    """

    def __init__(self) -> None:
        super().__init__()
        self._wanted = ""

    def body(self) -> Iterable[Widget]:
        self._entries = _Entries()
        self._engines: Sequence[Engine] | None = None
        self._tested: dict[str, tuple[str, Role]] = {}
        self._bytes = 0
        with Container(id="settings-body"):
            yield RowList(self._entries, id="settings-list", gutter=True)
            yield Lines(height=None, id="settings-said")

    def point_at(self, id: str) -> None:
        """Put the cursor on an entry, as soon as it is there."""
        self._wanted = id
        if self.is_running and self.query(RowList):
            self._point()

    def _point(self) -> None:
        found = self._entries.find(self._wanted)
        self.query_one(RowList).move_to(1 if found is None else found, settle=True)

    # how things stand

    def answer(self) -> tuple[Line, Line]:
        loaded = self.home.launch.loaded
        roots = self.home.launch.libraries or loaded.config.roots()
        changed = len({key[:2] for key, origin in loaded.origins.items() if origin.layer == "settings"})
        left = count(len(roots), "library", "libraries") if roots else "no library yet"
        engine = loaded.config.subtitles.engine
        right = f"{count(changed, 'change')} made here" if changed else "nothing changed here"
        return (Span(left), Span(f"   engine {engine}")), (Span(right, "dim"),)

    def available(self, command: Command) -> str:
        entry = self._entry
        kind = entry.kind if entry is not None else "heading"
        match command.id:
            case "change":
                return {"setting": "change", "library": "change", "player": "change", "add": "add"}.get(kind, "")
            case "put_back":
                return "put back" if entry is not None and entry.origin == "settings" and kind == "setting" else ""
            case "remove":
                return "remove" if kind in ("library", "player") else ""
            case "test":
                return {"library": "test", "engine": "look again"}.get(kind, "")
        return command.label

    def on_mount(self) -> None:
        super().on_mount()
        self.set_class(self.size.width >= _WIDE, "-wide")
        self.show_entries()
        if self._wanted:
            # As soon as it is known which rows are on the screen.
            self.call_after_refresh(self._point)
        else:
            self._point()
        if self.home.house.ready:
            self.home.start(self._ask_engines(), name="engines")

    def on_resize(self, event: Resize) -> None:
        super().on_resize(event)
        self.set_class(event.size.width >= _WIDE, "-wide")
        self.call_after_refresh(self._say_entry)

    def opened(self) -> None:
        self.show_entries()
        self.home.start(self._ask_engines(), name="engines")

    def on_screen_resume(self) -> None:
        super().on_screen_resume()
        self.show_entries()

    def show_entries(self) -> None:
        """Show what holds now."""
        if not self.is_running or not self.query(RowList):
            return  # closed meanwhile
        home = self.home
        view = View(home.launch, home.launch.loaded, home.look.theme.name, self._engines, self._tested, self._bytes)
        now = entries(view)
        if now == self._entries.all:
            return
        self._entries.all = now
        self.query_one(RowList).reload()
        self._say_entry()
        self.update_frame()

    @property
    def _entry(self) -> Entry | None:
        rows = self.query_one(RowList)
        return self._entries.all[rows.cursor] if rows.cursor < len(self._entries.all) else None

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        event.stop()
        self._say_entry()
        self.update_frame()

    def _say_entry(self) -> None:
        entry = self._entry
        said = self.query_one("#settings-said", Lines)
        wide = self.has_class("-wide")
        width = (said.size.width or self.size.width) - 3
        lines: list[Line] = [] if wide else [(Span("─" * self.size.width, "rule"),)]
        edge = Span("│ ", "rule") if wide else Span(" ")
        for number, sentence in enumerate(entry.said if entry is not None else ()):
            for part in wrapped(sentence, width):
                lines.append((edge, Span(part, "text" if not number else "dim")))
            if wide:
                lines.append((edge,))
        if wide:
            lines += [(edge,)] * max(0, said.size.height - len(lines))
        said.show(*lines)

    # moving: headings are passed over

    def do_down(self) -> None:
        self._step(1)

    def do_up(self) -> None:
        self._step(-1)

    def _step(self, by: int) -> None:
        rows, index = self.query_one(RowList), self.query_one(RowList).cursor + by
        while 0 < index < len(self._entries.all) and self._entries.all[index].kind == "heading":
            index += by
        if 0 < index < len(self._entries.all):
            rows.move_to(index)
        elif index <= 0:
            rows.move_to(0)  # the first heading comes into view

    # commands

    async def do_change(self) -> None:
        entry = self._entry
        if entry is None:
            return
        if entry.kind == "library":
            await self._change_library(entry)
        elif entry.id == "add player":
            if not made_up(self.home):
                self.home.show(FormScreen())
        elif entry.kind == "add":
            await self.do_add()
        elif entry.kind == "player":
            self.do_down()
        elif entry.kind == "engine":
            await self.do_test()
        elif entry.key == ("ui", "keys"):
            self.home.show(KeysScreen())
        elif entry.kind == "setting":
            await self._change_value(entry.key)

    async def _change_value(self, key: Key) -> None:
        warning = wins(self.home.launch.loaded.origins.get(key, Origin()))
        value = await asked(self.home, key, warning)
        if value is None:
            return
        await save(self.home, key, value.reveal() if isinstance(value, Secret) else value)
        self.show_entries()
        if above := overruled(self.home, key):
            self.home.say(above, "warn")
        else:
            self.home.say(f"{label(key)}: {value_words(key, value, theme=self.home.look.theme.name)}")

    async def do_put_back(self) -> None:
        entry = self._entry
        if entry is None or entry.kind != "setting":
            self.home.say("there is nothing to put back here")
            return
        if needed(entry.key) and entry.key not in self.home.launch.loaded.below:
            self.home.say("it needs this to be what it is", "warn", hint="x on its row takes it out as a whole")
            return
        if not await put_back(self.home, entry.key):
            self.home.say(f"{entry.label} was not changed here")
            return
        self.show_entries()
        origin = self.home.launch.loaded.origins.get(entry.key, Origin())
        self.home.say(f"{entry.label} is as {'the default' if origin.layer == 'default' else origin_words(origin)} says")

    async def do_add(self) -> None:
        await add_library(self.home)

    async def do_remove(self) -> None:
        entry = self._entry
        if entry is not None and entry.kind == "player":
            await self._remove_player(entry)
            return
        if entry is None or entry.kind != "library" or not entry.key:
            self.home.say("the cursor is not on a library of yours")
            return
        name = entry.key[1]
        if entry.key in self.home.launch.loaded.below:
            _, place = self.home.launch.loaded.below[entry.key]
            self.home.say(
                f"{entry.label} stands in your own file, which is never changed", "warn", hint=f"remove it there: {place}"
            )
            return
        if self.home.launch.loaded.origins.get(entry.key, Origin()).layer != "settings":
            self.home.say(f"{entry.label} was not added here", "warn", hint=entry.said[-1])
            return
        said = "Its folder and files stay as they are; what is known of them is kept for when it comes back."
        choices = (Choice(False, "s", "leave it"), Choice(True, "x", "remove it from the list", "its files stay"))
        if await self.home.ask(Menu(f"Remove library {entry.label}?", choices, [said])):
            await put_back(self.home, ("library", name))
            self.show_entries()
            self.home.say(f"{entry.label} is no library any more; its files stay as they are")

    async def _remove_player(self, entry: Entry) -> None:
        section, name, _ = entry.key
        if (section == "player" and await remove_player(self, name)) or (
            section == "group" and await remove_group(self, name)
        ):
            self.show_entries()

    async def _change_library(self, entry: Entry) -> None:
        if not entry.key:
            self.home.say(entry.said[0])
            return
        choices = (
            Choice("test", "t", "test", "is its folder there, readable, writable; how much is in it"),
            Choice("kind", "k", "what is in it", "series, films, or both"),
            Choice("path", "p", "folder", "it was moved to another place"),
            Choice("remove", "x", "remove", "from the list; its files stay as they are"),
        )
        wish = await self.home.ask(Menu(entry.label, choices, [entry.said[0]]))
        if wish == "test":
            await self.do_test()
        elif wish == "remove":
            await self.do_remove()
        elif wish == "kind":
            await self._change_kind(entry)
        elif wish == "path":
            await self._change_path(entry)

    async def _change_kind(self, entry: Entry) -> None:
        found = await asyncio.to_thread(look, self._root(entry).path)
        kind = await asked_kind(self.home, found, f"What is in {entry.label}?")
        if kind is not None:
            await self._save_library(entry, "kind", kind)

    async def _change_path(self, entry: Entry) -> None:
        root = self._root(entry)
        others = [one for one in self.home.launch.loaded.config.roots() if one.name != root.name]
        found = await asked_folder(self.home, f"Where is {entry.label} now?", root.path, others)
        if found is not None and found.path != root.path:
            await self._save_library(entry, "path", found.path)

    async def _save_library(self, entry: Entry, field: str, value: str) -> None:
        key = (*entry.key[:2], field)
        await save(self.home, key, value)
        self.show_entries()
        self.home.say(overruled(self.home, key) or f"{entry.label}: {display(value)}")

    def _root(self, entry: Entry) -> LibraryRoot:
        return next(one for one in self.home.launch.loaded.config.roots() if one.name == entry.key[1])

    # tests

    async def do_test(self) -> None:
        entry = self._entry
        if entry is not None and entry.kind == "library":
            await self._test_library(entry)
        elif entry is not None and entry.kind == "engine":
            self.home.services.subtitles.engines.forget()
            await self._ask_engines()
            self.home.say(self._engine_words(entry.label), "text")
        else:
            self.home.say("libraries and engines can be tested", hint="put the cursor on one")

    async def _test_library(self, entry: Entry) -> None:
        roots = self.home.launch.libraries or self.home.launch.loaded.config.roots()
        root = next((one for one in roots if entry.id in (f"library {one.name}", f"demo {one.name}")), None)
        if root is None:
            return
        self.home.say(f"looking at {display(root.path)} …")
        try:
            async with asyncio.timeout(_PATIENCE):
                found = await asyncio.to_thread(look, root.path, seconds=_TEST_SECONDS)
        except TimeoutError:
            found = Prospect(root.path, "its disk does not answer", "is it mounted?")
        words, role = found_words(found), found_role(found)
        if not found.problem:
            words = f"it is there, can be read{' and written to' if found.writable else ''}: {words}"
        self._tested[root.path] = (words, "text" if role == "good" else role)
        self.show_entries()
        self.home.say(f"{entry.label}: {words}", role)

    async def _ask_engines(self) -> None:
        services = self.home.services
        try:
            self._bytes = await asyncio.to_thread(services.database.size)
            self._engines = await services.subtitles.engines.all()
        except SyncTuiError as error:
            self._engines = ()
            self.home.trouble(error)
        self.show_entries()

    def _engine_words(self, name: str) -> str:
        for engine in self._engines or ():
            if engine.name == name:
                return f"{name} {engine.version} runs" if engine.available else f"{name}: {engine.problem}; {engine.hint}"
        return f"{name} comes with SyncTUI"
