"""The details of one row on a page of their own, and whole paths to be selected by hand."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.events import Resize
from textual.widget import Widget

from synctui.errors import SyncTuiError
from synctui.syncs.subtitles.details import Details
from synctui.syncs.subtitles.picture import Picture
from synctui.text import display
from synctui.tui.draw.line import Line, Span
from synctui.tui.draw.pictures import picture_lines
from synctui.tui.draw.wrap import wrapped
from synctui.tui.screens.library.about import About, lines_of
from synctui.tui.screens.library.branch import Row
from synctui.tui.screens.library.clipboard import shell_form
from synctui.tui.screens.library.doing import Doing
from synctui.tui.screens.library.looking import Looking
from synctui.tui.screens.library.pane import command_keys
from synctui.tui.screens.library.subjects import Subjects
from synctui.tui.screens.place import Place
from synctui.tui.widgets.rows import RowList, TextRows


class _Pages(Place):
    """A page of text that is moved through by the line."""

    def __init__(self) -> None:
        super().__init__()
        self.page = TextRows()
        self.view = RowList(self.page, id="body")

    def body(self) -> Iterable[Widget]:
        yield self.view

    def on_mount(self) -> None:
        super().on_mount()
        self.call_after_refresh(self._lay)

    def on_resize(self, event: Resize) -> None:
        super().on_resize(event)
        self._lay()

    def _lay(self) -> None:
        self.page.lines = self.text(max(20, self.size.width - 5))
        self.view.reload()

    def text(self, width: int) -> Sequence[Line]:
        """Return the lines of the page."""
        raise NotImplementedError


class DetailsScreen(_Pages, Doing):
    """What is told about one row."""

    place: ClassVar[str] = "details"
    title_word: ClassVar[str] = "Details"

    def __init__(self, row: Row) -> None:
        super().__init__()
        self._row = row
        self._about: About | None = None
        self._looking = Looking(self._told)
        self._picture: Picture | None = None
        self._drawn: Details | None = None

    def on_mount(self) -> None:
        super().on_mount()
        self._looking.look_at(self.home, self._row)

    def answer(self) -> tuple[Line, Line]:
        entry = self._row.entry
        return (Span(entry.label if entry is not None else "", "strong"),), ()

    def refreshed(self) -> None:
        if self.is_mounted:
            self._looking.look_again(self.home)

    def _told(self, about: About) -> None:
        if about != self._about:
            self._about = about
            self._lay()

            self._draw(about.details)

    def text(self, width: int) -> Sequence[Line]:
        if self._about is None:
            return ()
        lines = lines_of(self._about, width, command_keys(self.home))
        return lines if self._picture is None else [*lines, (), *picture_lines(self._picture, width)]

    def _draw(self, details: Details | None) -> None:
        """Have the last alignment drawn, once for every state of the subtitle."""
        if details is not None and details != self._drawn and details.numbers:
            self._drawn = details
            self.home.start(self._drawing(details), name="picture")

    async def _drawing(self, details: Details) -> None:
        try:
            picture = await self.home.services.subtitles.picture_of(details.path, 2 * max(20, self.size.width))
        except SyncTuiError:
            return  # without a picture the numbers say it
        if details is self._drawn:
            self._picture = picture
            self._lay()

    # what its commands are about

    async def subjects(self) -> Subjects:
        return Subjects.of(self.home.services.database, (), self._row)

    @property
    def row(self) -> Row | None:
        return self._row

    def decided(self) -> None:
        self.refreshed()


class PathScreen(_Pages):
    """Whole paths, each from the first column on, to be selected with the mouse or copied by hand."""

    place: ClassVar[str] = "path"
    title_word: ClassVar[str] = "Path"

    def __init__(self, paths: Sequence[str]) -> None:
        super().__init__()
        self._paths = paths

    def answer(self) -> tuple[Line, Line]:
        hostile = any(display(path) != path for path in self._paths)
        said = "what cannot be shown stands below as a shell writes it" if hostile else "to select it by hand"
        return (Span(said, "dim"),), ()

    def text(self, width: int) -> Sequence[Line]:
        lines: list[Line] = []
        for path in self._paths:
            lines += [(Span(line),) for line in wrapped(path, width)]
            if display(path) != path:
                lines += [(Span(line, "dim"),) for line in wrapped(shell_form(path), width)]
            lines.append(())
        return lines[:-1]
