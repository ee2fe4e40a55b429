"""The row of a Stash's catalogue below the libraries: how it stands, and the way to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synctui.tui.draw.line import Line

if TYPE_CHECKING:
    from synctui.services import Services
    from synctui.tui.app import SyncTui
    from synctui.tui.screens.stash.standing import Standing

KEY = ("stash", 0)


class CatalogueRow:
    """What is known of the catalogue; it has a row where there is a server, or was one."""

    def __init__(self) -> None:
        self._standing: Standing | None = None
        self._busy = False

    @property
    def shown(self) -> bool:
        """Tell whether there is such a row."""
        return self._standing is not None and self._standing.shown

    async def look(self, services: Services, home: SyncTui) -> bool:
        """Look how it stands; returns whether anything is different."""
        # Deferred: the first picture does not wait for it.
        from synctui.tui.screens.stash import standing

        configured = bool(services.stash.tools.settings.url)
        before = (self._standing, self._busy)
        self._standing = await standing.read(services.database, configured=configured)
        self._busy = standing.syncing(home.board)
        return before != (self._standing, self._busy)

    def line(self, width: int) -> Line:
        """Return the row."""
        from synctui.tui.screens.stash.standing import root_line

        return root_line(self._standing, width, busy=self._busy) if self._standing is not None else ()
