"""What Kodi's library says about films and episodes, read with mistrust."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from synctui.adapters.kodi_paths import files
from synctui.errors import BadAnswer
from synctui.model.json import Json

ItemKind = Literal["movie", "episode"]

PROPERTIES = ("file", "title", "playcount", "lastplayed", "resume", "userrating", "dateadded")

_LARGEST = 2**31 - 1
_LONGEST_PATH = 32_768
_LONGEST_TITLE = 1_000


@dataclass(frozen=True, slots=True)
class Watched:
    """How far somebody has seen an item, and what they think of it; times as Kodi writes them, "" for never."""

    playcount: int = 0
    lastplayed: str = ""
    position: float = 0.0
    total: float = 0.0
    userrating: int = 0
    dateadded: str = ""

    @property
    def played(self) -> bool:
        """True when something would be lost with it: it was watched, or rated."""
        return bool(self.playcount or self.lastplayed or self.position or self.userrating)

    def fields(self) -> dict[str, Json]:
        """Return the parameters that bring an item back to this.

        With a playcount but no time, Kodi 20.1 notes the present time as the last one played.
        """
        fields: dict[str, Json] = {
            "playcount": self.playcount,
            "lastplayed": self.lastplayed,
            "resume": {"position": self.position, "total": self.total},
            "userrating": self.userrating,
        }
        if self.dateadded:
            fields["dateadded"] = self.dateadded
        return fields


@dataclass(frozen=True, slots=True)
class KodiItem:
    """A film or an episode in the library; its id holds only until Kodi reads it anew."""

    kind: ItemKind
    id: int
    file: str
    title: str
    watched: Watched = Watched()

    @property
    def files(self) -> tuple[str, ...]:
        """Return its files, several where Kodi stacked them."""
        return files(self.file)


@dataclass(frozen=True, slots=True)
class Page:
    """Part of a list: the entries that can be read, where it ends, and how many there are in all."""

    entries: tuple[Mapping[str, object], ...]
    end: int
    total: int


def page(answer: object, key: str) -> Page:
    """Return a list of Kodi's, `key` naming it; entries that are no objects are left out. Raises BadAnswer."""
    if not isinstance(answer, dict):
        raise BadAnswer(f"a list of {key} was asked, and is none")
    limits = answer.get("limits")
    total = whole(limits.get("total")) if isinstance(limits, dict) else None
    end = whole(limits.get("end")) if isinstance(limits, dict) else None
    if total is None:
        raise BadAnswer(f"the list of {key} does not say how long it is")
    # A list without entries lacks the key in some versions.
    entries = answer.get(key)
    listed = entries if isinstance(entries, list) else []
    return Page(tuple(entry for entry in listed if isinstance(entry, dict)), end or 0, total)


def item(kind: ItemKind, entry: Mapping[str, object]) -> KodiItem | None:
    """Return what an entry says, None when it lacks an id or a file."""
    number = whole(entry.get(f"{kind}id"))
    file = text(entry.get("file"), _LONGEST_PATH)
    if number is None or not file:
        return None
    title = text(entry.get("title"), _LONGEST_TITLE, cut=True) or text(entry.get("label"), _LONGEST_TITLE, cut=True)
    return KodiItem(kind, number, file, title, _watched(entry))


def _watched(entry: Mapping[str, object]) -> Watched:
    resume = entry.get("resume")
    at = resume if isinstance(resume, dict) else {}
    return Watched(
        playcount=whole(entry.get("playcount")) or 0,
        lastplayed=text(entry.get("lastplayed"), 40),
        position=_seconds(at.get("position")),
        total=_seconds(at.get("total")),
        userrating=min(whole(entry.get("userrating")) or 0, 10),
        dateadded=text(entry.get("dateadded"), 40),
    )


def whole(value: object) -> int | None:
    """Return a number that may be an id or a count, None for anything else."""
    return value if type(value) is int and 0 <= value <= _LARGEST else None


def text(value: object, longest: int, *, cut: bool = False) -> str:
    """Return a text of at most `longest` characters, "" for anything else; `cut` keeps the beginning of a longer one."""
    if not isinstance(value, str) or (len(value) > longest and not cut):
        return ""
    return value[:longest]


def _seconds(value: object) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LARGEST:
        return 0.0
    return float(value) if math.isfinite(value) else 0.0
