"""What Plex knows of the folders: libraries, items, versions, files, and its trash.

Simplified, but in what matters as the real one:

- A library knows a file by its path as spelled when it was scanned. The same folder spelled otherwise is another folder:
  what was known there goes to the trash, and everything is added anew.
- Files that are not found any more stay listed, in the trash, until it is emptied; back before that, they are the same
  items as ever. With `auto_empty` each scan empties the trash.
- A folder of the library that is away altogether changes nothing. One that is there and empty, as a mount point without
  its disk, takes everything in it to the trash.
- Reality asks agents for titles, and reads the files; here a file is only looked at (size and time).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from synctui.simulators.plex.names import Name, SectionKind, is_video, names, version


@dataclass(frozen=True, slots=True)
class Location:
    """A library's folder: where it lies, and how Plex calls it."""

    key: int
    folder: Path
    path: str

    @property
    def separator(self) -> str:
        """Return what stands between names in Plex's spelling."""
        return "\\" if "\\" in self.path else "/"

    def below(self, path: str) -> list[str] | None:
        """Return the names that lead from here to `path` however it is spelled, None when it lies elsewhere."""
        own, other = self._names(self.path), self._names(path)
        return other[len(own) :] if other[: len(own)] == own else None

    def _names(self, path: str) -> list[str]:
        return [name for name in re.split(r"[\\/]" if self.separator == "\\" else "/", path) if name]


@dataclass(slots=True)
class Part:
    """A file: how Plex calls it, where it lies, how it looked when it was last found."""

    key: int
    path: str
    disk: Path
    size: int
    stamp: int
    found: bool = True


@dataclass(slots=True)
class Item:
    """A film or an episode."""

    key: int
    name: Name
    added_at: int
    updated_at: int
    show: int = 0
    parts: list[Part] = field(default_factory=list)

    @property
    def in_trash(self) -> bool:
        """Return whether none of its files was found at the last look."""
        return not any(part.found for part in self.parts)

    def versions(self) -> list[list[Part]]:
        """Return the files by version: the parts of a film in several files belong together."""
        groups: dict[str, list[Part]] = {}
        for part in self.parts:
            groups.setdefault(version(part.disk.name), []).append(part)
        return list(groups.values())


@dataclass(slots=True)
class Section:
    """A library: its folders and its items."""

    key: int
    title: str
    kind: SectionKind
    locations: tuple[Location, ...]
    created_at: int
    auto_empty: bool = False
    refreshing: bool = False
    scanned_at: int = 0
    items: dict[int, Item] = field(default_factory=dict)
    shows: dict[str, int] = field(default_factory=dict)

    def locate(self, path: str) -> tuple[Location, list[str]] | None:
        """Return the innermost folder that holds `path`, and the names from there."""
        held = [(location, below) for location in self.locations if (below := location.below(path)) is not None]
        return min(held, key=lambda pair: len(pair[1])) if held else None


class Library:
    """All libraries; `scan` looks at the disk, at once."""

    def __init__(self, sections: Sequence[tuple[str, SectionKind, Sequence[tuple[Path, str]]]], now: int) -> None:
        self._keys = count(1)
        self._location_keys = count(1)
        self.sections = {
            number: Section(
                number,
                title,
                kind,
                tuple(Location(next(self._location_keys), Path(folder), path) for folder, path in folders),
                now,
            )
            for number, (title, kind, folders) in enumerate(sections, 1)
        }

    def find(self, key: int) -> tuple[Section, Item] | None:
        """Return an item and the library that holds it."""
        return next(((section, section.items[key]) for section in self.sections.values() if key in section.items), None)

    def scan(self, section: Section, path: str | None, now: int) -> None:
        """Look at one folder of a library, as it was spelled, or at all of them."""
        for spelled in [path] if path is not None else [location.path for location in section.locations]:
            held = section.locate(spelled)
            if held is not None:
                self._look(section, spelled, *held, now)
        section.scanned_at = now
        if section.auto_empty:
            self.empty_trash(section)

    def _look(self, section: Section, spelled: str, location: Location, below: list[str], now: int) -> None:
        folder = location.folder.joinpath(*below)
        if ".." in below or not location.folder.is_dir() or (folder.exists() and not folder.is_dir()):
            return
        files = [(item, part) for item in section.items.values() for part in item.parts]
        known = {part.path for _, part in files}
        found: dict[str, Path] = {}
        for disk in _videos(folder):
            found[location.separator.join([spelled, *disk.relative_to(folder).parts])] = disk
        for item, part in files:
            if part.path in found:
                _notice(item, part, now)
            elif part.disk.is_relative_to(folder):
                part.found = False
        for path, disk in found.items():
            if path not in known:
                self._add(section, path, disk, disk.relative_to(location.folder).parts, now)

    def _add(self, section: Section, path: str, disk: Path, parts: Sequence[str], now: int) -> None:
        status = disk.stat()
        parent = path[: len(path) - len(disk.name)]
        for name in names(section.kind, parts):
            item = next((item for item in section.items.values() if _same(item, name, parent, len(parts) == 1)), None)
            if item is None:
                item = Item(next(self._keys), name, now, now)
                if name.show:
                    if name.show not in section.shows:
                        section.shows[name.show] = next(self._keys)
                    item.show = section.shows[name.show]
                section.items[item.key] = item
            item.updated_at = now
            item.parts.append(Part(next(self._keys), path, disk, status.st_size, status.st_mtime_ns))

    def empty_trash(self, section: Section) -> None:
        """Forget every file that was not found, and every item without any other."""
        for item in list(section.items.values()):
            item.parts = [part for part in item.parts if part.found]
            if not item.parts:
                del section.items[item.key]
        left = {item.show for item in section.items.values()}
        section.shows = {show: key for show, key in section.shows.items() if key in left}


def _notice(item: Item, part: Part, now: int) -> None:
    status = part.disk.stat()
    look = (True, status.st_size, status.st_mtime_ns)
    if look != (part.found, part.size, part.stamp):
        part.found, part.size, part.stamp = look
        item.updated_at = now


def _same(item: Item, name: Name, parent: str, loose: bool) -> bool:
    """Return whether a new file is another version of a known item: same name, same folder as Plex spells it."""
    if name.show:
        return item.name[2:] == name[2:] and not item.in_trash
    together = any(part.found and part.path[: len(part.path) - len(part.disk.name)] == parent for part in item.parts)
    return item.name == name and together and not (loose and name.year is None)


def _videos(folder: Path) -> Iterator[Path]:
    for place, inner, files in os.walk(folder):
        inner[:] = sorted(name for name in inner if not name.startswith("."))
        yield from (Path(place, name) for name in sorted(files) if is_video(name) and Path(place, name).is_file())
