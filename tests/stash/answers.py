"""What happens to a server's answers on their way."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from synctui.simulators.web import Answer, Ask
from tests.stash.scene import Scene

Data = dict[str, Any]


@contextmanager
def answering(scene: Scene, change: Callable[[str, Data], None]) -> Iterator[None]:
    """Have something happen to every answer, or behind it: `change` is told the name of the question, and its data."""
    good = scene.server.web.answer

    async def answer(ask: Ask) -> Answer:
        said = await good(ask)
        told = json.loads(gzip.decompress(said.body))
        change(asked(ask), told["data"])
        return replace(said, body=gzip.compress(json.dumps(told).encode()))

    scene.server.web.answer = answer
    try:
        yield
    finally:
        scene.server.web.answer = good


def asked(ask: Ask) -> str:
    """Return the name of a question."""
    return str(json.loads(ask.body)["query"]).split(maxsplit=2)[1].partition("(")[0]
