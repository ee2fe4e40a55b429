"""A player's track: its operations in their stages, and what they wait for."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from synctui.model.json import Fields
from synctui.model.plan import Operation
from synctui.syncs.players.driver import Call
from synctui.syncs.players.errands import packed
from synctui.syncs.players.settings import Chain, PlayerSettings

STAGES = ("discover", "execute", "confirm", "update", "notify")
_STAGE = {"discover": "discover", "confirm": "confirm", "skip": "update", "record": "update", "notify": "notify"}


@dataclass(frozen=True, slots=True)
class Track:
    """Makes a player's operations; `after` are those of another player that come first, `strict` that they must succeed."""

    settings: PlayerSettings
    after: tuple[tuple[str, bool], ...] = ()

    def key(self, name: str) -> str:
        """Return the key of an operation."""
        return f"{self.settings.name}/{name}"

    def operation(self, name: str, action: str, subject: str, reason: str, payload: Fields | None = None) -> Operation:
        """Return an operation of its track."""
        return Operation(
            self.key(name),
            action,
            self.settings.name if subject == self.settings.name else f"{self.settings.name}: {subject}",
            track=self.settings.name,
            stage=_STAGE.get(action, "execute"),
            reason=reason,
            lane=lane_of(self.settings),
            payload={"player": self.settings.name, **(payload or {})},
            after=tuple(key for key, _ in self.after),
            continue_on_error=not any(strict for _, strict in self.after),
            undoable=False,
        )

    def call(self, stage: str, call: Call, number: int, *, after: Sequence[str] = ()) -> Operation:
        """Return the operation that makes a call, when those with the keys `after` have ended."""
        payload: Fields = {"items": packed(call.errands), "text": call.text, "facts": call.facts}
        made = self.operation(f"{call.action}/{number}", call.action, call.subject, call.text, payload)
        only = call.errands[0].item.path if len(call.errands) == 1 else None
        return replace(made, stage=stage, path=only, after=(*made.after, *after))


def lane_of(settings: PlayerSettings) -> str:
    """Return the lane of a player: those that are the same Kodi share one, because it takes one writer."""
    return f"player {settings.url}"


def chained(chains: Sequence[Chain], name: str, last: dict[str, str]) -> tuple[tuple[str, bool], ...]:
    """Return the closing operations that a player waits for, and whether it is left alone when one of them fails."""
    found: dict[str, bool] = {}
    for chain in chains:
        before = [one for one in chain.players[: chain.players.index(name)] if one in last] if name in chain.players else []
        if before:
            key = last[before[-1]]
            found[key] = found.get(key, False) or not chain.continue_on_error
    return tuple(found.items())
