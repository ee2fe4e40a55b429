"""The fields of Mutation: what they say in the words of the schema is said to the library in its own."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from synctui.simulators.stash.finding import number_of
from synctui.simulators.stash.queries import Arguments, guarded
from synctui.simulators.stash.running import Root
from synctui.simulators.stash.scope import Scope
from synctui.simulators.stash.shelf import Refused

Input = Mapping[str, Any]
_TEXTS = {"title", "code", "details", "director", "disambiguation", "country", "sort_name", "description"}
_LISTS = {"urls", "aliases", "tags", "performers", "files", "parents", "children"}
_NAMES = {
    "studio_id": "studio",
    "parent_id": "parent",
    "performer_ids": "performers",
    "tag_ids": "tags",
    "file_ids": "files",
    "parent_ids": "parents",
    "child_ids": "children",
    "alias_list": "aliases",
}
_BESIDE = {"id", "ids", "clientMutationId", "primary_file_id", "cover_image", "image"}


def fields_of(given: Input) -> dict[str, Any]:
    """Return what an input says of a thing in the library's words; Refused when an id is none."""
    fields: dict[str, Any] = {}
    for name, value in given.items():
        if name in _BESIDE:
            continue
        key = _NAMES.get(name, name)
        if name.endswith("_ids") and name != "stash_ids":
            value = [number_of(text, f"{name[:-4]} ids") for text in value or ()]
        elif name.endswith("_id"):
            value = number_of(value, f"{name[:-3]} id") if value is not None else None
        elif name == "stash_ids":
            value = [(box["endpoint"], box["stash_id"]) for box in value or ()]
        elif key in _TEXTS:
            value = value or ""
        elif key in _LISTS:
            value = value or []
        elif key == "date":
            value = value or None
        fields[key] = value
    return fields


def _numbers(texts: list[str], what: str = "ids") -> list[int]:
    return [number_of(text, what) for text in texts]


# scenes


def _scene_create(scope: Scope, arguments: Arguments) -> Any:
    number = scope.library.create_scene(**fields_of(arguments["input"]))
    return scope.library.scenes[number]


def _update_scene(scope: Scope, given: Input) -> Any:
    library, number = scope.library, number_of(given["id"], "scene id")
    row, fields = library.scene(number), fields_of(given)
    primary = given.get("primary_file_id")
    if primary is not None:
        first = number_of(primary, "primary file id")
        if first not in row.files:
            raise Refused(f"file with id {first} not associated with scene")
        fields["files"] = (first, *(one for one in row.files if one != first))
    library.update_scene(number, **fields)
    return row


def _bulk_update(scope: Scope, arguments: Arguments) -> Any:
    given = dict(arguments["input"])
    numbers = _numbers(given.get("ids") or [])
    links: dict[Any, Any] = {}
    for name, key in (("tag_ids", "tags"), ("performer_ids", "performers")):
        change = given.pop(name, None)
        if change is not None:
            links[key] = (change["mode"], _numbers(change.get("ids") or [], f"{name[:-4]} ids"))
    urls = given.pop("urls", None)
    if urls is not None:
        links["urls"] = (urls["mode"], urls.get("values") or [])
    scope.library.update_scenes(numbers, fields_of(given), links)  # type: ignore[arg-type]
    return [scope.library.scenes[number] for number in numbers]


def _scene_merge(scope: Scope, arguments: Arguments) -> Any:
    given = arguments["input"]
    destination = number_of(given["destination"], "destination id")
    scope.library.merge_scenes(
        _numbers(given["source"], "source ids"),
        destination,
        fields_of(given.get("values") or {}),  # type: ignore[arg-type]
        plays=bool(given.get("play_history")),
        os=bool(given.get("o_history")),
    )
    return scope.library.scenes[destination]


def _history(add: str, kept: str) -> Root:
    def answer(scope: Scope, arguments: Arguments) -> dict[str, Any]:
        number = number_of(arguments["id"])
        for _ in arguments.get("times") or (None,):
            getattr(scope.library, add)(number)
        history = list(getattr(scope.library.scenes[number], kept))
        return {"count": len(history), "history": sorted(history, reverse=True)}

    return answer


def _counted(history: Root) -> Root:
    return lambda scope, arguments: history(scope, arguments)["count"]


def _save_activity(scope: Scope, arguments: Arguments) -> bool:
    scope.library.save_activity(
        number_of(arguments["id"]),
        resume_time=arguments.get("resume_time"),
        play_duration=arguments.get("playDuration") or 0.0,
    )
    return True


def _assign_file(scope: Scope, arguments: Arguments) -> bool:
    given = arguments["input"]
    scope.library.assign_file(number_of(given["file_id"]), number_of(given["scene_id"]))
    return True


# performers, tags, studios


def _create(kind: str) -> Root:
    def answer(scope: Scope, arguments: Arguments) -> Any:
        number = getattr(scope.library, f"create_{kind}")(**fields_of(arguments["input"]))
        return getattr(scope.library, f"{kind}s")[number]

    return answer


def _update(kind: str) -> Root:
    def answer(scope: Scope, arguments: Arguments) -> Any:
        given = arguments["input"]
        number = number_of(given["id"], f"{kind} id")
        getattr(scope.library, f"update_{kind}")(number, **fields_of(given))
        return getattr(scope.library, f"{kind}s")[number]

    return answer


def _destroy(kind: str, ids: Callable[[Arguments], list[str]]) -> Root:
    def answer(scope: Scope, arguments: Arguments) -> bool:
        table = getattr(scope.library, f"{kind}s")
        numbers = _numbers(ids(arguments))
        for number in numbers:
            if number not in table:
                raise Refused(f"id {number} does not exist in {kind}s")
        for number in dict.fromkeys(numbers):
            getattr(scope.library, f"destroy_{kind}")(number)
        return True

    return answer


def _destroy_scenes(ids: Callable[[Arguments], list[str]]) -> Root:
    def answer(scope: Scope, arguments: Arguments) -> bool:
        delete_files = bool(arguments["input"].get("delete_file"))
        scope.library.destroy_scenes(_numbers(ids(arguments)), delete_files=delete_files)
        return True

    return answer


def _tags_merge(scope: Scope, arguments: Arguments) -> Any:
    given = arguments["input"]
    source, destination = _numbers(given["source"], "source ids"), number_of(given["destination"], "destination id")
    if not source:
        return None
    scope.library.merge_tags(source, destination)
    return scope.library.tags[destination]


def _performer_merge(scope: Scope, arguments: Arguments) -> Any:
    given = arguments["input"]
    destination = number_of(given["destination"], "destination id")
    fields = fields_of(given.get("values") or {})
    scope.library.merge_performers(_numbers(given["source"], "source ids"), destination, **fields)
    return scope.library.performers[destination]


# files


def _move_files(scope: Scope, arguments: Arguments) -> bool:
    given = arguments["input"]
    folder = given.get("destination_folder") or ""
    own = scope.about.folder
    if folder != own and not folder.startswith(f"{own}/"):
        raise Refused(f"folder path {folder} must be within a stash library path")
    scope.library.move_files(_numbers(given["ids"]), folder, given.get("destination_basename"))
    return True


def _delete_files(scope: Scope, arguments: Arguments) -> bool:
    scope.library.delete_files(_numbers(arguments["ids"]))
    return True


def _one(arguments: Arguments) -> list[str]:
    return [arguments["input"]["id"]]


def _ids(arguments: Arguments) -> list[str]:
    ids: list[str] = arguments["ids"]
    return ids


_ADD_O, _ADD_PLAY = _history("add_o", "os"), _history("add_play", "plays")
_DONE: dict[str, Root] = {
    "sceneCreate": _scene_create,
    "sceneUpdate": lambda scope, arguments: _update_scene(scope, arguments["input"]),
    "scenesUpdate": lambda scope, arguments: [_update_scene(scope, given) for given in arguments["input"]],
    "bulkSceneUpdate": _bulk_update,
    "sceneMerge": _scene_merge,
    "sceneDestroy": _destroy_scenes(_one),
    "scenesDestroy": _destroy_scenes(lambda arguments: arguments["input"]["ids"]),
    "sceneAddO": _ADD_O,
    "sceneIncrementO": _counted(_ADD_O),
    "sceneAddPlay": _ADD_PLAY,
    "sceneIncrementPlayCount": _counted(_ADD_PLAY),
    "sceneSaveActivity": _save_activity,
    "sceneAssignFile": _assign_file,
    **{f"{kind}Create": _create(kind) for kind in ("performer", "tag", "studio")},
    **{f"{kind}Update": _update(kind) for kind in ("performer", "tag", "studio")},
    **{f"{kind}Destroy": _destroy(kind, _one) for kind in ("performer", "tag", "studio")},
    **{f"{kind}sDestroy": _destroy(kind, _ids) for kind in ("performer", "tag", "studio")},
    "performerMerge": _performer_merge,
    "tagsMerge": _tags_merge,
    "moveFiles": _move_files,
    "deleteFiles": _delete_files,
    "metadataScan": lambda scope, _: str(scope.about.scan()),
}
MUTATIONS: dict[str, Root] = {name: guarded(name, root) for name, root in _DONE.items()}
"""Every field of Mutation."""
