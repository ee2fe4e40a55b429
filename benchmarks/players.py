"""Telling players, measured over the simulated ones: `python benchmarks/players.py [plan|dead|soak] [--cycles N]`.

plan: 10,000 changed files in 2,000 folders, planned for three players that answer; goals: less than a second for each, and
      as few writing calls as there can be. Beside it: reading the same rows and grouping them by folder, nothing else.
dead: 60 films for three players, then the same with one of them switched off, mute, or dripping; goal: the others are
      through as fast as without it (ratio at most 1.1). Runs alternate, medians count.
soak: cycles of changes with faults at random; goal: every change confirmed at last, none sent again to a player that
      had confirmed it.
`results/players.json` keeps the last run of each.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import multiprocessing
import multiprocessing.process
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from pathlib import Path
from typing import cast

from synctui.config.schema import PathMap
from synctui.config.secrets import Secret
from synctui.jobs.engine import Engine
from synctui.jobs.stop import Stop
from synctui.library.paths import PathMaps
from synctui.model.clock import Clock, SystemClock, rfc3339
from synctui.model.library import Change, LibraryRoot
from synctui.model.plan import Request
from synctui.simulators.jellyfin.server import TOKEN as JELLYFIN_TOKEN
from synctui.simulators.jellyfin.server import JellyfinSimulator
from synctui.simulators.kodi.server import KodiSimulator
from synctui.simulators.plex.library import Item as PlexItem
from synctui.simulators.plex.server import TOKEN as PLEX_TOKEN
from synctui.simulators.plex.server import PlexSimulator
from synctui.simulators.web import Answer, Faults
from synctui.store.changes import changes_after
from synctui.store.database import Database
from synctui.store.player_items import waiting
from synctui.store.rows import write_rows
from synctui.syncs.players.settings import PlayerSettings
from synctui.syncs.players.sync import PlayersSync
from synctui.syncs.players.tools import Tools

RESULTS = Path(__file__).parent / "results" / "players.json"
MOVIES, SHOWS = "/data/movies", "/data/tv"
KINDS = ("kodi", "jellyfin", "plex")
Players = tuple[KodiSimulator, JellyfinSimulator, PlexSimulator]
WRITES = {"scan", "tell", "move", "remove", "refresh", "trash", "full"}


class FastClock(SystemClock):
    """Waits a thirtieth of what it is asked to: how long a player is waited for is not what is measured here."""

    def monotonic(self) -> float:
        return time.monotonic() * 30

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / 30)


@dataclass
class Home:
    """Media, three simulated players over it, and an engine that tells them."""

    folder: Path
    database: Database
    settings: list[PlayerSettings] = field(default_factory=list)
    clock: Clock = field(default_factory=SystemClock)

    @property
    def media(self) -> Path:
        return self.folder / "media"

    def film(self, name: str) -> str:
        """Make a film and return its path."""
        home = self.media / "movies" / name
        home.mkdir(parents=True, exist_ok=True)
        (home / f"{name}.nfo").write_text(f"<movie><title>{name}</title></movie>")
        file = home / f"{name}.mkv"
        file.write_text("x")
        return str(file)

    async def changed(self, paths: Sequence[str], change: str = "created") -> None:
        """Tell the change feed."""
        rows = [Change(path, change, "benchmark") for path in paths]  # type: ignore[arg-type]
        at = rfc3339(SystemClock().now())
        await self.database.write(lambda connection: write_rows(connection, rows, job=0, at=at))

    def engine(self, settings: Sequence[PlayerSettings] | None = None) -> tuple[Engine, PlayersSync]:
        """Return an engine over these players, or all."""
        libraries = (
            LibraryRoot("Films", str(self.media / "movies"), "movies"),
            LibraryRoot("Series", str(self.media / "tv"), "series"),
        )
        chosen = tuple(self.settings if settings is None else settings)
        sync = PlayersSync(Tools(self.database, chosen, libraries=libraries, clock=self.clock, debounce=(0.0, 0.0)))
        engine = Engine(
            self.database, {"players": sync}, drafts=self.folder / "drafts", lock=self.folder / "lock", grace=2.0
        )
        return engine, sync

    async def sync(self, *, origin: str = "user") -> tuple[int, dict[str, float]]:
        """Tell everybody; return how many operations there were, and when each player was through, in seconds."""
        engine, sync = self.engine()
        ends: dict[str, float] = {}
        try:
            async with await engine.plan(Request("players", (), {"force": True})) as draft:
                if not draft.totals.total:
                    return 0, {}
                total, job = draft.totals.total, await engine.submit(draft)
            begun = time.perf_counter()
            listening = asyncio.create_task(_note_ends(engine, ends, begun))
            await engine.execute([job], stop=Stop())
            await engine.drained()
            listening.cancel()
            return total, ends
        finally:
            await sync.close()


async def _note_ends(engine: Engine, ends: dict[str, float], begun: float) -> None:
    async for event in engine.subscribe():
        if event.type == "op_end" and event.fields.get("action") == "record":
            ends[str(event.fields["track"])] = time.perf_counter() - begun


def _media(folder: Path) -> tuple[Path, Path]:
    movies, tv = folder / "media" / "movies", folder / "media" / "tv"
    for root in (movies, tv):
        root.mkdir(parents=True)
        (root / "here").write_text("x")
    return movies, tv


def _simulator(kind: str, movies: Path, tv: Path) -> KodiSimulator | JellyfinSimulator | PlexSimulator:
    if kind == "kodi":
        sources = [("Films", movies, MOVIES, "movies"), ("Series", tv, SHOWS, "tvshows")]
        return KodiSimulator(sources, password="made-up", pace=0.001, notifies=False)  # type: ignore[arg-type]  # noqa: S106
    if kind == "jellyfin":
        folders = [("Films", movies, MOVIES, "movies"), ("Series", tv, SHOWS, "tvshows")]
        return JellyfinSimulator(folders, monitor_delay=0.1)
    plex = PlexSimulator([("Films", "movie", [(movies, MOVIES)]), ("Series", "show", [(tv, SHOWS)])])
    plex.scans.starts_after = plex.scans.takes = 0.002
    return plex


def _settings(kind: str, url: str, movies: Path, tv: Path) -> PlayerSettings:
    maps = PathMaps([PathMap(str(movies), MOVIES), PathMap(str(tv), SHOWS)])
    if kind == "kodi":
        secret = Secret("made-up")
        return PlayerSettings("kodi", "kodi", url, username="kodi", password=secret, maps=maps, clean_deleted=True)
    if kind == "jellyfin":
        return PlayerSettings("jellyfin", "jellyfin", url, token=Secret(JELLYFIN_TOKEN), maps=maps, clean_deleted=True)
    return PlayerSettings("plex", "plex", url, token=Secret(PLEX_TOKEN), maps=maps, clean_deleted=True)


@asynccontextmanager
async def home() -> AsyncIterator[tuple[Home, Players]]:
    """Yield a home with its players in this process; all is thrown away at the end."""
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        movies, tv = _media(folder)
        players = cast(Players, tuple(_simulator(kind, movies, tv) for kind in KINDS))
        for simulator in players:
            await stack.enter_async_context(simulator)
        database = await stack.enter_async_context(await Database.open(folder / "synctui.db"))
        urls = [simulator.url for simulator in players]
        settings = [_settings(kind, url, movies, tv) for kind, url in zip(KINDS, urls, strict=True)]
        yield Home(folder, database, settings=settings), players


# plan


async def plan(files: int = 10_000, folders: int = 2_000) -> dict[str, object]:
    """Plan for many changed files."""
    async with home() as (made, _):
        paths = []
        for number in range(files):
            show = made.media / "tv" / f"Show {number % folders:04d}" / "Season 01"
            show.mkdir(parents=True, exist_ok=True)
            path = show / f"Show {number % folders:04d} S01E{number // folders + 1:02d}.mkv"
            path.touch()
            paths.append(str(path))
        await made.changed(paths)
        begun = time.perf_counter()
        entries = await changes_after(made.database, 0, files)
        units = {os.path.dirname(entry.change.path) for entry in entries}
        bare = time.perf_counter() - begun
        found: dict[str, object] = {"bare_s": round(bare, 3), "files": files, "folders": len(units)}
        for settings in made.settings:
            engine, sync = made.engine([settings])
            took = []
            for _ in range(3):
                begun = time.perf_counter()
                async with await engine.plan(Request("players")) as draft:
                    took.append(time.perf_counter() - begun)
                    writes = sum(number for action, number in draft.totals.by_action.items() if action in WRITES)
            await sync.close()
            floor = {"kodi": folders / 100, "jellyfin": files / 100, "plex": folders}[settings.kind]
            found[settings.kind] = {
                "plan_s": round(statistics.median(took), 3),
                "times_bare": round(statistics.median(took) / bare, 1),
                "writing_calls": writes,
                "floor": int(floor),
            }
        return found


# dead


def serve(kind: str, movies: Path, tv: Path, trouble: str, told: Connection) -> None:
    """Be a simulated player in a process of its own, so that none takes time from another; `told` gets its address."""
    asyncio.run(_serve(kind, movies, tv, trouble, told))


async def _serve(kind: str, movies: Path, tv: Path, trouble: str, told: Connection) -> None:
    simulator = _simulator(kind, movies, tv)
    await simulator.start()
    if trouble == "off":
        await simulator.stop()
    elif trouble:
        simulator.faults = {
            "mute": Faults(mute=True),
            "dripping": Faults(drip=0.2),
            "faults of its own": Faults(answer=Answer(500)),
        }[trouble]
    told.send(simulator.url)
    await asyncio.Event().wait()


async def _told_beside(trouble: str) -> dict[str, float]:
    """Return when each of three players was through with 60 films, the Plex being in trouble, or not ("")."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        movies, tv = _media(folder)
        processes: list[multiprocessing.process.BaseProcess] = []
        settings: list[PlayerSettings] = []
        spawn = multiprocessing.get_context("spawn")
        try:
            for kind in KINDS:
                here, there = spawn.Pipe()
                given = (kind, movies, tv, trouble if kind == "plex" else "", there)
                process = spawn.Process(target=serve, args=given, daemon=True)
                process.start()
                processes.append(process)
                settings.append(_settings(kind, await asyncio.to_thread(here.recv), movies, tv))
            async with await Database.open(folder / "synctui.db") as database:
                made = Home(folder, database, settings=settings)
                made.settings = [replace(one, timeout=1.0, retry_attempts=1) for one in settings]
                await made.changed([made.film(f"Film {one} (2001)") for one in range(60)])
                return (await made.sync())[1]
        finally:
            for process in processes:
                process.kill()


async def dead(rounds: int = 7) -> dict[str, object]:
    """Compare how fast two players are through with and without a third one that is in trouble."""
    found: dict[str, object] = {}
    for trouble in ("off", "mute", "dripping", "faults of its own"):
        times: dict[bool, list[dict[str, float]]] = {True: [], False: []}
        for number in range(rounds):
            for wrong in (False, True) if number % 2 else (True, False):
                times[wrong].append(await _told_beside(trouble if wrong else ""))
        found[trouble] = {
            player: {
                "beside_s": round(beside := statistics.median(one[player] for one in times[True]), 3),
                "alone_s": round(alone := statistics.median(one[player] for one in times[False]), 3),
                "ratio": round(beside / alone, 3),
            }
            for player in KINDS[:2]
        }
    return found


# soak


async def soak(cycles: int = 200, seed: int = 7) -> dict[str, object]:
    """Change files and break players at random, cycle after cycle, and see that everything ends right."""
    dice = random.Random(seed)
    async with home() as (made, players):
        kodi, jellyfin, plex = players
        made.clock = FastClock()
        alive: dict[str, str] = {}
        sent = _Sent(made)
        faults = 0
        begun = time.perf_counter()
        made.settings = [replace(one, timeout=1.0, retry_attempts=0) for one in made.settings]
        for cycle in range(cycles):
            faults += await _break_something(players, dice)
            await _change_something(made, dice, alive, cycle)
            await sent.around(made.sync())
            await _mend(players)
        for _ in range(5):
            if not any([await waiting(made.database, one.name) for one in made.settings]):
                break
            await sent.around(made.sync())
        left = {one.name: len(await waiting(made.database, one.name)) for one in made.settings}
        again, _ = await made.sync()
        wanted = {path.replace(str(made.media / "movies"), MOVIES) for path in alive.values()}
        have = {
            "kodi": {item.file for item in kodi.movies()},
            "jellyfin": set(jellyfin.items("Movie")),
            "plex": {file for item in plex.items() if not item.in_trash for file in _files(item)},
        }
        return {
            "cycles": cycles,
            "faults": faults,
            "seconds": round(time.perf_counter() - begun, 1),
            "not_confirmed": left,
            "planned_afterwards": again,
            "wrong": {name: len(files ^ wanted) for name, files in have.items()},
            "sent_again_after_confirmation": sent.again,
        }


def _files(item: PlexItem) -> list[str]:
    return [part.path for part in item.parts if part.found]


class _Sent:
    """Counts files that a player was told of although it had confirmed them and they had not changed since."""

    def __init__(self, made: Home) -> None:
        self._made = made
        self.again = 0

    async def around(self, work: object) -> None:
        """Do a cycle, and compare what was sent in it with what stood confirmed before."""
        sql = "SELECT player, path, feed FROM player_items WHERE state = 'confirmed'"
        before = {(row[0], row[1]): row[2] for row in await self._made.database.rows(sql)}
        marked = await self._made.database.row("SELECT coalesce(max(id), 0) FROM jobs")
        await work  # type: ignore[misc]
        sql = "SELECT player, path, feed FROM player_items WHERE job > ?"
        for row in await self._made.database.rows(sql, (marked[0] if marked else 0,)):
            self.again += before.get((row[0], row[1])) == row[2]


async def _break_something(players: Players, dice: random.Random) -> int:
    kind = dice.choice(["nothing", "off", "mute", "html", "500", "401 once", "reset", "slow", "restart"])
    simulator = dice.choice(players)
    if kind == "off":
        await simulator.stop()
    elif kind == "restart":
        asyncio.get_running_loop().call_later(dice.random() / 5, lambda: asyncio.ensure_future(simulator.restart()))
    elif kind != "nothing":
        simulator.faults = {
            "mute": Faults(mute=True),
            "html": Faults(answer=Answer(200, b"<html>log in</html>")),
            "500": Faults(answer=Answer(500)),
            "401 once": Faults(answer=Answer(401), times=1),
            "reset": Faults(reset=True, times=dice.randint(1, 6)),
            "slow": Faults(delay=0.05),
        }[kind]
    return kind != "nothing"


async def _mend(players: Players) -> None:
    await asyncio.sleep(0.25)
    for simulator in players:
        simulator.faults = Faults()
        await simulator.restart()


async def _change_something(made: Home, dice: random.Random, alive: dict[str, str], cycle: int) -> None:
    new = [f"Film {cycle}-{number} (2001)" for number in range(dice.randint(0, 3))]
    for name in new:
        alive[name] = made.film(name)
    await made.changed([alive[name] for name in new])
    if len(alive) > 5 and dice.random() < 0.3:
        name = dice.choice(sorted(set(alive) - set(new)))
        path = Path(alive.pop(name))
        for file in path.parent.iterdir():
            file.unlink()
        path.parent.rmdir()
        await made.changed([str(path)], "removed")
    if alive and dice.random() < 0.3:
        await made.changed([dice.choice(sorted(alive.values()))], "modified")


async def _main(what: Sequence[str], cycles: int) -> None:
    found = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    for name in what:
        found[name] = await (soak(cycles) if name == "soak" else dead() if name == "dead" else plan())
        print(name, json.dumps(found[name], indent=1))
    found["machine"] = {"python": sys.version.split()[0], "processors": os.cpu_count()}
    RESULTS.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Measure how players are told.")
    parser.add_argument("what", nargs="*", default=["plan", "dead", "soak"], choices=["plan", "dead", "soak"])
    parser.add_argument("--cycles", type=int, default=200)
    given = parser.parse_args()
    asyncio.run(_main(given.what, given.cycles))
