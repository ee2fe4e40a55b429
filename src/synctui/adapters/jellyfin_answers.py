"""What Jellyfin and Emby answer, read with mistrust: what is of the wrong type or absurd is left out, item by item."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import cast

from synctui.errors import BadAnswer
from synctui.model.players import PlayerRoot

_LONGEST_NAME = 200
_LONGEST_PATH = 8192
_LONGEST_DELAY = 86_400.0
_MOST_ROOTS = 1000
_MOST_SOURCES = 100
_MOST_SESSIONS = 100
_ID = re.compile(r"[0-9A-Za-z-]{1,64}")


@dataclass(frozen=True, slots=True)
class Entry:
    """A video as it is listed: its paths (several where it has versions), and how many versions it is said to have."""

    id: str
    paths: tuple[str, ...] = ()
    versions: int = 1


@dataclass(frozen=True, slots=True)
class Session:
    """An application that is connected to the server."""

    id: str
    playing: bool = False
    controllable: bool = False


def identity(answer: object) -> tuple[str, str]:
    """Return the version and the name of the server. Raises BadAnswer where it gives no version."""
    fields = _fields(answer)
    version = _name(fields.get("Version"))
    if not version:
        raise BadAnswer("it does not say which version it is", hint="does `url` lead to the player itself?", code="not_it")
    return version, _name(fields.get("ServerName"))


def virtual_folders(answer: object) -> tuple[PlayerRoot, ...]:
    """Return the folders of Jellyfin's libraries."""
    return _first_roots(
        PlayerRoot(path, _name(fields.get("Name")), _key(fields.get("ItemId")), _name(fields.get("CollectionType")))
        for fields in _rows(answer)
        for path in map(_path, _list(fields.get("Locations")))
        if path
    )


def selectable_folders(answer: object) -> tuple[PlayerRoot, ...]:
    """Return the folders of Emby's libraries."""
    return _first_roots(
        PlayerRoot(path, _name(fields.get("Name")), _key(fields.get("Id")), _name(fields.get("CollectionType")))
        for fields in _rows(answer)
        for inner in _rows(fields.get("SubFolders") or [])
        if (path := _path(inner.get("Path")))
    )


def page(answer: object) -> tuple[list[Entry], int]:
    """Return the videos of a page and how many rows it has, usable or not."""
    rows = _fields(answer).get("Items")
    if not isinstance(rows, list):
        raise BadAnswer("its list of videos has no items", code="bad_list")
    return [entry for row in rows if isinstance(row, dict) and (entry := _entry(row))], len(rows)


def sessions(answer: object) -> list[Session]:
    """Return the first of the connected applications."""
    found = []
    for fields in _rows(answer):
        if key := _key(fields.get("Id")):
            playing = isinstance(fields.get("NowPlayingItem"), dict)
            found.append(Session(key, playing, fields.get("SupportsRemoteControl") is True))
    return found[:_MOST_SESSIONS]


def monitor_delay(answer: object, default: float) -> float:
    """Return how many seconds of silence the server waits for before it looks at what changed."""
    delay = _fields(answer).get("LibraryMonitorDelay")
    if isinstance(delay, bool) or not isinstance(delay, int | float) or not 0 <= delay <= _LONGEST_DELAY:
        return default
    return float(delay)


def is_key(text: str) -> bool:
    """Return whether a text can be the id of an item, a folder or a session, and so stand in an address."""
    return _ID.fullmatch(text) is not None


def _entry(row: Mapping[str, object]) -> Entry | None:
    key = _key(row.get("Id"))
    if not key:
        return None
    sources = [source for source in _list(row.get("MediaSources"))[:_MOST_SOURCES] if isinstance(source, dict)]
    paths = [_path(row.get("Path")), *(_path(source.get("Path")) for source in sources if _on_disk(source))]
    versions = row.get("MediaSourceCount")
    many = versions if isinstance(versions, int) and versions > 1 else 1
    return Entry(key, tuple(dict.fromkeys(path for path in paths if path)), many)


def _on_disk(source: Mapping[str, object]) -> bool:
    return source.get("Protocol") in (None, "File")


def _first_roots(roots: Iterator[PlayerRoot]) -> tuple[PlayerRoot, ...]:
    return tuple(root for root, _ in zip(roots, range(_MOST_ROOTS), strict=False))


def _fields(answer: object) -> Mapping[str, object]:
    if not isinstance(answer, dict):
        raise BadAnswer("its answer is not what was asked for", hint="does `url` lead to the player itself?", code="not_it")
    return cast(Mapping[str, object], answer)


def _rows(answer: object) -> Iterator[Mapping[str, object]]:
    if not isinstance(answer, list):
        raise BadAnswer("its answer is not what was asked for", hint="does `url` lead to the player itself?", code="not_it")
    return (row for row in answer if isinstance(row, dict))


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _name(value: object) -> str:
    """Return a name as it came, cut; characters that no text can hold are replaced."""
    return value[:_LONGEST_NAME].encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else ""


def _key(value: object) -> str:
    return value if isinstance(value, str) and is_key(value) else ""


def _path(value: object) -> str:
    """Return a path that a file system could have, else nothing."""
    if not isinstance(value, str) or len(value) > _LONGEST_PATH or "\0" in value:
        return ""
    try:
        value.encode("utf-8")
    except UnicodeEncodeError:
        return ""
    return value
