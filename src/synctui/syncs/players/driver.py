"""What every kind of player can be asked for, whatever its language."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from synctui.model.json import Fields
from synctui.model.players import Look
from synctui.syncs.players.errands import Errand


@dataclass(frozen=True, slots=True)
class Call:
    """Something that a player is told: `text` is the exact call, `subject` what a person calls it.

    `facts` are what the driver needs to make it: folders, a section. One that is `late` is made when all is confirmed.
    """

    action: str
    subject: str
    text: str
    errands: tuple[Errand, ...]
    facts: Fields = field(default_factory=dict)
    late: bool = False


@dataclass(frozen=True, slots=True)
class Shelf:
    """What a player has of some errands, as it said when it was asked: paths as it spells them.

    `total` is how many films and episodes it has in all, None where that was not asked.
    """

    held: frozenset[str]
    total: int | None = None

    def settled(self, errand: Errand) -> bool:
        """Tell whether an errand is where it should be."""
        if errand.item.change == "removed":
            return errand.remote not in self.held
        return errand.remote in self.held and (errand.previous is None or errand.previous not in self.held)


@dataclass(frozen=True, slots=True)
class Check:
    """How far a player is: the paths (ours) that stand in it as they should; `final` says that waiting changes nothing."""

    met: frozenset[str]
    final: bool = False


Intent = Callable[[Fields], Awaitable[None]]
Troubles = Mapping[str, str]
"""What went wrong with single errands, by our path."""


class Driver(Protocol):
    """A player of one kind; its methods raise what `adapters.http.Server.ask` does."""

    @property
    def patience(self) -> float:
        """Seconds from sending until what is not confirmed counts as not confirmed."""
        ...

    @property
    def pace(self) -> float:
        """Seconds between two looks."""
        ...

    @property
    def cheap(self) -> bool:
        """True where it costs little to ask what it has of some errands, however large its library is."""
        ...

    async def look(self) -> Look:
        """Return version and folders, the credentials proven; reads only."""
        ...

    async def shelf(self, errands: Sequence[Errand]) -> Shelf:
        """Return what it has of them; reads only."""
        ...

    def calls(self, errands: Sequence[Errand], look: Look | None, shelf: Shelf | None) -> list[Call]:
        """Return the calls that these errands take, as few as there can be."""
        ...

    def everything(self, errands: Sequence[Errand], look: Look | None) -> list[Call]:
        """Return the calls that make it look at all it has."""
        ...

    async def ready(self) -> str:
        """Return "", or why it should be left alone now, as a reason code."""
        ...

    async def send(self, call: Call, intent: Intent) -> Troubles:
        """Make a call; what went wrong with single errands is returned."""
        ...

    async def recover(self, call: Call, facts: Fields) -> bool:
        """Find out, after a crash, whether a call had its effect, and repair what it was in the middle of."""
        ...

    async def check(self, errands: Sequence[Errand], since: datetime, waited: float) -> Check:
        """Return how far it is with errands that were sent at `since` (our clock), `waited` seconds ago."""
        ...

    def again(self, errands: Sequence[Errand]) -> list[Call]:
        """Return the calls that try once more what was not confirmed; none where that makes no sense."""
        ...

    async def tell(self, title: str, text: str) -> bool:
        """Show a message to the people watching; False where nobody is, or it would disturb."""
        ...

    async def close(self) -> None:
        """Close its connections."""
        ...
