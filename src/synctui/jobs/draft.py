"""A plan before it is a job: paged by the preview, copied by submitting, deleted by leaving."""

from __future__ import annotations

import asyncio
import contextlib
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from synctui.model.plan import Notice, Operation, PlanTotals, Request
from synctui.store.drafts import DraftFile
from synctui.store.lock import FileLock


@dataclass(frozen=True, slots=True)
class PlannedOperation:
    """An operation in the preview, and whether it is to be done."""

    operation: Operation
    selected: bool


class Draft:
    """A plan in a scratch file of its own, which pages and changes also while it is being filled.

    `totals` are those of the selected operations so far, `count` is how many there are in all, `filled` says that the plan
    is complete; `limit` is how many operations it may have at most.
    """

    def __init__(
        self,
        request: Request,
        fingerprint: str,
        file: DraftFile,
        lock: FileLock,
        undo_of: int | None = None,
        limit: int | None = None,
    ) -> None:
        self.request = request
        self.fingerprint = fingerprint
        self.undo_of = undo_of
        self.limit = limit
        self.file = file
        self.known: Mapping[str, int] = {}
        self.notices: tuple[Notice, ...] = ()
        self.filled = False
        self._lock = lock
        self._open = True

    @property
    def path(self) -> Path:
        """Return the scratch file."""
        return self.file.path

    @property
    def open(self) -> bool:
        """True until the plan is discarded."""
        return self._open

    @property
    def count(self) -> int:
        """Return how many operations there are so far, selected or not."""
        return self.file.count

    @property
    def totals(self) -> PlanTotals:
        """Return the sums over the selected operations so far."""
        sums = self.file.sums
        total = sum(sums.by_action.values())
        return PlanTotals(total, sums.by_action, self.known, sums.cost, sums.estimate, sums.undoable, self.notices)

    async def page(self, offset: int, limit: int) -> list[PlannedOperation]:
        """Return `limit` operations from the place `offset` (0-based) of the plan on; none once it is discarded."""
        if not self._open:
            return []
        return [PlannedOperation(operation, selected) for operation, selected in await self.file.page(offset, limit)]

    async def select(self, keys: Sequence[str] | None, on: bool) -> None:
        """Take operations into the plan or out of it (None: all, and those still to come); `totals` follow."""
        if self._open:
            await self.file.select(keys, on)

    def replace_by(self, other: Draft) -> None:
        """Become another draft, which becomes this one, to be discarded."""
        self.request, self.fingerprint = other.request, other.fingerprint
        self.known, self.notices = other.known, other.notices
        self.file, other.file = other.file, self.file
        self._lock, other._lock = other._lock, self._lock

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


async def create(
    folder: Path, request: Request, fingerprint: str, undo_of: int | None = None, limit: int | None = None
) -> Draft:
    """Return a new empty draft in `folder`; raises StorageError."""
    name = f"draft-{os.getpid()}-{secrets.token_hex(6)}"
    lock = FileLock(folder / f"{name}.lock")
    path = folder / f"{name}.db"
    lock.try_acquire()
    try:
        file = await DraftFile.create(path)
    except BaseException:
        for one in (path, lock.path):
            one.unlink(missing_ok=True)
        lock.release()
        raise
    return Draft(request, fingerprint, file, lock, undo_of, limit)


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
