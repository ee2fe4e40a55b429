"""Brings answered scenes in step with the catalogue: what is new, what changed, what is as it was, what was edited here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from synctui.model.catalog import (
    NAMED,
    Edit,
    Entity,
    Named,
    NamedSynced,
    Performer,
    RowFailed,
    Scene,
    SceneLogged,
    ScenesSynced,
    Strategy,
    Studio,
    Tag,
)
from synctui.model.conflicts import changed_fields, settle, unedited
from synctui.model.json import Fields
from synctui.model.library import Change, Row
from synctui.store import catalog_marks as marks
from synctui.store.catalog import checksum
from synctui.store.catalog_edits import edits_of
from synctui.store.database import Database
from synctui.syncs.stash.client import Client, Scenes
from synctui.syncs.stash.feed import Feed, really_gone
from synctui.syncs.stash.times import earlier_than, hot

_FEW_UNKNOWN = 20


@dataclass(slots=True)
class Merged:
    """What a batch comes to: rows to store, and its numbers."""

    rows: list[Row] = field(default_factory=list)
    created: int = 0
    updated: int = 0
    skipped: int = 0
    failed: int = 0
    conflicts: int = 0

    def numbers(self, processed: int) -> Fields:
        """Return the numbers of the operation."""
        return {
            "processed": processed,
            "created": self.created,
            "updated": self.updated,
            "skipped": self.skipped,
            "deleted": 0,
            "failed_rows": self.failed,
            "conflicts": self.conflicts,
        }


class Merger:
    """Merges batches of one sync; `silent` tells the change feed nothing (a first sync is no news)."""

    def __init__(
        self, database: Database, client: Client, feed: Feed, *, strategy: Strategy, force: bool, silent: bool
    ) -> None:
        self._database = database
        self._client = client
        self._feed = feed
        self._strategy: Strategy = strategy
        self._force = force
        self._silent = silent
        self._known: dict[Entity, set[int]] = {}

    async def merge(self, answer: Scenes) -> Merged:
        """Return what answered scenes come to."""
        merged = Merged()
        ids = [scene.id for scene in answer.scenes]
        known = await marks.scene_marks(self._database, ids)
        sums = {scene.id: checksum(scene) for scene in answer.scenes}
        heat = frozenset(scene.id for scene in answer.scenes if _hot(scene, answer.date))
        fresh: list[Scene] = []
        touched: list[tuple[int, str]] = []
        restored = any(
            mark.deleted or earlier_than(scene.updated_at, mark.updated_at)
            for scene in answer.scenes
            if (mark := known.get(scene.id)) is not None
        )
        for scene in answer.scenes:
            mark = known.get(scene.id)
            if mark is None or mark.deleted:
                merged.created += 1
                fresh.append(scene)
                if mark is not None:
                    merged.rows.append(SceneLogged(scene.id, "returned"))
            elif mark.checksum == sums[scene.id] and not self._force:
                merged.skipped += 1
                if mark.updated_at != scene.updated_at or mark.hot != (scene.id in heat):
                    touched.append((scene.id, scene.updated_at))
            else:
                merged.updated += 1
                fresh.append(scene)
        edits = await edits_of(self._database, [scene.id for scene in fresh])
        merged.conflicts = self._conflicts(fresh, edits)
        merged.rows += await self._unseen(fresh, answer)
        there = [scene.id for scene in fresh if scene.id in known]
        await self._history(fresh, there, edits, merged)
        if fresh or touched:
            written = {one.id: sums[one.id] for one in fresh}
            merged.rows.append(ScenesSynced(tuple(fresh), tuple(touched), heat, written, self._strategy, restored))
        for trouble in answer.troubles:
            merged.failed += 1
            merged.rows.append(RowFailed(trouble.entity, trouble.id, trouble.message))
        return merged

    def _conflicts(self, fresh: Sequence[Scene], edits: Mapping[int, Sequence[Edit]]) -> int:
        """Return how many edits the server contradicts; they are settled when the rows are written."""
        settled = [settle(edit, scene, self._strategy) for scene in fresh for edit in edits.get(scene.id, ())]
        return sum(1 for one in settled if one is not None and one.conflict is not None)

    async def _unseen(self, fresh: Sequence[Scene], answer: Scenes) -> list[Row]:
        """Return rows for what these scenes refer to and nobody has seen yet: by its id, or by its name alone."""
        rows: list[Row] = []
        for entity in NAMED:
            wanted = {number for scene in fresh for number in referred(scene, entity)}
            known = self._known.get(entity)
            if known is None:
                known = self._known[entity] = await marks.live_ids(self._database, entity)
            if wanted - known:
                # What another batch has brought meanwhile is known only once it is stored.
                known |= await marks.live_ids(self._database, entity)
            unseen = sorted(wanted - known)
            if not unseen:
                continue
            found = await self._look_up(entity, unseen)
            items = [found.get(number) or stub(entity, number, answer.names.get((entity, number), "")) for number in unseen]
            rows.append(NamedSynced(tuple(items)))
        return rows

    async def _look_up(self, entity: Entity, numbers: Sequence[int]) -> dict[int, Named]:
        if len(numbers) > _FEW_UNKNOWN:
            return {item.id: item for item in (await self._client.named(entity)).items if item.id in set(numbers)}
        found = {number: await self._client.named_one(entity, number) for number in numbers}
        return {number: item for number, item in found.items() if item is not None}

    async def _history(
        self, fresh: Sequence[Scene], there: Sequence[int], edits: Mapping[int, Sequence[Edit]], merged: Merged
    ) -> None:
        """Note what changed in scenes that were here, and tell the change feed of their files."""
        before = await marks.whole_scenes(self._database, there) if there else {}
        for scene in fresh:
            old = before.get(scene.id)
            # An edited field is compared with what the server had: what became of the edit is told by itself.
            if old is not None and (fields := changed_fields(unedited(old, edits.get(scene.id, ())), scene)):
                merged.rows.append(SceneLogged(scene.id, "updated", ", ".join(fields)))
        if self._silent or not fresh:
            return
        left = {file.path for scene in before.values() for file in scene.files}
        there_now = {file.path for scene in fresh for file in scene.files}
        holders = await marks.scenes_with(self._database, sorted(left | there_now))
        batch = {scene.id for scene in fresh}
        others = {path for path, scenes in holders.items() if scenes - batch}
        changes: list[Change] = []
        for scene in fresh:
            old = before.get(scene.id)
            paths = {file.id: file.path for file in old.files} if old is not None else {}
            changes += self._feed.changes(paths, scene, known=others | left, kept=others | there_now)
        merged.rows += await really_gone(changes)

    def forget(self) -> None:
        """Read anew what is known: performers, tags and studios were written meanwhile."""
        self._known.clear()


def _hot(scene: Scene, date: str) -> bool:
    """Tell whether a scene, or a file of it, was read in the second of its own change."""
    return hot(scene.updated_at, date) or any(hot(file.updated_at, date) for file in scene.files)


def referred(scene: Scene, entity: Entity) -> Sequence[int]:
    """Return the ids of what a scene refers to."""
    if entity is Entity.STUDIO:
        return () if scene.studio is None else (scene.studio,)
    return scene.performers if entity is Entity.PERFORMER else scene.tags


def stub(entity: Entity, number: int, name: str) -> Named:
    """Return something of which nothing is known but what a scene says of it."""
    called = name or f"{entity.value} {number}"
    if entity is Entity.PERFORMER:
        return Performer(number, called)
    return Tag(number, called) if entity is Entity.TAG else Studio(number, called)
