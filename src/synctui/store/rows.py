"""Writes the rows that operations leave behind."""

from __future__ import annotations

from collections.abc import Iterable

import aiosqlite

from synctui.model.library import Row


async def write_rows(connection: aiosqlite.Connection, rows: Iterable[Row], *, job: int, at: str) -> None:
    """Write an outcome's rows inside the caller's transaction."""
    raise NotImplementedError
