"""Everything that is known of one scene, read at once for whoever tells about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from synctui.model.catalog import Conflict, Edit, Entity, Scene
from synctui.services import Services
from synctui.store import catalog_browse as browse
from synctui.store import catalog_edits as edits
from synctui.store.catalog_edits import LogLine
from synctui.store.catalog_marks import whole_scenes
from synctui.tui.screens.stash.wording import ids_in

_MOST_LOG = 50


@dataclass(frozen=True, slots=True)
class Known:
    """A scene with the names of what it refers to, what was edited, its conflicts that wait, and its log.

    `here` has what its files are called here, by the server's path; None where no path map leads to one.
    """

    scene: Scene
    name: str
    studio: str = ""
    performers: Mapping[int, str] = field(default_factory=dict)
    tags: Mapping[int, str] = field(default_factory=dict)
    edits: Sequence[Edit] = ()
    conflicts: Sequence[Conflict] = ()
    log: Sequence[LogLine] = ()
    here: Mapping[str, str | None] = field(default_factory=dict)
    added_at: str = ""
    synced_at: str = ""
    deleted_at: str | None = None


async def known(services: Services, number: int) -> Known | None:
    """Return what is known of a scene, None when there never was one."""
    database = services.database
    scene = (await whole_scenes(database, [number])).get(number)
    if scene is None:
        return None
    state = await browse.scene_state(database, number)
    edited = (await edits.edits_of(database, [number])).get(number, [])
    conflicts = await browse.conflicts_of(database, number)
    tags = {*scene.tags}
    for edit in edited:
        if edit.field == "tags":
            tags |= {*ids_in(edit.base), *ids_in(edit.value)}
    maps = services.stash.tools.settings.maps
    return Known(
        scene,
        state.name,
        await browse.studio_name(database, scene.studio) if scene.studio is not None else "",
        await browse.named(database, Entity.PERFORMER, scene.performers),
        await browse.named(database, Entity.TAG, sorted(tags)),
        edited,
        conflicts,
        await edits.log_of(database, number, limit=_MOST_LOG),
        {file.path: maps.ours(file.path) for file in scene.files} if maps else {},
        state.added_at,
        state.synced_at,
        state.deleted_at,
    )
