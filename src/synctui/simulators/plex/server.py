"""The server: who may ask, and what is asked.

As real ones do: a scan is asked for with GET, and 200 with an empty body says no more than that it waits; PUT or POST at
the same address is unknown (404), as is a library that is not there; a path outside the library is taken, and nothing
happens; the token may come in a header or in the address; blanks in the address are `+` or `%20`.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from pathlib import Path

from synctui.simulators.plex.answers import Node, container, page, say
from synctui.simulators.plex.library import Item, Library, Section
from synctui.simulators.plex.listing import item_node, listing, section_node, show_nodes
from synctui.simulators.plex.names import SectionKind
from synctui.simulators.plex.pins import PinDesk
from synctui.simulators.plex.scans import Scans
from synctui.simulators.web import Answer, Ask, Simulated, WebServer

TOKEN = "plex-token"
_MACHINE = "0123456789abcdef"
_OK = Answer(200)


class PlexSimulator(Simulated):
    """Plex over `sections`: title, kind, and for each folder where it lies on the disk and how Plex calls it.

    `scans` says how long scans wait and take; `playing` holds the keys of what is being watched; `analyzed` what was to be
    read anew; `pins` is plex.tv's login, at the same address.
    """

    def __init__(
        self,
        sections: Sequence[tuple[str, SectionKind, Sequence[tuple[Path, str]]]],
        *,
        token: str = TOKEN,
        name: str = "Living room",
        version: str = "1.41.3.9314-a0bfb8370",
        auto_empty: bool = False,
        now: Callable[[], float] = time.time,
    ) -> None:
        self.token, self.name, self.version = token, name, version
        self._now = now
        self.web = WebServer(self._answer)
        self.library = Library(sections, int(now()))
        self.scans = Scans(self.library, now)
        self.pins = PinDesk()
        self.playing: list[int] = []
        self.analyzed: list[int] = []
        for section in self.library.sections.values():
            section.auto_empty = auto_empty

    @property
    def calls(self) -> list[tuple[str, str, tuple[tuple[str, str], ...]]]:
        """Return method, path and query of every request, those too that were met by a fault."""
        return [(ask.method, ask.path, ask.query) for ask in self.web.asked]

    def section(self, title: str) -> Section:
        """Return a library by its title."""
        return next(section for section in self.library.sections.values() if section.title == title)

    def items(self, title: str | None = None) -> list[Item]:
        """Return what is listed in one library or in all, the trash included."""
        chosen = self.library.sections.values() if title is None else [self.section(title)]
        return [item for section in chosen for item in section.items.values()]

    def fill(self) -> None:
        """Know everything that is on the disk now, without having been asked."""
        for section in self.library.sections.values():
            self.library.scan(section, None, int(self._now()))

    async def idle(self) -> None:
        """Wait until every scan is done."""
        await self.scans.idle()

    async def stop(self) -> None:
        """Be gone, and with it the scans; the libraries stay as they are."""
        await self.web.stop()
        await self.scans.forget()

    async def _answer(self, ask: Ask) -> Answer:
        if ask.path.startswith("/api/v2/pins"):
            return self.pins.answer(ask)
        if ask.path == "/identity" and ask.method == "GET":
            return say(ask, container([], claimed=True, machineIdentifier=_MACHINE, version=self.version))
        if (ask.headers.get("x-plex-token") or ask.first("X-Plex-Token")) != self.token:
            return page(401, "Unauthorized")
        return self._known(ask, tuple(name for name in ask.path.split("/") if name)) or page(404, "Not Found")

    def _known(self, ask: Ask, names: tuple[str, ...]) -> Answer | None:
        match ask.method, *names:
            case ["GET"]:
                about = container([], friendlyName=self.name, machineIdentifier=_MACHINE, version=self.version)
                return say(ask, about)
            case ["GET", "library"]:
                return say(ask, container([], identifier="com.plexapp.plugins.library", title1="Plex Library"))
            case ["GET", "library", "sections"] | ["GET", "library", "sections", "all"]:
                sections = [section_node(section) for section in self.library.sections.values()]
                return say(ask, container(sections, allowSync=False, title1="Plex Library"))
            case ["GET", "activities"]:
                return say(ask, container(self.scans.activities()))
            case ["GET", "status", "sessions"]:
                return say(ask, container(self._sessions()))
            case [_, "library", "sections", key, what]:
                section = self.library.sections.get(_number(key))
                return None if section is None else self._of_section(ask, section, what)
            case [_, "library", "metadata", key, *rest]:
                return self._of_item(ask, _number(key), rest)
        return None

    def _of_section(self, ask: Ask, section: Section, what: str) -> Answer | None:
        match ask.method, what:
            case "GET", "refresh":
                path = ask.first("path") or None
                if path is None or section.locate(path) is not None:
                    self.scans.ask(section, path)
                return _OK
            case "DELETE", "refresh":
                self.scans.cancel(section)
                return _OK
            case "PUT", "emptyTrash":
                self.library.empty_trash(section)
                return _OK
            case "GET", "all":
                return say(ask, listing(ask, section))
        return None

    def _of_item(self, ask: Ask, key: int, rest: list[str]) -> Answer | None:
        found = self.library.find(key)
        if found is None:
            shows = [node for section in self.library.sections.values() for node in show_nodes(section, key)]
            return say(ask, container(shows)) if shows and (ask.method, rest) == ("GET", []) else None
        match ask.method, *rest:
            case ["GET"]:
                check = ask.first("checkFiles") not in ("", "0")
                return say(ask, container([item_node(*found, check_files=check)]))
            case ["PUT", "analyze"]:
                self.analyzed.append(key)
                return _OK
            case ["PUT", "refresh"]:
                return _OK
        return None

    def _sessions(self) -> list[Node]:
        nodes = []
        for number, key in enumerate(self.playing, 1):
            found = self.library.find(key)
            if found is not None:
                node = item_node(*found)
                node.fields["sessionKey"] = str(number)
                node.children += [
                    Node("User", {"id": "1", "title": "somebody"}),
                    Node("Player", {"title": "TV", "state": "playing", "machineIdentifier": f"tv-{number}"}),
                    Node("Session", {"id": str(number), "bandwidth": 1000, "location": "lan"}),
                ]
                nodes.append(node)
        return nodes


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0
