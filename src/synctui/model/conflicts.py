"""A field that was edited here and on the server: three ways, by what both had when they were last the same."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from synctui.model.catalog import Conflict, Edit, EditSettled, Scene, Strategy
from synctui.model.clock import instant, parse_rfc3339
from synctui.model.json import Json


def value_of(scene: Scene, field: str) -> Json:
    """Return a field of a scene that can be edited."""
    if field == "tags":
        return list(scene.tags)
    return scene.rating100 if field == "rating" else str(getattr(scene, field))


def settle(edit: Edit, remote: Scene, strategy: Strategy) -> EditSettled | None:
    """Return what becomes of an edit when the server has the scene like this; None: it stands as it is."""
    theirs = value_of(remote, edit.field)
    if _same(theirs, edit.value):
        return EditSettled(edit.scene, edit.field, theirs, False)
    if _same(theirs, edit.base):
        return None
    winner = _winner(edit, remote, strategy)
    clash = Conflict(0, edit.scene, edit.field, edit.base, edit.value, theirs, winner, strategy, "")
    return EditSettled(edit.scene, edit.field, theirs, winner != "remote", clash)


def _same(one: Json, other: Json) -> bool:
    """Tell whether two values of a field are the same; of tags in any order."""
    if isinstance(one, list) and isinstance(other, list):
        return set(one) == set(other)
    return one == other


def _winner(edit: Edit, remote: Scene, strategy: Strategy) -> str:
    if strategy == "manual":
        return "open"
    if strategy == "newest":
        changed = instant(remote.updated_at)
        return "remote" if changed is None or changed >= parse_rfc3339(edit.at) else "local"
    return "local" if strategy == "local_wins" else "remote"


def with_edits(scene: Scene, edits: Sequence[Edit], settled: Sequence[EditSettled]) -> Scene:
    """Return a scene as it counts here: the server's, with the edits that stand."""
    given_up = {one.field for one in settled if not one.keep}
    for edit in edits:
        if edit.field in given_up:
            continue
        if edit.field == "tags":
            tags = edit.value if isinstance(edit.value, Sequence) and not isinstance(edit.value, str) else ()
            scene = replace(scene, tags=tuple(one for one in tags if isinstance(one, int)))
        elif edit.field == "rating":
            scene = replace(scene, rating100=edit.value if isinstance(edit.value, int) else None)
        elif edit.field == "title":
            scene = replace(scene, title=str(edit.value))
        else:
            scene = replace(scene, details=str(edit.value))
    return scene


def unedited(scene: Scene, edits: Sequence[Edit]) -> Scene:
    """Return a scene as the server had it, without the edits."""
    return with_edits(scene, [replace(edit, value=edit.base) for edit in edits], ())


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
    return [name.removesuffix("100") for name in _FIELDS if _facts(before, name) != _facts(after, name)]


def _facts(scene: Scene, name: str) -> object:
    value = getattr(scene, name)
    return frozenset(value) if name in ("performers", "tags", "stash_ids") else value
