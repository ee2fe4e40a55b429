"""The library on the screen: the tree, what a filter found, what is marked, and what is done with it."""

from __future__ import annotations

from collections.abc import Coroutine, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.events import Resize
from textual.timer import Timer
from textual.widget import Widget

from synctui import words
from synctui.errors import SyncTuiError
from synctui.text import cells
from synctui.tui.commands.command import Command
from synctui.tui.draw.line import Line, Span, fit
from synctui.tui.screens.library import standing
from synctui.tui.screens.library.filter import Query
from synctui.tui.screens.library.filterbar import FilterBar
from synctui.tui.screens.library.following import Following
from synctui.tui.screens.library.listing import Listing
from synctui.tui.screens.library.marks import Marks
from synctui.tui.screens.library.opening import Opening
from synctui.tui.screens.library.pane import Pane
from synctui.tui.widgets.lines import Lines
from synctui.tui.widgets.rows import RowList

if TYPE_CHECKING:
    from synctui.services import Services
    from synctui.tui.screens.library.branch import Row
    from synctui.tui.screens.library.outline import Outline
    from synctui.tui.screens.library.sources import Hits
    from synctui.tui.screens.library.subjects import Subjects

_WIDE = 110
_WIDEST_LIST = 100
_REST_S = 0.08
_NOTHING: tuple[str, ...] = (
    "There is no library yet.",
    "",
    "A library is a folder with videos and the subtitles beside them.",
    "{settings}  adds one by its path; what is in it is then shown here.",
    "",
    "Without a library of your own:  synctui --demo",
)


class LibraryScreen(Opening):
    """Libraries, shows, seasons, videos and their subtitles, with how they stand."""

    DEFAULT_CSS = """
    LibraryScreen #library { height: 1fr; width: 1fr; }
    LibraryScreen #rows { width: 1fr; }
    LibraryScreen #empty { height: 1fr; width: 1fr; display: none; }
    LibraryScreen.-empty #rows { display: none; }
    LibraryScreen.-empty #empty { display: block; }
    """
    place = "library"
    title_word = "Library"
    AUTO_FOCUS = "#rows"

    def __init__(self) -> None:
        super().__init__()
        self.marks = Marks()
        self.listing = Listing(None, self.marks)
        # Kept here: what arrives late must find them also while the screen is being closed.
        self.view = RowList(self.listing, id="rows")
        self.nothing = Lines(height=None, id="empty")
        self.pane = Pane()
        self.bar = FilterBar()
        self._hits: Hits | None = None
        self._query = Query()
        self._following = Following(self._look_again)
        self._resting: Timer | None = None
        self._composed = False

    # the frame

    def compose(self) -> ComposeResult:
        for widget in super().compose():
            yield widget
            if widget.id == "frame-answer":
                yield self.bar

    def body(self) -> Iterable[Widget]:
        yield Horizontal(self.view, self.nothing, self.pane, id="library")

    def on_mount(self) -> None:
        self._composed = True
        self._lay_out()
        super().on_mount()
        self.begin()

    def on_resize(self, event: Resize) -> None:
        self._lay_out()
        super().on_resize(event)

    def _lay_out(self) -> None:
        width = self.size.width
        pane = self.pane
        pane.display = width >= _WIDE
        if pane.display:
            taken = min(_WIDEST_LIST, max(72, width * 5 // 8))
            pane.styles.width = width - taken
            self._rest()

    def answer(self) -> tuple[Line, Line]:
        if self._libraries is None or self.listing.memory is not None:
            memory = self.listing.memory
            return memory.answer if memory is not None else (Span("opening the library", "dim"),), ()
        if not self._configured:
            return (Span("no library yet", "dim"),), ()
        if self._hits is not None:
            return self._found()
        beside = self._beside()
        taken = sum(cells(fit(span)) + 3 for span in beside)
        return standing.answer(self._libraries.counts, self.size.width - 2 - taken), beside

    def _beside(self) -> Line:
        scanning = self.scanning
        if scanning is not None and scanning.running:
            return (Span(f"looking at the disks: {words.count(scanning.files, 'file')}", "dim"),)
        if scanning is not None and scanning.brakes:
            return (Span("not all disks are there", "warn"),)
        return ()

    def before_hints(self) -> Line:
        if self.bar.typing:
            return (
                Span("enter", "accent"),
                Span(" keep it   ", "dim"),
                Span("esc", "accent"),
                Span(" give it up   ", "dim"),
            )
        if self.listing.range is not None:
            return (Span(f"range of {len(self.listing.range)}", "strong"), Span("   "))
        return (Span(f"{len(self.marks):,} marked", "strong"), Span("   ")) if len(self.marks) else ()

    def available(self, command: Command) -> str:
        if self.bar.typing:
            return ""
        if command.place == "library" and self.at_catalogue:
            return {"open": "open", "sync": "sync", "filter": command.label}.get(command.id, "")
        if command.place == "library" and not self.listing.count() and command.id not in ("add_library", "rescan", "filter"):
            return ""
        if command.id == "add_library":
            return "" if self._configured or self._services is None else command.label
        if command.id == "filter" and not self._configured:
            return ""
        return command.label

    # following

    def _scanned(self) -> None:
        self._following.touch(self.home, shape=True)
        self.update_frame()

    def refreshed(self) -> None:
        self._following.touch(self.home)

    async def _look_again(self, shape: bool) -> None:
        """Take over what changed in the store: what is on the screen, and the counts."""
        services, index, outline, libraries = self._services, self._index, self.listing.outline, self._libraries
        if index is None or outline is None or libraries is None:
            return
        try:
            if not await self._following.news(index.database) and not shape:
                return
            if outline is not self._tree:
                await libraries.total()
            if shape or (outline is not self._tree and self._query.states) or not outline.count:
                cursor = self.view.cursor
                key = outline.row(cursor).key if cursor < outline.count else None
                if not outline.count and outline is self._tree:
                    await self._first_rows(outline)
                elif not await outline.renew(key, self.view.page):
                    self._following.touch(self.home, shape=True)
            else:
                outline.stale()
                await libraries.total()
            if shape and services is not None:
                await self.forget_gone()
            if services is not None:
                await self._look_at_catalogue(services)
        except SyncTuiError:
            if self._services is services and self.home.house.ready:
                raise
            return
        self._empty()
        self.update_frame()
        self.remember()
        if self.pane.display:
            self.pane.look_again()

    async def _look_at_catalogue(self, services: Services) -> None:
        listing = self.listing
        before = listing.count()
        if await listing.catalogue.look(services, self.home) and listing.outline is not None:
            if listing.count() != before:
                self.view.reload()
            else:
                self.view.redraw((listing.outline.count,))

    def _empty(self) -> None:
        """Say what to do where there is nothing to see."""
        nothing = self._services is not None and not self._configured
        searched = self.scanning is not None and not self.scanning.running and not self.listing.count() and not self._hits
        self.set_class(nothing or searched, "-empty")
        lines: Sequence[str] = ()
        if nothing:
            key = self.home.key_of("library", "add_library")
            lines = [line.format(settings=key) for line in _NOTHING]
        elif searched:
            lines = ["Nothing was found in", *(library.path for library in self._configured), "", "R looks again."]
        self.nothing.show((), *((Span("   "), Span(line)) for line in lines))

    # what outlines tell

    def _missing(self, outline: Outline) -> None:
        self.home.start(self._fetch(outline), name="lines")

    async def _fetch(self, outline: Outline) -> None:
        services = self._services
        try:
            await outline.fetch()
        except SyncTuiError:
            if self._services is services and self.home.house.ready:
                raise

    def _arrived(self, outline: Outline, places: list[int]) -> None:
        if outline is self.listing.outline:
            self.view.redraw(places)
            if self.view.cursor in places:
                self.view.move_to(self.view.cursor)
                self._rest()

    def _moved(self, outline: Outline) -> None:
        if outline is self.listing.outline:
            self.view.reload()
            self._rest()

    def _visible(self, outline: Outline) -> range:
        if outline is not self.listing.outline:
            return range(0)
        top = self.view.top
        return range(top, min(outline.count, top + self.view.page))

    def _show(self, outline: Outline) -> None:
        self.listing.outline = outline
        self.listing.whole = outline is self._tree and bool(self._configured)
        self.listing.range = None
        self.view.reload(keep=False)
        self._empty()
        self._rest()
        self.update_frame()

    @property
    def row(self) -> Row | None:
        """Return the row under the cursor."""
        outline = self.listing.outline
        return outline.row(self.view.cursor) if outline is not None and self.view.cursor < outline.count else None

    # details

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        event.stop()
        self.cursor_moved()
        self._rest()

    def _rest(self) -> None:
        if not self._composed or not self.pane.display:
            return
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(_REST_S, self._rested)

    def _rested(self) -> None:
        row = self.row
        if row is not None and self.home.house.ready:
            self.pane.look_at(self.home, row)

    def do_details(self) -> None:
        row = self.row
        if row is not None and row.entry is not None:
            from synctui.tui.screens.library.pages import DetailsScreen

            self.home.show(DetailsScreen(row))

    # opening, closing, going to

    @property
    def at_catalogue(self) -> bool:
        """Tell whether the cursor is on the row of the catalogue."""
        return self.listing.at_catalogue(self.view.cursor)

    def do_open(self) -> Coroutine[Any, Any, None] | None:
        if self.bar.typing:
            return self._keep_filter()
        if self.at_catalogue:
            self.home.do_stash()
            return None
        self._open()
        return None

    def _open(self) -> None:
        outline, row, index = self.listing.outline, self.row, self.view.cursor
        if outline is None or row is None:
            return
        if row.below is not None:
            outline.close(index)
        elif not outline.open(index):
            if row.entry is not None and row.entry.key[0] != "node":
                self.do_details()
            return
        self.view.reload()

    def do_into(self) -> None:
        row = self.row
        if self.at_catalogue:
            self.home.do_stash()
        elif row is not None and row.below is not None:
            self.view.move(1)
        else:
            self._open()

    def do_close(self) -> None:
        outline, index = self.listing.outline, self.view.cursor
        if outline is None or not outline.count or self.at_catalogue:
            return
        if outline.close(index):
            self.view.reload()
        elif (above := outline.above(index)) is not None:
            self.view.move_to(above, settle=True)

    def do_back(self) -> Coroutine[Any, Any, None] | None:  # type: ignore[override]
        if self.listing.range is not None:
            self.drop_range()
        elif self.bar.typing or self._hits is not None:
            self.bar.end()
            self.set_focus(self.view)
            return self._clear_filter()
        else:
            self.home.back()
        return None

    async def do_add_library(self) -> None:
        from synctui.tui.screens.settings.adding import add_library

        await add_library(self.home)

    # what is done with the marked rows

    async def do_sync(self) -> None:
        if self.at_catalogue and not len(self.marks) and self.listing.range is None:
            from synctui.tui.screens.stash.doing import sync_all

            sync_all(self.home)
        else:
            await super().do_sync()

    async def subjects(self) -> Subjects:
        from synctui.tui.screens.library.subjects import Subjects

        if self.bar.searching:
            await self.bar.settled()  # what is found is meant, not what stands there until then
        row, database = self.row, self.home.services.database
        await self.settle_marks()
        if not len(self.marks) and self._hits is not None and self._query.narrow and row is not None:
            from synctui.tui.screens.library.sources import meant

            if row.subtitle is None and row.entry is not None:
                # What the filter names is meant, not what else belongs to the video.
                return Subjects(database, tuple(meant(row.entry.row, self._query)), row.entry.label)
        return Subjects.of(database, self.marks.keys, row)

    def decided(self) -> None:
        self._following.touch(self.home, shape=True)
