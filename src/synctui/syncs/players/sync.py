"""The sync kind `players` as the engine sees it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta

from synctui.errors import ConfigError, NotAuthorised, Pause, ServerFailed, Transient
from synctui.model.json import Fields
from synctui.model.outcome import Outcome, Receipt
from synctui.model.plan import Operation, PlanItem, Request
from synctui.model.players import ItemState
from synctui.model.states import Result
from synctui.model.sync import Lane, Run
from synctui.syncs.players.apply import Teller, call_of
from synctui.syncs.players.asking import Asked, ask
from synctui.syncs.players.metrics import job_metrics, standing
from synctui.syncs.players.plan import plan_players
from synctui.syncs.players.session import Sessions, looked
from synctui.syncs.players.settings import PlayerSettings
from synctui.syncs.players.tools import Tools
from synctui.syncs.players.track import STAGES, lane_of

_SOON = 3
_ASK_AGAIN_S = 300.0


class PlayersSync:
    """Tells media players what changed, and finds out whether they have it."""

    kind = "players"
    title = "Media players"
    stages: Sequence[str] = STAGES

    def __init__(self, tools: Tools) -> None:
        self.tools = tools
        self._sessions = Sessions(tools)
        self._asked: dict[str, int] = {}
        self._teller = Teller(tools, self._sessions)
        # One thing at a time and one connection each: a Kodi takes no two writers, and the others queue what they are told.
        self.lanes: Mapping[str, Lane] = {lane_of(player): Lane(lane_of(player), width=1) for player in tools.players}

    def plan(self, request: Request) -> AsyncIterator[PlanItem]:
        """Yield what each player is told, with the exact calls."""
        return plan_players(self.tools, request)

    async def apply(self, operation: Operation, run: Run) -> Outcome:
        """Do one operation."""
        return await self._teller.apply(operation, run)

    async def reconcile(self, operation: Operation, intent: Fields) -> Outcome | None:
        """Ask the player whether an interrupted call had its effect."""
        settings = self.tools.player(str(operation.payload.get("player", "")))
        if settings is None:
            return Outcome(Result.SKIPPED, "no_player")
        call = call_of(operation)
        try:
            session = self._sessions.fresh(settings)
        except ConfigError as error:
            raise NotAuthorised(error.message, hint=error.hint) from error
        try:
            await looked(session)
            done = await session.driver.recover(call, intent)
        except ServerFailed as error:
            # It stays in doubt until the player can be asked: nothing is repeated blindly, and nothing given up.
            asked = self._asked[operation.key] = self._asked.get(operation.key, 0) + 1
            if asked <= _SOON:
                raise Transient(error.message, error.after, error.code) from error
            until = self.tools.clock.now() + timedelta(seconds=max(_ASK_AGAIN_S, error.after or 0.0))
            raise Pause(error.code, until, "track", error.message) from error
        finally:
            await session.driver.close()
        if not done:
            return None
        rows = tuple(
            one.row(settings.name, ItemState.ACCEPTED, group=settings.group, reason="recovered") for one in call.errands
        )
        return Outcome(Result.DONE, "recovered", rows=rows)

    def plan_undo(self, receipts: AsyncIterator[Receipt]) -> None:
        """Nothing is to be taken back: a player is told what is so."""
        return

    async def metrics(self, job: int) -> Fields:
        """Return what a job came to, for each player and in all."""
        return await job_metrics(self.tools.database, job)

    async def ask(self, settings: PlayerSettings, *, note: bool = True) -> Asked:
        """Return how a player is and how its folders lie to ours; `note` writes down that it was seen."""
        return await ask(self.tools, settings, note=note)

    async def standing(self) -> list[Fields]:
        """Return how each configured player stands, and what its syncs came to."""
        return await standing(self.tools.database, self.tools.players)

    async def close(self) -> None:
        """Close what is still open."""
        await self._sessions.close_all()
