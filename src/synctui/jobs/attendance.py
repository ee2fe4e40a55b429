"""Runs jobs as they come while a process is open for its user, and holds the lock only meanwhile."""

from __future__ import annotations

import asyncio
import contextlib
import logging

from synctui.errors import LockHeld, SyncTuiError
from synctui.jobs.engine import Engine
from synctui.jobs.stop import Stop
from synctui.model.clock import parse_rfc3339

log = logging.getLogger(__name__)

_LOOK = 1.0
_LONGEST = 60.0


class Attendance:
    """Takes the lock whenever a job can run, runs everything that can, and gives the lock back.

    `holder` says in words which other process executes while jobs of ours wait for it, `trouble` what went wrong last;
    whatever it was, it is tried again with growing delays.
    """

    def __init__(self, engine: Engine) -> None:
        self.holder: str | None = None
        self.trouble: SyncTuiError | None = None
        self._engine = engine
        self._resting = asyncio.Event()
        self._resting.set()
        self._seen: int | None = None
        self._due: str | None = None
        self._failures = 0
        self._settled = False
        self._retired = False

    async def run(self, stop: Stop) -> None:
        """Attend until a stop is asked for and what runs has come to its commit points; never raises for a fault."""
        with self._engine.bell.heard() as wake:
            stop.watch(wake.set)
            try:
                while not stop.asked:
                    rung = wake.is_set()
                    wake.clear()
                    delay = await self._guarded(stop, rung)
                    # Not wait_for: until Python 3.12 it can swallow a cancellation.
                    with contextlib.suppress(TimeoutError):
                        async with asyncio.timeout(delay):
                            await wake.wait()
            finally:
                stop.unwatch(wake.set)

    async def idle(self) -> None:
        """Return when no job runs here."""
        await self._resting.wait()

    async def retire(self) -> None:
        """Return when no job runs here; none is taken up any more, whoever attends next does that."""
        self._retired = True
        await self.idle()

    async def _guarded(self, stop: Stop, rung: bool) -> float:
        """Look and run; return the seconds until the next look."""
        try:
            await self._look(stop, rung)
        except LockHeld:
            self.holder = self._engine.lock.holder()
            self._seen = None
        except Exception as error:
            if not isinstance(error, SyncTuiError):
                log.error("a fault while attending to jobs", exc_info=error)
            self.trouble = error if isinstance(error, SyncTuiError) else _bug(error)
            self._seen = None
            self._failures += 1
            return min(_LONGEST, _LOOK * 2.0 ** (self._failures - 1))
        self._failures = 0
        return _LOOK

    async def _look(self, stop: Stop, rung: bool) -> None:
        engine = self._engine
        if not self._settled:
            await self._settle()
        version = await engine.database.version()
        due = self._due is not None and parse_rfc3339(self._due) <= engine.now()
        if version == self._seen and not (rung or due or engine.stalled):
            return
        self._seen = version
        await engine.unstall()
        now, self._due = await engine.next_due()
        if not now:
            self.holder = None
            return
        if not engine.lock.held and not engine.lock.free():
            raise LockHeld("another process executes")
        await self._execute(stop)

    async def _settle(self) -> None:
        """Find out what became of what a dead process left; whoever executes now does that itself."""
        if self._engine.lock.free():
            async with self._engine.executing(what="the screens"):
                await self._engine.settle()
        self._settled = True

    async def _execute(self, stop: Stop) -> None:
        if self._retired:
            return
        self._resting.clear()
        try:
            async with self._engine.executing(what="the screens"):
                self.holder = None
                await self._engine.settle()
                await self._engine.execute(None, stop=stop)
                self.trouble = None
        finally:
            self._seen = None
            self._resting.set()


def _bug(error: Exception) -> SyncTuiError:
    return SyncTuiError(f"a fault in SyncTUI: {type(error).__name__}: {error}", hint="the log has more", code="bug")
