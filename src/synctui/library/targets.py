"""The subtitles that a path means, with or without an index: a file, a folder, a whole tree."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from synctui.library.folder import Folder
from synctui.library.listing import Problem
from synctui.library.matching import match
from synctui.library.names import SUBTITLE_FOLDERS, kind_of
from synctui.library.scan import Scan
from synctui.model.library import FileStamp, MediaFile, Pairing
from synctui.model.plan import Notice

DEEPEST = 2
_MOST_FOLDERS = 2


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
    if os.path.isdir(path):
        chosen = stamped(choices or {})
        home = home_of(path)
        if home == path:
            yield from _items(Scan(path, ignore=ignore, stop=stop, within=within), chosen)
        else:
            inside = Scan(home, ignore=ignore, shallow=True, within=within)
            yield from _items(inside, chosen, lambda pairing: pairing.subtitle.path.startswith(path + "/"))
    else:
        yield from Neighbours(choices).named(path)


class Neighbours:
    """What single files mean, each told by what lies around it; blocks, meant for a thread.

    The last folders stay known, so that files of one folder that are asked for one after the other cost one look at it.
    `choices` are remembered ones (subtitle to video).
    """

    def __init__(self, choices: Mapping[str, str] | None = None) -> None:
        self._chosen = stamped(choices or {})
        self._folders: dict[str, _Around] = {}

    def named(self, path: str) -> list[Pairing | Problem]:
        """Return the subtitle at `path`, or those of the video there; a problem for what is none or is gone.

        A link is followed wherever it leads: who names it himself wants that.
        """
        path = os.path.abspath(path)
        if not os.path.lexists(path):
            return [Problem(path, "gone")]
        folder, name = os.path.split(path)
        kind = kind_of(name)
        if kind == "video":
            return list(self._around(folder).by_video.get(path, ()))
        item = self._around(home_of(folder)).by_path.get(path)
        return [item or Problem(path, "ignored" if kind == "subtitle" else "unsupported_format")]

    def pairing(self, subtitle: str) -> Pairing | None:
        """Return a subtitle's pairing with its candidates; None when it does not count as one."""
        return next((item for item in self.named(subtitle) if isinstance(item, Pairing)), None)

    def _around(self, folder: str) -> _Around:
        if folder not in self._folders:
            while len(self._folders) >= _MOST_FOLDERS:
                del self._folders[next(iter(self._folders))]
            self._folders[folder] = _Around.of(_items(Scan(folder, shallow=True, within="/"), self._chosen))
        return self._folders[folder]


@dataclass(frozen=True, slots=True)
class _Around:
    """What lies in a folder, by the paths of subtitles and problems, and the subtitles by their videos' paths."""

    by_path: dict[str, Pairing | Problem] = field(default_factory=dict)
    by_video: dict[str, list[Pairing]] = field(default_factory=dict)

    @classmethod
    def of(cls, items: Iterator[Pairing | Problem | Notice]) -> _Around:
        around = cls()
        for item in items:
            if isinstance(item, Pairing):
                around.by_path.setdefault(item.subtitle.path, item)
                if item.video is not None:
                    around.by_video.setdefault(item.video.path, []).append(item)
            elif isinstance(item, Problem):
                around.by_path.setdefault(item.path, item)
        return around


def pairing_of(subtitle: str, *, choices: Mapping[str, str] | None = None) -> Pairing | None:
    """Return a single subtitle's pairing with its candidates, from the disk; None when it does not count as one."""
    return Neighbours(choices).pairing(subtitle)


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
