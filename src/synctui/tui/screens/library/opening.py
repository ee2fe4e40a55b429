"""Opening the library: first what the index knows, then the services, then the look at the disks behind it all."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from synctui import words
from synctui.errors import SyncTuiError
from synctui.model.library import LibraryRoot
from synctui.store.database import Database
from synctui.tui.screens.library import sources
from synctui.tui.screens.library.finding import Finding
from synctui.tui.screens.library.outline import Outline
from synctui.tui.screens.library.sources import Index, Libraries, Source
from synctui.tui.widgets.dialogs import Choice, Menu

if TYPE_CHECKING:
    from synctui.services import Services
    from synctui.tui.screens.library.scanning import Scanning


class Opening(Finding):
    """The part of the library's screen that opens the index and keeps it in step with the disks."""

    scanning: Scanning | None = None
    _services: Services | None = None
    _index: Index | None = None
    _peeked: Database | None = None
    _libraries: Libraries | None = None
    _configured: Sequence[LibraryRoot] = ()
    _composed = False

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
        else:
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
        if self.scanning is not None:
            self.scanning.stop()

    def opened(self) -> None:
        if not self._composed:
            return
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
        self._index, self._configured = index, roots
        self._libraries = Libraries(index, [os.path.abspath(one.path) for one in roots])
        self._tree = self._outline(self._libraries)
        self._hits = None
        return self._tree

    def _outline(self, source: Source) -> Outline:
        index = self._index
        assert index is not None
        outline = Outline(
            source,
            wanted=lambda: self._missing(outline),
            arrived=lambda places: self._arrived(outline, places),
            moved=lambda: self._moved(outline),
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
        """Read the libraries; one that is alone is opened at once."""
        await outline.load()
        if outline is not self._tree:
            return
        self._show(outline)
        if outline.count == 1:
            outline.open(0)
            await outline.fetch()
            self._moved(outline)

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
        if self.scanning is not None and not self.scanning.brakes:
            self.home.say(f"looked at {words.count(self.scanning.files, 'file')}")
