"""Plans what each player is told: a track for each, from a look at it to the last word; reads only."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field, replace

from synctui.errors import ConfigError, NotAuthorised, ServerFailed, SyncTuiError
from synctui.library.paths import name as named
from synctui.model.clock import parse_rfc3339, rfc3339
from synctui.model.json import Fields, Json
from synctui.model.plan import UNATTENDED, Notice, Operation, PlanItem, Request
from synctui.model.players import ItemState
from synctui.store.changes import last_change
from synctui.store.player_items import known, skipped_for
from synctui.store.players import PlayerRecord, players
from synctui.store.videos import MOST_VIDEOS, count_videos, mounts_above
from synctui.syncs.players.collect import Collector
from synctui.syncs.players.disks import stand
from synctui.syncs.players.driver import Call, Shelf
from synctui.syncs.players.errands import Errand, batches, item_of, packed, packed_items
from synctui.syncs.players.fold import Item
from synctui.syncs.players.mapping import Mapped, mapped
from synctui.syncs.players.options import PlayerOptions, meant
from synctui.syncs.players.session import Session, Sessions, looked, refusal
from synctui.syncs.players.settings import PlayerSettings
from synctui.syncs.players.tools import Tools
from synctui.syncs.players.track import Track, chained
from synctui.text import display
from synctui.words import count

log = logging.getLogger(__name__)

SENTENCES = {
    "unmapped": "no path_map covers it",
    "outside_roots": "the player looks for nothing there",
    "unspeakable": "a name that it cannot be told: not text, or (Kodi) with a backslash",
    "kept": "clean_deleted is off: it stays in the player's library",
    "folders_unknown": "it does not say which folders it has: the token's user must be its owner",
    "braked": "too many at once would be taken out of its library",
}
_MENDED = ("unmapped", "outside_roots", "kept", "folders_unknown")
"""What was left out for these reasons is looked at again each time: the configuration, or the player, may be another."""

_DOUBTFUL = (ItemState.SENT, ItemState.ACCEPTED, ItemState.UNCONFIRMED)
# A plan is for all players: it does not wait for one of them as long as a job does.
_LOOK_S = 4.0
_FEW, _MOST_SHARE, _MANY = 10, 0.2, 50


@dataclass(slots=True)
class _Prospect:
    """What is found out about one player while it is planned for; `before` is why files were left out earlier."""

    settings: PlayerSettings
    record: PlayerRecord
    session: Session
    items: list[Item] = field(default_factory=list)
    mapped: Mapped = field(default_factory=Mapped)
    shelf: Shelf | None = None
    before: dict[str, str] = field(default_factory=dict)
    notices: list[Notice] = field(default_factory=list)
    broken: bool = False


async def plan_players(tools: Tools, request: Request) -> AsyncIterator[PlanItem]:
    """Yield the operations of every player that is meant, those with a lower priority number first.

    Raises UsageError, TargetNotFound, and NotAuthorised when every player has refused us and nothing about that has changed.
    """
    options = PlayerOptions.of(request)
    wanted = meant(tools, options)
    if request.origin in UNATTENDED:
        await _quiet(tools)
    records = await players(tools.database)
    upto, _ = await last_change(tools.database)
    collector = Collector(tools.database, tools.libraries, upto)
    sessions = Sessions(tools)
    prospects: list[_Prospect] = []
    refused = 0
    for settings in wanted:
        record = records.get(settings.name, PlayerRecord(settings.name))
        if (why := _left_alone(tools, settings, record, options)) is not None:
            refused += record.refused == settings.credentials
            yield Notice("warning", why, settings.name)
            continue
        try:
            prospects.append(_Prospect(settings, record, sessions.fresh(settings)))
        except (NotAuthorised, ConfigError) as error:
            refused += 1
            hint = f": {error.hint}" if error.hint else ""
            yield Notice("warning", f"it cannot be asked: {error.message}{hint}", settings.name)
    if wanted and refused == len(wanted):
        raise NotAuthorised(
            "no player can be used: each refuses us",
            hint="check their passwords and tokens; then they are asked again",
        )
    try:
        found = await asyncio.gather(*(_looked_at(tools, one, collector, request, options) for one in prospects))
        last: dict[str, str] = {}
        news = not (request.targets or options.only_failed)
        for prospect in found:
            for notice in prospect.notices:
                yield notice
            if prospect.broken:
                continue
            for operation in _operations(tools, prospect, upto, options, last, news=news):
                yield operation
    finally:
        for prospect in prospects:
            await prospect.session.driver.close()


async def _quiet(tools: Tools) -> None:
    """Wait until the change feed has been quiet for a while, but not without end: what comes together is told together."""
    quiet, longest = tools.debounce
    until = tools.clock.monotonic() + longest
    while tools.clock.monotonic() < until:
        _, at = await last_change(tools.database)
        if not at:
            return
        age = (tools.clock.now() - parse_rfc3339(at)).total_seconds()
        if not 0 <= age < quiet:
            return
        await tools.clock.sleep(min(quiet - age, max(0.0, until - tools.clock.monotonic())) + 0.01)


def _left_alone(tools: Tools, settings: PlayerSettings, record: PlayerRecord, options: PlayerOptions) -> str | None:
    """Return why a player is not asked now, or None."""
    if options.force:
        return None
    if record.refused == settings.credentials:
        return "left alone: it refused us, until its user, password or token changes (--force asks all the same)"
    asked = options.named and options.origin == "user"
    if record.not_before > rfc3339(tools.clock.now()) and not asked:
        return f"left alone until {record.not_before[11:16]} UTC: it failed {record.failures} times in a row"
    return None


async def _looked_at(
    tools: Tools, prospect: _Prospect, collector: Collector, request: Request, options: PlayerOptions
) -> _Prospect:
    """Look at a player; a fault that nobody foresaw leaves out this player, and no other."""
    try:
        return await _look(tools, prospect, collector, request, options)
    except SyncTuiError:
        raise
    except Exception:
        name = prospect.settings.name
        log.exception("a look at the player %s failed", name)
        text = "it is left out: a look at it failed unexpectedly, and the log says how"
        prospect.notices.append(Notice("warning", text, name))
        prospect.broken = True
        return prospect


async def _look(
    tools: Tools, prospect: _Prospect, collector: Collector, request: Request, options: PlayerOptions
) -> _Prospect:
    """Find out what a player has to be told and how it stands; what it does not answer is a warning."""
    settings = prospect.settings
    items = await _items(tools, prospect, collector, request, options)
    if not items and not options.full:
        return prospect
    if request.targets and len(items) >= MOST_VIDEOS:
        text = f"only the first {MOST_VIDEOS:,} videos are looked at: name smaller folders"
        prospect.notices.append(Notice("warning", text, settings.name))
    mounts = await mounts_above(tools.database, (item.path for item in items))
    standing = await asyncio.to_thread(stand, items, tools.libraries, mounts)
    if standing.away:
        where = display(standing.away[0].path, 120)
        text = f"{count(len(standing.away), 'file')} wait: their disk seems to be away ({where})"
        prospect.notices.append(Notice("warning", text, settings.name))
    prospect.items = standing.items
    try:
        async with asyncio.timeout(_LOOK_S):
            await looked(prospect.session)
    except TimeoutError:
        text = f"no answer within {_LOOK_S:g} s: {count(len(prospect.items), 'file')} are planned without a look at it"
        prospect.notices.append(Notice("warning", text, settings.name))
    except NotAuthorised as error:
        prospect.notices.append(Notice("warning", refusal(error), settings.name))
    except ServerFailed as error:
        text = f"{error.message}: {count(len(prospect.items), 'file')} wait until it answers"
        prospect.notices.append(Notice("warning", text, settings.name))
    look = prospect.session.look
    prospect.mapped = await asyncio.to_thread(mapped, prospect.items, settings, tools.libraries, look)
    prospect.mapped.forget(prospect.before)
    for reason, left in prospect.mapped.left_out.items():
        text = f"{count(len(left), 'file')} not sent, {SENTENCES[reason]}: {display(left[0].path, 120)}"
        prospect.notices.append(Notice("warning", text, settings.name))
    if look is not None:
        await _ask_for_shelf(tools, prospect)
    await _brake(tools, prospect, options)
    return prospect


async def _items(
    tools: Tools, prospect: _Prospect, collector: Collector, request: Request, options: PlayerOptions
) -> Sequence[Item]:
    name, now = prospect.settings.name, rfc3339(tools.clock.now())
    if request.targets:
        cursor = prospect.record.cursor
        return await collector.items_at(name, cursor, request.targets, only_failed=options.only_failed)
    impatient = options.force or options.only_failed or request.origin == "user"
    items = await collector.items(name, prospect.record.cursor, now=now, impatient=impatient)
    if not options.only_failed:
        waiting = {item.path for item in items}
        # What the brake held back is for a person to decide.
        reasons = (*_MENDED, "braked") if request.origin == "user" else _MENDED
        again = [row.item for row in await skipped_for(tools.database, name, reasons) if row.item.path not in waiting]
        # What is left out for the same reason as before was reported then.
        prospect.before = {row.path: row.reason for row in again if row.reason != "braked"}
        return [*items, *map(item_of, again)]
    rows = await known(tools.database, name, [item.path for item in items])
    failed = (ItemState.FAILED, ItemState.UNCONFIRMED)
    return [item for item in items if item.path in rows and rows[item.path].item.state in failed]


async def _ask_for_shelf(tools: Tools, prospect: _Prospect) -> None:
    """Ask what the player has already: of everything where that is cheap, else of what was sent before and is in doubt."""
    errands = prospect.mapped.errands
    driver = prospect.session.driver
    if not driver.cheap:
        rows = await known(tools.database, prospect.settings.name, [one.item.path for one in errands])
        doubtful = {path: row.item.feed for path, row in rows.items() if row.item.state in _DOUBTFUL}
        # A change that came since has not been told yet.
        errands = [one for one in errands if doubtful.get(one.item.path, -1) >= one.item.feed]
    if not errands:
        return
    try:
        prospect.shelf = replace(await driver.shelf(errands), asked=frozenset(one.remote for one in errands))
    except (ServerFailed, NotAuthorised) as error:
        prospect.notices.append(Notice("warning", error.message, prospect.settings.name))


async def _brake(tools: Tools, prospect: _Prospect, options: PlayerOptions) -> None:
    """Hold back an implausible number of removals: a person is asked, and where nobody is, the rest goes on without them."""
    removed = sum(1 for one in prospect.mapped.errands if one.item.change == "removed")
    if removed < _FEW or options.believe:
        return
    total = prospect.shelf.total if prospect.shelf is not None else None
    if total is None:
        total = await count_videos(tools.database) + removed
    if removed > _MOST_SHARE * total or (total == 0 and removed >= _MANY):
        text = f"{removed:,} of {total:,} items would be taken out of its library: is a disk not mounted?"
        if options.origin == "user":
            prospect.notices.append(Notice("brake", text, prospect.settings.name))
            return
        prospect.notices.append(Notice("warning", f"{text} They stay until somebody says so.", prospect.settings.name))
        prospect.mapped.hold_back("braked")


def _operations(
    tools: Tools, prospect: _Prospect, upto: int, options: PlayerOptions, last: dict[str, str], *, news: bool
) -> Iterator[Operation]:
    """Yield the track of a player; `last` has the closing operations of those before it.

    `news` says that the change feed was read, and not what a person named.
    """
    settings, errands = prospect.settings, prospect.mapped.errands
    track = Track(settings, chained(tools.chains, settings.name, last))
    if not errands and not prospect.mapped.left_out and not options.full:
        if news and prospect.record.cursor < upto:
            # What the feed holds concerns no video: that is noted, or it would be read again and again.
            yield track.operation("record", "record", settings.name, "note how it stands", {"upto": upto})
        return
    last[settings.name] = track.key("record")
    yield track.operation("discover", "discover", settings.name, f"ask {settings.kind} at {settings.url}")
    calls: list[Call] = []
    if errands or options.full:
        driver, look = prospect.session.driver, prospect.session.look
        full = options.full or not settings.targeted_updates
        calls = driver.everything(errands, look) if full else driver.calls(errands, look, prospect.shelf)
    scans: list[str] = []
    for number, call in enumerate(calls):
        if not call.late:
            # A scan that has to be tried again is waited for by what builds upon it.
            made = track.call("execute", call, number, after=() if call.action == "scan" else tuple(scans))
            scans += [made.key] if call.action == "scan" and settings.kind == "kodi" else []
            yield made
    called = {one for call in calls for one in call.errands if not call.late}
    for number, batch in enumerate(batches(errands, settings.batch_size)):
        subject = named(batch[0].remote) if len(batch) == 1 else count(len(batch), "file")
        # What the plan saw to be as it should be is confirmed by a look alone; without a look it saw nothing.
        seen = prospect.session.look is not None
        uncalled: list[Json] = [place for place, one in enumerate(batch) if seen and one not in called]
        payload: Fields = {"items": packed(batch), "uncalled": uncalled}
        yield track.operation(f"confirm/{number}", "confirm", subject, "ask whether they are in its library", payload)
    for number, call in enumerate(calls):
        if call.late:
            yield track.call("confirm", call, number)
    for reason, left in prospect.mapped.left_out.items():
        payload = {"items": packed_items(left), "reason": reason}
        yield track.operation(f"skip/{reason}", "skip", count(len(left), "file"), SENTENCES[reason], payload)
    targeted: dict[str, Json] = {"upto": 0 if options.only_failed else upto}
    yield track.operation("record", "record", settings.name, "note how it stands", targeted)
    if settings.send_notifications and errands and settings.kind != "plex":
        text = _message(errands)
        yield track.operation("notify", "notify", settings.name, f'show "{text}"', {"text": text})


def _message(errands: Sequence[Errand]) -> str:
    parts = []
    for change, word in (("created", "new"), ("moved", "moved"), ("modified", "changed"), ("removed", "removed")):
        number = sum(1 for one in errands if one.item.change == change)
        if number:
            parts.append(f"{number:,} {word}")
    return ", ".join(parts)
