"""Several statements in one visit to a connection's thread: changing threads costs more than a short statement."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TypeVar

import aiosqlite

T = TypeVar("T")


async def visit(connection: aiosqlite.Connection, work: Callable[[sqlite3.Connection], T]) -> T:
    """Run `work` in the connection's own thread, inside whatever transaction is open there, and return its result."""
    # aiosqlite has no public way to do this; the version is held to one minor release, and the tests use it throughout.
    result: T = await connection._execute(work, connection._conn)  # type: ignore[no-untyped-call]
    return result
