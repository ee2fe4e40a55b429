"""A simulated Stash in New York whose clock the tests turn, and a real one where STASH_URL names it."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any
from uuid import uuid4

import httpx
import pytest

from synctui.simulators.stash.server import StashSimulator

START = 1_780_000_000.0
REAL = os.environ.get("STASH_URL", "").rstrip("/")
JSON = {"Content-Type": "application/json", "Accept": "application/json"}


@dataclass(slots=True)
class Turned:
    """A clock that goes only when it is told to."""

    time: float = START

    def __call__(self) -> float:
        return self.time


@dataclass(slots=True)
class Stash:
    """A server that is asked; what is made through it is deleted again at the end."""

    client: httpx.AsyncClient
    clock: Turned | None
    key: str
    word: str = field(default_factory=lambda: f"check {uuid4().hex[:12]}")
    made: list[tuple[str, str]] = field(default_factory=list)
    numbers: Any = field(default_factory=lambda: count(1))

    async def send(self, document: str, variables: dict[str, Any] | None = None) -> httpx.Response:
        return await self.client.post("/graphql", json={"query": document, "variables": variables or {}})

    async def ask(self, document: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        """Return `data`; fails when there are errors."""
        answer = (await self.send(document, variables)).json()
        assert "errors" not in answer, answer["errors"]
        data: dict[str, Any] = answer["data"]
        return data

    async def trouble(self, document: str, variables: dict[str, Any] | None = None) -> tuple[str, Any]:
        """Return the one error that is said, and `data`."""
        response = await self.send(document, variables)
        answer = response.json()
        assert response.status_code == 200
        assert [set(error) for error in answer["errors"]] == [{"message", "path"}]
        return answer["errors"][0]["message"], answer["data"]

    def name(self, what: str = "thing") -> str:
        """Return a name that nothing else on the server has."""
        return f"{self.word} {what} {next(self.numbers)}"

    async def make(self, kind: str, **fields: Any) -> str:
        """Make a scene, tag, performer or studio, and return its id."""
        fields.setdefault("title" if kind == "scene" else "name", self.name(kind))
        document = f"mutation($input: {kind.capitalize()}CreateInput!) {{ made: {kind}Create(input: $input) {{ id }} }}"
        number: str = (await self.ask(document, {"input": fields}))["made"]["id"]
        self.made.append((kind, number))
        return number

    async def updated_at(self, kind: str, number: str) -> str:
        found = (
            await self.ask(f"query($id: ID!) {{ it: find{kind.capitalize()}(id: $id) {{ updated_at }} }}", {"id": number})
        )["it"]
        text: str = found["updated_at"]
        return text

    async def next_second(self) -> None:
        """Let the server's clock go on by more than a second."""
        if self.clock is not None:
            self.clock.time += 2
        else:
            await asyncio.sleep(1.1)

    async def clear(self) -> None:
        for kind, number in reversed(self.made):
            await self.send(f"mutation($id: ID!) {{ {kind}Destroy(input: {{ id: $id }}) }}", {"id": number})


@pytest.fixture
def clock() -> Turned:
    return Turned()


@pytest.fixture
async def server(clock: Turned) -> AsyncIterator[StashSimulator]:
    async with StashSimulator(zone="America/New_York", now=clock) as simulator:
        yield simulator


@pytest.fixture(params=["simulated", "real"] if REAL else ["simulated"])
async def stash(request: pytest.FixtureRequest, clock: Turned) -> AsyncIterator[Stash]:
    if request.param == "real":
        key = os.environ.get("STASH_API_KEY", "")
        headers = {**JSON, **({"ApiKey": key} if key else {})}
        async with httpx.AsyncClient(base_url=REAL, headers=headers, timeout=30, trust_env=False) as client:
            stash = Stash(client, None, key)
            yield stash
            await stash.clear()
        return
    key = "a-key"
    async with (
        StashSimulator(zone="America/New_York", now=clock, api_key=key) as simulator,
        httpx.AsyncClient(base_url=simulator.url, headers={**JSON, "ApiKey": key}, trust_env=False) as client,
    ):
        yield Stash(client, clock, key)
