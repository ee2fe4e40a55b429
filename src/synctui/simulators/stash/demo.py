"""The made-up Stash of the demo: an archive of short documentaries and concert films, with the demo's own videos in it."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from hashlib import blake2b
from pathlib import Path

from synctui.simulators.cases import FILMS
from synctui.simulators.demo import MADE_AT
from synctui.simulators.stash.filling import fill
from synctui.simulators.stash.library import Library
from synctui.simulators.stash.server import StashSimulator
from synctui.simulators.stories import read_story

KEY = "made-up-key"
FOLDER = "/data"
"""What the made-up Stash calls the folder of the demo library."""
SCENES = 2000


@dataclass(frozen=True, slots=True)
class SimulatedStash:
    """How the made-up Stash is reached; `folders` are pairs of a folder here and what Stash calls it."""

    name: str
    url: str
    api_key: str = field(repr=False)
    folders: tuple[tuple[str, str], ...]
    simulator: StashSimulator = field(repr=False)


def demo_catalogue(library_folder: Path, *, scenes: int = SCENES) -> StashSimulator:
    """Return a Stash with a made-up catalogue, the same each time; not started yet."""
    # The same at each start: a demo that is gone on with finds its server as it was.
    library = Library(now=lambda: float(MADE_AT))
    fill(library, max(0, scenes - len(FILMS)), performers=120, tags=90, studios=24, seed=7)
    studio = library.create_studio(name="SyncTUI demo library", details="Films that were made for trying things out.")
    spoken = library.create_tag(name="Spoken", description="Somebody speaks in it.")
    language = {
        code: library.create_tag(name=name, parents=[spoken])
        for code, name in (("en", "Spoken in English"), ("de", "Spoken in German"), ("ja", "Spoken in Japanese"))
    }
    cast: dict[str, int] = {}
    for film in FILMS:
        story, disk = read_story(film.story), library_folder / film.path
        size = disk.stat().st_size if disk.is_file() else 40_000_000
        scene = library.scan_found(
            f"{FOLDER}/{film.path}",
            size=size,
            duration=180.0,
            mod_time=library.clock.text(MADE_AT),
            fingerprints={"oshash": blake2b(film.path.encode(), digest_size=8).hexdigest()},
        )
        for speaker in story.cast:
            if speaker not in cast:
                cast[speaker] = library.create_performer(name=speaker, disambiguation="demo library")
        library.update_scene(
            scene,
            title=disk.stem,
            details=f"{story.title}, told by the demo library.",
            studio=studio,
            tags=[language[story.language]],
            performers=[cast[speaker] for speaker in story.cast],
            organized=True,
        )
    library.clock.now = time.time
    return StashSimulator(library, api_key=KEY)


@asynccontextmanager
async def demo_stash(library_folder: Path, *, scenes: int = SCENES) -> AsyncIterator[SimulatedStash]:
    """Start the made-up Stash over the demo library, and stop it at the end."""
    async with demo_catalogue(library_folder, scenes=scenes) as simulator:
        yield SimulatedStash("Archive", simulator.url, KEY, ((str(library_folder), FOLDER),), simulator)
