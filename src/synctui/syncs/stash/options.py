"""What a request for the catalogue says."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from synctui.config.values import suggest
from synctui.errors import UsageError
from synctui.model.catalog import MODES, Entity, Mode
from synctui.model.plan import UNATTENDED, Request
from synctui.text import display

_AGO = re.compile(r"(\d{1,6})\s*(m|h|d|w)")
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}
_LARGEST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class StashOptions:
    """The options of a request; `ids` are scenes that were named, `since` (UTC) narrows a run that moves no cursor then.

    `believe` lifts the brake, `attended` says that somebody is there to be asked.
    """

    mode: Mode = "auto"
    entities: tuple[Entity, ...] = tuple(Entity)
    ids: tuple[int, ...] = ()
    since: datetime | None = None
    force: bool = False
    only_failed: bool = False
    believe: bool = False
    attended: bool = True

    @classmethod
    def of(cls, request: Request, now: datetime) -> StashOptions:
        """Return those of a request. Raises UsageError for what makes no sense."""
        options = request.options
        mode = str(options.get("mode") or "auto")
        if mode not in MODES:
            raise UsageError(
                f"{display(mode)!r} is not a mode of stash", hint=suggest(mode, MODES) or "there are: " + ", ".join(MODES)
            )
        since = options.get("since")
        moment = moment_of(str(since), now) if since else None
        if moment is not None and mode not in ("auto", "incremental"):
            raise UsageError("--since narrows an incremental run", hint="leave --mode out, or make it incremental")
        return cls(
            mode="incremental" if moment is not None else mode,
            entities=_entities(options.get("only")),
            ids=_ids(request.targets),
            since=moment,
            force=options.get("force") is True,
            only_failed=options.get("only_failed") is True,
            believe=options.get("allow_mass_change") is True,
            attended=request.origin not in UNATTENDED,
        )

    @property
    def whole(self) -> bool:
        """True when it is about everything: only then does a sync leave the catalogue as exact as it can be."""
        return set(self.entities) == set(Entity) and not self.ids and self.since is None and not self.only_failed


def moment_of(text: str, now: datetime) -> datetime:
    """Return the moment of `2026-11-20`, `2026-11-20T12:00`, with or without a zone (none: this machine's), or `6h` ago.

    Raises UsageError.
    """
    wanted = text.strip()
    if (ago := _AGO.fullmatch(wanted)) is not None:
        return now - timedelta(**{_UNITS[ago[2]]: int(ago[1])})
    try:
        moment = datetime.fromisoformat(wanted)
        return (moment if moment.tzinfo is not None else moment.astimezone()).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        raise UsageError(
            f"{display(text)!r} is no time", hint="as in --since 2026-11-20, --since 2026-11-20T18:00, --since 6h"
        ) from None


def entities_of(names: Sequence[str]) -> tuple[Entity, ...]:
    """Return what names mean (`scenes`, `tags`, …), in the house's order. Raises UsageError."""
    known = {entity.plural: entity for entity in Entity}
    for name in names:
        if name not in known:
            raise UsageError(f"there are no {display(name)!r} in a catalogue", hint="there are: " + ", ".join(known))
    return tuple(entity for entity in Entity if entity.plural in names)


def _entities(value: object) -> tuple[Entity, ...]:
    if not value or isinstance(value, str) or not isinstance(value, Sequence):
        return tuple(Entity)
    return entities_of([str(one) for one in value])


def _ids(targets: Sequence[str]) -> tuple[int, ...]:
    found: list[int] = []
    for target in targets:
        if not (target.isascii() and target.isdigit() and 0 < int(target[:20]) <= _LARGEST):
            raise UsageError(f"{display(target)!r} is no scene's number", hint="as in --run stash 12 34; none is everything")
        found.append(int(target))
    return tuple(dict.fromkeys(found))
