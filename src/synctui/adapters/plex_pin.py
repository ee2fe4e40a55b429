"""Login at plex.tv with a code of four characters, so that nobody has to find and paste a token."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from types import TracebackType

from synctui.adapters.http import Reply, Server
from synctui.adapters.plex import plex_headers
from synctui.adapters.plex_answers import Fields, identifier
from synctui.errors import BadAnswer, NotAuthorised, ServerFailed, TimedOut

_LONGEST_TOKEN = 1000
_SLOWEST = 60.0


@dataclass(frozen=True, slots=True)
class Pin:
    """A code that a person types in at `url`, signed in there."""

    id: str
    code: str
    url: str


class PinLogin:
    """Asks `base` for codes and for the token that comes of one; close it at the end.

    `client_id` must be the one that the server is asked with later, as the token is bound to it.
    """

    def __init__(self, base: str = "https://plex.tv", *, client_id: str, timeout: float = 15.0) -> None:
        self._base = base.rstrip("/")
        self._server = Server(self._base, timeout=timeout, headers=plex_headers(client_id))

    async def close(self) -> None:
        """Close the connection."""
        await self._server.close()

    async def __aenter__(self) -> PinLogin:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def begin(self) -> Pin:
        """Return a new code."""
        answer = _fields(await self._server.ask("POST", "/api/v2/pins"))
        number, code = identifier(answer.get("id")), identifier(answer.get("code"))
        if not number or not code:
            raise BadAnswer("it gives no code", hint="try again later, or paste a token", code="not_plex")
        return Pin(number, code, f"{self._base}/link")

    async def poll(self, pin: Pin) -> str | None:
        """Return the token, or None while nobody has typed in the code. Raises NotAuthorised (pin_expired)."""
        reply = await self._server.ask("GET", f"/api/v2/pins/{pin.id}", allow=(404, 410))
        if reply.status in (404, 410):
            raise NotAuthorised("the code has expired", hint="ask for a new one", code="pin_expired")
        token = _fields(reply).get("authToken")
        if token is None or token == "":
            return None
        usable = isinstance(token, str) and len(token) <= _LONGEST_TOKEN and token.isascii() and token.isprintable()
        if not usable or not isinstance(token, str) or " " in token:
            raise BadAnswer("it gives something that is no token", code="not_plex")
        return token

    async def wait(self, pin: Pin, timeout: float, every: float = 1.0) -> str:
        """Return the token as soon as there is one, asking every `every` seconds; a server that fails is asked again.

        Raises NotAuthorised (pin_expired), and after `timeout` seconds TimedOut (not_linked) or what failed last.
        """
        ends = time.monotonic() + timeout
        while True:
            failure: ServerFailed | None = None
            pause = every
            try:
                token = await self.poll(pin)
            except ServerFailed as error:
                failure, token = error, None
                # What fails may be overloaded, or tired of us: it is asked half as often from now on.
                every = min(every * 2, max(every, _SLOWEST))
                pause = max(every, error.after or 0.0)
            if token is not None:
                return token
            left = ends - time.monotonic()
            if left <= 0 or (failure is not None and pause >= left):
                raise failure or TimedOut("nobody has typed in the code", hint="ask for a new one", code="not_linked")
            await asyncio.sleep(min(pause, left))


def _fields(reply: Reply) -> Fields:
    answer = reply.json()
    if not isinstance(answer, dict):
        raise BadAnswer("it does not answer as plex.tv does", code="not_plex")
    return answer
