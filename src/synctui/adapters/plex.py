"""Plex: its libraries, what is in them, and the request to look again at one folder.

A refresh is only queued: the empty 200 says that Plex has heard. Whether it has looked shows in the library
(`refreshing`, `scanned_at`), in the activities, and in the end in the items.
"""

from __future__ import annotations

import platform
import re
from collections.abc import AsyncIterator, Callable
from typing import Literal

from synctui import __version__
from synctui.adapters import plex_answers as answers
from synctui.adapters.http import Query, Reply, Server
from synctui.adapters.plex_answers import LONGEST_PATH, PlexActivity, PlexItem, PlexSection
from synctui.errors import BadAnswer, NotAuthorised
from synctui.model.players import Look, PlayerRoot

Kind = Literal["movie", "show"]

_FIRST_PAGE, _PAGE = 50, 500
_MOST_ITEMS = 500_000
_TYPES: dict[Kind, str] = {"movie": "1", "show": "4"}
_DRIVE = re.compile(r"[A-Za-z]:(?=[\\/]|$)")
_WITHOUT_PICTURE = frozenset(("track", "photo"))


def plex_headers(client_id: str) -> dict[str, str]:
    """Return what every request to Plex says of this program; `client_id` stays the same for a whole installation."""
    return {
        "Accept": "application/json",
        "X-Plex-Client-Identifier": client_id,
        "X-Plex-Product": "SyncTUI",
        "X-Plex-Version": __version__,
        "X-Plex-Platform": platform.system() or "Unknown",
        "X-Plex-Device-Name": "SyncTUI",
    }


def plex_server(
    url: str, token: str, *, client_id: str, timeout: float = 30.0, heard: Callable[[float], None] | None = None
) -> Server:
    """Return the server at `url`, asked with `token` in a header. Raises NotAuthorised for a token that cannot be one."""
    token = token.strip()
    # What may not stand in a header would be told, token and all, by the error of the HTTP library.
    if not token.isascii() or not token.isprintable() or " " in token:
        raise NotAuthorised("the token holds characters that no Plex token has", hint="copy it again")
    headers = plex_headers(client_id) | ({"X-Plex-Token": token} if token else {})
    return Server(url, timeout=timeout, headers=headers, heard=heard)


def scan_path(path: str) -> str:
    """Return a folder's path as Plex can be told of it: no doubled and no last separator, but for a share's or a drive's.

    Plex takes the same folder spelled otherwise for another one, and drops what it knew. Raises ValueError for what is no
    absolute path, has `..` in it, or cannot be said in UTF-8.
    """
    drive = match[0] if (match := _DRIVE.match(path)) else ""
    separators = "/\\" if drive or path.startswith("\\") else "/"
    rest = path[len(drive) :]
    names = re.split(f"[{re.escape(separators)}]+", rest.strip(separators))
    if not rest.startswith(tuple(separators)):
        raise ValueError("Plex is told of absolute paths only")
    if names == [""] and not drive:
        raise ValueError("Plex is not told of everything at once")
    if not {".", ".."}.isdisjoint(names) or "\0" in path or len(path) > LONGEST_PATH:
        raise ValueError("Plex is not told of such a path")
    try:
        path.encode()
    except UnicodeEncodeError:
        raise ValueError("Plex knows names in UTF-8 only") from None
    separator = rest[0]
    share = not drive and rest.startswith(separator * 2) and not rest.startswith(separator * 3)
    return drive + separator * (2 if share else 1) + separator.join(names)


class Plex:
    """A Plex Media Server behind `server`; every method is one request, but for `look` and `parts`."""

    def __init__(self, server: Server) -> None:
        self.server = server

    async def look(self) -> Look:
        """Return version, name and folders, the token proven. Raises NotAuthorised."""
        version = answers.identity(await self._get("/identity"))
        title = answers.name(answers.container(await self._get("/")).get("friendlyName"))
        reply = await self.server.ask("GET", "/library/sections", allow=(403,))
        if reply.status == 403:
            return Look(version, title, roots_known=False)
        known = answers.sections(reply)
        roots = tuple(
            PlayerRoot(path, section.title, section.key, section.type) for section in known for path in section.locations
        )
        # Whom the server is merely shared with sees libraries, but not where they lie.
        return Look(version, title, roots, roots_known=bool(roots) or not known)

    async def sections(self) -> tuple[PlexSection, ...]:
        """Return the libraries."""
        return answers.sections(await self._get("/library/sections"))

    async def refresh(self, section: str, path: str) -> None:
        """Ask to look again at one folder (as Plex spells it) of a library. Raises ValueError for a path without sense."""
        await self._refresh(section, [("path", scan_path(path))])

    async def refresh_everything(self, section: str) -> None:
        """Ask to look again at the whole of a library."""
        await self._refresh(section, [])

    async def _refresh(self, section: str, query: Query) -> None:
        # GET, though it does something: with PUT and POST newer servers answer 404.
        _heard(await self._of_section("GET", section, "refresh", query))

    async def empty_trash(self, section: str) -> None:
        """Let Plex forget for good whatever it did not find when it last looked: everything, if a disk was away."""
        _heard(await self._of_section("PUT", section, "emptyTrash"))

    async def analyze(self, rating_key: str) -> None:
        """Ask to read a film's or an episode's files anew."""
        _heard(await self.server.ask("PUT", f"/library/metadata/{_key(rating_key)}/analyze"))

    async def item(self, rating_key: str) -> PlexItem | None:
        """Return a film or an episode, its files looked for on the disk, or None where Plex does not know it."""
        path = f"/library/metadata/{_key(rating_key)}"
        reply = await self.server.ask("GET", path, query=[("checkFiles", "1")], allow=(404,))
        items = () if reply.status == 404 else answers.page(reply).items
        return items[0] if items else None

    async def parts(self, section: str, kind: Kind, *, newest_first: bool = True) -> AsyncIterator[PlexItem]:
        """Yield the films or episodes of a library, each once. Raises BadAnswer for a list that has no end."""
        query = [("type", _TYPES[kind]), *([("sort", "addedAt:desc")] if newest_first else [])]
        seen: set[str] = set()
        start, size, most, stale = 0, _FIRST_PAGE, _MOST_ITEMS, False
        while True:
            headers = {"X-Plex-Container-Start": str(start), "X-Plex-Container-Size": str(size)}
            page = answers.page(await self._of_section("GET", section, "all", query, headers))
            fresh = {item.rating_key: item for item in page.items if item.rating_key not in seen}
            seen.update(fresh)
            for item in fresh.values():
                yield item
            if start == 0 and page.total is not None:
                # A library may grow while it is read, but not to more than twice its size.
                most = min(most, 2 * page.total + 1000)
            start += page.count
            if page.count == 0 or (page.count != size if page.total is None else start >= page.total):
                return
            # New items push known ones onto the next page, but never a whole page twice.
            if (stale and not fresh) or start > most:
                raise BadAnswer("its list does not end", hint="the server's log may say why", code="endless")
            stale, size = not fresh, _PAGE

    async def activities(self) -> tuple[PlexActivity, ...]:
        """Return what the server is doing now."""
        return answers.activities(await self._get("/activities"))

    async def playing(self) -> bool:
        """Return whether somebody is watching something; music and photos do not count."""
        answer = answers.container(await self._get("/status/sessions"))
        if "Metadata" in answer:
            return any(entry.get("type") not in _WITHOUT_PICTURE for entry in answers.objects(answer["Metadata"]))
        return bool(answers.number(answer.get("size")))

    async def _get(self, path: str) -> Reply:
        return await self.server.ask("GET", path)

    async def _of_section(
        self, method: str, section: str, what: str, query: Query = (), headers: dict[str, str] | None = None
    ) -> Reply:
        path = f"/library/sections/{_key(section)}/{what}"
        reply = await self.server.ask(method, path, query=query, headers=headers, allow=(404,))
        if reply.status == 404:
            raise BadAnswer(
                f"it has no library with the key {section}", hint="was it removed there?", code="unknown_section"
            )
        return reply


def _key(text: str) -> str:
    if not answers.identifier(text):
        raise ValueError("no key of Plex")
    return text


def _heard(reply: Reply) -> None:
    """Raise BadAnswer where a web page stands for what Plex says with an empty body."""
    start = reply.body[:1000].lower()
    if b"<html" in start or b"<!doctype" in start:
        reply.json()
