"""What operations carry, there and back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from synctui.model.catalog import Entity, Newest, Probe
from synctui.model.json import Fields, Json

_COUNTED = ("scenes", "performers", "tags", "studios", "files")


def packed_probe(probe: Probe) -> Fields:
    """Return a probe as JSON values."""
    return asdict(probe)


def probe_in(payload: Fields) -> Probe | None:
    """Return the probe of a payload, None when there is none."""
    raw = payload.get("probe")
    if not isinstance(raw, Mapping):
        return None
    newest = {name: _newest(raw.get(name)) for name in _COUNTED}
    hashed = raw.get("hashed")
    return Probe(
        **newest,
        hashed=hashed if isinstance(hashed, int) else -1,
        date=str(raw.get("date", "")),
        offset=str(raw.get("offset", "")),
        version=str(raw.get("version", "")),
    )


def _newest(raw: Json) -> Newest:
    if not isinstance(raw, Mapping):
        return Newest(0)
    number = raw.get("count")
    return Newest(number if isinstance(number, int) else 0, str(raw.get("updated_at", "")))


def ids_in(payload: Fields) -> list[int]:
    """Return the ids that a payload names."""
    raw = payload.get("ids")
    if not isinstance(raw, Sequence) or isinstance(raw, str):
        return []
    return [one for one in raw if isinstance(one, int)]


def entities_in(payload: Fields) -> tuple[Entity, ...]:
    """Return the kinds of things that a payload names."""
    raw = payload.get("entities")
    if not isinstance(raw, Sequence) or isinstance(raw, str):
        return ()
    return tuple(entity for entity in Entity if entity.value in raw)


def number_in(payload: Fields, name: str) -> int:
    """Return a number of a payload, 0 where there is none."""
    value = payload.get(name)
    return value if isinstance(value, int) else 0
