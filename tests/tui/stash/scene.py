"""A made-up Stash and the screens over it: what the tests of the catalogue look at."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from synctui.model.catalog import (
    CatalogSynced,
    Entity,
    NamedSynced,
    Performer,
    Scene,
    SceneFile,
    ScenesSynced,
    Strategy,
    Studio,
    Tag,
)
from synctui.model.library import Row
from synctui.simulators.stash.library import Library
from synctui.simulators.stash.server import StashSimulator
from synctui.store.catalog import checksum
from synctui.store.database import Database
from synctui.store.rows import write_rows
from tests.tui.stage import Stage, stage

AT = "2026-03-14T14:02:11.000Z"
NOWHERE = "http://127.0.0.1:9"
SYNCED = CatalogSynced(tuple(Entity), "full", complete=True, exact=True, url=NOWHERE)


@dataclass
class Stashed:
    """A Stash, and the screens over it."""

    server: StashSimulator
    on: Stage

    @property
    def library(self) -> Library:
        """What the server knows."""
        return self.server.library

    async def go(self) -> Stage:
        """Go to the catalogue."""
        await self.on.press("S")
        await self.on.until(lambda: self.on.place.place == "catalogue")
        return self.on

    async def sync(self) -> None:
        """Sync in the catalogue as a person does, and wait until the job is over."""
        on = self.on
        before = max((job.id for job in on.app.board.jobs), default=0)
        await on.press("s")
        await on.until(lambda: "run" in on.lines()[-1])
        await on.press("enter")
        await on.until(lambda: any(job.id > before and job.state.final for job in on.app.board.jobs), 30)
        await on.until(lambda: on.place.place == "catalogue")


class Ticking:
    """A clock that goes on by some seconds whenever it is looked at: nothing is read in the second of its own change."""

    def __init__(self) -> None:
        self._at = time.time() - 86_400

    def __call__(self) -> float:
        self._at += 3
        return self._at


def small_library(zone: str = "UTC") -> Library:
    """Make three scenes of two studios, one inside the other, with performers and tags."""
    library = Library(zone, Ticking())
    orbit = library.create_studio(name="Orbit Pictures")
    deep = library.create_studio(name="Deep Orbit", parent=orbit)
    ann, ben = (library.create_performer(name=name) for name in ("Ann Made-Up", "Ben Made-Up"))
    space = library.create_tag(name="Space")
    ships = library.create_tag(name="Ships", parents=[space])
    for number, (title, studio, tags) in enumerate(
        (("Salt Harbour", orbit, [space]), ("Ghost Signal", deep, [space, ships]), ("Paper North", None, [])), 1
    ):
        scene = library.scan_found(f"/data/films/{number} {title}.mkv", size=1_400_000_000, duration=1800.0 + number)
        fields: dict[str, Any] = {"title": title, "details": f"About {title}.\nIn two lines.", "tags": tags}
        if studio is not None:
            fields["studio"] = studio
        library.update_scene(scene, performers=[ann] if number < 3 else [ben], **fields)
    return library


@asynccontextmanager
async def stashed(
    folder: Path, library: Library | None = None, *, size: tuple[int, int] = (80, 24), more: str = "", **launch: Any
) -> AsyncIterator[Stashed]:
    """Start a Stash over `library` (three scenes) and open the screens; `more` are lines of its table."""
    async with StashSimulator(library or small_library(), api_key="made-up") as server:
        config = f'[stash]\nurl = "{server.url}"\napi_key = "made-up"\n{more}\n'
        async with stage(folder, size=size, libraries={}, config=config, films=(), **launch) as on:
            await on.press("escape")
            yield Stashed(server, on)


@asynccontextmanager
async def shelved(
    folder: Path, rows: Sequence[Row], *, size: tuple[int, int] = (80, 24), more: str = "", **launch: Any
) -> AsyncIterator[Stage]:
    """Open the screens over a catalogue that is in the store already; nobody answers at its address."""
    config = f'[stash]\nurl = "{NOWHERE}"\n{more}\n'
    async with stage(folder, size=size, libraries={}, config=config, films=(), **launch) as on:
        await put(on.services.database, rows)
        await on.press("escape", "S")
        await on.until(lambda: on.place.place == "catalogue")
        yield on


async def put(database: Database, rows: Iterable[Row], *, job: int = 0, at: str = AT) -> None:
    """Write rows as a sync does."""
    listed = list(rows)
    await database.write(lambda connection: write_rows(connection, listed, job=job, at=at))


def scenes_row(*scenes: Scene, strategy: Strategy = "manual") -> ScenesSynced:
    """Return the row of scenes as the server has them."""
    return ScenesSynced(scenes, checksums={scene.id: checksum(scene) for scene in scenes}, strategy=strategy)


def scene(number: int, title: str, **fields: Any) -> Scene:
    """Return a scene with one file."""
    file = SceneFile(
        number,
        f"/data/films/{number}.mkv",
        size=1_400_000_000,
        duration=1800.0 + number,
        width=1920,
        height=1080,
        video_codec="h264",
        audio_codec="aac",
        fingerprints=(("oshash", f"{number:016x}"), ("phash", "c0ffee")),
    )
    given: dict[str, Any] = {"files": (file,), "updated_at": "2026-03-13T21:34:12-05:00", **fields}
    return Scene(number, title, **given)


def small_rows() -> list[Row]:
    """Return a catalogue of four scenes: studios in one another, tags under two others, one scene without a studio."""
    studios = (Studio(1, "Orbit Pictures"), Studio(2, "Deep Orbit", parent=1), Studio(3, "Winter Films"))
    performers = (Performer(1, "Ann Made-Up"), Performer(2, "Ben Made-Up", "the younger"))
    tags = (Tag(1, "Space"), Tag(2, "Ships", parents=(1,)), Tag(3, "Sea"), Tag(4, "Harbours", parents=(1, 3)))
    found = (
        scene(1, "Salt Harbour", studio=1, performers=(1,), tags=(4,), rating100=80, date="2021-05-04"),
        scene(2, "Ghost Signal", studio=2, performers=(1, 2), tags=(1, 2), details="Who sends it?\nNobody knows."),
        scene(3, "Paper North", performers=(2,)),
        scene(4, "The Quiet Sector", studio=2, tags=(1,), date="2020-01-02"),
    )
    named = [NamedSynced(studios), NamedSynced(performers), NamedSynced(tags)]
    return [*named, scenes_row(*found), SYNCED]
