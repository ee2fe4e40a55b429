"""Which folders a request speaks of, and which of the subtitles in them."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from synctui.errors import TargetNotFound, UsageError
from synctui.library.names import SUBTITLE_FOLDERS, kind_of
from synctui.model.library import LibraryRoot, Pairing
from synctui.store.database import Database
from synctui.text import display


@dataclass(frozen=True, slots=True)
class Scope:
    """A folder to look through.

    `library` is set where it is a whole configured library; `only` is the one file meant (a subtitle, or a video with all
    its subtitles); `below` narrows a folder that must be read from further above (a `Subs/` folder).
    """

    folder: str
    root: str
    library: LibraryRoot | None = None
    only: str = ""
    below: str = ""

    def covers(self, pairing: Pairing) -> bool:
        """Return whether a pairing found in the folder is meant."""
        path = pairing.subtitle.path
        if self.only:
            return self.only in (path, pairing.video.path if pairing.video is not None else "")
        return not self.below or path.startswith(self.below.rstrip(os.sep) + os.sep)


async def resolve(database: Database, targets: Sequence[str], libraries: Sequence[LibraryRoot]) -> list[Scope]:
    """Return the scopes of targets: paths, else names in the index; none are all configured libraries.

    Raises TargetNotFound (with the candidates of an ambiguous name), UsageError when nothing is configured.
    """
    if not targets:
        if not libraries:
            raise UsageError(
                "no library is configured and no target given",
                hint="synctui --run subtitles PATH, or add a [[library]] (synctui config init)",
            )
        return [Scope(library.path, library.path, library) for library in libraries]
    scopes: list[Scope] = []
    for target in targets:
        scopes.extend(await _resolve(database, target, libraries))
    return list(dict.fromkeys(scopes))


async def _resolve(database: Database, target: str, libraries: Sequence[LibraryRoot]) -> list[Scope]:
    if os.path.lexists(target):
        return [_of_path(os.path.abspath(target), libraries)]
    named = [library for library in libraries if library.name.casefold() == target.casefold()]
    if named:
        return [Scope(library.path, library.path, library) for library in named]
    if os.sep in target:
        raise TargetNotFound(f"{display(target)}: there is no such file or folder")
    from synctui.store.index import find_targets

    found = await find_targets(database, target)
    if not found:
        raise TargetNotFound(
            f"nothing is called {display(target)}", hint="name a path, or a series or library that was scanned before"
        )
    if len(found) > 1:
        raise TargetNotFound(f"{display(target)} may mean several things", candidates=tuple(one.path for one in found))
    return [_of_path(found[0].path, libraries)]


def _of_path(path: str, libraries: Sequence[LibraryRoot]) -> Scope:
    root = _root_of(path, libraries)
    if os.path.isdir(path):
        whole = [library for library in libraries if os.path.abspath(library.path) == path]
        if whole:
            return Scope(path, path, whole[0])
        above = _above_subtitles(path)
        return Scope(above, root or path, below=path if above != path else "")
    if kind_of(os.path.basename(path)) is None:
        raise UsageError(f"{display(path)} is neither a subtitle nor a video nor a folder")
    folder = os.path.dirname(path)
    return Scope(_above_subtitles(folder), root or folder, only=path)


def _root_of(path: str, libraries: Sequence[LibraryRoot]) -> str:
    roots = [os.path.abspath(library.path) for library in libraries]
    holding = [root for root in roots if path == root or path.startswith(root.rstrip(os.sep) + os.sep)]
    return max(holding, key=len, default="")


def _above_subtitles(folder: str) -> str:
    """Return the folder whose videos the subtitles in `folder` may belong to."""
    for levels in (0, 1):
        part = folder
        for _ in range(levels):
            part = os.path.dirname(part)
        if os.path.basename(part).lower() in SUBTITLE_FOLDERS:
            return os.path.dirname(part)
    return folder
