"""What may stand in a payload, a receipt or a JSON line."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

Json = str | int | float | bool | None | Sequence["Json"] | Mapping[str, "Json"]
Fields = Mapping[str, Json]


def dump(value: Json) -> str:
    """Return compact ASCII JSON; names that are not UTF-8 (surrogate escapes) survive the way there and back."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=True, sort_keys=True, default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} cannot be written as JSON")


def digest(value: Json) -> str:
    """Return the SHA-256 (hex) of a value's canonical JSON."""
    return hashlib.sha256(dump(value).encode("ascii")).hexdigest()
