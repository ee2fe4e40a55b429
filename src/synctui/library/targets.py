"""The subtitles that a path means, with or without an index: a file, a folder, a whole tree."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence

from synctui.library.folder import Folder
from synctui.library.listing import Problem
from synctui.library.matching import match
from synctui.library.names import SUBTITLE_FOLDERS, kind_of
from synctui.library.scan import Scan
from synctui.model.library import FileStamp, MediaFile, Pairing
from synctui.model.plan import Notice

DEEPEST = 2


def pairings_at(
    path: str,
    *,
    choices: Mapping[str, str] | None = None,
    ignore: Sequence[str] = (),
    stop: Callable[[], bool] | None = None,
    within: str | None = None,
) -> Iterator[Pairing | Problem | Notice]:
    """Yield the pairings of the subtitles that `path` means: itself, those of a video, or all below a folder.

    Also what was left out and why, and a brake when a folder is missing or empty; `gone` for a file that is not there.
    `choices` are remembered ones (subtitle to video), `within` is the folder, such as the library's, that links must not
    lead out of. Reads the disks; blocks; meant for a thread.
    """
    path = os.path.abspath(path)
    chosen = stamped(choices or {})
    if os.path.isdir(path):
        home = home_of(path)
        if home == path:
            yield from _items(Scan(path, ignore=ignore, stop=stop, within=within), chosen)
        else:
            inside = Scan(home, ignore=ignore, shallow=True, within=within)
            yield from _items(inside, chosen, lambda pairing: pairing.subtitle.path.startswith(path + "/"))
    elif not os.path.lexists(path):
        yield Problem(path, "gone")
    else:
        yield from _file(path, chosen)


def _file(path: str, chosen: Mapping[str, MediaFile]) -> Iterator[Pairing | Problem | Notice]:
    """Yield what a file means; who names a link himself wants it followed wherever it leads."""
    folder, name = os.path.split(path)
    kind = kind_of(name)
    if kind == "video":
        beside = Scan(folder, shallow=True, within="/")
        found = (item for item in _items(beside, chosen) if isinstance(item, Pairing))
        yield from (item for item in found if item.video is not None and item.video.path == path)
        return
    for item in _items(Scan(home_of(folder), shallow=True, within="/"), chosen):
        if (item.subtitle.path if isinstance(item, Pairing) else item.path if isinstance(item, Problem) else "") == path:
            yield item
            return
    yield Problem(path, "ignored" if kind == "subtitle" else "unsupported_format")


def pairing_of(subtitle: str, *, choices: Mapping[str, str] | None = None) -> Pairing | None:
    """Return a single subtitle's pairing with its candidates, from the disk; None when it does not count as one."""
    found = (item for item in pairings_at(subtitle, choices=choices) if isinstance(item, Pairing))
    return next(found, None)


def stamped(choices: Mapping[str, str]) -> dict[str, MediaFile]:
    """Return chosen videos with their stamps; those that are gone are left out."""
    found: dict[str, MediaFile] = {}
    for subtitle, video in choices.items():
        try:
            about = os.stat(video)
        except (OSError, ValueError):
            continue
        found[subtitle] = MediaFile(video, FileStamp(about.st_size, about.st_mtime_ns))
    return found


def home_of(folder: str) -> str:
    """Return the folder whose videos the subtitles in `folder` may belong to: above `Subs/` and what is inside it."""
    above = folder
    for _ in range(DEEPEST):
        parent, name = os.path.split(above)
        if name.lower() in SUBTITLE_FOLDERS and parent != above and not _holds_videos(folder):
            return parent
        above = parent
    return folder


def _holds_videos(folder: str) -> bool:
    try:
        with os.scandir(folder) as entries:
            return any(kind_of(entry.name) == "video" for entry in entries)
    except OSError:
        return False


def _items(
    scan: Scan, chosen: Mapping[str, MediaFile], wanted: Callable[[Pairing], bool] | None = None
) -> Iterator[Pairing | Problem | Notice]:
    for item in scan:
        if isinstance(item, Folder):
            yield from (pairing for pairing in match(item, chosen) if wanted is None or wanted(pairing))
        elif isinstance(item, Problem | Notice):
            yield item
