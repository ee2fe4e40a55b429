"""Makes every picture in this folder: the real screens over the demo's films, moved by keys, doing real jobs.

Run it with the project's virtual environment: `python screenshots/make.py`, or with words to make only those pictures
that have one in their names. It makes the demo in /tmp/demo, because paths are seen on some pictures, and removes it.
Clock times and what jobs took differ from run to run; nothing else does.
"""

from __future__ import annotations

import asyncio
import io
import os
import shutil
import struct
import subprocess
import sys
import zlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import av
import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))

from picture import background_of, draw  # noqa: E402
from tests.tui.stage import Stage  # noqa: E402

from synctui.cli.demo import made_up_players, made_up_stash  # noqa: E402
from synctui.config.paths import Paths  # noqa: E402
from synctui.config.schema import Player, Stash  # noqa: E402
from synctui.model.library import LibraryRoot  # noqa: E402
from synctui.model.states import JobState  # noqa: E402
from synctui.services import Launch, configuration  # noqa: E402
from synctui.simulators.demo import build_demo  # noqa: E402
from synctui.tui.app import SyncTui  # noqa: E402
from synctui.tui.looks import wear  # noqa: E402
from synctui.tui.screens.settings.screen import SettingsScreen  # noqa: E402
from synctui.tui.theme import choose_look  # noqa: E402

DEMO = Path("/tmp/demo")  # noqa: S108
CONVERT = shutil.which("rsvg-convert")
NARROW, WIDE = (80, 24), (140, 45)
CONFIG = """
[[library]]
name = "Series"
path = "{0}/Series"
kind = "series"

[[library]]
name = "Films"
path = "{0}/Films"
kind = "movies"
"""


class Camera:
    """Takes pictures of what stands on the stage."""

    def __init__(self, wanted: Sequence[str]) -> None:
        self._wanted = wanted
        self.taken: list[Path] = []

    async def shoot(
        self,
        s: Stage,
        name: str,
        label: str,
        *,
        sizes: Sequence[tuple[int, int]] = (NARROW, WIDE),
        themes: Sequence[str] = ("dark", "light"),
        moving: bool = False,
        worn: Callable[[], object] = lambda: None,
    ) -> None:
        """Take a picture of the screen on top in each size and theme.

        `moving`: do not wait until it stands still; `worn` is called when the theme has changed.
        """
        for size in sizes:
            files = {theme: HERE / f"{name}-{size[0]}x{size[1]}-{theme}.svg" for theme in themes}
            if self._wanted and not any(word in file.stem for word in self._wanted for file in files.values()):
                continue
            await s.pilot.resize_terminal(*size)
            for theme, file in files.items():
                wear(s.app, choose_look(theme))
                worn()
                await s.pilot.pause()
                if not moving:
                    await still(s)
                strips = s.app.screen._compositor.render_strips(s.app.size)
                file.write_text(draw(strips, size[0], background_of(strips), label), "utf-8")
                self.taken.append(file)
        wear(s.app, choose_look("dark"))
        await s.pilot.resize_terminal(*NARROW)
        await s.pilot.pause()


async def still(s: Stage) -> None:
    """Wait until nothing has changed on the screen for a third of a second."""
    before, calm = "", 0
    while calm < 6:
        await s.pilot.pause()
        await asyncio.sleep(0.05)
        now = s.text
        calm = calm + 1 if now == before else 0
        before = now


@asynccontextmanager
async def opened(
    data: Path, *, config: str = "", demo: bool = False, players: tuple[Player, ...] = (), stash: Stash | None = None
) -> AsyncIterator[Stage]:
    """Open the screens over the demo, as two configured libraries or as `--demo` does it."""
    paths = Paths.under(data)
    paths.ensure()
    file = data / "config.toml"
    file.write_text(config)
    launch = Launch(
        paths=paths,
        file=file,
        loaded=configuration(file=file, paths=paths, environment={}),
        libraries=(LibraryRoot("Demo", str(DEMO / "library")),) if demo else (),
        players=players,
        stash=stash,
        jobs=2,
        demo=DEMO if demo else None,
    )
    app = SyncTui(launch)
    try:
        async with app.run_test(size=NARROW) as pilot:
            s = Stage(app, pilot, DEMO, data)
            await s.until(lambda: app.house.ready)
            if config or demo:
                await s.until(lambda: "looking at the disks" not in s.text and s.rows.source.count())
            await still(s)
            yield s
    finally:
        await app.house.close()


async def ended(s: Stage, jobs: int) -> None:
    """Wait until so many jobs are at their end."""
    await s.until(lambda: sum(job.state is JobState.COMPLETED for job in s.app.board.jobs) == jobs, 120)
    await still(s)


async def run_from_preview(s: Stage) -> None:
    """Start what the preview shows."""
    await s.until(lambda: "run" in s.lines()[-1], 30)
    await s.press("enter")


async def first_minute(camera: Camera) -> None:
    """The demo as it opens, with its tour."""
    async with opened(DEMO / "data", demo=True) as s:
        label = "The demo as it opens: a made-up library, and a guided tour at the bottom"
        await camera.shoot(s, "demo", label, themes=("dark",))


async def first_start(camera: Camera) -> None:
    """What somebody sees who has no library yet."""
    async with opened(DEMO / "new") as s:
        await camera.shoot(
            s, "welcome", "The first start: what SyncTUI does, and the way to the first library", sizes=(NARROW,)
        )


async def everything(camera: Camera) -> None:
    """All other places, in the order in which somebody gets there."""
    async with opened(DEMO / "state", config=CONFIG.format(DEMO / "library")) as s:
        await at_work(s)
        await library(s, camera)
        await details(s, camera)
        await preview_and_jobs(s, camera)
        await beside(s, camera)


async def told(camera: Camera) -> None:
    """The players: two of them have everything, what the third one missed waits."""
    async with (
        made_up_players(str(DEMO / "library"), automatic=True) as players,
        opened(DEMO / "told", config=CONFIG.format(DEMO / "library"), players=players) as s,
    ):
        await s.go_to("Series")
        await s.press("s")
        await run_from_preview(s)
        await ended(s, 2)
        await s.press("P")
        await s.until(lambda: "2 of 3 online" in s.text)
        await camera.shoot(s, "players", "The players: how they stand, what they were told; one is off, its changes wait")


async def catalogued(camera: Camera) -> None:
    """The catalogue of the made-up Stash: a studio open, and what a search finds."""
    async with (
        made_up_stash(str(DEMO / "library")) as stash,
        opened(DEMO / "catalogued", config=CONFIG.format(DEMO / "library"), stash=stash) as s,
    ):
        await s.press("S", "s")
        await run_from_preview(s)
        await ended(s, 1)
        await s.until(lambda: "2,000 scenes" in s.text and "Bergsund" in s.text)
        await s.press("j", "j", "enter", "j", "j")
        await still(s)
        label = "The catalogue of a Stash server: studios with their scenes; performers, tags and all scenes are a key away"
        await camera.shoot(s, "catalogue", label)


async def at_work(s: Stage) -> None:
    """Make a history: the films and a series are synced, of another one is found out how it stands."""
    await unfold(s, "Films", "Series")
    for number, (row, key) in enumerate((("Films", "s"), ("Winter Harbour", "s"), ("The Long Orbit", "c")), 1):
        await s.go_to(row)
        await s.press(key)
        await run_from_preview(s)
        await ended(s, number)


async def library(s: Stage, camera: Camera) -> None:
    """The library: with marks, some of it not yet looked at; wide with more of it open."""
    await unfold(s, "The Long Orbit", "Season 01")
    for row in ("Lanternfish", "Nachtzug"):
        await s.go_to(row)
        await s.press("space")
    await s.go_to("S01E02")
    label = "The library: films, series and episodes, how their subtitles stand, in words"
    await camera.shoot(s, "library", label, sizes=(NARROW,))
    await camera.shoot(s, "library", f"{label}; in a terminal's own colours", sizes=(NARROW,), themes=("terminal",))
    await unfold(s, "Season 02", "Winter Harbour")
    await s.go_to("Winter Harbour")
    await s.press("j", "enter")
    await s.go_to("S01E02")
    await camera.shoot(s, "library", label, sizes=(WIDE,))
    await s.press("u")


async def details(s: Stage, camera: Camera) -> None:
    """All that is known of one subtitle: beside the library, or as a page."""
    await unfold(s, "The Ferry")
    await s.press("j")
    label = "What is known of one subtitle: its numbers, the video, the original, the history"
    await camera.shoot(s, "details", label, sizes=(WIDE,))
    await s.press("d")
    await camera.shoot(s, "details", label, sizes=(NARROW,))
    await s.press("escape", "h")


async def preview_and_jobs(s: Stage, camera: Camera) -> None:
    """What is done with what is off; something taken back and something paused before, so that the jobs have a history."""
    await s.press("J")
    await s.go_to("Winter Harbour")
    await s.press("Z")
    await run_from_preview(s)
    await ended(s, 4)
    await s.press("L")
    await s.go_to("Nachtzug")
    await s.press("s")
    await run_from_preview(s)
    await s.press("J", "g")
    await s.until(lambda: any(job.state is JobState.RUNNING for job in s.app.board.jobs))
    await s.press("space")
    await s.until(lambda: any(job.state is JobState.PAUSED for job in s.app.board.jobs))
    await s.press("L")
    for row in ("Lanternfish", "The Long Orbit"):
        await s.go_to(row)
        await s.press("space")
    await s.press("s")
    await s.until(lambda: "run" in s.lines()[-1], 30)
    await s.press("j", "j", "space", "k", "k", "k")
    await camera.shoot(s, "preview", "The preview: every subtitle that would be changed, and why; nothing is written yet")
    await s.press("enter", "J", "g")
    await s.until(lambda: progress(s) > 0.35, 60)
    label = "The jobs: what runs, what is being worked on, what is paused, and what was done"
    await camera.shoot(s, "jobs", label, moving=True)
    await ended(s, 5)
    await s.go_to("Nachtzug")
    await s.press("space")
    await ended(s, 6)
    await s.go_to("Films")
    await s.press("enter")
    await camera.shoot(s, "job", "One job: its operations, those that want attention first")
    await s.press("escape")
    await s.go_to("Lanternfish")
    await s.press("enter")
    await still(s)
    await s.go_to("25/23.976")
    await s.press("enter")
    await camera.shoot(s, "operation", "One operation: its numbers, and its lines drawn against the speech")


async def beside(s: Stage, camera: Camera) -> None:
    """What stands beside the work."""
    await s.press("comma")
    settings = s.app.screen
    assert isinstance(settings, SettingsScreen)
    label = "The settings: libraries, engine, languages, looks, and where each value comes from"
    await camera.shoot(s, "settings", label, worn=settings.show_entries)
    await s.press("L", "question_mark")
    await camera.shoot(s, "help", "The help: what can be done here, and with which key")


async def unfold(s: Stage, *rows: str) -> None:
    """Open rows of the library that are closed."""
    for row in rows:
        await s.go_to(row)
        if "▸" in s.row:
            await s.press("enter")
            await still(s)


def progress(s: Stage) -> float:
    """Return how much of the running job is done."""
    running = [job.snapshot for job in s.app.board.jobs if job.state is JobState.RUNNING and job.snapshot.total]
    return running[0].current / running[0].total if running else 0.0


def developed(svg: Path) -> bool:
    """Make the PNG of a picture; False when there is nothing to make it with."""
    if CONVERT is None:
        return False
    shrunk = made_small(subprocess.run([CONVERT, str(svg)], check=True, stdout=subprocess.PIPE).stdout)
    svg.with_suffix(".png").write_bytes(shrunk)
    return True


def made_small(png: bytes) -> bytes:
    """Return a picture with at most 256 colours: those that most of it has, and for every other one the nearest."""
    with av.open(io.BytesIO(png), "r") as file:
        pixels = np.ascontiguousarray(next(file.decode(video=0)).to_ndarray(format="rgba"))
    height, width = pixels.shape[:2]
    numbers, places, counts = np.unique(pixels.view(np.uint32), return_inverse=True, return_counts=True)
    colours = numbers.view(np.uint8).reshape(-1, 4)
    kept = colours[np.argsort(-counts, kind="stable")[:256]]
    apart = np.abs(colours[:, None].astype(np.int16) - kept[None].astype(np.int16)).sum(axis=2)
    indexed = apart.argmin(axis=1).astype(np.uint8)[places.reshape(-1)].reshape(height, width)
    rows = np.hstack((np.zeros((height, 1), np.uint8), indexed)).tobytes()
    chunks = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", kept[:, :3].tobytes()),
        (b"tRNS", kept[:, 3].tobytes()),
        (b"IDAT", zlib.compress(rows, 9)),
        (b"IEND", b""),
    )
    sums = (struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data)) for name, data in chunks)
    return b"\x89PNG\r\n\x1a\n" + b"".join(sums)


def main() -> None:
    """Make the pictures that are asked for, or all."""
    camera = Camera(sys.argv[1:])
    # Engines of others are told with their paths: only those that everybody may have are looked for.
    os.environ.update(TERM="xterm-256color", COLORTERM="truecolor", PATH="/usr/bin:/bin")
    os.environ.pop("NO_COLOR", None)
    try:
        DEMO.mkdir()
    except FileExistsError:
        sys.exit(f"{DEMO} is there already: move it away, its name is seen on the pictures")
    try:
        build_demo(DEMO / "library")
        asyncio.run(first_start(camera))
        asyncio.run(first_minute(camera))
        asyncio.run(everything(camera))
        asyncio.run(told(camera))
        asyncio.run(catalogued(camera))
    finally:
        shutil.rmtree(DEMO, ignore_errors=True)
    missing = [svg for svg in camera.taken if not developed(svg)]
    print(f"{len(camera.taken)} pictures in {HERE}")
    if missing:
        print("missing: rsvg-convert (Debian, Ubuntu: sudo apt install librsvg2-bin), so there are no PNGs of them")


if __name__ == "__main__":
    main()
