"""The plan on the table: drawn up, changed and handed in, one thing after the other; the screen only shows it."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Sequence
from typing import TYPE_CHECKING, Any, Literal

from synctui.errors import LockHeld, StalePlan, SyncTuiError
from synctui.jobs.draft import Draft
from synctui.model.json import Fields
from synctui.model.plan import Notice, PlanTotals
from synctui.tui.screens.preview.wanted import Wanted

if TYPE_CHECKING:
    from synctui.jobs.engine import Engine

Phase = Literal["waiting", "looking", "ready", "again", "storing", "failed"]
"""Nothing yet; being drawn up; complete; being drawn up again as a whole; becoming a job; it could not be drawn up."""


class Desk:
    """One plan from the wish to the job.

    `engine` is asked for anew each time: the services may be opened again meanwhile. `began` is told when there is a new
    draft, or none; `grew` when it has more rows; `changed` when anything else is different.
    """

    def __init__(
        self,
        wanted: Wanted,
        engine: Callable[[], Engine],
        *,
        began: Callable[[], None],
        grew: Callable[[], None],
        changed: Callable[[], None],
    ) -> None:
        self.wanted = wanted
        self.phase: Phase = "waiting"
        self.draft: Draft | None = None
        self.trouble: SyncTuiError | None = None
        self._lifted: frozenset[str] = frozenset()
        self._engine = engine
        self._began = began
        self._grew = grew
        self._changed = changed
        self._planning: asyncio.Task[Any] | None = None
        self._changes: set[asyncio.Task[Any]] = set()
        self._closed = False

    @property
    def busy(self) -> bool:
        """Tell whether the plan is being drawn up."""
        return self.phase in ("looking", "again")

    @property
    def brakes(self) -> tuple[Notice, ...]:
        """Return what stops the plan and was not answered yet."""
        found = self.draft.totals.brakes if self.draft is not None else ()
        return tuple(one for one in found if one.message not in self._lifted)

    def lift(self, brakes: Sequence[Notice]) -> None:
        """Take over that a person means it all the same."""
        self._lifted |= {one.message for one in brakes}

    # drawing up

    async def plan(self, wanted: Wanted | None = None) -> None:
        """Draw the plan up, instead of the one before; what is wrong with it becomes `trouble`."""
        await self._give_up()
        if self._closed:
            return
        self.wanted = wanted or self.wanted
        self.phase, self.trouble = "looking", None
        self._changed()
        task = self._planning = asyncio.current_task()
        try:
            draft = await self.wanted.plan(self._engine(), on_item=self._counted, on_draft=self._take)
        except asyncio.CancelledError:
            self._take(None)
            raise
        except Exception as error:
            self._take(None)
            known = isinstance(error, SyncTuiError)
            self.trouble = error if isinstance(error, SyncTuiError) else SyncTuiError("a fault in SyncTUI", code="bug")
            self.phase = "failed"
            self._changed()
            if not known:
                raise
            return
        finally:
            if self._planning is task:
                self._planning = None
        self.draft = draft
        self.phase = "ready"
        self._grew()
        self._changed()

    def _take(self, draft: Draft | None) -> None:
        self.draft = draft
        self._began()

    def _counted(self, totals: PlanTotals) -> None:
        self._grew()

    # changing

    def select(self, keys: Sequence[str] | None, on: bool) -> Coroutine[Any, Any, None]:
        """Take operations into the plan or out of it (None: all); to be run at once."""
        return self._change(self._select(keys, on))

    async def _select(self, keys: Sequence[str] | None, on: bool) -> None:
        if self.draft is not None:
            await self.draft.select(keys, on)

    async def revise(self, keys: Sequence[str] | None, options: Fields) -> None:
        """Plan some operations again with other options, or (None) the whole; raises what the engine does.

        What is still being drawn up begins anew.
        """
        if keys is None and (self.draft is None or not self.draft.filled):
            await self.plan(self.wanted.with_options(options))
            return
        await self._change(self._revise(keys, options))

    async def _revise(self, keys: Sequence[str] | None, options: Fields) -> None:
        draft = self.draft
        if draft is None:
            return
        whole = keys is None
        if whole:
            self.phase = "again"
            self._changed()
        try:
            await self._engine().revise(draft, keys, options)
            if whole:
                self.wanted = self.wanted.with_options(options)
        finally:
            if whole and self.draft is draft:
                self.phase = "ready"
            self._changed()

    async def _change(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._changes.add(task)
        try:
            await work
        finally:
            self._changes.discard(task)

    async def settled(self) -> None:
        """Return when every change so far has been made."""
        current = asyncio.current_task()
        if others := [task for task in self._changes if task is not current]:
            await asyncio.wait(others)

    # handing in

    async def submit(self) -> tuple[int, str]:
        """Store the plan as a job; return its number and, where another process executes, words for that one.

        Unfinished jobs that ask the same, and that nobody paused, are superseded by it. Raises StalePlan and whatever the
        engine does; the plan is then as it was.
        """
        draft = self.draft
        assert draft is not None
        self.phase = "storing"
        self._changed()
        engine = self._engine()
        try:
            holder = ""
            try:
                await engine.supersede(draft.request)
            except LockHeld:
                # Whoever executes takes up what is stored; what it supersedes is seen when it is planned there.
                holder = engine.lock.holder()
            job = await self._change_of(engine.submit(draft, allow_mass_change=not self.brakes))
        except BaseException:
            self.phase = "ready"
            self._changed()
            raise
        return job, holder

    async def _change_of(self, work: Coroutine[Any, Any, int]) -> int:
        task = asyncio.ensure_future(work)
        self._changes.add(task)
        try:
            return await asyncio.shield(task)
        finally:
            self._changes.discard(task)

    # leaving

    async def close(self) -> None:
        """Throw the plan away; what is becoming a job becomes one."""
        self._closed = True
        with contextlib.suppress(StalePlan):
            await self._give_up()

    async def _give_up(self) -> None:
        current = asyncio.current_task()
        if self._planning is not None and self._planning is not current:
            self._planning.cancel()
            await asyncio.wait([self._planning])
        if self.phase == "storing":
            await self.settled()
        else:
            for task in [one for one in self._changes if one is not current]:
                task.cancel()
        await self.settled()
        draft, self.draft = self.draft, None
        if draft is not None:
            await draft.discard()
