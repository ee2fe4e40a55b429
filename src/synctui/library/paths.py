"""What a file is called here and what a server calls it: prefixes replaced at component boundaries, the longest first."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from synctui.config.schema import PathMap
from synctui.model.library import LibraryRoot
from synctui.model.players import PlayerRoot

_DRIVE = re.compile(r"[A-Za-z]:(?=[\\/]|$)")


@dataclass(frozen=True, slots=True)
class Spelling:
    """How a folder's paths are written: with which separator, and whether upper and lower case are the same."""

    separator: str
    folds: bool

    @classmethod
    def of(cls, path: str) -> Spelling:
        """Return that of a path: Windows drives and UNC names, or anything else (`/media`, `smb://nas/media`)."""
        windows = _DRIVE.match(path) is not None or path.startswith("\\\\")
        return cls("\\", True) if windows else cls("/", False)

    def parts(self, path: str) -> list[str]:
        """Return the components behind what stands in front of them (`/`, `\\\\`, `smb://`); empty ones do not count."""
        text = path.replace("/", "\\") if self.folds else path
        return [part for part in text.split(self.separator) if part]


def inside(path: str, folder: str) -> bool:
    """Tell whether a path is a folder or lies in it, at component boundaries, both as a player spells them."""
    return below(path, folder) is not None


def key(path: str) -> str:
    """Return what is equal for two spellings of one path: of Windows alone, where case and separators do not count."""
    spelling = Spelling.of(path)
    if not spelling.folds:
        return path
    front = "\\\\" if path.startswith("\\\\") else ""
    return front + "\\".join(part.casefold() for part in spelling.parts(path))


def below(path: str, folder: str) -> list[str] | None:
    """Return the components of a path below a folder, or None when it does not lie there."""
    spelling = Spelling.of(folder)
    if Spelling.of(path) != spelling or _front(path) != _front(folder):
        return None
    parts, wanted = spelling.parts(path), spelling.parts(folder)
    head = parts[: len(wanted)]
    same = [part.casefold() for part in head] == [part.casefold() for part in wanted] if spelling.folds else head == wanted
    return parts[len(wanted) :] if same else None


def _front(path: str) -> str:
    """Return what tells an absolute path from a relative one and one scheme from another."""
    if path.startswith(("/", "\\\\")):
        return path[0]
    return ""


def joined(folder: str, parts: Sequence[str]) -> str:
    """Return the path of components below a folder, in the folder's spelling, without doubled or trailing separators."""
    spelling = Spelling.of(folder)
    if folder.endswith("://"):
        return folder + "/".join(parts)
    head = folder.rstrip("/\\" if spelling.folds else "/")
    return spelling.separator.join([head, *parts]) or spelling.separator


def parent(path: str) -> str:
    """Return the folder of a path in the path's own spelling."""
    spelling = Spelling.of(path)
    return path.rstrip("/\\" if spelling.folds else "/").rpartition(spelling.separator)[0] or spelling.separator


def name(path: str) -> str:
    """Return the last component of a path in its own spelling."""
    parts = Spelling.of(path).parts(path)
    return parts[-1] if parts else ""


class PathMaps:
    """The path maps of one server; without any, a path is the same on both sides."""

    def __init__(self, maps: Sequence[PathMap] = ()) -> None:
        self._maps = tuple(maps)

    def __bool__(self) -> bool:
        return bool(self._maps)

    @property
    def pairs(self) -> tuple[tuple[str, str], ...]:
        """Return the maps: a folder here, and what the server calls it."""
        return tuple((one.source, one.target) for one in self._maps)

    def theirs(self, path: str) -> str | None:
        """Return what the server calls a path of ours; None when no map covers it, or its name cannot be spelled there."""
        if not self._maps:
            return path
        return _through(path, [(one.source, one.target) for one in self._maps])

    def within(self, folder: str) -> list[tuple[str, str]]:
        """Return the maps of folders inside one of ours, which cover it in part: ours, and what the player calls it."""
        return [(one.source, one.target) for one in self._maps if inside(one.source, folder)]

    def ours(self, path: str) -> str | None:
        """Return what we call a path of the server's, or None when no map covers it."""
        if not self._maps:
            return path
        return _through(path, [(one.target, one.source) for one in self._maps])


def _through(path: str, pairs: Sequence[tuple[str, str]]) -> str | None:
    best: tuple[int, str, list[str]] | None = None
    for source, target in pairs:
        rest = below(path, source)
        if rest is None:
            continue
        depth = len(Spelling.of(source).parts(source))
        if best is None or depth > best[0]:
            best = (depth, target, rest)
    if best is None:
        return None
    _, target, rest = best
    if any(Spelling.of(target).separator in part for part in rest):
        return None
    return joined(target, rest)


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the self-test: a folder (`side` says whose), what it is on the other side, and what is wrong with that."""

    side: str
    path: str
    other: str | None
    problem: str = ""


def compare(maps: PathMaps, libraries: Sequence[LibraryRoot], roots: Sequence[PlayerRoot]) -> Iterator[Finding]:
    """Yield how our libraries and a player's own folders lie to one another: what is covered, and what is not."""
    for library in libraries:
        folder = os.path.abspath(library.path)
        theirs = maps.theirs(folder)
        if theirs is None and (parts := maps.within(folder)):
            for source, target in parts:
                there = any(inside(target, root.path) or inside(root.path, target) for root in roots)
                yield Finding("ours", source, target, "" if there else "the player looks for nothing there")
        elif theirs is None:
            yield Finding("ours", library.path, None, "no path_map covers it")
        elif not any(inside(theirs, root.path) or inside(root.path, theirs) for root in roots):
            yield Finding("ours", library.path, theirs, "the player looks for nothing there")
        else:
            yield Finding("ours", library.path, theirs)
    for root in roots:
        ours = maps.ours(root.path)
        if ours is None:
            yield Finding("theirs", root.path, None, "no path_map covers it")
        elif not any(_meets(ours, os.path.abspath(library.path)) for library in libraries):
            yield Finding("theirs", root.path, ours, "no library of ours is there")
        else:
            yield Finding("theirs", root.path, ours)


def _meets(one: str, other: str) -> bool:
    return inside(one, other) or inside(other, one)
