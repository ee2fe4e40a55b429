"""The services while the screens are open: opened once, opened anew when the configuration changed, closed at the end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from synctui.config.launch import Launch
from synctui.errors import SyncTuiError, UsageError
from synctui.jobs.board import Board
from synctui.jobs.stop import Stop

if TYPE_CHECKING:
    from synctui.jobs.attendance import Attendance
    from synctui.jobs.schedule import Schedule
    from synctui.services import Services

log = logging.getLogger(__name__)

_FIRST_PICTURE_S = 0.5


class House:
    """Owns the services, whoever executes jobs, and the schedule; one task opens and closes them, as contexts want it.

    `on_open` is called whenever services are there, the first time and after each change of the configuration; `on_fail`
    when they cannot be opened, or closed to be opened anew: `close` then raises why. `board` is how the jobs stood when
    everything was closed.
    """

    def __init__(self, launch: Launch, on_open: Callable[[Services], None], on_fail: Callable[[], None]) -> None:
        self.launch = launch
        self.stop = Stop()
        self.attendance: Attendance | None = None
        self.board = Board()
        self._on_open = on_open
        self._on_fail = on_fail
        self._services: Services | None = None
        self._task: asyncio.Task[None] | None = None
        self._leave = asyncio.Event()
        self._seen = asyncio.Event()
        self._again = False

    @property
    def services(self) -> Services:
        """Return the open services; raises UsageError before they are there."""
        if self._services is None:
            raise UsageError("the library is not open yet", hint="a moment")
        return self._services

    @property
    def ready(self) -> bool:
        """Tell whether the services are open."""
        return self._services is not None

    @property
    def failed(self) -> bool:
        """Tell whether there are no services and will be none."""
        return self._task is not None and self._task.done()

    @property
    def begun(self) -> bool:
        """Tell whether they are open or being opened."""
        return self._task is not None

    def begin(self) -> None:
        """Open the services beside whatever goes on."""
        self._task = asyncio.get_running_loop().create_task(self._live(), name="house")
        self._task.add_done_callback(self._ended)

    def seen(self) -> None:
        """Take over that there is a first picture: loading what is below the screens holds nothing up any more."""
        self._seen.set()

    def _ended(self, task: asyncio.Task[None]) -> None:
        if not task.cancelled() and task.exception() is not None:
            self._on_fail()

    async def reopen(self) -> None:
        """Read the configuration again and, when no job runs any more, open the services with it.

        Raises ConfigError, and keeps the old ones, when it is not valid.
        """
        await self.read_again()
        if self.attendance is not None:
            await self.attendance.retire()
        self._again = True
        self._leave.set()

    async def read_again(self) -> None:
        """Read the configuration again; the services stay as they are. Raises ConfigError when it is not valid."""
        from synctui.services import configuration

        launch = self.launch
        loaded = await asyncio.to_thread(configuration, file=launch.file, paths=launch.paths, flags=launch.flags)
        self.launch = replace(self.launch, loaded=loaded)

    async def close(self) -> None:
        """Stop what runs at its next commit point, and close everything; raises what opening or closing raised."""
        self.stop.graceful("quit")
        self._leave.set()
        if self._task is not None:
            await self._task

    async def _live(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_FIRST_PICTURE_S):
                await self._seen.wait()
        # Deferred: the first picture does not wait for all that is below the screens.
        from synctui.jobs.attendance import Attendance
        from synctui.jobs.schedule import Schedule
        from synctui.services import services

        while True:
            self._again = False
            self._leave.clear()
            if self.stop.asked:
                return  # left before it had begun
            launch = self.launch
            stop = Stop(self.stop)
            async with services(
                launch.loaded,
                launch.paths,
                jobs=launch.jobs,
                libraries=launch.libraries,
                players=launch.players,
                stash=launch.stash,
            ) as opened:
                self.attendance = Attendance(opened.engine)
                loop = asyncio.get_running_loop()
                attending = loop.create_task(self.attendance.run(stop), name="attendance")
                schedule = Schedule(opened.engine, opened.schedule, hints=opened.hints)
                scheduling = loop.create_task(_scheduled(schedule, stop), name="schedule")
                self._services = opened
                try:
                    self._on_open(opened)
                    await self._leave.wait()
                finally:
                    self._services = None
                    stop.graceful("quit")
                    for task in (scheduling, attending):
                        with contextlib.suppress(asyncio.CancelledError):
                            await task
                    self.attendance = None
                    with contextlib.suppress(SyncTuiError):
                        self.board = await opened.engine.board()
            if not self._again or self.stop.asked:
                return


async def _scheduled(schedule: Schedule, stop: Stop) -> None:
    """Keep to the schedule; a fault in it must not keep the services from being closed."""
    try:
        await schedule.run(stop)
    except Exception as error:
        log.error("a fault in the schedule", exc_info=error)
