"""One scene with everything that is known of it, and what can be changed of it here."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.events import Resize
from textual.widget import Widget

from synctui.text import display
from synctui.tui.commands.command import Command
from synctui.tui.draw.line import Line, Span
from synctui.tui.screens.library.clipboard import pasted
from synctui.tui.screens.place import Place
from synctui.tui.screens.reading import Reading
from synctui.tui.screens.stash.about import lines_of
from synctui.tui.screens.stash.doing import sync_scene
from synctui.tui.screens.stash.editing import edit_scene, put_back
from synctui.tui.screens.stash.known import Known, known
from synctui.tui.widgets.rows import RowList, TextRows

_KEYS = ("conflicts", "put_back", "edit")
_MARGIN = 5


class SceneScreen(Place):
    """A scene, named by the server's number."""

    place: ClassVar[str] = "scene"
    title_word: ClassVar[str] = "Scene"

    def __init__(self, number: int, name: str = "") -> None:
        super().__init__()
        self.number = number
        self._called = name
        self._known: Known | None = None
        self._looked = False
        self._reading = Reading(self, self._read, "scene")
        self._page = TextRows()
        self._view = RowList(self._page, id="body", gutter=False)

    def body(self) -> Iterable[Widget]:
        yield self._view

    def answer(self) -> tuple[Line, Line]:
        if self._looked and self._known is None:
            return (Span(f"there is no scene {self.number}", "warn"),), ()
        name = self._known.name if self._known is not None else self._called
        return (Span(display(name, 200), "strong"),), (Span(f"scene {self.number}", "dim"),)

    def available(self, command: Command) -> str:
        one = self._known
        if command.place != "scene":
            return command.label
        if one is None:
            return ""
        match command.id:
            case "put_back":
                return command.label if one.edits else ""
            case "conflicts":
                return command.label if one.conflicts else ""
            case "copy":
                return command.label if one.scene.files else ""
            case "edit":
                return command.label if one.deleted_at is None else ""
            case "sync":
                return command.label if self.home.services.stash.tools.settings.url else ""
        return command.label

    # reading

    def on_mount(self) -> None:
        super().on_mount()
        self.look()

    def on_resize(self, event: Resize) -> None:
        super().on_resize(event)
        self._lay()

    def opened(self) -> None:
        self.look()

    def refreshed(self) -> None:
        self.look()

    def look(self) -> None:
        """Read it again."""
        self._reading.ask()

    async def _read(self) -> None:
        found = await known(self.home.services, self.number)
        if self.stands and (found != self._known or not self._looked):
            self._known, self._looked = found, True
            self._lay()
            self.update_frame()

    def _lay(self) -> None:
        if self._known is not None and self.stands:
            keys = {id: self.home.key_of("scene", id) for id in _KEYS}
            lines = lines_of(self._known, self.size.width - _MARGIN, keys)
            self._page.lines = [(Span("  "), *line) for line in lines]
            self._view.reload()

    # doing

    async def do_edit(self) -> None:
        """Change a field."""
        if await edit_scene(self.home, self.number):
            self.look()

    async def do_put_back(self) -> None:
        """Let a field be the server's again."""
        if await put_back(self.home, self.number):
            self.look()

    def do_conflicts(self) -> None:
        """Show the conflicts of this scene."""
        from synctui.tui.screens.stash.conflicts import ConflictsScreen

        self.home.show(ConflictsScreen(self.number))

    def do_sync(self) -> None:
        """Preview asking the server for this scene."""
        name = self._known.name if self._known is not None else self._called
        sync_scene(self.home, self.number, name)

    def do_copy(self) -> None:
        """Send the path of the first file to the terminal's clipboard: as it is called here, where that is known."""
        if self._known is None or not self._known.scene.files:
            return
        theirs = self._known.scene.files[0].path
        self.home.copy_to_clipboard(pasted(self._known.here.get(theirs) or theirs))
        self.home.say("the path was sent to your terminal's clipboard")
