"""The fields of Query."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from synctui.simulators.stash.filters import Panic
from synctui.simulators.stash.finding import Found, find, number_of
from synctui.simulators.stash.rows import FileRow
from synctui.simulators.stash.running import Root
from synctui.simulators.stash.scope import Scope
from synctui.simulators.stash.shelf import Refused

Arguments = Mapping[str, Any]
NOTHING_THERE = "runtime error: invalid memory address or nil pointer dereference"
_WITHOUT_DATABASE = {"systemStatus", "version", "logs", "jobQueue", "findJob", "configuration"}


def guarded(name: str, root: Root) -> Root:
    """Return a root that breaks, as the real one does, while there is no database yet."""

    def answer(scope: Scope, arguments: Arguments) -> Any:
        if scope.about.state != "OK" and name not in _WITHOUT_DATABASE:
            raise Panic(NOTHING_THERE)
        return root(scope, arguments)

    return answer


def _many(kind: str) -> Root:
    def answer(scope: Scope, arguments: Arguments) -> Found:
        return find(scope.library, kind, arguments)

    return answer


def _single(kind: str) -> Root:
    def answer(scope: Scope, arguments: Arguments) -> Any:
        text = arguments.get("id")
        return None if text is None else getattr(scope.library, kind).get(number_of(text))

    return answer


def _scene(scope: Scope, arguments: Arguments) -> Any:
    checksum = arguments.get("checksum")
    if arguments.get("id") is None and checksum is not None:
        files = (file for file in scope.library.files if file.scene and ("md5", checksum) in file.fingerprints)
        return next((scope.library.scenes[file.scene] for file in files), None)
    return _single("scenes")(scope, arguments)


def _file(scope: Scope, arguments: Arguments) -> FileRow:
    if arguments.get("id") is not None:
        return scope.library.file(number_of(arguments["id"]))
    try:
        return scope.library.file_at(arguments.get("path") or "")
    except KeyError:
        raise Refused("could not find file") from None


def _stats(scope: Scope, _: Arguments) -> dict[str, Any]:
    library = scope.library
    return {
        "scene_count": len(library.scenes),
        "scenes_size": sum(file.size for file in library.files),
        "scenes_duration": sum(file.duration for file in library.files),
        "performer_count": len(library.performers),
        "studio_count": len(library.studios),
        "tag_count": len(library.tags),
        "total_o_count": sum(len(scene.os) for scene in library.scenes),
        "total_play_duration": sum(scene.play_duration for scene in library.scenes),
        "total_play_count": sum(len(scene.plays) for scene in library.scenes),
        "scenes_played": sum(bool(scene.plays) for scene in library.scenes),
        **dict.fromkeys(("image_count", "images_size", "gallery_count", "group_count"), 0),
    }


def _status(scope: Scope, _: Arguments) -> dict[str, Any]:
    about = scope.about
    schema = {"OK": about.schema, "SETUP": 0, "NEEDS_MIGRATION": about.schema - 1}[about.state]
    return {
        "status": about.state,
        "databaseSchema": schema,
        "appSchema": about.schema,
        "databasePath": "/stash/stash-go.sqlite",
        "configPath": "/stash/config.yml",
        "os": "linux",
    }


def _version(scope: Scope, _: Arguments) -> dict[str, str]:
    return {"version": scope.about.version, "hash": "0a1b2c3d4", "build_time": "2026-01-11 07:07:53"}


def _configuration(scope: Scope, _: Arguments) -> dict[str, Any]:
    general = {
        "stashes": [{"path": scope.about.folder, "excludeVideo": False, "excludeImage": False}],
        "databasePath": "/stash/stash-go.sqlite",
        "apiKey": scope.about.api_key,
        "username": "stash" if scope.about.api_key else "",
        "parallelTasks": 1,
        "calculateMD5": False,
    }
    return {"general": general}


def _jobs(scope: Scope, _: Arguments) -> list[Any] | None:
    waiting = [job for job in scope.library.jobs.values() if job.status in ("READY", "RUNNING", "STOPPING")]
    return waiting or None


def _job(scope: Scope, arguments: Arguments) -> Any:
    return scope.library.jobs.get(number_of(arguments["input"]["id"]))


_FOUND: dict[str, Callable[[Scope, Arguments], Any]] = {
    "findScene": _scene,
    "findScenes": _many("scenes"),
    "findPerformer": _single("performers"),
    "findPerformers": _many("performers"),
    "findTag": _single("tags"),
    "findTags": _many("tags"),
    "findStudio": _single("studios"),
    "findStudios": _many("studios"),
    "findFile": _file,
    "findFiles": _many("files"),
    "stats": _stats,
    "logs": lambda scope, _: list(reversed(scope.library.logs)),
    "configuration": _configuration,
    "systemStatus": _status,
    "jobQueue": _jobs,
    "findJob": _job,
    "version": _version,
}
QUERIES: dict[str, Root] = {name: guarded(name, root) for name, root in _FOUND.items()}
"""Every field of Query."""
