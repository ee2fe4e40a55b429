"""What was said to the user: the newest line stays at the bottom, all of them can be read again."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from datetime import datetime

from synctui.tui.draw.palette import Role

_KEPT = 500


@dataclass(frozen=True, slots=True)
class Said:
    """A message."""

    text: str
    role: Role
    at: datetime
    hint: str = ""


class Messages:
    """The messages of this session, the oldest given up first.

    `offer` is one that waits for an answer: it comes back to the bottom whenever nothing newer stands there, until it is
    withdrawn.
    """

    def __init__(self) -> None:
        self.all: deque[Said] = deque(maxlen=_KEPT)
        self.offer: Said | None = None
        self._newest: Said | None = None
        self._alert: Said | None = None

    @property
    def newest(self) -> Said | None:
        """Return what stands at the bottom."""
        return self._newest or self.offer

    def say(self, text: str, role: Role = "text", *, hint: str = "", at: datetime | None = None) -> Said:
        """Keep a message and make it the newest."""
        said = Said(text, role, at or datetime.now().astimezone(), hint)
        self.all.append(said)
        self._newest = said
        return said

    def alert(self, text: str) -> None:
        """Say what everybody has to know: it stays at the bottom whatever `news` comes, until the next key."""
        self._alert = self.say(text, "error")

    def news(self, text: str, role: Role) -> None:
        """Keep a message that nobody asked for, and make it the newest unless an alert stands there."""
        alert, standing = self._alert, self._newest
        self.say(text, role)
        if alert is not None and standing is alert:
            self._newest = alert

    def clear(self) -> None:
        """Take the newest message from the bottom; it can still be read among all."""
        self._newest = None

    def offering(self, text: str, role: Role = "warn", *, hint: str = "") -> None:
        """Offer something until it is withdrawn (no text)."""
        if not text:
            self.offer = None
        elif self.offer is None or (self.offer.text, self.offer.hint) != (text, hint):
            self.offer = Said(text, role, datetime.now().astimezone(), hint)
            self.all.append(self.offer)
