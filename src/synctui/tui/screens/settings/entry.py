"""One row of the settings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from synctui.config.load import Key
from synctui.tui.draw.palette import Role

EntryKind = Literal["heading", "library", "add", "setting", "player", "engine", "fact"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A row: what it is (`kind`, `id`), its label, value and origin, and the sentences below the list.

    Of a value that is a `path` the end is shown where there is no room for all of it.
    """

    kind: EntryKind
    id: str
    label: str
    value: str = ""
    origin: str = ""
    role: Role = "text"
    said: tuple[str, ...] = ()
    key: Key = ()
    path: bool = False
