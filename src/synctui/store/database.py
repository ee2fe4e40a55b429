"""The database: one writer task with a connection of its own, short reads beside it."""

from __future__ import annotations

import asyncio
import os
import sqlite3
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

import aiosqlite

from synctui.errors import DatabaseClosed, StorageError, UsageError
from synctui.model.clock import Clock, SystemClock
from synctui.store.failures import translated
from synctui.store.opening import open_reader, open_standalone, open_writer
from synctui.store.schema import MIGRATIONS, SCHEMA_VERSION
from synctui.store.writer import Work, Writer

T = TypeVar("T")
Parameters = Sequence[Any] | Mapping[str, Any]
_AUTOCHECKPOINT = 2000


class Database:
    """The one database of this process.

    Writes are closures that one task runs in order, as many as are waiting in one transaction; each caller goes on after
    the commit. Reads never see a half-written state and never hold a transaction open.
    """

    def __init__(self, path: Path, reader: aiosqlite.Connection, writer: Writer | None, clock: Clock) -> None:
        self.path = path
        self.clock = clock
        self._reader = reader
        self._writer = writer
        self._closed = False

    @classmethod
    async def open(cls, path: Path, *, readonly: bool = False, clock: Clock | None = None) -> Self:
        """Open, and make or migrate, the database at `path`.

        `readonly` changes nothing at all, and reads a database that is not there yet as an empty one. Raises
        DatabaseUnusable (damaged, newer) or StorageError (the disk refuses).
        """
        clock = clock or SystemClock()
        if readonly:
            return cls(path, await connected(partial(open_standalone, path, MIGRATIONS)), None, clock)
        writing = await connected(partial(open_writer, path, MIGRATIONS))
        try:
            reading = await connected(partial(open_reader, path))
        except BaseException:
            await writing.close()
            raise
        return cls(path, reading, Writer(writing, path), clock)

    async def close(self) -> None:
        """Finish every write that was asked for and close; raises what a posted write ran into."""
        writer, self._writer = self._writer, None
        self._closed = True
        try:
            if writer is not None:
                await writer.drain()
        finally:
            # The writer goes last: only then does SQLite take the log into the database and remove it.
            await self._reader.close()
            if writer is not None:
                await writer.disconnect()
        if writer is not None:
            writer.complain()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def write(self, work: Work[T], *, attach: Path | None = None) -> T:
        """Run `work` with the writing connection inside a transaction and return its result after the commit.

        When it raises, only its own changes are undone. A caller that is cancelled leaves the work to be done whole.
        `attach` is a database file that is there as `draft` meanwhile. The work must not begin, commit or write through
        this object again. Raises StorageError, DatabaseUnusable or TemporaryFailure for what the disk does.
        """
        return await self._writing().write(work, attach)

    def post(self, work: Work[object], *, single: bool = False) -> None:
        """Have `work` done in its turn without waiting; what goes wrong is raised by the next write or by close.

        `single` is for one that consists of a single statement, which needs no guard of its own.
        """
        self._writing().post(work, single)

    def after_commit(self, call: Callable[[], None]) -> None:
        """Within a work: have `call` made right after its commit, in the order of the commits; not at all without one."""
        self._writing().after_commit(call)

    async def rows(self, sql: str, parameters: Parameters = ()) -> list[aiosqlite.Row]:
        """Return the rows of one short read. Raises DatabaseClosed, and what `write` raises."""
        try:
            return list(await self._reader.execute_fetchall(sql, parameters))
        except (sqlite3.Error, ValueError) as error:  # aiosqlite raises ValueError for a closed connection
            if self._closed:
                raise DatabaseClosed from error
            raise translated(error, self.path) from error

    async def row(self, sql: str, parameters: Parameters = ()) -> aiosqlite.Row | None:
        """Return the first row, or None."""
        found = await self.rows(sql, parameters)
        return found[0] if found else None

    async def stream(self, sql: str, parameters: Parameters = (), *, page: int = 500) -> AsyncIterator[aiosqlite.Row]:
        """Yield the rows of any number of short reads of `page` rows each; no read stays open between them.

        With a named parameter `:after` (start value among `parameters`, default 0) the statement is
        `… WHERE x > :after ORDER BY x LIMIT :page` with x its first column, and costs the same at every page; without
        one, it is paged by offset and wants an ORDER BY.
        """
        keyed = ":after" in sql
        if keyed and not isinstance(parameters, Mapping):
            raise UsageError("a statement with :after takes named parameters", code="bug")
        after: object = parameters.get("after", 0) if isinstance(parameters, Mapping) else 0
        offset = 0
        while True:
            if keyed:
                found = await self.rows(sql, {**dict(parameters), "after": after, "page": page})
            elif isinstance(parameters, Mapping):
                paged = f"SELECT * FROM ({sql}) LIMIT :_page OFFSET :_offset"
                found = await self.rows(paged, {**parameters, "_page": page, "_offset": offset})
            else:
                found = await self.rows(f"SELECT * FROM ({sql}) LIMIT ? OFFSET ?", (*parameters, page, offset))
            for row in found:
                yield row
            if len(found) < page:
                return
            after, offset = found[-1][0], offset + page

    async def version(self) -> int:
        """Return a number that changes whenever anybody has written, this process included: the cheapest look there is."""
        found = await self.row("PRAGMA data_version")
        return int(found[0]) if found is not None else 0

    async def checkpointing(self, on: bool) -> None:
        """Let this process move the write-ahead log into the database as it grows; only for the holder of the lock."""
        await self._writing().configure(f"PRAGMA wal_autocheckpoint = {_AUTOCHECKPOINT if on else 0:d}")
        if not on:
            await self._writing().configure("PRAGMA wal_checkpoint(PASSIVE)")

    @property
    def readonly(self) -> bool:
        """True when nothing can be written."""
        return self._writer is None

    @staticmethod
    def schema_version() -> int:
        """Return the schema that this program writes."""
        return SCHEMA_VERSION

    @staticmethod
    def sqlite_version() -> str:
        """Return the version of SQLite in use."""
        return sqlite3.sqlite_version

    def size(self) -> int:
        """Return the bytes of the database with its log."""
        total = 0
        for suffix in ("", "-wal"):
            try:
                total += os.stat(f"{self.path}{suffix}").st_size
            except OSError:
                continue
        return total

    def _writing(self) -> Writer:
        if self._closed:
            raise DatabaseClosed
        if self._writer is None:
            raise StorageError("the database is open for reading only", hint="this is a fault in SyncTUI", code="closed")
        return self._writer


async def connected(opener: Callable[[], sqlite3.Connection]) -> aiosqlite.Connection:
    """Return the connection that `opener` makes in the thread it will live in."""
    connection = aiosqlite.Connection(opener, iter_chunk_size=64)
    # A program that ends without closing must end: the thread of a forgotten connection would keep it alive.
    connection._thread.daemon = True
    try:
        return await connection
    except BaseException:
        # Its thread still answers: let it do so while there is a loop to answer to.
        await asyncio.shield(asyncio.to_thread(connection._thread.join, 5.0))
        raise
