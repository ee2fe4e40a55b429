"""Which question gets which answer, and who may ask it."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from synctui.model.json import Json
from synctui.simulators.jellyfin.access import token_of
from synctui.simulators.jellyfin.listing import BadQuestion, key, listing
from synctui.simulators.web import Answer, Ask

if TYPE_CHECKING:
    from synctui.simulators.jellyfin.server import JellyfinSimulator

_MODES = ("none", "validationonly", "default", "fullrefresh")
_DONE = Answer(204)
_NOT_FOUND = Answer(404)
_SERVER_ID = "0" * 32

Handler = Callable[["JellyfinSimulator", Ask, str], Answer]


def bare(path: str) -> str:
    """Return a path without the prefix that Emby has and Jellyfin still takes."""
    return re.sub(r"^/(?:emby|mediabrowser)(?=/)", "", path, flags=re.IGNORECASE).rstrip("/")


def answer(server: JellyfinSimulator, ask: Ask) -> Answer:
    """Return what a server says to a request."""
    path = bare(ask.path)
    found = [
        (method, right, handler, match) for method, pattern, right, handler in _ROUTES if (match := pattern.fullmatch(path))
    ]
    if not found:
        return _NOT_FOUND
    for method, right, handler, match in found:
        if method == ask.method:
            given = server.rights.get(token_of(ask, legacy=server.legacy_authorization), "")
            if right and not given:
                return Answer(401)
            if right == "administrator" and given != right:
                return Answer(403)
            try:
                return handler(server, ask, match.group(1) if match.groups() else "")
            except BadQuestion:
                return _said({"title": "One or more validation errors occurred.", "status": 400}, 400)
    return Answer(405)


def _said(value: Json, status: int = 200) -> Answer:
    body = json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode("utf-8", "replace")
    return Answer(status, body, (("Content-Type", "application/json; charset=utf-8"),))


def _body(ask: Ask) -> Mapping[str, Json]:
    """Return the fields of a JSON body, their names in lower case. Raises BadQuestion."""
    try:
        value = json.loads(ask.body)
    except (ValueError, RecursionError):
        raise BadQuestion("body") from None
    if not isinstance(value, dict):
        raise BadQuestion("body")
    return {name.lower(): inner for name, inner in value.items()}


def _is_json(ask: Ask) -> bool:
    return ask.headers.get("content-type", "").partition(";")[0].strip().lower() in ("application/json", "text/json")


def _ping(server: JellyfinSimulator, ask: Ask, _: str) -> Answer:
    return _said("Emby Server" if server.flavour == "emby" else "Jellyfin Server")


def _public(server: JellyfinSimulator, ask: Ask, _: str) -> Answer:
    return _said(_about(server))


def _info(server: JellyfinSimulator, ask: Ask, _: str) -> Answer:
    return _said({**_about(server), "HasPendingRestart": False, "IsShuttingDown": False, "CanSelfRestart": True})


def _about(server: JellyfinSimulator) -> dict[str, Json]:
    about: dict[str, Json] = {"LocalAddress": server.url, "ServerName": server.name, "Version": server.version}
    about["Id"] = _SERVER_ID
    if server.flavour == "jellyfin":
        about |= {"ProductName": "Jellyfin Server", "OperatingSystem": "", "StartupWizardCompleted": True}
    return about


def _configuration(server: JellyfinSimulator, ask: Ask, _: str) -> Answer:
    delay = server.monitor_delay
    return _said({"LibraryMonitorDelay": int(delay) if delay == int(delay) else delay, "ServerName": server.name})


def _virtual_folders(server: JellyfinSimulator, ask: Ask, _: str) -> Answer:
    if server.flavour == "emby":
        return _NOT_FOUND
    return _said(
        [
            {
                "Name": library.name,
                "Locations": [library.path],
                "CollectionType": library.content or None,
                "LibraryOptions": {"EnableRealtimeMonitor": False},
                "ItemId": server.shelf.library_key(library),
                "RefreshStatus": "Idle",
            }
            for library in server.shelf.libraries
        ]
    )


def _selectable_folders(server: JellyfinSimulator, ask: Ask, _: str) -> Answer:
    if server.flavour != "emby":
        return _NOT_FOUND
    return _said(
        [
            {
                "Name": library.name,
                "Id": server.shelf.library_key(library),
                "SubFolders": [{"Name": library.path, "Id": str(number), "Path": library.path}],
            }
            for number, library in enumerate(server.shelf.libraries, 1)
        ]
    )


def _physical_paths(server: JellyfinSimulator, ask: Ask, _: str) -> Answer:
    return _said([library.path for library in server.shelf.libraries])


def _updated(server: JellyfinSimulator, ask: Ask, _: str) -> Answer:
    if not _is_json(ask):
        return Answer(415)
    updates = _body(ask).get("updates") or []
    if not isinstance(updates, list):
        raise BadQuestion("updates")
    for update in updates:
        # Those before a bad one have been taken note of by then.
        fields = {name.lower(): value for name, value in update.items()} if isinstance(update, dict) else {}
        path = fields.get("path")
        if not isinstance(path, str) or not path:
            raise BadQuestion("path")
        server.monitor.tell(path)
    return _DONE


def _items(server: JellyfinSimulator, ask: Ask, _: str) -> Answer:
    return _said(listing(server.shelf, ask, numbers=server.flavour == "emby"))


def _refresh_item(server: JellyfinSimulator, ask: Ask, item_key: str) -> Answer:
    modes = [ask.first(name).lower() or "none" for name in ("MetadataRefreshMode", "ImageRefreshMode")]
    if any(mode not in _MODES for mode in modes):
        raise BadQuestion("mode")
    item = server.shelf.by_id(key(item_key, numbers=server.flavour == "emby"))
    if item is None:
        return _NOT_FOUND
    if any(mode in ("default", "fullrefresh") for mode in modes):
        server.do(server.refresh([item], fully="fullrefresh" in modes))
    return _DONE


def _refresh_library(server: JellyfinSimulator, ask: Ask, _: str) -> Answer:
    server.scan()
    return _DONE


def _tasks(server: JellyfinSimulator, ask: Ask, _: str) -> Answer:
    task = server.task
    fields: dict[str, Json] = {"Name": "Scan Media Library", "Key": "RefreshLibrary", "Id": "1" * 32, "State": task.state}
    if task.last:
        fields["LastExecutionResult"] = {"Status": task.last, "Key": "RefreshLibrary"}
    if task.state == "Running":
        fields["CurrentProgressPercentage"] = 0.0
    return _said([fields])


def _sessions(server: JellyfinSimulator, ask: Ask, _: str) -> Answer:
    rows: list[Json] = []
    for session in server.sessions:
        row: dict[str, Json] = {"Id": session.id, "SupportsRemoteControl": session.controllable, "Client": "Screen"}
        if session.playing:
            row["NowPlayingItem"] = {"Name": session.playing, "Path": session.playing}
        rows.append(row)
    return _said(rows)


def _message(server: JellyfinSimulator, ask: Ask, session: str) -> Answer:
    body = _body(ask)
    text = body.get("text")
    if not isinstance(text, str) or not text:
        raise BadQuestion("text")
    if session in server.gone or all(one.id != session for one in server.sessions):
        return _NOT_FOUND
    server.messages.append((session, str(body.get("header") or ""), text))
    return _DONE


def _notify(server: JellyfinSimulator, ask: Ask, _: str) -> Answer:
    return _DONE if server.flavour == "emby" else _NOT_FOUND


def _route(method: str, path: str, right: str, handler: Handler) -> tuple[str, re.Pattern[str], str, Handler]:
    return method, re.compile(path, re.IGNORECASE), right, handler


_ROUTES = (
    _route("GET", "/System/Ping", "", _ping),
    _route("POST", "/System/Ping", "", _ping),
    _route("GET", "/System/Info/Public", "", _public),
    _route("GET", "/System/Info", "user", _info),
    _route("GET", "/System/Configuration", "administrator", _configuration),
    _route("GET", "/Library/VirtualFolders", "administrator", _virtual_folders),
    _route("GET", "/Library/SelectableMediaFolders", "administrator", _selectable_folders),
    _route("GET", "/Library/PhysicalPaths", "administrator", _physical_paths),
    _route("POST", "/Library/Media/Updated", "user", _updated),
    _route("POST", "/Library/Refresh", "administrator", _refresh_library),
    _route("GET", "/Items", "user", _items),
    _route("POST", "/Items/([^/]+)/Refresh", "administrator", _refresh_item),
    _route("GET", "/ScheduledTasks", "administrator", _tasks),
    _route("GET", "/Sessions", "user", _sessions),
    _route("POST", "/Sessions/([^/]+)/Message", "user", _message),
    _route("POST", "/Notifications/Admin", "administrator", _notify),
)
