"""What the players' sync works with, handed in by the wiring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from synctui.model.clock import Clock, SystemClock
from synctui.model.library import LibraryRoot
from synctui.store.database import Database
from synctui.syncs.players.settings import Chain, PlayerSettings


@dataclass(frozen=True, slots=True)
class Tools:
    """Store, players and libraries; `client_id` is the same for every start of this installation.

    `groups` has the players of each group by the group's name. `debounce` are the seconds that the change feed has to be
    quiet before a sync that nobody waits for reads it, and how long it waits at most.
    """

    database: Database
    players: tuple[PlayerSettings, ...] = ()
    groups: dict[str, Sequence[str]] = field(default_factory=dict)
    chains: tuple[Chain, ...] = ()
    libraries: tuple[LibraryRoot, ...] = ()
    enabled: bool = True
    client_id: str = "synctui"
    clock: Clock = field(default_factory=SystemClock)
    debounce: tuple[float, float] = (5.0, 60.0)

    def player(self, name: str) -> PlayerSettings | None:
        """Return a configured player."""
        return next((one for one in self.players if one.name == name), None)
