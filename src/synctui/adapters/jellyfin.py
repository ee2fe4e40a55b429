"""Jellyfin and Emby: what they have, telling them what changed, and asking what came of it.

Told of a change they answer at once and begin only after a time of silence (`monitor_delay`); every further message begins
that time anew, and nothing but a look at their items says that it has happened. Neither finds an item by its path.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Literal
from urllib.parse import quote

from synctui import __version__
from synctui.adapters import jellyfin_answers as answers
from synctui.adapters.http import Query, Reply, Server
from synctui.errors import BadAnswer, NotAuthorised
from synctui.model.clock import Clock, SystemClock, rfc3339
from synctui.model.json import Json
from synctui.model.players import Look

Flavour = Literal["jellyfin", "emby"]
UpdateType = Literal["Created", "Modified", "Deleted"]

MONITOR_DELAY = 60.0
"""Seconds of silence that they wait for, where they do not tell."""

_ROWS: dict[Flavour, int] = {"jellyfin": 1000, "emby": 200}
"""Rows of a page. Emby counts versions only by describing every stream of every one, which makes large answers."""

_MOST_PAGES = 1000
_VERSIONS_AT_ONCE = 50
_VIDEOS = ("IncludeItemTypes", "Movie,Episode,Video")
_SLIM = (("EnableImages", "false"), ("EnableUserData", "false"), ("EnableTotalRecordCount", "false"))
_STEADY = (("SortBy", "DateCreated,SortName"), ("SortOrder", "Ascending"))
"""What is added while pages are read comes last, and moves nothing from one page to another."""

_ENDLESS = "its list of videos never ends"
_MESSAGE_MS = 5000
_FIRST_YEAR, _LAST_YEAR = 2000, 2200


def jellyfin_server(
    url: str,
    token: str,
    *,
    device_id: str,
    timeout: float = 30.0,
    heard: Callable[[float], None] | None = None,
    flavour: Flavour = "jellyfin",
) -> Server:
    """Return the server at `url` to which `token` is shown the way its kind reads it. Raises NotAuthorised without one."""
    token = token.strip()
    if not token or not token.isascii() or not token.isprintable():
        raise NotAuthorised(
            "the token is missing or has characters that no token has", hint="copy it anew from the player's dashboard"
        )
    if flavour == "emby":
        base = url.rstrip("/")
        url = base if base.lower().endswith("/emby") else f"{base}/emby"
        shown = {"X-Emby-Token": token}
    else:
        parts = {
            "Client": "SyncTUI",
            "Device": socket.gethostname() or "SyncTUI",
            "DeviceId": device_id,
            "Version": __version__,
            "Token": token,
        }
        shown = {
            "Authorization": "MediaBrowser " + ", ".join(f'{key}="{quote(value, safe="")}"' for key, value in parts.items())
        }
    return Server(url, timeout=timeout, headers={"Accept": "application/json", **shown}, heard=heard)


class Jellyfin:
    """What can be asked of the Jellyfin or Emby behind a `jellyfin_server`; each method raises what `Server.ask` does."""

    def __init__(self, server: Server, *, flavour: Flavour = "jellyfin", clock: Clock | None = None) -> None:
        self._server = server
        self._flavour: Flavour = flavour
        self._clock = clock or SystemClock()
        self._told: tuple[datetime, float] | None = None

    # what it is and has

    async def look(self) -> Look:
        """Return its version, its name and its folders, once it has accepted the token."""
        version, name = answers.identity((await self._ask("GET", "System/Info/Public")).json())
        answers.identity((await self._ask("GET", "System/Info")).json())
        folders = "Library/SelectableMediaFolders" if self._flavour == "emby" else "Library/VirtualFolders"
        reply = await self._ask("GET", folders, allow=(401, 403))
        if reply.status in (401, 403):
            return Look(version, name, roots_known=False)
        read = answers.selectable_folders if self._flavour == "emby" else answers.virtual_folders
        return Look(version, name, read(reply.json()))

    async def monitor_delay(self) -> float:
        """Return how many seconds of silence it waits for before it looks at what changed."""
        reply = await self._ask("GET", "System/Configuration", allow=(401, 403, 404))
        return MONITOR_DELAY if reply.status >= 400 else answers.monitor_delay(reply.json(), MONITOR_DELAY)

    def server_now(self) -> datetime:
        """Return the time by its clock, never too late, up to two seconds too early; by ours until it has answered."""
        if self._told is None:
            return self._clock.now()
        moment, heard = self._told
        return moment + timedelta(seconds=max(0.0, self._clock.monotonic() - heard))

    # telling it

    async def update(self, changes: Sequence[tuple[str, UpdateType]]) -> None:
        """Tell it, in one message, of files that changed, by the paths that it knows them by.

        A file, not its folder: folders side by side are taken for their common parent. Raises ValueError for an empty path.
        """
        if not changes or not all(path.strip() and "\0" not in path for path, _ in changes):
            raise ValueError("an update needs paths, and none of them empty")
        told = [{"Path": path, "UpdateType": kind} for path, kind in changes]
        _accepted(await self._ask("POST", "Library/Media/Updated", json={"Updates": told}))

    async def refresh_item(self, item: str) -> bool:
        """Have an item read its metadata and pictures again where they changed; False where there is no such item."""
        if not answers.is_key(item):
            raise ValueError(f"{item!r} is no item's id")
        modes = [("metadataRefreshMode", "Default"), ("imageRefreshMode", "Default")]
        if self._flavour == "emby":
            modes.append(("Recursive", "true"))
        reply = await self._ask("POST", f"Items/{item}/Refresh", query=modes, allow=(404,))
        if reply.status == 404:
            return False
        _accepted(reply)
        return True

    async def refresh_everything(self) -> None:
        """Have it scan every library, from the beginning where it is at that already."""
        _accepted(await self._ask("POST", "Library/Refresh"))

    # asking what came of it

    async def saved_since(self, moment: datetime) -> dict[str, str]:
        """Return the path and item of every video saved since a moment of its clock (`server_now`)."""
        return {path: key async for path, key in self._videos((("minDateLastSaved", rfc3339(moment)),))}

    def listing(self, root_key: str) -> AsyncIterator[tuple[str, str]]:
        """Yield the path and item of every video of a library, of all of them for "", a path for each version."""
        if root_key and not answers.is_key(root_key):
            raise ValueError(f"{root_key!r} is no library's id")
        return self._videos((("ParentId", root_key),) if root_key else ())

    async def _videos(self, narrowed: Query) -> AsyncIterator[tuple[str, str]]:
        rows = _ROWS[self._flavour]
        fields = "Path,MediaSources" if self._flavour == "emby" else "Path,MediaSourceCount"
        fixed = [("Recursive", "true"), _VIDEOS, ("Fields", fields), *_SLIM, *_STEADY, *narrowed, ("Limit", str(rows))]
        seen: set[str] = set()
        start = 0
        for _ in range(_MOST_PAGES):
            entries, count = await self._page([*fixed, ("StartIndex", str(start))])
            fresh = [entry for entry in entries if entry.id not in seen]
            if not fresh and count >= rows:
                break
            seen.update(entry.id for entry in fresh)
            for path, key in await self._paths(fresh):
                yield path, key
            if count != rows:
                return
            start += count
        raise BadAnswer(_ENDLESS, hint="does something between here and it repeat its answers?", code="endless")

    async def _page(self, query: Query) -> tuple[list[answers.Entry], int]:
        return answers.page((await self._ask("GET", "Items", query=query)).json())

    async def _paths(self, entries: Sequence[answers.Entry]) -> list[tuple[str, str]]:
        """Return every path of a page's videos; those with versions are asked for them, few at a time."""
        several = [entry.id for entry in entries if entry.versions > 1]
        versions: dict[str, answers.Entry] = {}
        for at in range(0, len(several), _VERSIONS_AT_ONCE):
            asked = ",".join(several[at : at + _VERSIONS_AT_ONCE])
            found, _ = await self._page([("Ids", asked), ("Fields", "Path,MediaSources"), *_SLIM])
            versions.update((entry.id, entry) for entry in found)
        return [(path, entry.id) for entry in entries for path in versions.get(entry.id, entry).paths]

    # the people who watch

    async def playing(self) -> bool:
        """Return whether anybody watches or listens to something."""
        return any(session.playing for session in await self._sessions())

    async def message(self, header: str, text: str) -> int:
        """Show a message wherever something plays or could be played; return in how many places."""
        if not text.strip():
            raise ValueError("a message needs a text")
        body: Json = {"Header": header, "Text": text, "TimeoutMs": _MESSAGE_MS}
        told = 0
        for session in await self._sessions():
            if session.playing or session.controllable:
                reply = await self._ask("POST", f"Sessions/{session.id}/Message", json=body, allow=(404,))
                told += reply.status != 404
        return told

    async def _sessions(self) -> list[answers.Session]:
        return answers.sessions((await self._ask("GET", "Sessions")).json())

    async def _ask(
        self, method: str, path: str, *, query: Query = (), json: Json = None, allow: Sequence[int] = ()
    ) -> Reply:
        reply = await self._server.ask(method, path, query=query, json=json, allow=allow)
        moment = _date(reply.headers.get("date", ""))
        if moment is not None:
            self._told = moment, self._clock.monotonic()
        return reply


def _accepted(reply: Reply) -> None:
    """Raise BadAnswer where something else than the player was pleased: a login page, for one."""
    if reply.body.strip():
        reply.json()


def _date(header: str) -> datetime | None:
    try:
        moment = parsedate_to_datetime(header[:64])
    except (ValueError, TypeError, OverflowError, IndexError):
        return None
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment
    return moment if _FIRST_YEAR <= moment.year <= _LAST_YEAR else None
