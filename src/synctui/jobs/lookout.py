"""Looks at how all jobs stand, at next to no cost while nothing happens."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC

from synctui.jobs import progress, summary
from synctui.jobs.board import Board, BoardJob, Where
from synctui.jobs.progress import Snapshot
from synctui.jobs.runner import JobRunner
from synctui.jobs.shop import Shop
from synctui.model.clock import rfc3339
from synctui.model.states import JobState, Result
from synctui.store import jobs
from synctui.store.jobs import JobRecord
from synctui.store.lock import ExecutionLock

_MOST = 200


def stranded(snapshot: Snapshot) -> Snapshot:
    """Return the snapshot of a running job as it is when nobody runs it: interrupted."""
    return replace(snapshot, state=JobState.PAUSED, pause_reason="interrupted", rate=0.0, eta_s=None, in_flight=())


def shown(record: JobRecord, snapshot: Snapshot, *, where: Where = "nobody", undoable: bool) -> BoardJob:
    """Return a job as it is shown, with a snapshot that may be newer than its record."""
    what = summary.targets(record.request, record.undo_of)
    actions = tuple(record.plan.by_action)
    wrong = snapshot.counts.get(Result.FAILED, 0) + snapshot.counts.get(Result.CONFLICT, 0)
    return BoardJob(
        snapshot=snapshot,
        request=record.request,
        title=f"{record.kind} {what}",
        what=what,
        where=where,
        result=summary.result(snapshot.state, snapshot.counts, actions, record.message, snapshot.found, record.undone),
        clean=snapshot.state is not JobState.FAILED and not wrong,
        undo_of=record.undo_of,
        undone=record.undone,
        undoable=undoable,
    )


class Lookout:
    """Makes boards; the same one again while neither the database nor a job of this process has changed.

    `active` are the jobs that this process runs.
    """

    def __init__(self, shop: Shop, active: Mapping[int, JobRunner], lock: ExecutionLock) -> None:
        self._shop = shop
        self._active = active
        self._lock = lock
        self._board = Board()
        self._seen: tuple[object, ...] = ()
        self._others = False
        self._stranded = False
        self._undoable: dict[tuple[int, int], bool] = {}

    async def look(self, finished: int) -> Board:
        """Return the board with the newest `finished` jobs that are at their end; raises StorageError and the like."""
        midnight = self._shop.clock.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)
        live = tuple((job, runner.progress.version) for job, runner in self._active.items())
        seen = (await self._shop.database.version(), live, midnight.date(), finished)
        if seen == self._seen and not (self._others and self._lock.free() is not self._stranded):
            return self._board
        board = await self._drawn(finished, rfc3339(midnight.astimezone(UTC)))
        if board != replace(self._board, version=board.version):
            self._board = replace(board, version=self._board.version + 1)
        self._seen = seen
        return self._board

    async def _drawn(self, finished: int, midnight: str) -> Board:
        database = self._shop.database
        left = await jobs.list_jobs(database, limit=_MOST, unfinished=True)
        ended = await jobs.newest_finished(database, finished)
        self._others = any(one.state is JobState.RUNNING and one.id not in self._active for one in left)
        self._stranded = self._others and self._lock.free()
        every = tuple([await self._job(one) for one in (*left, *ended)])
        return Board(
            jobs=every,
            running=sum(one.state is JobState.RUNNING for one in every),
            paused=sum(one.state is JobState.PAUSED for one in every),
            finished_today=await jobs.finished_since(database, midnight),
        )

    async def _job(self, record: JobRecord) -> BoardJob:
        where: Where = "nobody"
        runner = self._active.get(record.id)
        snapshot = runner.progress.snapshot() if runner is not None else progress.stored(record)
        if runner is not None:
            where = "here"
        elif record.state is JobState.RUNNING and self._stranded:
            snapshot = stranded(snapshot)
        elif record.state is JobState.RUNNING:
            where = "here" if self._lock.held else "elsewhere"
        undoable = snapshot.state is not JobState.RUNNING and await self._can_undo(record)
        return shown(record, snapshot, where=where, undoable=undoable)

    async def _can_undo(self, record: JobRecord) -> bool:
        if record.counts.get(Result.DONE, 0) <= record.undone:
            return False
        if not record.state.final:
            return await jobs.has_receipts(self._shop.database, record.id)
        key = (record.id, record.undone)
        if key not in self._undoable:
            self._undoable[key] = await jobs.has_receipts(self._shop.database, record.id)
        return self._undoable[key]
