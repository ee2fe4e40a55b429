"""Opening the library: first what the index knows, then the services, then the look at the disks behind it all."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING

from synctui import words
from synctui.errors import SyncTuiError
from synctui.tui.memory import Memory, keep, recall
from synctui.tui.screens.library.filter import Query
from synctui.tui.screens.library.finding import Finding
from synctui.tui.widgets.dialogs import Choice, Menu

if TYPE_CHECKING:
    from synctui.model.root import LibraryRoot
    from synctui.services import Services
    from synctui.store.database import Database
    from synctui.tui.screens.library.outline import Outline
    from synctui.tui.screens.library.scanning import Scanning
    from synctui.tui.screens.library.sources import Index, Libraries, Source

_REMEMBER_S = 10.0


class Opening(Finding):
    """The part of the library's screen that opens the index and keeps it in step with the disks."""

    scanning: Scanning | None = None
    _services: Services | None = None
    _index: Index | None = None
    _peeked: Database | None = None
    _libraries: Libraries | None = None
    _configured: Sequence[LibraryRoot] = ()
    _composed = False
    _kept_at = 0.0

    def _empty(self) -> None:
        """Say what to do where there is nothing to see."""
        raise NotImplementedError

    def _scanned(self) -> None:
        """Take over that a look at the disks has got further."""
        raise NotImplementedError

    def _missing(self, outline: Outline) -> None:
        raise NotImplementedError

    def _arrived(self, outline: Outline, places: list[int]) -> None:
        raise NotImplementedError

    def _moved(self, outline: Outline) -> None:
        raise NotImplementedError

    def _rest(self) -> None:
        """Tell about the row under the cursor, when it has rested there for a moment."""
        raise NotImplementedError

    def _visible(self, outline: Outline) -> range:
        raise NotImplementedError

    def begin(self) -> None:
        """Show what there is, as soon as it can be read."""
        if self.home.house.ready:
            self.opened()
            return
        memory = self.listing.memory = recall(self.home.launch)
        if memory is None:
            self._begin_to_peek()
            return
        self.view.stand(memory.cursor, memory.top)
        # What is in memory is drawn before anything that reads the index is even loaded.
        self.call_after_refresh(self._begin_to_peek)

    def _begin_to_peek(self) -> None:
        self.home.start(self._peek(), name="peek")

    async def _peek(self) -> None:
        """Show what the index knows before all that works on it is there."""
        try:
            await self._look_first()
        finally:
            self.call_after_refresh(self.home.house.seen)

    async def _look_first(self) -> None:
        launch = self.home.launch
        roots = launch.libraries or launch.loaded.config.roots()
        if not roots:
            return
        from synctui.store.database import Database
        from synctui.tui.screens.library.sources import Index

        try:
            database = await Database.open(launch.paths.database, readonly=True)
        except SyncTuiError:
            return  # whoever opens it for good says what is wrong with it
        if self._index is not None:
            await database.close()
            return
        self._peeked = database
        await self._first_rows(self._start_over(Index(database), roots))

    def on_unmount(self) -> None:
        if (memory := self._memory()) is not None:
            keep(self.home.launch, memory)
        if self.scanning is not None:
            self.scanning.stop()

    def remember(self) -> None:
        """Keep what is on the screen for the next start, now and then."""
        if time.monotonic() - self._kept_at > _REMEMBER_S and (memory := self._memory()) is not None:
            self._kept_at = time.monotonic()
            self.home.start(asyncio.to_thread(keep, self.home.launch, memory), name="remember")

    def _memory(self) -> Memory | None:
        """Return what is on the screen; None while it is not the tree, or not read yet."""
        outline, view = self.listing.outline, self.view
        if outline is None or outline is not self._tree or not outline.count or view.line_width <= 0:
            return None
        width = view.line_width
        rows = tuple(self.listing.line(index, width) for index in view.on_screen())
        return Memory(width, self.listing.count(), view.top, view.cursor, self.answer()[0], rows, outline.top.open_nodes())

    def opened(self) -> None:
        if not self._composed:
            return
        from synctui.tui.screens.library.sources import Index

        services = self._services = self.home.services
        if self.scanning is not None:
            self.scanning.stop()
        self.scanning = None
        roots = self.home.launch.libraries or services.libraries
        if self._index is not None and roots == self._configured:
            # What is open stays open.
            self._index.database = services.database
        else:
            self._start_over(Index(services.database), roots)
        self._empty()
        self.home.start(self._go_on(services), name="library")

    def _start_over(self, index: Index, roots: Sequence[LibraryRoot]) -> Outline:
        from synctui.tui.screens.library.sources import Libraries

        if self._hits is not None:
            self.bar.end()
            self.bar.clear()
            self._query = Query()
        self._index, self._configured = index, roots
        self._libraries = Libraries(index, [os.path.abspath(one.path) for one in roots])
        self._tree = self._outline(self._libraries)
        self._hits = None
        return self._tree

    def _outline(self, source: Source) -> Outline:
        index = self._index
        assert index is not None
        from synctui.tui.screens.library import sources
        from synctui.tui.screens.library.outline import Outline

        outline = Outline(
            source,
            wanted=lambda: self._missing(outline),
            arrived=lambda places: self._arrived(outline, places),
            moved=lambda: self._moved(outline),
            shaken=self._scanned,
            visible=lambda: self._visible(outline),
            below=lambda entry: sources.below(index, entry),
        )
        return outline

    async def _go_on(self, services: Services) -> None:
        """Show what the index knows, if that was not done yet; then look at the disks."""
        if self._tree is not None and not self._tree.count:
            await self._first_rows(self._tree)
        self._rest()
        self.call_after_refresh(lambda: self.home.start(self._scan(services), name="scan"))

    async def _first_rows(self, outline: Outline) -> None:
        """Read the libraries and open what was open last; one that is alone is opened at once."""
        await outline.load()
        memory, self.listing.memory = self.listing.memory, None
        if memory is not None and memory.opened and self.listing.outline is None:
            await outline.reopen(memory.opened)
            await outline.have(range(self.view.top, self.view.top + self.view.page))
        if outline is not self._tree:
            return
        if memory is not None and self.listing.outline is None:
            self._stand_in_for(outline)
        else:
            self._show(outline)
        if memory is not None and memory.opened:
            return
        if outline.count == 1:
            outline.open(0)
            await outline.fetch()
            self._moved(outline)

    def _stand_in_for(self, outline: Outline) -> None:
        """Show an outline where the memory of it was shown, without moving anything."""
        self.listing.outline = outline
        self.listing.whole = True
        self.view.stand(self.view.cursor, self.view.top)
        self._empty()
        self._rest()
        self.update_frame()

    # looking at the disks

    async def _scan(self, services: Services, *, believe: bool = False) -> None:
        if self._services is not services or not self._configured:
            return
        from synctui.tui.screens.library.scanning import Scanning

        ignore = services.loaded.config.subtitles.ignore
        scanning = self.scanning = Scanning(services.database, self._configured, ignore, self._scanned)
        try:
            await scanning.run(lambda text, hint: self.home.say(text, "warn", hint=hint), believe=believe)
        except SyncTuiError:
            # Closed below it, because the configuration changed or the application ends.
            if self.scanning is scanning and self.home.house.ready and self.home.is_running:
                raise
        peeked, self._peeked = self._peeked, None
        if peeked is not None:
            await peeked.close()

    async def do_rescan(self) -> None:
        services = self.home.services
        if not self._configured:
            self.home.say("there is no library to look at", hint=f"{self.home.key_of('library', 'add_library')} adds one")
            return
        if self.scanning is not None and self.scanning.running:
            self.home.say("the disks are being looked at")
            return
        known = bool(self.scanning is not None and self.scanning.brakes)
        await self._scan(services)
        if known and self.scanning is not None and self.scanning.brakes:
            choices = (
                Choice(False, "l", "leave it", "nothing is removed while so much is missing"),
                Choice(True, "b", "believe it", "forget in the index what is gone; no file is touched", "warn"),
            )
            said = [brake.message for brake in self.scanning.brakes.values()]
            if not await self.home.ask(Menu("Much of the library is missing", choices, said)):
                return
            await self._scan(services, believe=True)
        await self._following.caught_up()
        if self.scanning is not None and not self.scanning.brakes:
            self.home.say(f"looked at {words.count(self.scanning.files, 'file')}")
