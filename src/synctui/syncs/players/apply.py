"""Does one operation of a player's track; what it comes to is written down item by item."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

from synctui.errors import ConfigError, NotAuthorised, OperationFailed, Pause, ServerFailed, Transient, Unreachable
from synctui.model.clock import rfc3339
from synctui.model.json import Fields
from synctui.model.library import Row
from synctui.model.outcome import Outcome
from synctui.model.plan import Operation
from synctui.model.players import ItemState, PlayerItem, PlayerSeen, PlayerState, PlayerSynced
from synctui.model.states import Result
from synctui.model.sync import Run
from synctui.store.player_items import known, sums_of
from synctui.store.players import players
from synctui.syncs.players.collect import Collector
from synctui.syncs.players.confirm import confirm
from synctui.syncs.players.driver import Call
from synctui.syncs.players.errands import errands_of, item_row, items_of
from synctui.syncs.players.proof import names, told_in
from synctui.syncs.players.session import Halt, Session, Sessions, looked, refusal
from synctui.syncs.players.settings import PlayerSettings
from synctui.syncs.players.still import still_so, unconfirmed
from synctui.syncs.players.tools import Tools
from synctui.text import display
from synctui.words import count

_LONGEST_ALONE_S = 6 * 3600.0
_LONGEST_WAIT_S = 30.0
_MOST_RETRIES = 4
"""The engine has an operation fail after five tries, and would do so without a word about the player."""


class Teller:
    """Applies the operations of players' tracks."""

    def __init__(self, tools: Tools, sessions: Sessions) -> None:
        self._tools = tools
        self._sessions = sessions

    async def apply(self, operation: Operation, run: Run) -> Outcome:
        """Do one operation. Raises Transient for what may pass, until the player's tries are used up."""
        outcome = await self._outcome(operation, run)
        settings = self._tools.player(str(operation.payload.get("player", "")))
        if settings is not None and _ends_track(operation, settings):
            await self._sessions.close(run.job, settings.name)
        return outcome

    async def _outcome(self, operation: Operation, run: Run) -> Outcome:
        settings = self._tools.player(str(operation.payload.get("player", "")))
        if settings is None:
            return Outcome(Result.SKIPPED, "no_player")
        if operation.action == "skip":
            return _left_out(operation, settings)
        try:
            session = await self._sessions.of(run.job, settings)
        except (NotAuthorised, ConfigError) as error:
            return self._refused(operation, settings, NotAuthorised(error.message, hint=error.hint), None)
        if operation.action == "record":
            return await self._record(operation, session, run)
        try:
            if session.halt is not None:
                return await self._told_before(_deferred(operation, settings, session.halt), operation, run)
            return await self._done(operation, session, run)
        except NotAuthorised as error:
            return await self._told_before(self._refused(operation, settings, error, session), operation, run)
        except ServerFailed as error:
            return await self._told_before(await self._failed(operation, session, error, run), operation, run)
        except OperationFailed as error:
            rows = _pending(operation, settings, error.code, error.message, ItemState.FAILED)
            return Outcome(Result.FAILED, error.code, error.message, rows=rows)

    async def _done(self, operation: Operation, session: Session, run: Run) -> Outcome:
        if operation.action == "discover":
            return await self._discover(session)
        await looked(session)
        if operation.action == "confirm":
            return await confirm(self._tools, operation, session, run)
        if operation.action == "notify":
            shown = await session.driver.tell("SyncTUI", str(operation.payload.get("text", "")))
            return Outcome(Result.DONE, "shown") if shown else Outcome(Result.SKIPPED, "nobody_watches")
        return await self._send(operation, session, run)

    async def _told_before(self, outcome: Outcome, operation: Operation, run: Run) -> Outcome:
        """Return an outcome without the rows of items that were told in this job: they are not to be told once more."""
        if operation.action != "confirm":
            return outcome
        paths = [row.path for row in outcome.rows if isinstance(row, PlayerItem)]
        rows = await known(self._tools.database, str(operation.payload.get("player", "")), paths)
        told = told_in(rows, run.job)
        kept = tuple(row for row in outcome.rows if not (isinstance(row, PlayerItem) and row.path in told))
        return replace(outcome, rows=kept)

    # the stages

    async def _discover(self, session: Session) -> Outcome:
        look = await looked(session)
        seen = PlayerSeen(
            session.settings.name,
            PlayerState.ONLINE,
            version=look.version,
            title=look.name,
            refused="",
            answers=session.taken_answers(),
        )
        numbers: Fields = {"version": display(look.version, 60), "folders": len(look.roots)}
        if why := await session.driver.ready():
            session.halt = Halt(why)
            return Outcome(Result.DEFERRED, why, numbers=numbers, rows=(seen,))
        return Outcome(Result.DONE, "online", numbers=numbers, rows=(seen,))

    async def _send(self, operation: Operation, session: Session, run: Run) -> Outcome:
        name, group = session.settings.name, session.settings.group
        wanted = call_of(operation)
        if why := await session.driver.ready():
            session.halt = Halt(why)
            return _deferred(operation, session.settings, session.halt)
        if wanted.action == "trash" and (number := await unconfirmed(self._tools, wanted.errands, name)):
            text = f"{count(number, 'file')} of it not confirmed: the trash is not emptied"
            return Outcome(Result.DEFERRED, "not_done", text)
        still = await still_so(self._tools, wanted, session.settings, run.job)
        call, rows = still.call, list(still.rows)
        if still.away:
            waiting = _pending(operation, session.settings, "not_mounted", "")
            return Outcome(Result.CONFLICT, "not_mounted", "its disk is away here: nothing was sent", rows=waiting)
        if wanted.errands and not call.errands:
            if rows:
                return Outcome(Result.CONFLICT, "changed_since_plan", "they are not so any more", rows=tuple(rows))
            return Outcome(Result.UNCHANGED, "confirmed", "told by another sync meanwhile")
        run.progress("sending")
        noted: list[Fields] = []

        async def intent(facts: Fields) -> None:
            await run.intent(facts)
            noted.append(facts)

        try:
            troubles = await session.driver.send(call, intent)
            session.sent = self._tools.clock.monotonic()
        except ServerFailed as error:
            if any(facts.get("watched") for facts in noted) and not self._tries_again(session, error, run):
                # What was watched is in the intent and nowhere else: it is not given up before that is written back.
                until = self._tools.clock.now() + timedelta(seconds=_alone_s(1))
                raise Pause(error.code, until, "track", error.message) from error
            raise
        for errand in call.errands if not call.late else ():
            trouble = troubles.get(errand.item.path)
            state = ItemState.FAILED if trouble else ItemState.ACCEPTED
            reason = "not_done" if trouble else ""
            rows.append(errand.row(name, state, group=group, reason=reason, message=trouble or ""))
        numbers: Fields = {"sent": len(call.errands) - len(troubles), "failed": len(troubles)}
        if troubles:
            message = _told(troubles)
            return Outcome(Result.FAILED, "not_done", message, numbers=numbers, rows=tuple(rows), retryable=True)
        return Outcome(Result.DONE, "accepted", numbers=numbers, rows=tuple(rows))

    async def _record(self, operation: Operation, session: Session, run: Run) -> Outcome:
        """Note how the player stands; what the feed holds for it and nobody has dealt with waits in its queue."""
        settings, database = session.settings, self._tools.database
        upto = operation.payload.get("upto")
        cursor = upto if isinstance(upto, int) else 0
        rows: list[Row] = []
        if cursor:
            before = (await players(database)).get(settings.name)
            collector = Collector(database, self._tools.libraries, cursor)
            left = await collector.items(settings.name, before.cursor if before is not None else 0, impatient=True)
            standing = await known(database, settings.name, [item.path for item in left])
            rows += [
                item_row(item, settings.name, ItemState.PENDING, group=settings.group)
                for item in left
                if item.path not in standing or standing[item.path].item.feed < item.feed
            ]
        sums = await sums_of(database, settings.name, run.job)
        good = session.halt is None and sums.failed == 0
        busy = self._tools.clock.monotonic() - session.opened
        rows.append(
            PlayerSynced(settings.name, cursor, good, sums.items, sums.confirmed, sums.failed, sums.waited_s, max(0.0, busy))
        )
        if session.halt is None:
            rows.append(
                PlayerSeen(settings.name, PlayerState.ONLINE, failed=False, not_before="", answers=session.taken_answers())
            )
        numbers: Fields = {"items": sums.items, "confirmed": sums.confirmed, "failed": sums.failed, "waiting": sums.waiting}
        if not good and self._holds_up_others(settings.name):
            return Outcome(Result.FAILED, "not_all_told", numbers=numbers, rows=tuple(rows))
        return Outcome(Result.DONE, "noted", numbers=numbers, rows=tuple(rows))

    def _holds_up_others(self, player: str) -> bool:
        """Tell whether those after this player in a group are not to be told when it was not."""
        return any(player in chain.players and not chain.continue_on_error for chain in self._tools.chains)

    # what goes wrong

    def _refused(
        self, operation: Operation, settings: PlayerSettings, error: NotAuthorised, session: Session | None
    ) -> Outcome:
        text = refusal(error)
        if session is not None:
            session.halt = Halt("not_authorised", text)
        seen = PlayerSeen(
            settings.name, PlayerState.REFUSED, code="not_authorised", message=text, refused=settings.credentials
        )
        rows = (*_pending(operation, settings, "not_authorised", text), seen)
        alert = f"{settings.name} is left alone until its credentials change: {text}"
        return Outcome(Result.FAILED, "not_authorised", text, rows=rows, alert=alert)

    def _tries_again(self, session: Session, error: ServerFailed, run: Run) -> bool:
        """Tell whether a fault may have passed in a moment: not for a player that is off, or wants to be left alone."""
        fresh = isinstance(error, Unreachable) and session.look is None
        patient = error.after is None or error.after <= _LONGEST_WAIT_S
        return not fresh and patient and run.attempt <= min(session.settings.retry_attempts, _MOST_RETRIES)

    async def _failed(self, operation: Operation, session: Session, error: ServerFailed, run: Run) -> Outcome:
        settings = session.settings
        if self._tries_again(session, error, run):
            # Asked again from the start: it may be another server by now.
            session.look = None
            raise Transient(error.message, error.after, error.code)
        offline = isinstance(error, Unreachable)
        text = f"{error.message}: {error.hint}" if error.hint else error.message
        session.halt = Halt("offline" if offline else error.code, text)
        state = PlayerState.OFFLINE if offline else PlayerState.FAILING
        before = (await players(self._tools.database)).get(settings.name)
        alone = max(_alone_s(1 + (before.failures if before is not None else 0)), error.after or 0.0)
        until = "" if offline else rfc3339(self._tools.clock.now() + timedelta(seconds=alone))
        seen = PlayerSeen(
            settings.name,
            state,
            code=error.code,
            message=text,
            failed=None if offline else True,
            not_before=until or None,
            answers=session.taken_answers(),
        )
        if offline:
            rows = (*_pending(operation, settings, "offline", text), seen)
            return Outcome(Result.DEFERRED, "offline", text, rows=rows)
        rows = (*_pending(operation, settings, error.code, text, ItemState.FAILED, until), seen)
        return Outcome(Result.FAILED, error.code, text, rows=rows, retryable=True)


def _ends_track(operation: Operation, settings: PlayerSettings) -> bool:
    """Tell whether an operation is the last of its track."""
    notified = settings.send_notifications and settings.kind != "plex"
    return operation.action == "notify" or (operation.action == "record" and not notified)


def call_of(operation: Operation) -> Call:
    """Return the call that an operation makes."""
    facts = operation.payload.get("facts")
    return Call(
        operation.action,
        operation.subject,
        str(operation.payload.get("text", "")),
        errands_of(operation.payload),
        facts if isinstance(facts, Mapping) else {},
        late=operation.stage == "confirm" and operation.action in ("trash", "refresh"),
    )


def _alone_s(failures: int) -> float:
    """Return how long a player that fails is left alone, in seconds: longer each time, never the same for two."""
    return min(_LONGEST_ALONE_S, 60.0 * 2.0**failures) * (0.75 + random.random() / 2)


def _left_out(operation: Operation, settings: PlayerSettings) -> Outcome:
    reason = str(operation.payload.get("reason", ""))
    items = items_of(operation.payload)
    rows = [item_row(item, settings.name, ItemState.SKIPPED, group=settings.group, reason=reason) for item in items]
    held_back = f"{settings.name}: {count(len(items), 'file')} would be taken out at once: they stay until somebody says so"
    alert = held_back if reason == "braked" else ""
    return Outcome(Result.SKIPPED, reason, numbers={"items": len(items)}, rows=tuple(rows), alert=alert)


def _pending(
    operation: Operation,
    settings: PlayerSettings,
    reason: str,
    message: str,
    state: ItemState = ItemState.PENDING,
    not_before: str = "",
) -> tuple[Row, ...]:
    if operation.action == "discover":
        return ()
    return tuple(
        item_row(
            errand.item,
            settings.name,
            state,
            remote=errand.remote,
            group=settings.group,
            reason=reason,
            message=message,
            not_before=not_before,
        )
        for errand in errands_of(operation.payload)
    )


def _deferred(operation: Operation, settings: PlayerSettings, halt: Halt) -> Outcome:
    rows = _pending(operation, settings, halt.code, halt.message)
    return Outcome(Result.DEFERRED, halt.code, halt.message, rows=rows)


def _told(troubles: Mapping[str, str]) -> str:
    by_trouble: dict[str, list[str]] = {}
    for path, trouble in troubles.items():
        by_trouble.setdefault(trouble, []).append(path)
    return "; ".join(f"{names(paths)}: {trouble}" for trouble, paths in by_trouble.items())
