"""The fields of what is found: for each type and field, how a value is made from a row.

A maker is asked once for each place in a document where its field stands, and returns what is called for each row: pages of
500 scenes with everything in them are made this way in a few milliseconds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from operator import attrgetter, itemgetter
from typing import Any

from synctui.simulators.stash.rows import FileRow, SceneRow
from synctui.simulators.stash.scope import Scope

Value = Any
Read = Callable[[Any], Value]
Maker = Callable[[Scope, Mapping[str, Any], Read], Read]


def _plain(*names: str) -> dict[str, Maker]:
    return {name: _read(attrgetter(name)) for name in names}


def _read(read: Read) -> Maker:
    return lambda *_: read


def _always(value: Callable[[], Value]) -> Maker:
    return lambda *_: lambda __: value()


def _numbers(*names: str) -> dict[str, Maker]:
    """Return makers of numbers with a fraction: one that is whole is written without it, as Go does."""

    def make(name: str) -> Maker:
        read = attrgetter(name)

        def number(row: Any) -> Value:
            value = read(row)
            return int(value) if isinstance(value, float) and value.is_integer() else value

        return _read(number)

    return {name: make(name) for name in names}


def _id(row: Any) -> str:
    return str(row.id)


def _scene_files(scope: Scope, _: Mapping[str, Any], build: Read) -> Read:
    files = scope.library.files
    return lambda row: [build(files[number]) for number in row.files]


def _performers(scope: Scope, _: Mapping[str, Any], build: Read) -> Read:
    rows, listed = scope.library.performers, scope.library.listed
    return lambda row: [build(rows[number]) for number in listed(row.performers)]


def _boxes(scope: Scope, _: Mapping[str, Any], build: Read) -> Read:
    listed = scope.library.listed
    return lambda row: [build(box) for box in listed(row.stash_ids)]


def _aliases(scope: Scope, *_: object) -> Read:
    listed = scope.library.listed
    return lambda row: list(listed(row.aliases))


def _tags(attribute: str) -> Maker:
    ids = attrgetter(attribute)

    def make(scope: Scope, _: Mapping[str, Any], build: Read) -> Read:
        library, tags = scope.library, scope.library.tags
        return lambda row: [build(tags[number]) for number in library.tag_order(ids(row))]

    return make


def _one(attribute: str, table: str) -> Maker:
    chosen = attrgetter(attribute)

    def make(scope: Scope, _: Mapping[str, Any], build: Read) -> Read:
        rows = getattr(scope.library, table)
        return lambda row: None if (number := chosen(row)) is None else build(rows[number])

    return make


def _each(attribute: str) -> Maker:
    values = attrgetter(attribute)
    return lambda _, __, build: lambda row: [build(value) for value in values(row)]


def _strings(attribute: str) -> Maker:
    values = attrgetter(attribute)
    return _read(lambda row: list(values(row)))


def _scene_count(relation: str) -> Maker:
    def make(scope: Scope, *_: object) -> Read:
        counts = scope.library.scene_counts(relation)
        return lambda row: counts[row.id]

    return make


def _carriers(table: str) -> Maker:
    return lambda scope, *_: lambda row: sum(row.id in other.tags for other in getattr(scope.library, table))


def _picture(kind: str) -> Maker:
    return lambda scope, *_: lambda row: f"{scope.base}/{kind}/{row.id}/image?t={_seconds(row.updated_at)}&default=true"


def _seconds(text: str) -> int:
    return int(datetime.fromisoformat(text).timestamp())


def _scenes_of(relation: str) -> Maker:
    def make(scope: Scope, _: Mapping[str, Any], build: Read) -> Read:
        return lambda row: [build(scene) for scene in scope.library.scenes if row.id in getattr(scene, relation)]

    return make


def _children(scope: Scope, _: Mapping[str, Any], build: Read) -> Read:
    below, tags = scope.library.children(), scope.library.tags
    return lambda row: [build(tags[number]) for number in below.get(row.id, ())]


def _child_studios(scope: Scope, _: Mapping[str, Any], build: Read) -> Read:
    return lambda row: [build(studio) for studio in scope.library.studios if studio.parent == row.id]


def _fingerprint(_: Scope, arguments: Mapping[str, Any], __: Read) -> Read:
    kind = arguments["type"]
    return lambda row: next((value for name, value in row.fingerprints if name == kind), None)


def _path(ending: str) -> Maker:
    def make(scope: Scope, *_: object) -> Read:
        base = scope.base
        if ending == "screenshot":
            return lambda row: f"{base}/scene/{row.id}/screenshot?t={_seconds(row.updated_at)}"
        return lambda row: f"{base}/scene/{row.id}/{ending}"

    return make


def _streams(scope: Scope, _: Mapping[str, Any], build: Read) -> Read:
    def streams(row: SceneRow) -> list[Value]:
        if not row.files:
            return []
        return [build({"url": f"{scope.base}/scene/{row.id}/stream", "mime_type": "video/mp4", "label": "Direct stream"})]

    return streams


def _files(scope: Scope, row: SceneRow) -> Iterable[FileRow]:
    return (scope.library.files[number] for number in row.files)


def _sum(read: Callable[[Scope, Any], float]) -> Maker:
    return lambda scope, *_: lambda found: sum(read(scope, row) for row in found.everything)


def _found(name: str, **more: Maker) -> dict[str, Maker]:
    return {"count": _read(attrgetter("count")), name: _each("rows"), **more}


_STAMPS = _plain("created_at", "updated_at")
_BOXES: dict[str, Maker] = {"stash_ids": _boxes}
_URLS: dict[str, Maker] = {"url": _read(lambda row: row.urls[0] if row.urls else None), "urls": _strings("urls")}
_NONE = _always(lambda: None)
_EMPTY = _always(list)
_ZERO = _always(int)
_FILE: dict[str, Maker] = {
    "id": _read(_id),
    **_STAMPS,
    **_plain("path", "basename", "mod_time", "size", "format", "width", "height", "video_codec", "audio_codec", "bit_rate"),
    **_numbers("duration", "frame_rate"),
    "fingerprint": _fingerprint,
    "fingerprints": _each("fingerprints"),
}

MAKERS: dict[str, dict[str, Maker]] = {
    "Scene": {
        "id": _read(_id),
        **_STAMPS,
        **_plain("title", "code", "details", "director", "date", "rating100", "organized", "interactive"),
        **_plain("last_played_at"),
        **_numbers("resume_time", "play_duration"),
        **_BOXES,
        **_URLS,
        "o_counter": _read(lambda row: len(row.os)),
        "play_count": _read(lambda row: len(row.plays)),
        "o_history": _strings("os"),
        "play_history": _strings("plays"),
        "interactive_speed": _NONE,
        "files": _scene_files,
        "paths": lambda _, __, build: build,
        "scene_markers": _EMPTY,
        "galleries": _EMPTY,
        "groups": _EMPTY,
        "studio": _one("studio", "studios"),
        "tags": _tags("tags"),
        "performers": _performers,
        "sceneStreams": _streams,
    },
    "ScenePathsType": {
        **{name: _path(name) for name in ("screenshot", "preview", "stream", "webp", "funscript", "caption")},
        "vtt": _path("vtt/thumbs"),
        "sprite": _path("sprite"),
        "interactive_heatmap": _path("interactive_heatmap"),
    },
    "SceneStreamEndpoint": {name: _read(itemgetter(name)) for name in ("url", "mime_type", "label")},
    "Performer": {
        "id": _read(_id),
        **_STAMPS,
        **_plain("name", "disambiguation", "gender", "birthdate", "death_date", "country", "height_cm", "favorite"),
        **_plain("ignore_auto_tag", "rating100", "details"),
        **_BOXES,
        **_URLS,
        "alias_list": _aliases,
        "tags": _tags("tags"),
        "image_path": _picture("performer"),
        "scene_count": _scene_count("performers"),
        "image_count": _ZERO,
        "gallery_count": _ZERO,
        "group_count": _ZERO,
        "scenes": _scenes_of("performers"),
        "custom_fields": _always(dict),
    },
    "Tag": {
        "id": _read(_id),
        **_STAMPS,
        **_plain("name", "sort_name", "description", "ignore_auto_tag", "favorite"),
        **_BOXES,
        "aliases": _aliases,
        "image_path": _picture("tag"),
        "scene_count": _scene_count("tags"),
        "performer_count": _carriers("performers"),
        "studio_count": _carriers("studios"),
        **dict.fromkeys(("scene_marker_count", "image_count", "gallery_count", "group_count"), _ZERO),
        "parents": _tags("parents"),
        "children": _children,
        "parent_count": _read(lambda row: len(row.parents)),
        "child_count": lambda scope, *_: lambda row: len(scope.library.children().get(row.id, ())),
    },
    "Studio": {
        "id": _read(_id),
        **_STAMPS,
        **_plain("name", "ignore_auto_tag", "rating100", "favorite", "details"),
        **_BOXES,
        **_URLS,
        "aliases": _aliases,
        "tags": _tags("tags"),
        "parent_studio": _one("parent", "studios"),
        "child_studios": _child_studios,
        "image_path": _picture("studio"),
        "scene_count": _scene_count("studio"),
        **dict.fromkeys(("image_count", "gallery_count", "group_count"), _ZERO),
    },
    "StashID": _plain("endpoint", "stash_id", "updated_at"),
    "VideoFile": _FILE,
    "Fingerprint": {"type": _read(itemgetter(0)), "value": _read(itemgetter(1))},
    "FindScenesResultType": _found(
        "scenes",
        duration=_sum(lambda scope, row: sum(file.duration for file in _files(scope, row))),
        filesize=_sum(lambda scope, row: sum(file.size for file in _files(scope, row))),
    ),
    "FindPerformersResultType": _found("performers"),
    "FindTagsResultType": _found("tags"),
    "FindStudiosResultType": _found("studios"),
    "FindFilesResultType": _found("files", duration=_sum(lambda _, row: row.duration), size=_sum(lambda _, row: row.size)),
    "LogEntry": _plain("time", "level", "message"),
    "Job": {
        "id": _read(_id),
        **_plain("status", "description"),
        **_numbers("progress"),
        "startTime": _read(attrgetter("started_at")),
        "endTime": _read(attrgetter("ended_at")),
        "addTime": _read(attrgetter("added_at")),
        "subTasks": _NONE,
        "error": _NONE,
    },
}
"""What is made of rows, by type and field; other types are plain objects (`running`)."""
