"""What the sync asks of a Stash server."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from synctui.model.catalog import Entity, Named, Probe, RowTrouble, Scene, SweptScene

SWEEP_PAGE = 5000
"""Scenes in one page of a sweep, which asks for two short fields of each."""


class Scenes(Protocol):
    """Scenes as they were answered; `names` are those of what they refer to, `date` is the server's clock ("": unsaid)."""

    @property
    def scenes(self) -> tuple[Scene, ...]: ...

    @property
    def missing(self) -> tuple[int, ...]: ...

    @property
    def troubles(self) -> tuple[RowTrouble, ...]: ...

    @property
    def names(self) -> Mapping[tuple[Entity, int], str]: ...

    @property
    def date(self) -> str: ...


class Listed(Protocol):
    """All performers, tags or studios as they were answered."""

    @property
    def items(self) -> tuple[Named, ...]: ...

    @property
    def troubles(self) -> tuple[RowTrouble, ...]: ...


class Client(Protocol):
    """One server; see `adapters.stash.Stash`."""

    async def probe(self) -> Probe: ...

    async def named(self, entity: Entity) -> Listed: ...

    async def named_one(self, entity: Entity, number: int) -> Named | None: ...

    async def sweep(self, after: int, limit: int, *, counters: bool = False) -> tuple[SweptScene, ...]: ...

    async def sweep_since(self, after: int, since: str, limit: int) -> tuple[SweptScene, ...]: ...

    async def changed_files(
        self, after: int, since: str, limit: int
    ) -> tuple[tuple[int, tuple[tuple[int, str], ...]], ...]: ...

    async def hashed(self, after: int, limit: int) -> tuple[int, ...]: ...

    async def scenes_between(self, first: int, last: int, limit: int = 1000) -> Scenes: ...

    async def scenes(self, ids: Sequence[int]) -> Scenes: ...

    async def existing(self, ids: Sequence[int]) -> frozenset[int]: ...

    async def close(self) -> None: ...
