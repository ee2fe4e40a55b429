"""Batches that do not come in one answer: a server hands out fewer at once, or cannot answer them as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from synctui.errors import ServerFailed
from synctui.model.catalog import Entity, RowTrouble, Scene
from synctui.model.json import Fields
from synctui.syncs.stash.client import Client, Scenes
from synctui.syncs.stash.payload import ids_in, number_in

OF_SINGLE_ROWS = ("graphql_error", "bad_list")
"""What single scenes of a batch may be to blame for: the others are had without them."""

_MOST = 8
"""So many scenes of a batch may be unreadable; where more are, the fault is not theirs."""


@dataclass(slots=True)
class Gathered:
    """Scenes of several answers, and what could not be read."""

    found: list[Scene] = field(default_factory=list)
    lost: list[RowTrouble] = field(default_factory=list)
    names_of: dict[tuple[Entity, int], str] = field(default_factory=dict)
    date: str = ""

    def add(self, answer: Scenes) -> None:
        """Take in another answer."""
        self.found += answer.scenes
        self.lost += answer.troubles
        self.names_of.update(answer.names)
        self.date = self.date or answer.date

    @property
    def scenes(self) -> tuple[Scene, ...]:
        """Return the scenes, in the order of their ids."""
        return tuple(sorted(self.found, key=lambda scene: scene.id))

    @property
    def missing(self) -> tuple[int, ...]:
        """Return none: what is not there any more is found by the next list."""
        return ()

    @property
    def troubles(self) -> tuple[RowTrouble, ...]:
        """Return what could not be read."""
        return tuple(self.lost)

    @property
    def names(self) -> Mapping[tuple[Entity, int], str]:
        """Return the names of what the scenes refer to."""
        return self.names_of


async def fetched(client: Client, payload: Fields) -> Scenes:
    """Return the scenes that an operation is about: single ones, or those of a range."""
    if ids := ids_in(payload):
        return await client.scenes(ids)
    first, last, expected = (number_in(payload, name) for name in ("first", "last", "count"))
    return await between(client, first, last, expected)


async def between(client: Client, first: int, last: int, expected: int) -> Gathered:
    """Return the scenes of a range, of which `expected` were listed; a server may hand out fewer than it is asked for."""
    gathered, begin = Gathered(), first
    while first <= last:
        answer = await client.scenes_between(first, last)
        gathered.add(answer)
        if not answer.scenes:
            break
        first = answer.scenes[-1].id + 1
    if len(gathered.found) + len(gathered.lost) < expected:
        await _left_out(client, begin, last, expected, gathered)
    return gathered


async def _left_out(client: Client, first: int, last: int, expected: int, gathered: Gathered) -> None:
    """Ask by id for what is still listed in a range and did not come with it; what does not come then either is said."""
    listed = {swept.id for swept in await client.sweep(first - 1, 2 * expected) if swept.id <= last}
    left = sorted(listed - {scene.id for scene in gathered.found} - {trouble.id for trouble in gathered.lost})
    if left:
        gathered.add(await client.scenes(left))


async def rescue(client: Client, ids: Sequence[int], error: ServerFailed) -> Gathered:
    """Return what can be had of scenes that could not be answered together. Raises `error` when it is too little."""
    gathered = Gathered()
    await _part(client, list(ids), gathered, error)
    if not gathered.found and len(ids) > 1:
        raise error
    return gathered


async def _part(client: Client, ids: list[int], gathered: Gathered, error: ServerFailed) -> None:
    if not ids:
        return
    try:
        answer = await client.scenes(ids)
    except ServerFailed as failed:
        if failed.code not in OF_SINGLE_ROWS:
            raise
        if len(ids) == 1:
            gathered.lost.append(RowTrouble(Entity.SCENE, ids[0], failed.message))
            if len(gathered.lost) > _MOST:
                raise error from failed
            return
        middle = len(ids) // 2
        await _part(client, ids[:middle], gathered, error)
        await _part(client, ids[middle:], gathered, error)
        return
    gathered.add(answer)
