"""`synctui worker`: executes what is due and what others ask for, until it is told to end."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

from synctui.cli.arguments import Arguments
from synctui.cli.story import Session, tell
from synctui.errors import ExitCode
from synctui.jobs.attendance import Attendance
from synctui.jobs.schedule import Schedule
from synctui.model.events import Event


async def worker(arguments: Arguments) -> ExitCode:
    """Do `worker`: ends with the code of the signal that ended it."""
    return await tell(arguments, "worker", _attend)


async def _attend(session: Session) -> tuple[ExitCode, str | None]:
    opened = session.services
    due = ", ".join(entry.name for entry in opened.schedule) or "nothing by itself: only what others ask for"
    session.output.say(f" waiting for work ({due}); ctrl+c ends it")
    attendance, schedule = Attendance(opened.engine), Schedule(opened.engine, opened.schedule, hints=opened.hints)
    teller = asyncio.create_task(_tell(session, opened.engine.subscribe()))
    try:
        await asyncio.gather(attendance.run(session.stop), schedule.run(session.stop))
        await opened.engine.drained()
    finally:
        teller.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await teller
    return session.signals.code or ExitCode.DONE, None


async def _tell(session: Session, events: AsyncIterator[Event]) -> None:
    async for event in events:
        try:
            session.output.event(event)
        except OSError:
            # Whoever read along has gone; the work goes on.
            return
