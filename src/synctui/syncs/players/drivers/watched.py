"""What was watched of Kodi's items: whether it is still so, and how it is noted before it may be lost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any, cast

from synctui.adapters.kodi_items import KodiItem, Watched
from synctui.model.json import Json

State = tuple[str, Watched]
"""A file and what was watched of it."""


def is_anew(now: Sequence[KodiItem], before: Sequence[KodiItem]) -> bool:
    """Tell whether items have been read anew since, or have nothing to lose by it."""
    if not now:
        return False
    if all(not (one.watched.playcount or one.watched.lastplayed or one.watched.userrating) for one in before):
        return True
    known = {one.id for one in before}
    changed = zip(now, before, strict=False)
    return all(one.id not in known for one in now) or any(not kept(one.watched, old.watched) for one, old in changed)


def kept(now: Watched, before: Watched) -> bool:
    """Tell whether nothing of what was watched before is missing; what somebody watched since is more, not less.

    Kodi keeps whole seconds, and gives what was played without a date the present one.
    """
    if now.playcount != before.playcount:
        return now.playcount > before.playcount
    if before.lastplayed > now.lastplayed:
        return False
    since = before.lastplayed < now.lastplayed
    resumes = since or not before.position or abs(now.position - before.position) < 1
    rated = before.userrating in (0, now.userrating)
    return resumes and rated and before.dateadded in ("", now.dateadded)


def more(now: Watched, before: Watched) -> Watched:
    """Return what was watched before, with what is known now where that is more."""
    at = before if before.position else now
    return Watched(
        playcount=max(now.playcount, before.playcount),
        lastplayed=max(now.lastplayed, before.lastplayed),
        position=at.position,
        total=at.total,
        userrating=before.userrating or now.userrating,
        dateadded=before.dateadded or now.dateadded,
    )


def said(watched: Watched) -> str:
    """Return what was watched as a person reads it."""
    parts = [f"playcount {watched.playcount}"]
    parts += [f"last played {watched.lastplayed}"] if watched.lastplayed else []
    parts += [f"stopped at {watched.position:.0f} s"] if watched.position else []
    parts += [f"rating {watched.userrating}"] if watched.userrating else []
    return ", ".join(parts)


def noted(watched: Iterable[State]) -> list[Json]:
    """Return what was watched as an intent carries it."""
    return [[file, cast(Json, asdict(state))] for file, state in watched]


def states(noted: object) -> list[State]:
    """Return what was watched from an intent."""
    rows = noted if isinstance(noted, Sequence) and not isinstance(noted, str) else ()
    return [
        (str(row[0]), Watched(**cast(dict[str, Any], dict(row[1]))))
        for row in rows
        if isinstance(row, Sequence) and len(row) == 2 and isinstance(row[1], Mapping)
    ]


def noted_items(watched: Iterable[State], ids: object) -> dict[str, list[KodiItem]]:
    """Return the items as they were when they were noted."""
    known = ids if isinstance(ids, Mapping) else {}
    found: dict[str, list[KodiItem]] = {}
    for file, state in watched:
        held, numbers = found.setdefault(file, []), known.get(file) or ()
        number = numbers[len(held)] if len(held) < len(numbers) else -1
        held.append(KodiItem("movie", number, file, "", state))
    return found
