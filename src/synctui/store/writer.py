"""The writer task: every change to the database goes through here, in order, in groups."""

from __future__ import annotations

import asyncio
import contextlib
import os
import random
import sqlite3
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Generic, TypeVar, cast

import aiosqlite

from synctui.errors import StorageError
from synctui.store.blobs import path_to_blob
from synctui.store.failures import damaged, is_busy, translated
from synctui.store.visit import visit

T = TypeVar("T")
Work = Callable[[aiosqlite.Connection], Awaitable[T]]

_GROUP = 256
_LOCKED_FOR = 60.0


@dataclass(slots=True)
class _Entry(Generic[T]):
    work: Work[T]
    future: asyncio.Future[T] | None
    attach: Path | None = None
    single: bool = False
    calls: list[Callable[[], None]] = field(default_factory=list)
    result: T | None = None
    error: BaseException | None = None


class _Abandoned(Exception):
    """SQLite gave the whole transaction up, so that nothing of the group was written."""


class Writer:
    """Owns the writing connection; see `Database.write`."""

    def __init__(self, connection: aiosqlite.Connection, path: Path) -> None:
        self._connection = connection
        self._path = path
        self._inode = path.stat().st_ino
        self._queue: asyncio.Queue[_Entry[Any] | None] = asyncio.Queue()
        self._current: _Entry[Any] | None = None
        self._posted: BaseException | None = None
        self._closing = False
        self._task = asyncio.get_running_loop().create_task(self._serve(), name="store-writer")

    async def write(self, work: Work[T], attach: Path | None = None) -> T:
        """See `Database.write`."""
        self.complain()
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._put(_Entry(work, future, attach))
        return await asyncio.shield(future)

    def post(self, work: Work[object], single: bool = False) -> None:
        """See `Database.post`."""
        self._put(_Entry(work, None, single=single))

    def after_commit(self, call: Callable[[], None]) -> None:
        """See `Database.after_commit`."""
        if self._current is None:
            raise RuntimeError("after_commit outside of a write")
        self._current.calls.append(call)

    async def configure(self, pragma: str) -> None:
        """Run a PRAGMA outside of any transaction, in its turn."""

        async def work(connection: aiosqlite.Connection) -> None:
            await connection.execute("COMMIT")
            await connection.execute_fetchall(pragma)
            await connection.execute("BEGIN IMMEDIATE")

        entry = _Entry(work, asyncio.get_running_loop().create_future())
        entry.attach = _ALONE
        self._put(entry)
        await asyncio.shield(cast("asyncio.Future[None]", entry.future))

    async def drain(self) -> None:
        """Take no more writes and finish those that are queued."""
        if not self._closing:
            self._closing = True
            self._queue.put_nowait(None)
        await asyncio.shield(self._task)

    async def disconnect(self) -> None:
        """Close the connection."""
        with contextlib.suppress(sqlite3.Error):
            await self._connection.close()

    def complain(self) -> None:
        """Raise what a posted write ran into and nobody has been told yet."""
        if self._posted is not None:
            error, self._posted = self._posted, None
            raise error

    def _put(self, entry: _Entry[Any]) -> None:
        if self._closing or self._task.done():
            raise StorageError("the database is closed", hint="this is a fault in SyncTUI", code="closed")
        if asyncio.current_task() is self._task and entry.future is not None:
            raise RuntimeError("a write inside a write would wait for itself")
        self._queue.put_nowait(entry)

    async def _serve(self) -> None:
        held: _Entry[Any] | None = None
        group: list[_Entry[Any]] = []
        try:
            while True:
                entry = held or await self._queue.get()
                held = None
                if entry is None:
                    return
                group = [entry]
                while entry.attach is None and len(group) < _GROUP and not self._queue.empty():
                    more = self._queue.get_nowait()
                    if more is None:
                        self._queue.put_nowait(None)
                        break
                    if more.attach is not None:
                        held = more
                        break
                    group.append(more)
                await self._commit(group)
                group = []
        finally:
            rest = group + ([held] if held else [])
            while not self._queue.empty():
                if (waiting := self._queue.get_nowait()) is not None:
                    rest.append(waiting)
            for entry in rest:
                if entry.future is not None and not entry.future.done():
                    entry.future.cancel()

    async def _commit(self, group: list[_Entry[Any]]) -> None:
        error: BaseException | None = None
        committed = False
        attached = group[0].attach if group[0].attach is not _ALONE else None
        try:
            self._still_there()
            if attached is not None:
                await self._connection.execute("ATTACH ? AS draft", (path_to_blob(str(attached)),))
            await self._begin()
            await self._run(group)
            await self._connection.execute("COMMIT")
            committed = True
        except Exception as caught:
            error = caught.__cause__ if isinstance(caught, _Abandoned) else caught
        finally:
            self._current = None
            if not committed or attached is not None:
                await asyncio.shield(self._settle(attached))
        for entry in group:
            self._resolve(entry, error)

    async def _settle(self, attached: Path | None) -> None:
        with contextlib.suppress(sqlite3.Error):
            await self._connection.rollback()
        if attached is not None:
            with contextlib.suppress(sqlite3.Error):
                await self._connection.execute("DETACH draft")

    async def _run(self, group: list[_Entry[Any]]) -> None:
        guarded = False
        for entry in group:
            self._current = entry
            # A single statement undoes itself when it fails; whatever is alone in its transaction is undone with it.
            if len(group) > 1 and not entry.single:
                await self._do("RELEASE work", "SAVEPOINT work") if guarded else await self._do("SAVEPOINT work")
                guarded = True
            try:
                entry.result = await entry.work(self._connection)
            except asyncio.CancelledError:
                task = asyncio.current_task()
                if task is not None and task.cancelling():
                    raise
                entry.error = StorageError("a write cancelled itself", hint="this is a fault in SyncTUI", code="bug")
            except Exception as error:
                entry.error = error
                if not self._connection.in_transaction:
                    raise _Abandoned from error
            if entry.error is not None and len(group) == 1:
                await self._do("ROLLBACK", "BEGIN IMMEDIATE")
            elif entry.error is not None and not entry.single:
                await self._do("ROLLBACK TO work")

    async def _do(self, *statements: str) -> None:
        def work(connection: sqlite3.Connection) -> None:
            for statement in statements:
                connection.execute(statement)

        await visit(self._connection, work)

    async def _begin(self) -> None:
        deadline = time.monotonic() + _LOCKED_FOR
        delay = 0.01
        while True:
            try:
                await self._connection.execute("BEGIN IMMEDIATE")
                return
            except sqlite3.OperationalError as error:
                if not is_busy(error) or time.monotonic() >= deadline:
                    raise
            await asyncio.sleep(delay * (0.5 + random.random()))
            delay = min(delay * 2, 1.0)

    def _still_there(self) -> None:
        try:
            there = os.stat(self._path).st_ino == self._inode
        except OSError:
            there = False
        if not there:
            raise damaged(self._path, "it was removed or replaced while in use")

    def _resolve(self, entry: _Entry[Any], error: BaseException | None) -> None:
        error = error or entry.error
        if error is not None:
            error = translated(error, self._path)
        if entry.future is None:
            self._posted = self._posted or error
        elif not entry.future.done():
            if error is not None:
                entry.future.set_exception(error)
            else:
                entry.future.set_result(entry.result)
        if error is None:
            for call in entry.calls:
                call()


_ALONE = Path("/")
"""Marks an entry that runs in a group of its own."""
