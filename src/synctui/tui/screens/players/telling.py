"""Follows what players are being told through the journals of the jobs that do it."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping, Sequence

from synctui.jobs.board import Board
from synctui.model.events import Event
from synctui.model.states import JobState
from synctui.store import journal
from synctui.store.database import Database

KIND = "players"
_KEPT = 40
_PAGE = 500
_DOING = {"discover": "asking", "execute": "sending", "confirm": "confirming", "update": "noting", "notify": "showing"}


class Telling:
    """What each player is being asked (`doing`), and its newest events of this session."""

    def __init__(self) -> None:
        self.doing: Mapping[str, str] = {}
        self._events: dict[str, deque[Event]] = {}
        self._read: dict[int, int] = {}
        self._flights: dict[str, str] = {}
        self._over: set[int] | None = None

    def events(self, player: str) -> Sequence[Event]:
        """Return the newest events about a player, the newest last."""
        return tuple(self._events.get(player, ()))

    async def follow(self, database: Database, board: Board) -> None:
        """Take over what happened since; a job that ended is read to its end, however short it was."""
        jobs = [job for job in board.jobs if job.request.kind == KIND]
        running = {job.id for job in jobs if job.state is JobState.RUNNING}
        over = {job.id for job in jobs if job.state.final}
        ended = over - self._over if self._over is not None else set()
        self._over = over
        for job in sorted(running | ended | self._read.keys()):
            await self._follow(database, job)
        for job in [one for one in self._read if one not in running]:
            del self._read[job]
        if not running:
            self._flights.clear()
        self.doing = dict(self._flights)

    async def _follow(self, database: Database, job: int) -> None:
        while True:
            found = await journal.after(database, self._read.get(job, 0), job=job, limit=_PAGE)
            for event in found:
                self._take(event)
            self._read[job] = found[-1].id if found else self._read.get(job, 0)
            if len(found) < _PAGE:
                return

    def _take(self, event: Event) -> None:
        player = str(event.fields.get("track", ""))
        if event.type == "op_start":
            self._flights[player] = _DOING.get(str(event.fields.get("stage", "")), "busy")
        elif event.type == "op_end":
            self._flights.pop(player, None)
            self._events.setdefault(player, deque(maxlen=_KEPT)).append(event)
