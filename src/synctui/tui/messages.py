"""What was said to the user: the newest line stays at the bottom, all of them can be read again."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime

from synctui.tui.draw.palette import Role

_KEPT = 500


@dataclass(frozen=True, slots=True)
class Said:
    """A message; `sticky` ones stay until another sticky one or a key answers them."""

    text: str
    role: Role
    at: datetime
    hint: str = ""


class Messages:
    """The messages of this session, the oldest given up first."""

    def __init__(self) -> None:
        self.all: deque[Said] = deque(maxlen=_KEPT)
        self.newest: Said | None = None

    def say(self, text: str, role: Role = "text", *, hint: str = "", at: datetime | None = None) -> Said:
        """Keep a message and make it the newest."""
        said = Said(text, role, at or datetime.now().astimezone(), hint)
        self.all.append(said)
        self.newest = said
        return said

    def clear(self) -> None:
        """Take the newest message from the bottom; it can still be read among all."""
        self.newest = None
