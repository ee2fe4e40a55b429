"""What Plex answers, in values: read item by item, so that one broken item spoils no list.

An answer that is not Plex's at all is a BadAnswer; in a list, what lacks its key or its path is left out, and what is
longer or larger than anything real counts as absent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from synctui.adapters.http import Reply
from synctui.errors import BadAnswer

LONGEST_PATH = 32768
_LONGEST_NAME = 1000
_LONGEST_KEY = 64
_LARGEST_NUMBER = 2**53

Fields = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class PlexSection:
    """A library of Plex; `locations` are its folders as Plex spells them, `scanned_at` seconds since 1970."""

    key: str
    type: str
    title: str
    refreshing: bool
    scanned_at: int | None
    locations: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PlexItem:
    """A film or an episode with every file of every version; `missing` are those that Plex said it cannot find."""

    rating_key: str
    title: str
    files: tuple[str, ...]
    added_at: int | None = None
    updated_at: int | None = None
    missing: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PlexActivity:
    """Something that Plex is doing: `progress` from 0 to 100, None where unknown; `section` "" where Plex is silent."""

    uuid: str
    type: str
    title: str
    section: str
    progress: int | None


@dataclass(frozen=True, slots=True)
class PlexPage:
    """A page of a list: `count` items came, broken ones included, of `total` that there are."""

    items: tuple[PlexItem, ...]
    count: int
    total: int | None


def container(reply: Reply) -> Fields:
    """Return what every JSON answer of Plex is wrapped in. Raises BadAnswer."""
    answer = reply.json()
    inner = answer.get("MediaContainer") if isinstance(answer, dict) else None
    if not isinstance(inner, dict):
        raise BadAnswer("it does not answer as Plex does", hint="does `url` lead to Plex?", code="not_plex")
    return inner


def identity(reply: Reply) -> str:
    """Return Plex's version. Raises BadAnswer where no Plex answers."""
    version = name(container(reply).get("version"))
    if not version:
        raise BadAnswer("it does not say its version", hint="does `url` lead to Plex?", code="not_plex")
    return version


def sections(reply: Reply) -> tuple[PlexSection, ...]:
    """Return the libraries in an answer."""
    return tuple(_sections(container(reply)))


def _sections(answer: Fields) -> Iterator[PlexSection]:
    for entry in objects(answer.get("Directory")):
        key = identifier(entry.get("key"))
        if key:
            locations = (_path(location.get("path")) for location in objects(entry.get("Location")))
            yield PlexSection(
                key,
                name(entry.get("type")),
                name(entry.get("title")),
                _flag(entry.get("refreshing")) is True,
                number(entry.get("scannedAt")),
                tuple(path for path in locations if path),
            )


def page(reply: Reply) -> PlexPage:
    """Return the films or episodes in an answer."""
    answer = container(reply)
    entries = answer.get("Metadata")
    items = (_item(entry) for entry in objects(entries))
    count = len(entries) if isinstance(entries, list) else 0
    return PlexPage(tuple(item for item in items if item is not None), count, number(answer.get("totalSize")))


def _item(entry: Fields) -> PlexItem | None:
    key = identifier(entry.get("ratingKey"))
    if not key:
        return None
    parts = [part for media in objects(entry.get("Media")) for part in objects(media.get("Part"))]
    files = {path: part for part in parts if (path := _path(part.get("file")))}
    return PlexItem(
        key,
        name(entry.get("title")),
        tuple(files),
        number(entry.get("addedAt")),
        number(entry.get("updatedAt")),
        tuple(path for path, part in files.items() if _missing(part)),
    )


def _missing(part: Fields) -> bool:
    # Only a plain no counts: a server that was not asked to look says nothing of either.
    return _flag(part.get("exists")) is False or _flag(part.get("accessible")) is False


def activities(reply: Reply) -> tuple[PlexActivity, ...]:
    """Return what Plex says that it is doing."""
    return tuple(_activities(container(reply)))


def _activities(answer: Fields) -> Iterator[PlexActivity]:
    for entry in objects(answer.get("Activity")):
        context = entry.get("Context")
        section = identifier(context.get("librarySectionID")) if isinstance(context, dict) else ""
        progress = number(entry.get("progress"))
        known = progress if progress is not None and progress <= 100 else None
        yield PlexActivity(name(entry.get("uuid")), name(entry.get("type")), name(entry.get("title")), section, known)


def objects(value: object) -> list[Fields]:
    """Return the objects of a list, and nothing of what is none."""
    return [entry for entry in value if isinstance(entry, dict)] if isinstance(value, list) else []


def identifier(value: object) -> str:
    """Return a key as it may stand in an address, "" for what is none."""
    text = str(value) if type(value) is int and 0 <= value < _LARGEST_NUMBER else value
    if not isinstance(text, str) or not 0 < len(text) <= _LONGEST_KEY:
        return ""
    return text if text.isascii() and text.isalnum() else ""


def name(value: object) -> str:
    """Return a title as it came, cut where nobody reads on; it is not yet harmless on a screen."""
    return value[:_LONGEST_NAME].encode("utf-8", "replace").decode("utf-8") if isinstance(value, str) else ""


def number(value: object) -> int | None:
    """Return a count or a time from 0 on; digits in a text count too."""
    if isinstance(value, str):
        value = int(value) if value.isascii() and value.isdigit() and len(value) < 16 else None
    return value if type(value) is int and 0 <= value < _LARGEST_NUMBER else None


def _flag(value: object) -> bool | None:
    """Return yes, no, or None for neither; Plex has written them as JSON's, as numbers and as texts."""
    if isinstance(value, bool):
        return value
    return {"1": True, "true": True, "0": False, "false": False}.get(str(value)) if isinstance(value, int | str) else None


def _path(value: object) -> str:
    """Return a path that a file may have, "" for what is none."""
    if not isinstance(value, str) or len(value) > LONGEST_PATH or "\0" in value:
        return ""
    try:
        value.encode()
    except UnicodeEncodeError:
        return ""
    return value
