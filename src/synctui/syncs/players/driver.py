"""What every kind of player can be asked for, whatever its language."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from synctui.library.paths import key
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
    """What a player has, as it said when it was asked: `held` are the `paths.key` of its files.

    `total` is how many films and episodes it has in all, None where that was not asked. `asked` are the paths, as the player
    spells them, that were asked for, None for all: it says nothing about others.
    """

    held: frozenset[str]
    total: int | None = None
    asked: frozenset[str] | None = None

    @classmethod
    def of(cls, paths: Iterable[str], total: int | None = None) -> Shelf:
        """Return the shelf that holds these paths."""
        return cls(frozenset(map(key, paths)), total)

    def has(self, path: str) -> bool:
        """Tell whether it holds a file, however that is spelled."""
        return key(path) in self.held

    def fits(self, errand: Errand) -> bool:
        """Tell whether an errand is where it should be."""
        if errand.item.change == "removed":
            return not self.has(errand.remote)
        return self.has(errand.remote) and (errand.previous is None or not self.has(errand.previous))

    def settled(self, errand: Errand) -> bool:
        """Tell whether nothing is to be told of an errand: of one that changed there always is, wherever it stands."""
        if errand.item.change == "modified" or (self.asked is not None and errand.remote not in self.asked):
            return False
        return self.fits(errand)


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
