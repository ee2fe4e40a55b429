"""What an operation of a plan would change, scene by scene, field by field: asked on demand, nothing is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from synctui.model.catalog import Edit, Entity, Scene
from synctui.model.conflicts import changed_fields, settle, value_of, with_edits
from synctui.model.plan import Operation
from synctui.store import catalog_marks as marks
from synctui.store.catalog import shown_name
from synctui.store.catalog_edits import edits_of
from synctui.store.database import Database
from synctui.syncs.stash.client import Client
from synctui.syncs.stash.gather import fetched
from synctui.syncs.stash.payload import ids_in
from synctui.syncs.stash.tools import Tools

What = Literal["created", "updated", "unchanged", "missing", "deleted"]


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field before and after, as a person reads it; `conflict`: it was edited here as well."""

    field: str
    before: str
    after: str
    conflict: bool = False


@dataclass(frozen=True, slots=True)
class Difference:
    """What would become of one scene (or of a performer, tag or studio that is gone)."""

    scene: int
    name: str
    what: What
    fields: tuple[FieldChange, ...] = ()


async def differences(tools: Tools, operation: Operation) -> list[Difference]:
    """Return what an operation would change. Raises ServerFailed, NotAuthorised, ConfigError."""
    if operation.action == "delete" and operation.payload.get("entity") == Entity.SCENE.value:
        scenes = await marks.whole_scenes(tools.database, ids_in(operation.payload))
        return [Difference(one.id, shown_name(one), "deleted") for one in scenes.values()]
    if operation.action != "fetch":
        return []
    client = tools.open()
    try:
        return await _fetched(tools, client, operation)
    finally:
        await client.close()


async def _fetched(tools: Tools, client: Client, operation: Operation) -> list[Difference]:
    answer = await fetched(client, operation.payload)
    numbers = [scene.id for scene in answer.scenes]
    known = await marks.whole_scenes(tools.database, [*numbers, *answer.missing])
    standing = await marks.known_ids(tools.database, Entity.SCENE, numbers)
    edits = await edits_of(tools.database, numbers)
    named = _Names(tools.database, dict(answer.names))
    found = []
    for scene in answer.scenes:
        before = known.get(scene.id) if scene.id in standing else None
        found.append(await _difference(scene, before, edits.get(scene.id, ()), tools, named))
    found += [
        Difference(number, shown_name(known[number]) if number in known else f"scene {number}", "missing")
        for number in answer.missing
    ]
    return found


async def _difference(remote: Scene, before: Scene | None, edits: Sequence[Edit], tools: Tools, named: _Names) -> Difference:
    if before is None:
        return Difference(remote.id, shown_name(remote), "created")
    settled = [one for edit in edits if (one := settle(edit, remote, tools.settings.strategy)) is not None]
    after = with_edits(remote, edits, settled)
    clashes = {one.field: one for one in settled if one.conflict is not None}
    fields = [
        FieldChange(field, await named.told(before, field), await named.told(after, field), field in clashes)
        for field in changed_fields(before, after)
    ]
    shown = {one.field for one in fields}
    fields += [
        # Yours stays: what the server has is worth a look all the same.
        FieldChange(field, await named.told(before, field), await named.told(remote, field), True)
        for field in clashes
        if field not in shown
    ]
    return Difference(remote.id, shown_name(after), "updated" if fields else "unchanged", tuple(fields))


class _Names:
    """What ids are called, looked up once."""

    def __init__(self, database: Database, names: dict[tuple[Entity, int], str]) -> None:
        self._database = database
        self._names = names

    async def told(self, scene: Scene, field: str) -> str:
        """Return a field of a scene as a person reads it."""
        if field in ("tags", "performers"):
            entity = Entity.TAG if field == "tags" else Entity.PERFORMER
            numbers = scene.tags if field == "tags" else scene.performers
            return ", ".join([await self._name(entity, number) for number in numbers])
        if field == "studio":
            return "" if scene.studio is None else await self._name(Entity.STUDIO, scene.studio)
        if field == "files":
            return ", ".join(file.path for file in scene.files)
        if field == "stash_ids":
            return ", ".join(one.stash_id for one in scene.stash_ids)
        value = value_of(scene, field) if field == "rating" else getattr(scene, field)
        if isinstance(value, tuple):
            return ", ".join(str(one) for one in value)
        return "" if value is None else str(value)

    async def _name(self, entity: Entity, number: int) -> str:
        if (entity, number) not in self._names:
            self._names[entity, number] = await marks.name_of(self._database, entity, number) or f"{entity.value} {number}"
        return self._names[entity, number]
