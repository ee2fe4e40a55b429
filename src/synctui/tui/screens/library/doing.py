"""The commands that do something with rows of the library, for every screen that shows some."""

from __future__ import annotations

from types import ModuleType
from typing import TYPE_CHECKING

from synctui.tui.screens.place import Place

if TYPE_CHECKING:
    from synctui.tui.screens.library.branch import Row
    from synctui.tui.screens.library.subjects import Subjects


class Doing(Place):
    """A screen that says which rows its commands are about."""

    async def subjects(self) -> Subjects:
        """Return what a command is about."""
        raise NotImplementedError

    @property
    def row(self) -> Row | None:
        """Return the row under the cursor."""
        raise NotImplementedError

    def decided(self) -> None:
        """Take over that something was decided which the rows show."""

    async def do_sync(self) -> None:
        await _deeds().sync(self.home, await self.subjects())

    async def do_check(self) -> None:
        await _deeds().check(self.home, await self.subjects())

    async def do_engine(self) -> None:
        await _deeds().engine(self.home, await self.subjects())

    async def do_restore(self) -> None:
        await _deeds().restore(self.home, await self.subjects())

    async def do_undo(self) -> None:
        await _deeds().undo(self.home, await self.subjects())

    async def do_tell(self) -> None:
        await _deeds().tell(self.home, await self.subjects())

    async def do_ignore(self) -> None:
        await _deeds().ignore(self.home, await self.subjects())
        self.decided()

    async def do_choose_video(self) -> None:
        if await _deeds().choose_video(self.home, self.row):
            self.decided()

    async def do_copy(self) -> None:
        await _deeds().copy(self.home, await self.subjects())

    async def do_show_path(self) -> None:
        await _deeds().show_path(self.home, await self.subjects())


def _deeds() -> ModuleType:
    # Deferred: the first picture does not wait for what a key may ask for.
    from synctui.tui.screens.library import deeds

    return deeds
