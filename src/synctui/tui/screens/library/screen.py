"""The library on the screen: the tree, what a filter found, what is marked, and what is done with it."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence

from textual.app import ComposeResult
from textual.containers import Horizontal
from textual.events import Resize
from textual.timer import Timer
from textual.widget import Widget
from textual.widgets import Input

from synctui import words
from synctui.errors import SyncTuiError
from synctui.model.library import LibraryRoot
from synctui.services import Services
from synctui.store import tree
from synctui.store.jumps import Spot
from synctui.tui.commands.command import Command
from synctui.tui.draw.line import Line, Span
from synctui.tui.screens.library import deeds, sources, standing
from synctui.tui.screens.library.filter import WRONG, Query
from synctui.tui.screens.library.filterbar import FilterBar
from synctui.tui.screens.library.following import Following
from synctui.tui.screens.library.listing import Listing
from synctui.tui.screens.library.marking import Marking
from synctui.tui.screens.library.marks import Marks
from synctui.tui.screens.library.outline import Outline, Row
from synctui.tui.screens.library.pages import DetailsScreen
from synctui.tui.screens.library.pane import Pane
from synctui.tui.screens.library.scanning import Scanning
from synctui.tui.screens.library.sources import Hits, Libraries, Source
from synctui.tui.screens.library.subjects import Subjects
from synctui.tui.widgets.dialogs import Choice, Menu
from synctui.tui.widgets.lines import Lines
from synctui.tui.widgets.rows import RowList

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


class LibraryScreen(Marking):
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
        self.scanning: Scanning | None = None
        self._services: Services | None = None
        self._tree: Outline | None = None
        self._libraries: Libraries | None = None
        self._configured: Sequence[LibraryRoot] = ()
        self._hits: Hits | None = None
        self._query = Query()
        self._following = Following(self._look_again)
        self._resting: Timer | None = None

    # the frame

    def compose(self) -> ComposeResult:
        for widget in super().compose():
            yield widget
            if widget.id == "frame-answer":
                yield FilterBar()

    def body(self) -> Iterable[Widget]:
        yield Horizontal(RowList(self.listing, id="rows"), Lines(height=None, id="empty"), Pane(), id="library")

    def on_mount(self) -> None:
        self._lay_out()
        super().on_mount()
        if self.home.house.ready:
            self.opened()

    def on_unmount(self) -> None:
        if self.scanning is not None:
            self.scanning.stop()

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

    @property
    def rows(self) -> RowList:
        """Return the list, whatever has the focus."""
        return self.query_one("#rows", RowList)

    @property
    def pane(self) -> Pane:
        """Return the details at the side."""
        return self.query_one(Pane)

    @property
    def bar(self) -> FilterBar:
        """Return where the filter is typed."""
        return self.query_one(FilterBar)

    def answer(self) -> tuple[Line, Line]:
        if self._libraries is None:
            return (Span("opening the library", "dim"),), ()
        if not self._configured:
            return (Span("no library yet", "dim"),), ()
        if self._hits is not None:
            return self._found()
        return standing.answer(self._libraries.counts), self._beside()

    def _beside(self) -> Line:
        scanning = self.scanning
        if scanning is not None and scanning.running:
            return (Span(f"looking at the disks: {words.count(scanning.files, 'file')}", "dim"),)
        if scanning is not None and scanning.brakes:
            return (Span("not all disks are there", "warn"),)
        return ()

    def _found(self) -> tuple[Line, Line]:
        assert self._hits is not None
        outline = self.listing.outline
        found = words.count(outline.top.total if outline is not None else 0, "video")
        counts = self._hits.counts
        line = (Span("/ ", "accent"), Span(self.bar.text, "strong"), Span("   "), Span(found, "strong"), Span("   "))
        return (*line, *standing.answer(counts)), ()

    def before_hints(self) -> Line:
        if self.listing.range is not None:
            return (Span(f"range of {len(self.listing.range)}", "strong"), Span("   "))
        return (Span(f"{len(self.marks):,} marked", "strong"), Span("   ")) if len(self.marks) else ()

    def available(self, command: Command) -> str:
        if command.place == "library" and not self.listing.count() and command.id not in ("add_library", "rescan", "filter"):
            return ""
        if command.id == "add_library":
            return "" if self._configured or self._services is None else command.label
        if command.id == "filter" and not self._configured:
            return ""
        return command.label

    # opening and following

    def opened(self) -> None:
        if not self.is_mounted:
            return
        services = self._services = self.home.services
        if self.scanning is not None:
            self.scanning.stop()
        self._configured = self.home.launch.libraries or services.libraries
        self._libraries = Libraries(services.database, [os.path.abspath(one.path) for one in self._configured])
        self._tree = self._outline(self._libraries)
        self._hits = None
        self.scanning = None
        self._empty()
        self.home.start(self._begin(services, self._tree), name="library")

    def _outline(self, source: Source) -> Outline:
        assert self._services is not None
        database = self._services.database
        outline = Outline(
            source,
            wanted=lambda: self._missing(outline),
            arrived=lambda places: self._arrived(outline, places),
            moved=lambda: self._moved(outline),
            visible=lambda: self._visible(outline),
            below=lambda entry: sources.below(database, entry),
        )
        return outline

    async def _begin(self, services: Services, outline: Outline) -> None:
        """Show what the index knows, then look at the disks."""
        await outline.load()
        if self._tree is not outline:
            return
        self._show(outline)
        if outline.count == 1:
            outline.open(0)
            self._show(outline)
        self.call_after_refresh(lambda: self.home.start(self._scan(services), name="scan"))

    async def _scan(self, services: Services, *, believe: bool = False) -> None:
        if self._services is not services or not self._configured:
            return
        ignore = services.loaded.config.subtitles.ignore
        scanning = self.scanning = Scanning(services.database, self._configured, ignore, self._scanned)
        try:
            await scanning.run(lambda text, hint: self.home.say(text, "warn", hint=hint), believe=believe)
        except SyncTuiError:
            # Closed below it, because the configuration changed or the application ends.
            if self.scanning is scanning and self.home.house.ready and self.home.is_running:
                raise

    def _scanned(self) -> None:
        self._following.touch(self.home, shape=True)
        self.update_frame()

    def refreshed(self) -> None:
        self._following.touch(self.home)

    async def _look_again(self, shape: bool) -> None:
        """Take over what changed in the store: what is on the screen, and the counts."""
        services, outline, libraries = self._services, self.listing.outline, self._libraries
        if services is None or outline is None or libraries is None:
            return
        try:
            if not await self._following.news(services.database) and not shape:
                return
            if outline is not self._tree:
                await libraries.total()
            if shape or (outline is not self._tree and self._query.states) or not outline.count:
                index = self.rows.cursor
                key = outline.row(index).key if index < outline.count else None
                first = not outline.count
                await outline.renew(key, self.rows.page)
                if first and outline.count == 1 and outline is self._tree:
                    outline.open(0)
                    self._moved(outline)
            else:
                outline.stale()
                await libraries.total()
        except SyncTuiError:
            if self._services is services and self.home.house.ready:
                raise
            return
        self._empty()
        self.update_frame()
        if self.pane.display:
            self.pane.look_again()

    def _empty(self) -> None:
        """Say what to do where there is nothing to see."""
        nothing = self._services is not None and not self._configured
        searched = self.scanning is not None and not self.scanning.running and not self.listing.count() and not self._hits
        self.set_class(nothing or searched, "-empty")
        lines: Sequence[str] = ()
        if nothing:
            key = self.home._key("library", "add_library")
            lines = [line.format(settings=key) for line in _NOTHING]
        elif searched:
            lines = ["Nothing was found in", *(library.path for library in self._configured), "", "R looks again."]
        self.query_one("#empty", Lines).show((), *((Span("   "), Span(line)) for line in lines))

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
        if outline is self.listing.outline and self.is_mounted:
            self.rows.redraw(places)
            if self.rows.cursor in places:
                self.rows.move_to(self.rows.cursor)
                self._rest()

    def _moved(self, outline: Outline) -> None:
        if outline is self.listing.outline and self.is_mounted:
            self.rows.reload()

    def _visible(self, outline: Outline) -> range:
        if outline is not self.listing.outline or not self.is_mounted:
            return range(0)
        top = self.rows.top
        return range(top, min(outline.count, top + self.rows.page))

    def _show(self, outline: Outline, *, keep: bool = False) -> None:
        self.listing.outline = outline
        self.listing.range = None
        self.rows.reload(keep=keep)
        self._empty()
        self._rest()
        self.update_frame()

    @property
    def row(self) -> Row | None:
        """Return the row under the cursor."""
        outline = self.listing.outline
        return outline.row(self.rows.cursor) if outline is not None and self.rows.cursor < outline.count else None

    async def subjects(self) -> Subjects:
        """Return what a command is about: the marks, or the row under the cursor."""
        await self.settle_range()
        return Subjects.of(self.home.services.database, self.marks.keys, self.row)

    # details

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        event.stop()
        self.cursor_moved()
        self._rest()

    def _rest(self) -> None:
        if not self.is_mounted or not self.pane.display:
            return
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(_REST_S, self._rested)

    def _rested(self) -> None:
        row = self.row
        if row is not None and self._services is not None:
            self.pane.look_at(self.home, row)

    def do_details(self) -> None:
        row = self.row
        if row is not None and row.entry is not None:
            self.home.show(DetailsScreen(row))

    # opening, closing, going to

    def do_open(self) -> None:
        if self.bar.typing:
            self._keep_filter()
            return
        outline, row, index = self.listing.outline, self.row, self.rows.cursor
        if outline is None or row is None:
            return
        if row.below is not None:
            outline.close(index)
        elif not outline.open(index):
            if row.entry is not None and row.entry.key[0] != "node":
                self.do_details()
            return
        self.rows.reload()

    def do_into(self) -> None:
        row = self.row
        if row is not None and row.below is not None:
            self.rows.move(1)
        else:
            self.do_open()

    def do_close(self) -> None:
        outline, index = self.listing.outline, self.rows.cursor
        if outline is None or not outline.count:
            return
        if outline.close(index):
            self.rows.reload()
        elif (above := outline.above(index)) is not None:
            self.rows.move_to(above, settle=True)

    async def go_to(self, spot: Spot) -> bool:
        """Put the cursor on a line of the tree, and open what it lies in; False when it is gone."""
        if self._tree is None:
            return False
        index = await self._tree.reveal(spot)
        if index is None:
            return False
        if self.listing.outline is not self._tree:
            self._leave_filter()
        self.rows.reload()
        self.rows.move_to(index, settle=True)
        return True

    async def do_next_off(self) -> None:
        await self._jump(backwards=False)

    async def do_previous_off(self) -> None:
        await self._jump(backwards=True)

    async def _jump(self, *, backwards: bool) -> None:
        if self._hits is not None:
            await self._jump_among_hits(backwards=backwards)
            return
        database = self.home.services.database
        spot = self.row.spot() if self.row is not None else None
        found = await tree.next_in_state(database, WRONG, spot, backwards=backwards)
        if found is None and spot is not None:
            found = await tree.next_in_state(database, WRONG, backwards=backwards)
            if found is not None:
                self.home.say("from the " + ("end" if backwards else "beginning") + " again", "dim")
        if found is None or not await self.go_to(found):
            self.home.say("nothing is off, refused, failed or wants a choice")

    async def _jump_among_hits(self, *, backwards: bool) -> None:
        assert self._hits is not None
        states = tuple(state for state in self._query.states if state in WRONG) or WRONG
        wrong = set(
            await tree.search_ids(
                self.home.services.database,
                self._query.words,
                states=states,
                languages=self._query.languages,
                limit=10_000_000,
            )
        )
        await self._step([id for id in await self._hits.ids() if id in wrong], backwards=backwards)

    # the filter

    def do_filter(self) -> None:
        self.bar.begin()

    async def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.bar.changed(self.home, self._search)

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self._keep_filter()

    def _keep_filter(self) -> None:
        self.bar.end()
        self.rows.focus()
        if not self.bar.text.strip():
            self._leave_filter()
        self.update_frame()

    async def _search(self, text: str) -> None:
        services, query = self._services, Query.of(text)
        if services is None:
            return
        self._query = query
        if not query:
            self.bar.tell((Span("is:off is:refused is:unchecked lang:de" if not text.strip() else "", "dim"),))
            if self._tree is not None and self._hits is not None:
                self._hits = None
                self._show(self._tree)
            return
        hits = Hits(services.database, query)
        outline = self._outline(hits)
        await outline.load()
        if not self.bar.typing and not self.bar.text:
            return
        self._hits = hits
        self._show(outline)
        told: Line = (Span(words.count(outline.top.total, "video"), "strong"), Span("  "), standing.summary(hits.counts))
        self.bar.tell((Span(f"nobody knows {query.unknown[0]}", "warn"),) if query.unknown else told)

    def _leave_filter(self) -> None:
        self.bar.clear()
        self._hits = None
        self._query = Query()
        if self._tree is not None and self.listing.outline is not self._tree:
            self._show(self._tree)

    async def _clear_filter(self) -> None:
        """Give the filter up, and stay on what it found."""
        row = self.row
        if self._hits is not None and len(self.bar.text.strip()) > 0:
            self.bar.remember(await self._hits.ids())
        spot = row.spot() if row is not None else None
        if spot is None or spot.file is None or not await self.go_to(spot):
            self._leave_filter()
        self._following.touch(self.home)

    async def do_next(self) -> None:
        await self._step_found(backwards=False)

    async def do_previous(self) -> None:
        await self._step_found(backwards=True)

    async def _step_found(self, *, backwards: bool) -> None:
        ids = await self._hits.ids() if self._hits is not None else self.bar.found
        if not ids:
            self.home.say("no filter has found anything", hint="/ begins one")
            return
        await self._step(ids, backwards=backwards)

    async def _step(self, ids: Sequence[int], *, backwards: bool) -> None:
        """Go to the next of some files, from the one under the cursor on."""
        if not ids:
            self.home.say("there is none among them")
            return
        row = self.row
        here = row.entry.row.id if row is not None and row.entry is not None and row.entry.key[0] == "file" else None
        order = {id: index for index, id in enumerate(await self._hits.ids() if self._hits is not None else ids)}
        at = order.get(here, -1) if here is not None else self.bar.at
        sign = -1 if backwards else 1
        beyond = [id for id in (reversed(ids) if backwards else ids) if sign * order[id] > sign * at] if at >= 0 else []
        wanted = (beyond or list(reversed(ids) if backwards else ids))[0]
        self.bar.at = order[wanted]
        if self._hits is not None and self.listing.outline is not None:
            self.rows.move_to(self.listing.outline.index_of(self.listing.outline.top, order[wanted]), settle=True)
            return
        nodes = await tree.path_to(self.home.services.database, wanted)
        if not nodes or not await self.go_to(Spot(nodes, wanted)):
            self.home.say("it is not there any more")

    def do_back(self) -> None:
        if self.listing.range is not None:
            self.drop_range()
        elif self.bar.typing or self._hits is not None:
            self.bar.end()
            self.rows.focus()
            self.home.start(self._clear_filter(), name="filter")
        else:
            self.home.back()

    # looking at the disks

    async def do_rescan(self) -> None:
        services = self.home.services
        if not self._configured:
            self.home.say("there is no library to look at", hint=f"{self.home._key('library', 'add_library')} adds one")
            return
        if self.scanning is not None and self.scanning.running:
            self.home.say("the disks are being looked at")
            return
        brakes = tuple(self.scanning.brakes.values()) if self.scanning is not None else ()
        believe = False
        if brakes:
            choices = (
                Choice(False, "l", "look again", "nothing is removed while so much is missing"),
                Choice(True, "b", "believe it", "forget in the index what is gone; no file is touched", "warn"),
            )
            said = [brake.message for brake in brakes]
            believe = await self.home.ask(Menu("Much of the library is missing", choices, said))
            if believe is None:
                return
        await self._scan(services, believe=believe)
        self.home.say(f"looked at {words.count(self.scanning.files if self.scanning else 0, 'file')}")

    def do_add_library(self) -> None:
        self.home.do_settings()

    # what is done with the marked rows

    async def do_sync(self) -> None:
        await deeds.sync(self.home, await self.subjects())

    async def do_check(self) -> None:
        await deeds.check(self.home, await self.subjects())

    async def do_engine(self) -> None:
        await deeds.engine(self.home, await self.subjects())

    async def do_restore(self) -> None:
        await deeds.restore(self.home, await self.subjects())

    async def do_undo(self) -> None:
        await deeds.undo(self.home, await self.subjects())

    async def do_ignore(self) -> None:
        await deeds.ignore(self.home, await self.subjects())
        self._following.touch(self.home)

    async def do_choose_video(self) -> None:
        if await deeds.choose_video(self.home, self.row):
            self._following.touch(self.home, shape=True)

    async def do_copy(self) -> None:
        await deeds.copy(self.home, await self.subjects())

    async def do_show_path(self) -> None:
        await deeds.show_path(self.home, await self.subjects())
