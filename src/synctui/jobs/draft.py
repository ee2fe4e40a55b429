"""A plan before it is a job: paged by the preview, copied by submitting, deleted by leaving."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from synctui.model.plan import Operation, PlanTotals, Request
from synctui.store.drafts import DraftFile
from synctui.store.lock import FileLock


@dataclass(frozen=True, slots=True)
class PlannedOperation:
    """An operation in the preview, and whether it is to be done."""

    operation: Operation
    selected: bool


class Draft:
    """A plan in a scratch file of its own; `totals` are those of the selected operations."""

    def __init__(
        self, request: Request, fingerprint: str, file: DraftFile, lock: FileLock, undo_of: int | None = None
    ) -> None:
        self.request = request
        self.fingerprint = fingerprint
        self.undo_of = undo_of
        self.totals = PlanTotals()
        self.file = file
        self._lock = lock
        self._open = True

    @property
    def path(self) -> Path:
        """Return the scratch file."""
        return self.file.path

    async def page(self, offset: int, limit: int) -> list[PlannedOperation]:
        """Return `limit` operations from the place `offset` (0-based) of the plan on."""
        return [PlannedOperation(operation, selected) for operation, selected in await self.file.page(offset, limit)]

    async def select(self, keys: Sequence[str] | None, on: bool) -> None:
        """Take operations (None: all) into the plan or out of it; `totals` follow."""
        await self.file.select(keys, on)
        await self.sum_up()

    async def sum_up(self) -> None:
        """Compute `totals` from the selected operations."""
        by_action, cost, estimate, undoable = await self.file.sums()
        self.totals = replace(
            self.totals, total=sum(by_action.values()), by_action=by_action, cost=cost, estimate=estimate, undoable=undoable
        )

    async def discard(self) -> None:
        """Delete the plan; a second time does nothing."""
        if not self._open:
            return
        self._open = False
        try:
            await asyncio.shield(self.file.close())
        finally:
            for path in (self.file.path, self._lock.path):
                path.unlink(missing_ok=True)
            self._lock.release()

    async def __aenter__(self) -> Draft:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.discard()


async def create(folder: Path, request: Request, fingerprint: str, undo_of: int | None = None) -> Draft:
    """Return a new empty draft in `folder`; raises StorageError."""
    name = f"draft-{os.getpid()}-{secrets.token_hex(6)}"
    lock = FileLock(folder / f"{name}.lock")
    lock.try_acquire()
    try:
        file = await DraftFile.create(folder / f"{name}.db")
    except BaseException:
        lock.path.unlink(missing_ok=True)
        lock.release()
        raise
    return Draft(request, fingerprint, file, lock, undo_of)


def sweep(folder: Path) -> int:
    """Delete the drafts of processes that are gone; return how many."""
    swept = 0
    with contextlib.suppress(FileNotFoundError):
        for path in list(folder.glob("draft-*.db")):
            lock = FileLock(path.with_suffix(".lock"))
            if not lock.free() or not lock.try_acquire():
                continue
            for one in (path, path.with_name(path.name + "-journal"), lock.path):
                one.unlink(missing_ok=True)
            lock.release()
            swept += 1
        for path in folder.glob("draft-*.lock"):
            lock = FileLock(path)
            if not path.with_suffix(".db").exists() and lock.free() and lock.try_acquire():
                if not path.with_suffix(".db").exists():
                    path.unlink(missing_ok=True)
                lock.release()
    return swept
