"""The options of a subtitle request, typed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from synctui.errors import UsageError
from synctui.model.json import Fields, Json
from synctui.model.plan import Request
from synctui.syncs.subtitles.tools import Settings

EngineName = Literal["builtin", "alass", "ffsubsync"]
EngineChoice = Literal["auto", "builtin", "alass", "ffsubsync"]

KNOWN = frozenset(
    (
        "engine",
        "reference",
        "audio",
        "video",
        "languages",
        "max_offset",
        "force",
        "only_failed",
        "restore",
        "check",
        "to",
        "allow_mass_change",
        "look",
        "leave_missing",
    )
)


@dataclass(frozen=True, slots=True)
class SubtitleOptions:
    """What a request asks beyond its targets.

    `audio` is the number, from 1, of the audio track to listen to, whatever language it is in (None: the one that fits the
    subtitle). `max_offset` is the largest shift accepted, in seconds. `allow_mass_change` believes that so much of a
    library is gone; with `look` the index keeps it all the same, because nothing will be done. `restore` asks for originals
    to be brought back instead of an alignment, the `to`-th (0: the first). `check` finds out how subtitles stand, and writes
    nothing. `leave_missing` leaves named subtitles out of a restore that have no original, with a warning.
    """

    engine: EngineChoice = "auto"
    reference: str | None = None
    audio: int | None = None
    video: str | None = None
    languages: tuple[str, ...] = ()
    max_offset: float = 240.0
    force: bool = False
    only_failed: bool = False
    allow_mass_change: bool = False
    look: bool = False
    restore: bool = False
    check: bool = False
    to: int = 0
    leave_missing: bool = False

    @classmethod
    def of(cls, request: Request, settings: Settings) -> SubtitleOptions:
        """Return a request's options, the configuration's where it names none; UsageError names what does not fit."""
        given = request.options
        unknown = sorted(set(given) - KNOWN)
        if unknown:
            raise UsageError(f"a subtitle request has no option {unknown[0]!r}")
        engine = _text(given, "engine") or settings.engine
        if engine not in get_args(EngineChoice):
            raise UsageError(f"no engine is called {engine!r}", hint="one of: " + ", ".join(get_args(EngineChoice)))
        return cls(
            engine=engine,  # type: ignore[arg-type]
            reference=_text(given, "reference"),
            audio=_ordinal(given, "audio"),
            video=_text(given, "video"),
            languages=_texts(given, "languages", settings.languages),
            max_offset=_number(given, "max_offset", settings.max_offset),
            force=given.get("force") is True,
            only_failed=given.get("only_failed") is True,
            allow_mass_change=given.get("allow_mass_change") is True,
            look=given.get("look") is True,
            restore=given.get("restore") is True,
            check=given.get("check") is True,
            to=int(_number(given, "to", 0)),
            leave_missing=given.get("leave_missing") is True,
        )


def _text(given: Fields, key: str) -> str | None:
    value = given.get(key)
    if value is None or isinstance(value, str):
        return value or None
    raise UsageError(f"the option {key} takes a text")


def _texts(given: Fields, key: str, default: tuple[str, ...]) -> tuple[str, ...]:
    value: Json = given.get(key, default)
    if isinstance(value, (list, tuple)) and all(isinstance(item, str) for item in value):
        return tuple(str(item) for item in value)
    raise UsageError(f"the option {key} takes a list of texts")


def _ordinal(given: Fields, key: str) -> int | None:
    value = given.get(key)
    if value is None or (isinstance(value, int) and not isinstance(value, bool) and value >= 1):
        return value
    raise UsageError(f"the option {key} takes a whole number from 1")


def _number(given: Fields, key: str, default: float) -> float:
    value = given.get(key, default)
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0:
        return float(value)
    raise UsageError(f"the option {key} takes a number")
