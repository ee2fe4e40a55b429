"""A player that is being talked to: one client from the first question of a job to its last."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, field

from synctui.errors import NotAuthorised, ServerFailed
from synctui.model.players import Look
from synctui.syncs.players.driver import Driver
from synctui.syncs.players.drivers.opening import open_driver
from synctui.syncs.players.settings import PlayerSettings
from synctui.syncs.players.tools import Tools


@dataclass(frozen=True, slots=True)
class Halt:
    """Why a player is not told any more in this job: a reason code and a sentence."""

    code: str
    message: str = ""


@dataclass(slots=True, eq=False)
class Session:
    """One player in one job; `answers` are the seconds of its answers since they were written down last.

    `sent` is when it was told something last, by the monotonic clock.
    """

    settings: PlayerSettings
    driver: Driver
    opened: float
    look: Look | None = None
    halt: Halt | None = None
    sent: float | None = None
    answers: list[float] = field(default_factory=list)

    def taken_answers(self) -> tuple[float, ...]:
        """Return the answers' seconds, and begin anew."""
        taken, self.answers[:] = tuple(self.answers), []
        return taken


class Sessions:
    """The open sessions, by player."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._open: dict[tuple[int, str], Session] = {}

    async def of(self, job: int, settings: PlayerSettings) -> Session:
        """Return the session of a player in a job, opened when it is not. Raises NotAuthorised, ConfigError.

        Those that an earlier job left open are closed then: jobs of one kind run in turn.
        """
        session = self._open.get((job, settings.name))
        if session is None:
            for before, name in [one for one in self._open if one[0] != job]:
                await self.close(before, name)
            session = self._open[job, settings.name] = self.fresh(settings)
        return session

    def fresh(self, settings: PlayerSettings) -> Session:
        """Return a session that is nobody else's, to be closed by whoever asked for it."""
        answers: list[float] = []
        clock = self._tools.clock
        driver = open_driver(settings, client_id=self._tools.client_id, clock=clock, heard=answers.append)
        return Session(settings, driver, clock.monotonic(), answers=answers)

    async def close(self, job: int, player: str) -> None:
        """Close a session."""
        session = self._open.pop((job, player), None)
        if session is not None:
            await _closed(session)

    async def close_all(self) -> None:
        """Close every session."""
        sessions, self._open = list(self._open.values()), {}
        for session in sessions:
            await _closed(session)


async def _closed(session: Session) -> None:
    with contextlib.suppress(OSError, ServerFailed):
        await session.driver.close()


async def looked(session: Session) -> Look:
    """Return what a look at the player finds, by one look in a session. Raises what a driver raises."""
    if session.look is None:
        session.look = await session.driver.look()
    return session.look


def refusal(error: NotAuthorised) -> str:
    """Return why it refuses us and what to do, as one sentence."""
    return f"{error.message}: {error.hint}" if error.hint else error.message
