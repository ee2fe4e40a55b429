"""Plans a sync of the catalogue: asks the server what differs, and says what would be done about it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta

from synctui.errors import TargetNotFound
from synctui.model.catalog import NAMED, CatalogSynced, Entity, Mode, Probe
from synctui.model.clock import parse_rfc3339, rfc3339
from synctui.model.json import Fields, Json
from synctui.model.plan import Notice, Operation, PlanItem, Request, Tally
from synctui.store import catalog_marks as marks
from synctui.store import catalog_state as state
from synctui.store.catalog_state import EntityState, ServerState
from synctui.syncs.stash.batches import fetch_operations, operation, sweep_operation
from synctui.syncs.stash.client import Client
from synctui.syncs.stash.detect import Detector, Findings
from synctui.syncs.stash.options import StashOptions
from synctui.syncs.stash.payload import packed_probe
from synctui.syncs.stash.probing import gone_back, nothing_changed, zones
from synctui.syncs.stash.tools import Tools
from synctui.words import count

EXACT_EVERY = timedelta(hours=24)
"""So often everything is compared, whatever the probe says: it knows nothing of what was only watched."""

_FEW = 5
_DELETE_BATCH = 500


@dataclass(slots=True)
class Planned:
    """What a plan found out besides its operations: what is to be noted where there are none."""

    note: CatalogSynced | None = None
    servers: ServerState = field(default_factory=ServerState)


class Planner:
    """Plans one request."""

    def __init__(self, tools: Tools, request: Request) -> None:
        self._tools = tools
        self._request = request
        self._options = StashOptions.of(request, tools.clock.now())
        self._batch = tools.settings.page_size
        self.planned = Planned()

    async def items(self) -> AsyncIterator[PlanItem]:
        """Yield the plan. Raises ServerFailed, NotAuthorised, ConfigError, TargetNotFound."""
        async with self._opened() as client:
            if self._options.ids or self._options.only_failed:
                async for item in self._named_scenes(client):
                    yield item
                return
            async for item in self._everything(client):
                yield item

    @asynccontextmanager
    async def _opened(self) -> AsyncIterator[Client]:
        client = self._tools.open()
        try:
            yield client
        finally:
            await client.close()

    # single scenes

    async def _named_scenes(self, client: Client) -> AsyncIterator[PlanItem]:
        ids: Sequence[int] = self._options.ids
        if self._options.only_failed and not ids:
            ids = await state.failed_scenes(self._tools.database)
        probe = await client.probe()
        there = {number for place in range(0, len(ids), 500) for number in await client.existing(ids[place : place + 500])}
        known = await marks.known_ids(self._tools.database, Entity.SCENE, ids)
        strangers = [number for number in ids if number not in there and number not in known]
        if strangers and self._options.ids:
            raise TargetNotFound(
                f"Stash has no scene {strangers[0]}", hint="its number is in the address of its page in Stash"
            )
        shared = self._shared(silent=False)
        wanted = sorted(number for number in ids if number in there)
        for item in fetch_operations(wanted, self._batch, dict.fromkeys(wanted, "asked for"), shared):
            yield item
        gone = sorted(number for number in ids if number in known and number not in there)
        live = await marks.live_count(self._tools.database, Entity.SCENE)
        if gone and not self._options.believe and (not probe.scenes.count or self._too_many(len(gone), live)):
            yield Notice(
                "brake", f"{len(gone):,} of these scenes are not there, and Stash has {probe.scenes.count:,} in all."
            )
        for item in _deletes(Entity.SCENE, gone, shared):
            yield item
        if wanted or gone:
            yield self._record(probe, "scenes", 0, exact=False, whole=False)

    # all of it

    async def _everything(self, client: Client) -> AsyncIterator[PlanItem]:
        options, database = self._options, self._tools.database
        servers = self.planned.servers = await state.server_state(database)
        states = await state.entity_states(database)
        probe = await client.probe()
        known = await marks.live_count(database, Entity.SCENE)
        mode = await self._mode(states, servers, probe, known > 0)
        if mode == "auto":
            # The probe says it all.
            self.planned.note = self._noted(probe, "probe", exact=False)
            yield Tally("unchanged", probe.scenes.count)
            return
        first = not known and Entity.SCENE in options.entities and options.since is None
        if first and options.whole:
            mode = "full"
        findings = Findings()
        if not first:
            detector = Detector(
                database,
                client,
                probe,
                state=servers if servers.url == self._tools.settings.url else ServerState(),
                clock=self._tools.clock.now(),
                counters=mode != "incremental",
                since=options.since,
            )
            findings = await detector.run(options.entities)
        if findings.restored and options.whole:
            mode = "full"
            yield Notice("warning", "Stash has gone back in time, as from a backup: everything is compared")
        for notice in self._brakes(findings, servers, probe):
            yield notice
        silent = states[Entity.SCENE].last_attempt is None
        shared = self._shared(silent=silent)
        held = self._held_back(findings, probe)
        planned = 0
        for item in self._operations(findings, probe, mode, shared, held, fetch_all=first or mode == "full"):
            planned += 1
            yield item
        if planned:
            exact = options.whole and mode in ("full", "smart")
            whole = options.whole and not findings.cut_short and not held
            yield self._record(probe, mode, planned, exact=exact, whole=whole, unlisted=findings.unlisted)
        elif await state.agrees(database, probe):
            self.planned.note = self._noted(probe, mode, exact=mode in ("full", "smart"))
        if findings.found:
            known_as_is = findings.found - len(findings.created) - len(findings.changed) - len(findings.repaired)
            yield Tally("unchanged", 0 if mode == "full" else max(0, known_as_is))

    async def _mode(self, states: dict[Entity, EntityState], servers: ServerState, probe: Probe, begun: bool) -> Mode:
        """Return how to sync; `auto` means that nothing has changed."""
        options = self._options
        if servers.restored and options.whole:
            return "full"
        if options.mode in ("full", "smart"):
            return options.mode
        if options.since is not None:
            return "incremental"
        wanted = [states[entity] for entity in options.entities]
        if any(one.last_success is None for one in wanted) or (options.force and options.mode == "auto"):
            # What an interrupted first sync has brought is here already.
            return "smart" if begun and options.whole and not options.force else "full"
        if not options.force and options.whole:
            stale = any(
                one.last_exact is None or self._tools.clock.now() - parse_rfc3339(one.last_exact) >= EXACT_EVERY
                for one in wanted
            )
            if options.mode == "auto" and (stale or gone_back(servers, probe)):
                return "smart"
            if servers.url == self._tools.settings.url and await self._as_known(servers, probe):
                return "auto"
        return "incremental"

    async def _as_known(self, servers: ServerState, probe: Probe) -> bool:
        """Tell whether a probe proves that the server is as the catalogue has it, not only as it was at the last probe."""
        database = self._tools.database
        newest = await marks.newest_versions(database)
        if any(newest[entity] != probe.of(entity).updated_at for entity in Entity):
            return False
        if not await state.agrees(database, probe):
            return False
        # In a thread: it may have to know when clocks are put back all over the world.
        return await asyncio.to_thread(nothing_changed, servers, probe, self._tools.clock.now())

    # the brake

    def _brakes(self, findings: Findings, servers: ServerState, probe: Probe) -> Iterator[Notice]:
        if findings.cut_short:
            yield Notice("warning", f"Stash counts {findings.unlisted:,} more scenes than it lists: they are not here")
        if self._options.believe:
            return
        for text in self._implausible(findings, probe):
            if self._options.attended:
                yield Notice("brake", text)
            else:
                yield Notice("warning", f"{text} It stays until somebody says so.")
        moved = servers.url and servers.url != self._tools.settings.url
        differ = len(findings.changed) + len(findings.gone)
        if moved and self._too_many(differ, findings.known):
            text = f"{differ:,} of {findings.known:,} scenes differ, and the address is another one: is it the same server?"
            yield Notice("brake", text)

    def _implausible(self, findings: Findings, probe: Probe) -> Iterator[str]:
        gone = len(findings.gone)
        if findings.cut_short and gone:
            listed = f"Stash lists {findings.found:,} scenes and counts {probe.scenes.count:,}"
            yield f"{listed}: {gone:,} would be marked as deleted."
        elif gone and not findings.found:
            yield f"Stash is empty: all {gone:,} scenes would be marked as deleted."
        elif self._too_many(gone, findings.known):
            yield f"{gone:,} of {findings.known:,} scenes vanished from Stash at once."
        for entity, one in findings.named.items():
            if one.gone and not one.found and one.known > 1:
                yield f"Stash has no {entity.plural}: all {len(one.gone):,} would be marked as deleted."
            elif self._too_many(len(one.gone), one.known):
                yield f"{len(one.gone):,} of {one.known:,} {entity.plural} vanished from Stash at once."

    def _too_many(self, number: int, known: int) -> bool:
        return number > _FEW and number > self._tools.settings.brake_share * known

    def _held_back(self, findings: Findings, probe: Probe) -> bool:
        """Tell whether nobody is there to be asked about a brake: the rest goes on without what it concerns."""
        return not self._options.attended and not self._options.believe and any(self._implausible(findings, probe))

    # the operations

    def _operations(
        self, findings: Findings, probe: Probe, mode: Mode, shared: Fields, held: bool, *, fetch_all: bool
    ) -> Iterator[Operation]:
        options = self._options
        for entity in NAMED:
            if entity not in options.entities:
                continue
            one = findings.named.get(entity)
            if one is None or one.any or options.force:
                yield operation(
                    entity.plural,
                    "pull",
                    "entities",
                    entity.plural,
                    _differ(one.created, one.updated, len(one.gone))
                    if one is not None
                    else f"{probe.of(entity).count:,} there",
                    {"entity": entity.value, **shared},
                    estimate=0.1,
                )
        if Entity.SCENE in options.entities and fetch_all and probe.scenes.count:
            yield replace(
                sweep_operation(0, 0, probe.scenes.count, shared),
                reason=f"{probe.scenes.count:,} there: list ids, fetch all",
            )
        elif not fetch_all:
            reasons = dict.fromkeys(findings.created, "new")
            reasons.update((number, "to repair") for number in findings.repaired)
            yield from fetch_operations(findings.wanted(), self._batch, reasons, shared)
        for entity in Entity:
            gone: Sequence[int] = findings.gone if entity is Entity.SCENE else ()
            if entity in findings.named:
                gone = findings.named[entity].gone
            if gone and held:
                yield operation(
                    f"hold/{entity.plural}",
                    "hold",
                    "delete",
                    entity.plural,
                    f"{count(len(gone), entity.value)} vanished: held back",
                    {"entity": entity.value, "count": len(gone)},
                )
            elif gone:
                yield from _deletes(entity, gone, shared)

    def _shared(self, *, silent: bool) -> Fields:
        shared: dict[str, Json] = {"url": self._tools.settings.url}
        if self._options.force:
            shared["force"] = True
        if silent:
            shared["silent"] = True
        return shared

    def _record(self, probe: Probe, mode: str, planned: int, *, exact: bool, whole: bool, unlisted: int = 0) -> Operation:
        entities: list[Json] = [entity.value for entity in self._options.entities]
        payload: Fields = {
            "entities": entities if whole or (not self._options.ids and self._options.since is None) else [],
            "mode": mode,
            "exact": exact,
            "whole": whole,
            "planned": planned,
            "unlisted": unlisted,
            "compared_at": rfc3339(self._tools.clock.now()),
            "url": self._tools.settings.url,
            "probe": packed_probe(probe),
        }
        return operation("record", "record", "record", "catalogue", "note how it stands", payload)

    def _noted(self, probe: Probe, mode: str, *, exact: bool) -> CatalogSynced:
        whole = self._options.whole
        return CatalogSynced(
            entities=self._options.entities if self._options.since is None else (),
            mode=mode,
            complete=True,
            exact=exact and whole,
            url=self._tools.settings.url if whole else "",
            probe=probe if whole else None,
            offsets=zones(self.planned.servers, probe),
        )


def _deletes(entity: Entity, gone: Sequence[int], shared: Fields) -> Iterator[Operation]:
    for place in range(0, len(gone), _DELETE_BATCH):
        batch = gone[place : place + _DELETE_BATCH]
        ids: list[Json] = list(batch)
        yield operation(
            f"delete/{entity.plural}/{batch[0]}-{batch[-1]}",
            "delete",
            "delete",
            count(len(batch), entity.value),
            "not on the server any more: kept here, marked as deleted",
            {"entity": entity.value, "ids": ids, **shared},
            estimate=0.1,
        )


def _differ(created: int, updated: int, gone: int) -> str:
    parts = [f"{number:,} {word}" for number, word in ((created, "new"), (updated, "changed"), (gone, "gone")) if number]
    return ", ".join(parts) or "written anew"
