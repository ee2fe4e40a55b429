"""The tables of a Stash, and what is worked out from them and kept until the next change."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar, cast

from synctui.simulators.stash.clock import Clock
from synctui.simulators.stash.rows import BoxId, FileRow, JobRow, LogRow, PerformerRow, SceneRow, StudioRow, TagRow
from synctui.simulators.stash.tables import Table

_DIGITS = re.compile(r"(\d+)")
_LOG_LINES = 30
T = TypeVar("T")
Listed = TypeVar("Listed", int, str, BoxId)

StashIds = Iterable[tuple[str, str]]
"""Pairs of endpoint and id."""


class Refused(Exception):
    """The server will not do that; the text is its own."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A backup of the database."""

    scenes: Table[SceneRow]
    performers: Table[PerformerRow]
    tags: Table[TagRow]
    studios: Table[StudioRow]
    files: Table[FileRow]


class Shelf:
    """The tables; `changed` is to be called whenever a row is.

    Performers of a scene, aliases and stash-box ids come out sorted, or, `as_inserted`, as they were put in: SQLite does the
    one with large tables, the other with small ones, and may change its mind at any time.
    """

    def __init__(self, zone: str = "UTC", now: Callable[[], float] = time.time) -> None:
        self.clock = Clock(zone, now)
        self.logs: list[LogRow] = []
        self.jobs: dict[int, JobRow] = {}
        self.last_job = 0
        self.as_inserted = False
        self._kept: dict[str, object] = {}
        self.wipe()

    def wipe(self) -> None:
        """Be an empty server, whose ids start from 1."""
        self.scenes: Table[SceneRow] = Table("scenes")
        self.performers: Table[PerformerRow] = Table("performers")
        self.tags: Table[TagRow] = Table("tags")
        self.studios: Table[StudioRow] = Table("studios")
        self.files: Table[FileRow] = Table("files")
        self.changed()

    def snapshot(self) -> Snapshot:
        """Return a backup of the database."""
        tables = (self.scenes, self.performers, self.tags, self.studios, self.files)
        scenes, performers, tags, studios, files = tables
        return Snapshot(scenes.clone(), performers.clone(), tags.clone(), studios.clone(), files.clone())

    def restore(self, backup: Snapshot) -> None:
        """Have the database as it was, its last ids included; the backup may be used again."""
        self.scenes, self.performers = backup.scenes.clone(), backup.performers.clone()
        self.tags, self.studios, self.files = backup.tags.clone(), backup.studios.clone(), backup.files.clone()
        self.changed()

    def say(self, message: str, level: str = "Info") -> None:
        """Write a line into the log."""
        self.logs.append(LogRow(self.clock.log_text(), level, message))
        del self.logs[:-_LOG_LINES]

    def changed(self) -> None:
        """Forget what was worked out."""
        self._kept.clear()

    def keep(self, name: str, work_out: Callable[[], T]) -> T:
        """Return what was worked out since the last change, or work it out."""
        if name not in self._kept:
            self._kept[name] = work_out()
        return cast(T, self._kept[name])

    def listed(self, values: Sequence[Listed]) -> Sequence[Listed]:
        """Return performers' ids, aliases or stash-box ids as the database lists them."""
        return values if self.as_inserted else sorted(values)

    def tag_order(self, ids: Iterable[int]) -> list[int]:
        """Return tags as the server lists them: by name, whatever order they were given in."""
        ranks = self.keep("ranks", self._ranks)
        return sorted(ids, key=ranks.__getitem__)

    def _ranks(self) -> dict[int, int]:
        ordered = sorted(self.tags, key=lambda tag: natural(tag.sort_name or tag.name))
        return {tag.id: rank for rank, tag in enumerate(ordered)}

    def scene_counts(self, relation: str) -> Counter[int]:
        """Return how many scenes each performer, tag or studio has (`performers`, `tags` or `studio`)."""

        def count() -> Counter[int]:
            if relation == "studio":
                return Counter(scene.studio for scene in self.scenes if scene.studio is not None)
            return Counter(number for scene in self.scenes for number in getattr(scene, relation))

        return self.keep(f"scenes of {relation}", count)

    def children(self) -> dict[int, list[int]]:
        """Return the tags below each tag, as they are listed."""

        def collect() -> dict[int, list[int]]:
            below: dict[int, list[int]] = {}
            for tag in self.tags:
                for parent in tag.parents:
                    below.setdefault(parent, []).append(tag.id)
            return {parent: self.tag_order(ids) for parent, ids in below.items()}

        return self.keep("children", collect)

    def box_ids(self, wanted: StashIds, known: tuple[BoxId, ...] = ()) -> tuple[BoxId, ...]:
        """Return stash-box ids as the server keeps them, those that are known with the time that they had."""
        had = {(box.endpoint, box.stash_id): box for box in known}
        now = self.clock.utc_exact()
        chosen = {(endpoint, text): had.get((endpoint, text)) or BoxId(endpoint, text, now) for endpoint, text in wanted}
        return tuple(chosen.values())


def natural(text: str) -> list[tuple[int, int | str]]:
    """Return the key of an order in which case does not count, and 2 comes before 10."""
    pieces = _DIGITS.split(text.casefold())
    return [(0, int(piece)) if piece.isdecimal() else (1, piece) for piece in pieces if piece]


def unique(ids: Iterable[int]) -> tuple[int, ...]:
    """Return ids without repetition, in their order."""
    return tuple(dict.fromkeys(ids))
