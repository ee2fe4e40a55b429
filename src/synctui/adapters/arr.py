"""What Sonarr and Radarr tell a custom script in its environment.

Names are compared without regard to case, because .NET lower-cases them; several paths stand in one variable of a
plural name, between `|`; a `|` in any other is part of the path.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from synctui.errors import UsageError
from synctui.model.library import Change

_APPS: Mapping[str, tuple[str, str]] = {"sonarr": ("episodefile", "series"), "radarr": ("moviefile", "movie")}
_DELETED = {"sonarr": "seriesdelete", "radarr": "moviedelete"}


@dataclass(frozen=True, slots=True)
class Told:
    """What an event says: which program, which event, and the files it is about."""

    app: str
    event: str
    changes: tuple[Change, ...] = ()


def told(environment: Mapping[str, str]) -> Told:
    """Return what the environment of a custom script says. Raises UsageError where there is nothing of the kind."""
    values = {name.lower(): value for name, value in environment.items()}
    for app, (file, owner) in _APPS.items():
        event = values.get(f"{app}_eventtype", "")
        if event:
            mine = {name.removeprefix(f"{app}_"): value for name, value in values.items() if name.startswith(f"{app}_")}
            return Told(app, event, tuple(_changes(app, event.lower(), mine, file, owner)))
    raise UsageError(
        "the environment holds no event of Sonarr or Radarr",
        hint="add `synctui changed --from-env` there as a custom script: Settings, Connect",
    )


def _changes(app: str, event: str, values: Mapping[str, str], file: str, owner: str) -> Iterator[Change]:
    if event == "download":
        yield from _imported(app, values, file)
    elif event == "rename":
        now, before = _paths(values, f"{file}_paths"), _paths(values, f"{file}_previouspaths")
        for path, previous in zip(now, before, strict=False):
            yield Change(path, "moved", app, previous) if path != previous else Change(path, "modified", app)
        yield from (Change(path, "created", app) for path in now[len(before) :])
        yield from (Change(path, "removed", app) for path in before[len(now) :])
    elif event == f"{file}delete":
        yield from (Change(path, "removed", app) for path in _path(values, f"{file}_path"))
    elif event == _DELETED[app] and values.get(f"{owner}_deletedfiles", "").lower() == "true":
        yield from (Change(path, "removed", app) for path in _path(values, f"{owner}_path"))


def _imported(app: str, values: Mapping[str, str], file: str) -> Iterator[Change]:
    new = _paths(values, f"{file}_paths") or _path(values, f"{file}_path")
    old = [path for path in _paths(values, "deletedpaths") if path not in new]
    replaced = {path for path in _paths(values, "deletedpaths") if path in new}
    if len(new) == 1 and len(old) == 1:
        # The better version of one file: whoever has watched the old one has watched this one.
        yield Change(new[0], "moved", app, old[0])
        return
    for path in new:
        kind: Literal["created", "modified"] = "modified" if path in replaced else "created"
        yield Change(path, kind, app)
    yield from (Change(path, "removed", app) for path in old)


def _paths(values: Mapping[str, str], name: str) -> list[str]:
    return [path for path in values.get(name, "").split("|") if path and "\0" not in path]


def _path(values: Mapping[str, str], name: str) -> list[str]:
    path = values.get(name, "")
    return [path] if path and "\0" not in path else []
