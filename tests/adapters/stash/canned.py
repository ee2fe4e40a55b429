"""A server that answers one thing after the other, and rows as a Stash sends them."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from synctui.adapters.stash import Stash
from synctui.simulators.web import Answer, Ask, WebServer

DATE = ("Date", "Fri, 27 Nov 2026 19:00:00 GMT")
ASKED = "2026-11-27T18:59:59Z"
"""When it was asked, by the same clock: within the second before it had put the answer together."""
MISSING = "scene with id 2 not found"


def said(body: object, status: int = 200) -> Answer:
    """Return an answer of JSON values."""
    return Answer(status, json.dumps(body).encode(), (DATE, ("Content-Type", "application/json")))


def data(**found: object) -> Answer:
    """Return an answer that holds what was asked for."""
    return said({"data": found})


def found(*rows: object, **more: object) -> Answer:
    """Return an answer that holds rows."""
    return data(found={"rows": list(rows), **more})


def errors(*messages: str, **more: object) -> Answer:
    """Return an answer of 200 that holds errors."""
    return said({"errors": [{"message": message, "path": ["found"]} for message in messages], "data": None, **more})


def question(ask: Ask) -> dict[str, Any]:
    """Return the document and the variables of a request."""
    asked: dict[str, Any] = json.loads(ask.body)
    return asked


@asynccontextmanager
async def stash(*answers: Answer, path: str = "", **more: Any) -> AsyncIterator[tuple[Stash, WebServer]]:
    """Yield the client of a server that gives these answers in turn, and the last one for ever."""
    left = list(answers)

    async def say(ask: Ask) -> Answer:
        return left.pop(0) if len(left) > 1 else left[0]

    async with answering(say, path=path, **more) as both:
        yield both


@asynccontextmanager
async def answering(say: Callable[[Ask], Any], *, path: str = "", **more: Any) -> AsyncIterator[tuple[Stash, WebServer]]:
    """Yield the client of a server that answers as it is told to."""
    async with WebServer(say) as web:
        client = Stash(web.url + path, **{"timeout": 5.0, **more})
        try:
            yield client, web
        finally:
            await client.close()


def scene(number: int, **more: object) -> dict[str, object]:
    """Return a scene's row as a Stash sends it, with a file, a studio, two performers and two tags."""
    return {
        "id": str(number),
        "title": f"Scene {number}",
        "code": None,
        "details": "what happens",
        "director": None,
        "date": "2026-01-02",
        "rating100": 80,
        "organized": True,
        "interactive": False,
        "created_at": "2026-11-20T21:34:12-05:00",
        "updated_at": "2026-11-21T21:34:12-05:00",
        "last_played_at": None,
        "urls": ["https://example.org/1"],
        "o_counter": 1,
        "play_count": 2,
        "play_duration": 12.5,
        "resume_time": 0,
        "stash_ids": [{"endpoint": "https://box.example/graphql", "stash_id": "abc"}],
        "studio": {"id": "7", "name": "Studio"},
        "performers": [{"id": "5", "name": "Ann"}, {"id": "4", "name": "Bea"}],
        "tags": [{"id": "3", "name": "Red"}, {"id": "1", "name": "Blue"}],
        "files": [video(number)],
        **more,
    }


def video(number: int, **more: object) -> dict[str, object]:
    """Return a file's row as a Stash sends it."""
    return {
        "id": str(number),
        "path": f"/media/{number}.mp4",
        "size": 123_456_789_012,
        "duration": 61.5,
        "mod_time": "2026-11-19T21:34:12-05:00",
        "updated_at": "2026-11-20T21:34:12-05:00",
        "width": 1920,
        "height": 1080,
        "video_codec": "h264",
        "audio_codec": "aac",
        "frame_rate": 25,
        "bit_rate": 5_000_000,
        "fingerprints": [{"type": "oshash", "value": "30cf8100187704f9"}],
        **more,
    }


def probe(**more: object) -> dict[str, object]:
    """Return what a Stash answers to a probe."""
    newest = {"updated_at": "2026-11-21T21:34:12-05:00"}
    return {
        "scenes": {"count": 12, "scenes": [newest]},
        "performers": {"count": 3, "performers": [newest]},
        "tags": {"count": 2, "tags": [newest]},
        "studios": {"count": 0, "studios": []},
        "files": {"count": 13, "files": [newest]},
        "systemStatus": {"status": "OK", "databaseSchema": 75, "appSchema": 75},
        "version": {"version": "v0.30.1"},
        "logs": [{"time": "2026-11-27T14:00:01.5-05:00"}, {"time": "2026-11-27T18:00:00Z"}],
        **more,
    }
