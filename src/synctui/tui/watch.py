"""The watch on the jobs: what changed is told to the screen on top, what ended is said, what was interrupted is offered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synctui.errors import SyncTuiError
from synctui.jobs.board import Board, BoardJob
from synctui.store import journal
from synctui.text import clip, display
from synctui.tui.leaving import interrupted
from synctui.tui.screens.place import Place
from synctui.tui.topline import job_title

if TYPE_CHECKING:
    from synctui.tui.app import SyncTui

_MOST_TITLE = 40
_MOST_READ = 2000
_PAGE = 500


class Watch:
    """Knows how the jobs stood at the last look; `looked` once there was one."""

    def __init__(self, home: SyncTui) -> None:
        self.board = Board()
        self.looked = False
        self._home = home
        self._told: int | None = None

    async def look(self) -> bool:
        """Look at the jobs; return whether one runs here."""
        home = self._home
        if not home.house.ready:
            return False
        try:
            before, self.board = self.board, await home.services.engine.board()
        except SyncTuiError as error:
            home.faults.trouble_when_new("board", error)
            return False
        except Exception as error:
            home.fault(error, once="looking at the jobs")
            return False
        attendance = home.house.attendance
        home.faults.trouble_when_new("board", None)
        home.faults.trouble_when_new("attendance", attendance.trouble if attendance is not None else None)
        if not self.looked:
            self.looked = True
            await self._tell_alerts()
            if home.guide is not None:
                home.guide.begin(self.board)
        if self.board.version != before.version:
            await self._tell_ended(before)
            await self._tell_alerts()
            self._offer_to_resume()
            if isinstance(home.screen, Place):
                home.screen.take_over()
                home.screen.update_frame()
        return self.board.running_here

    async def _tell_ended(self, before: Board) -> None:
        known = {job.id: job for job in before.jobs}
        for job in self.board.jobs:
            if job.id in known and job.state.final and not known[job.id].state.final:
                came = await self._came_to(job) if job.request.kind == "stash" and job.clean else ""
                said = f"{job.state.glyph} {clip(job_title(job), _MOST_TITLE)}: {came or job.result}"
                self._home.messages.news(said, "good" if job.clean else "warn")

    async def _came_to(self, job: BoardJob) -> str:
        """Return what a sync of the catalogue came to, in rows, "" where that is not known."""
        # Deferred: the first picture does not wait for it.
        from synctui.store.catalog_state import sums_of
        from synctui.tui.screens.jobs.pulls import came_to

        try:
            return came_to(await sums_of(self._home.services.database, job.id))
        except SyncTuiError:
            return ""

    async def _tell_alerts(self) -> None:
        """Say what jobs of any process have alerted everybody of since the last look."""
        try:
            database = self._home.services.database
            if self._told is None:
                self._told = await journal.last_id(database)
            for _ in range(0, _MOST_READ, _PAGE):
                found = await journal.after(database, self._told, limit=_PAGE)
                for event in found:
                    self._told = event.id
                    if event.type == "alert":
                        self._home.messages.alert(display(str(event.fields.get("message", ""))))
                if len(found) < _PAGE:
                    return
        except SyncTuiError as error:
            self._home.faults.trouble_when_new("journal", error)
        except Exception as error:
            self._home.fault(error, once="looking for alerts")

    def _offer_to_resume(self) -> None:
        messages = self._home.messages
        left = [job for job in self.board.jobs if interrupted(job)]
        if not left:
            messages.offering("")
            return
        first, more = left[0], f", and {len(left) - 1} more" if len(left) > 1 else ""
        done = f"{first.snapshot.current:,} of {first.snapshot.total:,} done"
        messages.offering(f"interrupted: {first.title}, {done}{more}", hint=f"{self._home.key_of('', 'resume')} goes on")
