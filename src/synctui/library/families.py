"""Turns a scanned folder into rows of the index: matched, and hung into the tree."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence

from synctui.library.episodes import Place, locate, numbers, place
from synctui.library.folder import Entry, Folder
from synctui.library.matching import Videos, assign
from synctui.library.names import fold, stem
from synctui.model.library import LibraryKind
from synctui.store.blobs import clean
from synctui.store.index import LAST, DirectoryRow, Family, FileRow, NodeRow


def family(folder: Folder, root: str, kind: LibraryKind, choices: Mapping[str, str]) -> Family:
    """Return the rows of a folder under `root`; `choices` maps subtitles to the videos chosen for them."""
    builder = _Builder(folder, root, kind)
    builder.videos()
    builder.subtitles(choices)
    directories = [DirectoryRow(os.fsencode(one.path.rstrip("/") + "/"), *one.state) for one in folder.listings]
    return Family(directories, list(builder.nodes.values()), builder.files)


class _Builder:
    def __init__(self, folder: Folder, root: str, kind: LibraryKind) -> None:
        self.folder = folder
        self.kind = kind
        below = folder.path[len(root.rstrip("/")) :].strip("/")
        self.above: tuple[str, ...] = tuple(below.split("/")) if below else ()
        self.nodes: dict[str, NodeRow] = {}
        self.files: list[FileRow] = []
        self.matching = Videos(folder.videos)
        self._place = place(self.above, kind)
        self._seasons: dict[int | None, str] = {}

    def videos(self) -> None:
        add, locate_file = self.files.append, self._locate
        videos = self.folder.videos
        for (name, size, mtime_ns), raw, label in zip(videos, _raw_names(videos), self.matching.folded, strict=True):
            node, number = locate_file(name)
            add((0, raw, size, mtime_ns, node, -1, None, None, "", number, clean(label)))

    def subtitles(self, choices: Mapping[str, str]) -> None:
        positions = {id(self.folder): 0} | {id(inner): 1 + index for index, inner in enumerate(self.folder.inner)}
        raws = iter(_raw_names([*self.folder.subtitles, *(file for inner in self.folder.inner for file in inner.subtitles)]))
        files, add = self.files, self.files.append
        for where, (name, size, mtime_ns), (video, suffix, reason, _) in assign(self.folder, self.matching):
            chosen = None
            if choices and (wanted := choices.get(os.path.join(where.path, name))):
                video, chosen = self._chosen(wanted)
                reason = ""
            label = None
            if video >= 0:
                node, number = files[video][4], files[video][9]
            else:
                node, number = self._locate(name)
                label = clean(fold(stem(name)))
            position = positions[id(where)]
            add((position, next(raws), size, mtime_ns, node, video, chosen, suffix, reason, number, label))

    def _chosen(self, video: str) -> tuple[int, bytes | None]:
        directory, _, name = video.rpartition("/")
        if directory == self.folder.path.rstrip("/"):
            for index, entry in enumerate(self.folder.videos):
                if entry[0] == name:
                    return index, None
        return -1, os.fsencode(video)

    def _locate(self, name: str) -> tuple[str, int]:
        """Return the key of the node that a file hangs below, and its number there."""
        where = self._place
        found = numbers(name) if where.key else None
        if found is None or name.startswith("["):
            where, found = locate(name, self.above, self.kind)
            if not where.key:
                return "", LAST
            return self._node(where), found.episodes[0] if found else LAST
        season = found.season
        key = self._seasons.get(season)
        if key is None:
            key = self._seasons[season] = self._node(Place(where.show, where.key, season))
        return key, found.episodes[0]

    def _node(self, where: Place) -> str:
        show = clean(where.key)
        label = clean(fold(where.show))
        self.nodes.setdefault(show, NodeRow(show, "", "show", clean(where.show), label, None))
        if where.season is None:
            return show
        season = f"{show}\0{where.season:04d}"
        words = f"{label} season {where.season} s{where.season:02d}"
        name = f"Season {where.season:02d}" if where.season else "Specials"
        self.nodes.setdefault(season, NodeRow(season, show, "season", name, words, where.season))
        return season


def _raw_names(entries: Sequence[Entry]) -> list[bytes]:
    return os.fsencode("/".join([entry[0] for entry in entries])).split(b"/") if entries else []
