"""Libraries and items as Plex lists them."""

from __future__ import annotations

from collections.abc import Iterable

from synctui.simulators.plex.answers import Node, container
from synctui.simulators.plex.library import Item, Part, Section
from synctui.simulators.web import Ask

_AGENTS = {"movie": ("tv.plex.agents.movie", "Plex Movie"), "show": ("tv.plex.agents.series", "Plex TV Series")}


def section_node(section: Section) -> Node:
    """Return a library with its folders."""
    agent, scanner = _AGENTS[section.kind]
    fields: dict[str, str | int | bool | None] = {
        "allowSync": True,
        "key": str(section.key),
        "type": section.kind,
        "title": section.title,
        "agent": agent,
        "scanner": scanner,
        "language": "en-US",
        "uuid": f"00000000-0000-4000-8000-{section.key:012d}",
        "refreshing": section.refreshing,
        "createdAt": section.created_at,
        "scannedAt": section.scanned_at,
        "updatedAt": section.created_at,
    }
    folders = [Node("Location", {"id": location.key, "path": location.path}) for location in section.locations]
    return Node("Directory", fields, folders)


def item_node(section: Section, item: Item, *, check_files: bool = False) -> Node:
    """Return a film or an episode; `check_files` has its files looked for."""
    name = item.name
    fields: dict[str, str | int | bool | None] = {
        "ratingKey": str(item.key),
        "key": f"/library/metadata/{item.key}",
        "guid": f"local://{item.key}",
        "type": "episode" if name.show else "movie",
        "title": name.title,
        "librarySectionID": section.key,
        "librarySectionTitle": section.title,
        "addedAt": item.added_at,
        "updatedAt": item.updated_at,
    }
    if name.year is not None:
        fields["year"] = name.year
    if name.show:
        fields |= {
            "grandparentRatingKey": str(item.show),
            "grandparentTitle": name.show,
            "parentIndex": name.season,
            "index": name.number,
        }
    media = [
        Node("Media", {"id": parts[0].key, "container": "mkv"}, [_part_node(part, check_files) for part in parts])
        for parts in item.versions()
    ]
    return Node("Video", fields, media, "Metadata")


def _part_node(part: Part, check_files: bool) -> Node:
    fields: dict[str, str | int | bool | None] = {
        "id": part.key,
        "key": f"/library/parts/{part.key}/{part.stamp // 10**9}/file.mkv",
        "file": part.path,
        "size": part.size,
        "container": "mkv",
    }
    if check_files:
        there = part.disk.is_file()
        fields |= {"accessible": there, "exists": there}
    return Node("Part", fields)


def show_nodes(section: Section, only: int | None = None) -> list[Node]:
    """Return the shows of a library, or the one with the key `only`."""
    nodes = []
    for title, key in section.shows.items():
        if only not in (None, key):
            continue
        episodes = [item for item in section.items.values() if item.show == key]
        fields: dict[str, str | int | bool | None] = {
            "ratingKey": str(key),
            "key": f"/library/metadata/{key}/children",
            "guid": f"local://{key}",
            "type": "show",
            "title": title,
            "leafCount": len(episodes),
            "addedAt": min(item.added_at for item in episodes),
            "updatedAt": max(item.updated_at for item in episodes),
        }
        nodes.append(Node("Directory", fields, [], "Metadata"))
    return nodes


def listing(ask: Ask, section: Section) -> Node:
    """Return the items of a library that were asked for, and of them a page."""
    wanted = ask.first("type", "1" if section.kind == "movie" else "2")
    if wanted == "2":
        nodes = show_nodes(section)
    elif wanted == ("1" if section.kind == "movie" else "4"):
        nodes = [item_node(section, item) for item in _sorted(ask.first("sort"), section.items.values())]
    else:
        nodes = []
    title = ask.first("title").casefold()
    nodes = [node for node in nodes if title in str(node.fields["title"]).casefold()]
    start, size = _count(ask, "X-Plex-Container-Start"), _count(ask, "X-Plex-Container-Size")
    if size is None:
        return container(nodes, librarySectionID=section.key, title1=section.title)
    start = start or 0
    page = nodes[start : start + size]
    return container(page, totalSize=len(nodes), offset=start, librarySectionID=section.key, title1=section.title)


def _sorted(order: str, items: Iterable[Item]) -> list[Item]:
    column, _, direction = order.partition(":")
    by_title = sorted(items, key=lambda item: (item.name.show, item.name.season, item.name.number, item.name.title))
    if column == "addedAt":
        return sorted(by_title, key=lambda item: (item.added_at, item.key), reverse=direction == "desc")
    if column == "updatedAt":
        return sorted(by_title, key=lambda item: (item.updated_at, item.key), reverse=direction == "desc")
    return by_title


def _count(ask: Ask, name: str) -> int | None:
    text = ask.headers.get(name.lower()) or ask.first(name)
    return int(text) if text.isascii() and text.isdigit() else None
