"""What differs between the server and the catalogue: found by ids and the server's own timestamp texts, never by a clock.

Text that differs is a change. What no text tells is found by what it leads to: links to what vanished, files whose own text
changed, rows that were read in the second of their change.
"""

from __future__ import annotations

import asyncio
from array import array
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from synctui.model.catalog import NAMED, Entity, Named, Probe, SweptScene
from synctui.model.clock import instant
from synctui.store import catalog_marks as marks
from synctui.store.catalog import checksum
from synctui.store.catalog_marks import Mark
from synctui.store.catalog_state import ServerState
from synctui.store.database import Database
from synctui.syncs.stash.client import SWEEP_PAGE, Client
from synctui.syncs.stash.lately import begin, changed_lately
from synctui.syncs.stash.times import EVER, earlier, earlier_than


@dataclass(slots=True)
class NamedFindings:
    """What differs among performers, tags or studios; `known` is how many there were here."""

    created: int = 0
    updated: int = 0
    gone: tuple[int, ...] = ()
    returned: int = 0
    known: int = 0
    found: int = 0
    unreadable: int = 0

    @property
    def any(self) -> bool:
        """True when something differs, or may."""
        return bool(self.created or self.updated or self.gone or self.unreadable)


@dataclass(slots=True)
class Findings:
    """What differs; ids ascend. `repaired` are scenes that no timestamp gives away, `known` and `found` how many there are.

    `restored` says that the server has gone back in time: what was gone is there again, or a time is an earlier one. Then
    timestamps prove nothing: what they were before, they may be again.
    `unlisted` is how many scenes the server counts and does not list: those that are missing prove nothing then.
    """

    named: dict[Entity, NamedFindings] = field(default_factory=dict)
    created: array[int] = field(default_factory=lambda: array("q"))
    changed: array[int] = field(default_factory=lambda: array("q"))
    repaired: array[int] = field(default_factory=lambda: array("q"))
    gone: array[int] = field(default_factory=lambda: array("q"))
    known: int = 0
    found: int = 0
    unlisted: int = 0
    backwards: bool = False

    @property
    def cut_short(self) -> bool:
        """True when the server counts more scenes than it lists."""
        return self.unlisted > 0

    @property
    def restored(self) -> bool:
        """True when the server seems to be a backup of what it was."""
        return self.backwards or any(one.returned for one in self.named.values())

    def wanted(self) -> Iterator[int]:
        """Yield the scenes to fetch, ascending."""
        return iter(sorted({*self.created, *self.changed, *self.repaired}))


class Detector:
    """Compares one server with the catalogue; reads only."""

    def __init__(
        self,
        database: Database,
        client: Client,
        probe: Probe,
        *,
        state: ServerState,
        clock: datetime,
        counters: bool = False,
        since: datetime | None = None,
    ) -> None:
        self._database = database
        self._client = client
        self._probe = probe
        self._state = state
        self._counters = counters
        self._since = since
        self._lately = "" if counters or since is not None else begin(state, probe, clock)
        self._moved: list[int] = []
        self.findings = Findings()

    async def run(self, entities: Collection[Entity]) -> Findings:
        """Return what differs in these kinds of things; the client has as many questions open at once as it may."""
        sides = [asyncio.create_task(self._lists(entities))]
        if Entity.SCENE in entities:
            sides.append(asyncio.create_task(self._scenes()))
            if self._since is None:
                sides.append(asyncio.create_task(self._silent()))
        try:
            await asyncio.gather(*sides)
        finally:
            for side in sides:
                side.cancel()
            await asyncio.gather(*sides, return_exceptions=True)
        if Entity.SCENE in entities:
            await self._repair()
        return self.findings

    async def _lists(self, entities: Collection[Entity]) -> None:
        for entity in NAMED:
            if entity in entities:
                await self._named(entity)

    async def _silent(self) -> None:
        await self._files()
        await self._hashed()

    async def _named(self, entity: Entity) -> None:
        answer = await self._client.named(entity)
        self.findings.named[entity] = await compare_named(
            self._database, entity, answer.items, [trouble.id for trouble in answer.troubles]
        )

    async def _scenes(self) -> None:
        lately = None
        if self._lately:
            lately = await changed_lately(self._database, self._client, self._state, self._probe, self._lately)
        if lately is None:
            await self._sweep()
            return
        findings = self.findings
        findings.created.extend(lately.created)
        findings.changed.extend(lately.changed)
        findings.backwards = lately.backwards
        findings.known, findings.found = lately.known, self._probe.scenes.count

    async def _sweep(self) -> None:
        findings, last = self.findings, 0
        page = await self._page_behind(0)
        while True:
            # A server may hand out fewer than it was asked for: only what it counts says that it was all.
            ended = not page or (len(page) < SWEEP_PAGE and findings.found + len(page) >= self._probe.scenes.count)
            # The server looks up the next page while this one is compared.
            following = None if ended else asyncio.create_task(self._page_behind(page[-1].id))
            try:
                await self._compare(page, last, None if ended else page[-1].id)
                if following is None:
                    break
                last, page = page[-1].id, await following
            finally:
                if following is not None and not following.done():
                    following.cancel()
                    await asyncio.gather(following, return_exceptions=True)
        if findings.found < self._probe.scenes.count:
            # Scenes may have been deleted while they were listed; else the list is not to be trusted.
            findings.unlisted = max(0, (await self._client.probe()).scenes.count - findings.found)

    async def _page_behind(self, last: int) -> tuple[SweptScene, ...]:
        return await self._client.sweep(last, SWEEP_PAGE, counters=self._counters)

    async def _compare(self, page: Sequence[SweptScene], last: int, upto: int | None) -> None:
        """Compare a page with what is here of the same stretch of ids."""
        findings = self.findings
        known = await marks.versions_between(self._database, last, upto)
        files = await marks.file_versions(self._database, list(known)) if self._counters else {}
        findings.known += len(known)
        findings.found += len(page)
        for swept in page:
            mark = known.pop(swept.id, None)
            if mark is None:
                if self._recent(swept):
                    findings.created.append(swept.id)
            elif differs(swept, mark, files.get(swept.id, {})):
                findings.backwards = findings.backwards or earlier_than(swept.updated_at, mark.updated_at)
                if self._recent(swept):
                    findings.changed.append(swept.id)
        findings.gone.extend(sorted(known))

    def _recent(self, swept: SweptScene) -> bool:
        if self._since is None:
            return True
        moment = instant(swept.updated_at)
        return moment is None or moment >= self._since

    async def _files(self) -> None:
        """Find scenes of which a file was renamed, moved or replaced: that touches the file's time and not the scene's."""
        before = self._state.probe
        last, since = 0, (earlier(before.date) if before is not None else "") or EVER
        while True:
            page = await self._client.changed_files(last, since, SWEEP_PAGE)
            if not page:
                return
            known = await marks.file_versions(self._database, [scene for scene, _ in page])
            self._moved += [scene for scene, files in page if known.get(scene, {}) != dict(files)]
            last = page[-1][0]

    async def _hashed(self) -> None:
        """Find scenes that came to have a perceptual hash, or lost it: that touches no time at all."""
        if self._probe.hashed < 0 or self._probe.hashed == await marks.count_hashed(self._database):
            return
        last = 0
        while True:
            page = await self._client.hashed(last, SWEEP_PAGE)
            known = await marks.hashed_between(self._database, last, page[-1] if page else None)
            self._moved += known ^ set(page)
            if not page:
                return
            last = page[-1]

    async def _repair(self) -> None:
        if self._since is not None:
            return
        findings = self.findings
        here = await marks.scene_marks(self._database, findings.created)
        findings.backwards = findings.backwards or any(mark.deleted for mark in here.values())
        gone = {entity: one.gone for entity, one in findings.named.items()}
        there = {*findings.created, *findings.changed, *findings.gone}
        candidates = {
            *await marks.hot_scenes(self._database),
            *await marks.linked_to_gone(self._database, gone),
            *self._moved,
        }
        findings.repaired.extend(sorted(candidates - there))


def differs(swept: SweptScene, mark: SweptScene, files: Mapping[int, str]) -> bool:
    """Tell whether a scene is not as it was: another text, or other counters or files where they were asked for."""
    if swept.updated_at != mark.updated_at:
        return True
    if swept.files is not None and swept.files != frozenset(files.items()):
        return True
    return swept.o_counter is not None and (swept.o_counter, swept.play_count, swept.play_duration, swept.resume_time) != (
        mark.o_counter,
        mark.play_count,
        mark.play_duration,
        mark.resume_time,
    )


def as_it_was(item: Named, mark: Mark) -> bool:
    """Tell whether a performer, tag or studio is as it was when it was written here."""
    return mark.updated_at == item.updated_at and mark.checksum == checksum(item)


async def compare_named(
    database: Database, entity: Entity, items: Sequence[Named], unreadable: Sequence[int]
) -> NamedFindings:
    """Return what differs between a whole list of the server's and what is here; what could not be read is not gone."""
    known = await marks.named_marks(database, entity)
    here = sum(1 for mark in known.values() if not mark.deleted)
    findings = NamedFindings(known=here, found=len(items), unreadable=len(unreadable))
    listed = {*unreadable}
    for item in items:
        listed.add(item.id)
        mark = known.get(item.id)
        if mark is None or mark.deleted:
            findings.created += 1
            findings.returned += mark is not None
        elif not as_it_was(item, mark):
            findings.updated += 1
    if 0 not in unreadable:
        findings.gone = tuple(sorted(number for number, mark in known.items() if not mark.deleted and number not in listed))
    return findings
