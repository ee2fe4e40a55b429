"""Stands between a client and a Kodi, real or simulated, and remembers what was asked."""

from __future__ import annotations

import json
from typing import Any

import httpx

from synctui.simulators.web import Answer, Ask, WebServer

_PASSED = ("authorization", "content-type")


class Relay:
    """Passes every request on as it is; `calls` has each method with its parameters, in order."""

    def __init__(self, url: str) -> None:
        self.calls: list[tuple[str, dict[str, Any]]] = []
        self.web = WebServer(self._pass)
        self._client = httpx.AsyncClient(base_url=url, trust_env=False, timeout=60.0)

    @property
    def url(self) -> str:
        return self.web.url

    def called(self, method: str) -> list[dict[str, Any]]:
        """Return the parameters of every call of a method."""
        return [params for name, params in self.calls if name == method]

    async def __aenter__(self) -> Relay:
        await self.web.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.web.stop()
        await self._client.aclose()

    async def _pass(self, ask: Ask) -> Answer:
        body = json.loads(ask.body)
        for call in body if isinstance(body, list) else [body]:
            self.calls.append((call["method"], call.get("params", {})))
        headers = {name: ask.headers[name] for name in _PASSED if name in ask.headers}
        answer = await self._client.request(ask.method, ask.target, content=ask.body, headers=headers)
        return Answer(answer.status_code, answer.content, (("Content-Type", "application/json"),))
