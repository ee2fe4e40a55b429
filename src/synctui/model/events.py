"""Journal events: what every screen, `--json` reader and history sees."""

from __future__ import annotations

from dataclasses import dataclass, field

from synctui.model.json import Fields


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the journal; `fields` are those of the NDJSON contract for `type`.

    `id` is the journal row (0 for what is not kept, such as `progress`), `at` RFC 3339 UTC text.
    """

    type: str
    fields: Fields = field(default_factory=dict)
    job: int | None = None
    at: str = ""
    id: int = 0
