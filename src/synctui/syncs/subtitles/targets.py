"""What a request speaks of: paths, names and addresses in the index, or every configured library."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from synctui.errors import TargetNotFound, UsageError
from synctui.library.names import kind_of
from synctui.model.library import LibraryRoot
from synctui.store.database import Database
from synctui.store.targets import Target, address_parts, find_targets, node_at, subtitles
from synctui.text import display

_BATCH = 200

Kind = Literal["folder", "file", ""]


@dataclass(frozen=True, slots=True)
class Scope:
    """A part of the disks: a configured `library`, a show in one (`node` in its index), or a `path` anywhere.

    `root` is the folder that links may not leave. `file` says that the path is a file.
    """

    root: str
    path: str = ""
    library: LibraryRoot | None = None
    node: int | None = None
    file: bool = False


async def resolve(database: Database, targets: Sequence[str], libraries: Sequence[LibraryRoot]) -> list[Scope]:
    """Return the scopes of targets; none are all configured libraries.

    Raises TargetNotFound (with the candidates of an ambiguous name), UsageError when nothing is configured.
    """
    if not targets:
        if not libraries:
            raise UsageError(
                "no library is configured and no target given",
                hint="synctui --run subtitles PATH, or add a [[library]] (synctui config init)",
            )
        return [Scope(library.path, library=library) for library in libraries]
    scopes: dict[Scope, None] = {}
    for start in range(0, len(targets), _BATCH):
        batch = targets[start : start + _BATCH]
        kinds = await asyncio.to_thread(list, map(_kind, batch))
        for target, kind in zip(batch, kinds, strict=True):
            scope = _of_path(os.path.abspath(target), kind, libraries) if kind else await _named(database, target, libraries)
            scopes[scope] = None
    return list(scopes)


def _kind(path: str) -> Kind:
    """Return what stands at a path: "" for nothing; a disk is asked, so only in a thread."""
    if os.path.isdir(path):
        return "folder"
    return "file" if os.path.lexists(path) else ""


def together(scopes: Sequence[Scope]) -> list[list[Scope]]:
    """Return scopes in their order, but the files of a folder with its first one, so that they are looked at at once."""
    parts: dict[str | int, list[Scope]] = {}
    for number, scope in enumerate(scopes):
        parts.setdefault(os.path.dirname(scope.path) if scope.file else number, []).append(scope)
    return list(parts.values())


async def _named(database: Database, target: str, libraries: Sequence[LibraryRoot]) -> Scope:
    for library in libraries:
        # Not there now: the scan draws the brake of a disk that is away.
        if os.sep in target and os.path.abspath(target) == os.path.abspath(library.path):
            return Scope(library.path, library=library)
    first, *below = address_parts(target)
    library_named = next((library for library in libraries if below and library.name == first), None)
    if library_named is not None:
        return await _of_address(database, target, library_named, below)
    if os.sep in target:
        raise TargetNotFound(f"{display(target)}: there is no such file or folder")
    named = [library for library in libraries if library.name.casefold() == target.casefold()]
    if named:
        return Scope(named[0].path, library=named[0])
    found = await find_targets(database, target.casefold())
    exact = [one for one in found if one.exact]
    if (not exact and len(found) != 1) or len(exact) > 1:
        if not found:
            if below:
                raise TargetNotFound(f"{display(target)}: no configured library is called {display(first)}")
            hint = "name a path, or a library, series or film that was scanned before"
            raise TargetNotFound(f"nothing is called {display(target)}", hint=hint)
        names = tuple([await _told(database, one) for one in exact or found])
        raise TargetNotFound(f"{display(target)} may mean several things", candidates=names)
    return await _of_target((exact or found)[0], libraries)


async def _of_address(database: Database, target: str, library: LibraryRoot, names: Sequence[str]) -> Scope:
    node = await node_at(database, os.path.abspath(library.path), names)
    if node is None:
        hint = "LIBRARY::SHOW or LIBRARY::SHOW::SEASON, spelled as the library shows them"
        raise TargetNotFound(f"{display(target)}: the index holds nothing of that name", hint=hint)
    return Scope(library.path, library=library, node=node)


async def _of_target(target: Target, libraries: Sequence[LibraryRoot]) -> Scope:
    library = next((one for one in libraries if one.name == target.library), None)
    if target.path is not None:
        return _of_path(target.path, await asyncio.to_thread(_kind, target.path), libraries)
    if library is None:
        raise TargetNotFound(f"{target.name} lies in {target.library}, which is not configured any more")
    return Scope(library.path, library=library, node=target.node)


async def _told(database: Database, target: Target) -> str:
    """Return what tells a candidate from another of the same name, and can be typed instead: where it lies."""
    if target.path is not None or target.kind == "library":
        return target.path or f"the library {target.name}"
    folders = {os.path.dirname(one.pairing.subtitle.path) async for one in subtitles(database, node=target.node)}
    return os.path.commonpath(folders) if folders else f"{target.name} (in {target.library})"


def _of_path(path: str, kind: Kind, libraries: Sequence[LibraryRoot]) -> Scope:
    roots = [os.path.abspath(library.path) for library in libraries]
    holding = [root for root in roots if path == root or path.startswith(root.rstrip(os.sep) + os.sep)]
    folder = kind == "folder"
    if folder and path in roots:
        return Scope(path, library=libraries[roots.index(path)])
    if not folder and kind_of(os.path.basename(path)) is None:
        raise UsageError(f"{display(path)} is neither a subtitle nor a video nor a folder")
    return Scope(max(holding, key=len, default=path if folder else os.path.dirname(path)), path=path, file=not folder)
