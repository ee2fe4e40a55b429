"""How the server lists its items: which of them, in which order, with which fields; and what it makes of a bad question."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime

from synctui.model.json import Json
from synctui.simulators.jellyfin.items import Item
from synctui.simulators.jellyfin.shelf import Shelf
from synctui.simulators.web import Ask

_GUID = re.compile(r"[0-9a-f]{8}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{4}-?[0-9a-f]{12}", re.IGNORECASE)
_ORDERS: Mapping[str, Callable[[Item], str]] = {
    "datecreated": lambda item: item.created.isoformat(),
    "sortname": lambda item: item.name.lower(),
}
_NUMBER = re.compile(r"\d{1,9}")


class BadQuestion(Exception):
    """A parameter that the server cannot read: it answers 400."""


def key(text: str, *, numbers: bool) -> str:
    """Return an id as the server stores it. Raises BadQuestion."""
    if not (_NUMBER if numbers else _GUID).fullmatch(text):
        raise BadQuestion(text)
    return text.replace("-", "").lower()


def listing(shelf: Shelf, ask: Ask, *, numbers: bool) -> Mapping[str, Json]:
    """Return the answer to `GET /Items`. Raises BadQuestion."""
    start, limit = _whole(ask, "StartIndex", 0), _whole(ask, "Limit", -1)
    chosen = _narrowed(shelf, ask, numbers)
    for order in reversed(_words(ask, "SortBy")):
        if order.lower() in _ORDERS:
            chosen.sort(key=_ORDERS[order.lower()])
    page = chosen[start : None if limit < 0 else start + limit]
    fields = {field.lower() for field in _words(ask, "Fields")}
    total = len(chosen) if _flag(ask, "EnableTotalRecordCount", True) else len(page)
    rows = [_row(shelf, item, fields, everywhere=numbers) for item in page]
    return {"Items": rows, "TotalRecordCount": total, "StartIndex": start}


def _narrowed(shelf: Shelf, ask: Ask, numbers: bool) -> list[Item]:
    items: Iterable[Item] = list(shelf.items.values())
    parent, ids = ask.first("ParentId"), _words(ask, "Ids")
    if parent:
        items = _below(shelf, key(parent, numbers=numbers), recursive=_flag(ask, "Recursive", False))
    elif not ids and not _flag(ask, "Recursive", False):
        items = [item for item in items if shelf.above(item) is shelf.top]
    if ids:
        wanted = {key(one, numbers=numbers) for one in ids}
        items = [item for item in items if item.id in wanted]
    if kinds := {kind.lower() for kind in _words(ask, "IncludeItemTypes")}:
        items = [item for item in items if item.kind.lower() in kinds]
    if since := ask.first("MinDateLastSaved"):
        moment = _moment(since)
        items = [item for item in items if item.saved >= moment]
    return list(items)


def _below(shelf: Shelf, parent: str, *, recursive: bool) -> list[Item]:
    """Return what is in a folder; an unknown folder is taken for everything."""
    libraries = [library.path for library in shelf.libraries if shelf.library_key(library) == parent]
    folder = shelf.by_id(parent)
    tops = libraries or ([folder.path] if folder is not None else [""])
    found = []
    for item in shelf.items.values():
        above = shelf.above(item)
        while recursive and above is not shelf.top and above.path not in tops:
            above = shelf.above(above)
        if above.path in tops:
            found.append(item)
    return found


def _row(shelf: Shelf, item: Item, fields: set[str], *, everywhere: bool) -> Mapping[str, Json]:
    row: dict[str, Json] = {"Name": item.name, "ServerId": "0" * 32, "Id": item.id, "Type": item.kind}
    row |= {"IsFolder": item.is_folder, "LocationType": "FileSystem"}
    if "path" in fields:
        row["Path"] = item.path
    if item.is_folder:
        return row
    row |= {"MediaType": "Video", "UserData": {"Played": False}}
    paths = (item.path, *item.versions)
    if "mediasourcecount" in fields and len(paths) > 1 and not everywhere:
        row["MediaSourceCount"] = len(paths)
    if "mediasources" in fields:
        row["MediaSources"] = [
            {"Protocol": "File", "Id": shelf.key("version", path), "Path": path, "Type": "Default", "MediaStreams": []}
            for path in paths
        ]
    return row


def _words(ask: Ask, name: str) -> list[str]:
    return [word for key, value in ask.query if key.lower() == name.lower() for word in value.split(",") if word]


def _whole(ask: Ask, name: str, default: int) -> int:
    text = ask.first(name)
    if text and not _NUMBER.fullmatch(text):
        raise BadQuestion(name)
    return int(text) if text else default


def _flag(ask: Ask, name: str, default: bool) -> bool:
    text = ask.first(name).lower()
    if text not in ("", "true", "false"):
        raise BadQuestion(name)
    return default if not text else text == "true"


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise BadQuestion(text) from None
    return moment if moment.tzinfo is not None else moment.replace(tzinfo=UTC)
