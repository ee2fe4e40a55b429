"""The login of plex.tv with a code: a program asks for one, a person types it in, the program gets a token."""

from __future__ import annotations

import json
import secrets
import time
from dataclasses import dataclass, field
from itertools import count

from synctui.simulators.plex.answers import Node, say
from synctui.simulators.web import Answer, Ask

_LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@dataclass(slots=True)
class _Pin:
    key: int
    code: str
    client: str
    ends: float
    token: str | None = None


@dataclass(slots=True)
class PinDesk:
    """Gives codes that live `lifetime` seconds."""

    lifetime: float = 900.0
    _pins: dict[int, _Pin] = field(default_factory=dict)
    _keys: count[int] = field(default_factory=lambda: count(1000))

    def link(self, code: str, token: str) -> None:
        """Be the person who types in a code."""
        self._with(code).token = token

    def expire(self, code: str) -> None:
        """Let a code's time be over."""
        self._with(code).ends = 0.0

    def _with(self, code: str) -> _Pin:
        return next(pin for pin in self._pins.values() if pin.code == code)

    def answer(self, ask: Ask) -> Answer:
        """Answer what comes to /api/v2/pins."""
        client = ask.headers.get("x-plex-client-identifier", "")
        if not client:
            return _refuse(400, 1000, "X-Plex-Client-Identifier is missing")
        if ask.method == "POST" and ask.path == "/api/v2/pins":
            length = 25 if ask.first("strong").lower() in ("1", "true") else 4
            code = "".join(secrets.choice(_LETTERS) for _ in range(length))
            pin = _Pin(next(self._keys), code, client, time.monotonic() + self.lifetime)
            self._pins[pin.key] = pin
            return say(ask, self._node(pin), 201, bare=True)
        key = ask.path.rpartition("/")[2]
        known = self._pins.get(int(key)) if key.isascii() and key.isdigit() else None
        if ask.method != "GET" or known is None or known.client != client or known.ends <= time.monotonic():
            return _refuse(404, 1020, "Code not found or expired")
        return say(ask, self._node(known), bare=True)

    def _node(self, pin: _Pin) -> Node:
        fields: dict[str, str | int | bool | None] = {
            "id": pin.key,
            "code": pin.code,
            "product": "SyncTUI",
            "trusted": False,
            "clientIdentifier": pin.client,
            "expiresIn": max(0, int(pin.ends - time.monotonic())),
            "authToken": pin.token,
        }
        return Node("pin", fields)


def _refuse(status: int, code: int, message: str) -> Answer:
    errors = {"errors": [{"code": code, "message": message, "status": status}]}
    return Answer(status, json.dumps(errors).encode(), (("Content-Type", "application/json"),))
