"""Opens the store for commands that look and steer, without an engine's heavy parts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from synctui.cli.arguments import Arguments
from synctui.cli.places import paths_of
from synctui.jobs.engine import Engine
from synctui.store.database import Database


@asynccontextmanager
async def looking(arguments: Arguments, *, readonly: bool = False) -> AsyncIterator[Engine]:
    """Yield an engine that knows no sync kind: it lists, watches, pauses and cancels; `readonly` makes no file at all."""
    paths = paths_of(arguments)
    readonly = readonly or not paths.database.exists()
    async with await Database.open(paths.database, readonly=readonly) as database:
        yield Engine(database, {}, drafts=paths.drafts, lock=paths.lock)
