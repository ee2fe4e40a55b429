"""A field that was edited here and on the server: three ways, by what both had when they were last the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from synctui.model.catalog import Conflict, Edit, EditSettled, Scene, Strategy
from synctui.model.clock import parse_rfc3339
from synctui.model.json import Json
from synctui.syncs.stash.times import instant


def value_of(scene: Scene, field: str) -> Json:
    """Return a field of a scene that can be edited."""
    if field == "tags":
        return list(scene.tags)
    return scene.rating100 if field == "rating" else str(getattr(scene, field))


def settle(edit: Edit, remote: Scene, strategy: Strategy) -> EditSettled | None:
    """Return what becomes of an edit when the server has the scene like this; None: it stands as it is."""
    theirs = value_of(remote, edit.field)
    if theirs == edit.value:
        return EditSettled(edit.scene, edit.field, theirs, theirs, keep=False)
    if theirs == edit.base:
        return None
    winner = _winner(edit, remote, strategy)
    clash = Conflict(0, edit.scene, edit.field, edit.base, edit.value, theirs, winner, strategy, "")
    keep = winner != "remote"
    return EditSettled(edit.scene, edit.field, edit.value if keep else theirs, theirs, keep=keep, conflict=clash)


def _winner(edit: Edit, remote: Scene, strategy: Strategy) -> str:
    if strategy == "manual":
        return "open"
    if strategy == "newest":
        changed = instant(remote.updated_at)
        return "remote" if changed is None or changed >= parse_rfc3339(edit.at) else "local"
    return "local" if strategy == "local_wins" else "remote"


def with_edits(scene: Scene, edits: Sequence[Edit], settled: Sequence[EditSettled]) -> Scene:
    """Return a scene as it counts here: the server's, with the edits that stand."""
    values = {edit.field: edit.value for edit in edits}
    values.update((one.field, one.value) for one in settled)
    changes: dict[str, object] = {}
    for field, value in values.items():
        if field == "tags":
            changes["tags"] = tuple(value) if isinstance(value, Sequence) and not isinstance(value, str) else ()
        else:
            changes["rating100" if field == "rating" else field] = value
    return replace(scene, **changes)  # type: ignore[arg-type]


_FIELDS = (
    "title",
    "code",
    "details",
    "director",
    "date",
    "rating100",
    "organized",
    "studio",
    "performers",
    "tags",
    "urls",
    "stash_ids",
    "files",
    "o_counter",
    "play_count",
    "play_duration",
    "resume_time",
    "last_played_at",
    "interactive",
)


def changed_fields(before: Scene, after: Scene) -> list[str]:
    """Return the names of the fields in which two states of a scene differ."""
    return [name.removesuffix("100") for name in _FIELDS if getattr(before, name) != getattr(after, name)]
