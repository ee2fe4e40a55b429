"""Reading what a screen shows, one reading at a time: whoever asks meanwhile has it read once more afterwards."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from synctui.errors import SyncTuiError
from synctui.tui.screens.place import Place


class Reading:
    """Calls `read` beside a screen, as the task `name`; what it raises after its store was closed is nobody's concern."""

    def __init__(self, place: Place, read: Callable[[], Awaitable[None]], name: str) -> None:
        self._place = place
        self._read = read
        self._name = name
        self._again = False
        self.busy = False

    def ask(self) -> None:
        """Have it read; nothing happens while the services are not there."""
        if self.busy:
            self._again = True
        elif self._place.home.house.ready:
            self.busy = True
            self._place.home.start(self._go_on(), name=self._name)

    async def _go_on(self) -> None:
        house = self._place.home.house
        services = self._place.home.services
        try:
            while True:
                self._again, services = False, self._place.home.services
                await self._read()
                if not self._again or not self._place.stands:
                    return
        except SyncTuiError:
            # Closed below it, because the configuration changed or the application ends.
            if house.ready and self._place.home.services is services:
                raise
        finally:
            self.busy = False
