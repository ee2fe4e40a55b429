"""A media folder on disk, simulated players over it, and an engine that tells them what changed."""

from __future__ import annotations

import asyncio
import os
import shutil
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from synctui.config.schema import PathMap
from synctui.config.secrets import Secret
from synctui.jobs.engine import Engine
from synctui.jobs.stop import Stop
from synctui.library.paths import PathMaps
from synctui.model.clock import Clock, SystemClock, rfc3339
from synctui.model.events import Event
from synctui.model.json import Fields
from synctui.model.library import Change, LibraryRoot
from synctui.model.plan import Notice, Operation, Request
from synctui.simulators.jellyfin.server import TOKEN as JELLYFIN_TOKEN
from synctui.simulators.jellyfin.server import JellyfinSimulator
from synctui.simulators.kodi.server import KodiSimulator
from synctui.simulators.plex.server import TOKEN as PLEX_TOKEN
from synctui.simulators.plex.server import PlexSimulator
from synctui.simulators.web import Faults
from synctui.store import history, journal
from synctui.store.database import Database
from synctui.store.player_items import QueueRow, known
from synctui.store.players import PlayerRecord, players
from synctui.store.rows import write_rows
from synctui.syncs.players.settings import Chain, PlayerSettings
from synctui.syncs.players.sync import PlayersSync
from synctui.syncs.players.tools import Tools
from tests.players.kodi.media import make_episode, make_film, touch, write_film_nfo

Simulator = KodiSimulator | JellyfinSimulator | PlexSimulator
MOVIES, SHOWS = "/data/movies", "/data/tv"


class HurriedClock:
    """A clock that runs `speed` times as fast, and can be put forward."""

    def __init__(self, speed: float = 40.0) -> None:
        self.ahead = 0.0
        self._speed = speed
        self._begun = time.monotonic()
        self._now = datetime.now(UTC)

    def monotonic(self) -> float:
        return (time.monotonic() - self._begun) * self._speed + self.ahead

    def now(self) -> datetime:
        return self._now + timedelta(seconds=self.monotonic())

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(seconds / self._speed)


@dataclass
class Scene:
    """The folder `media` with `movies` and `tv`; players see them as /data/movies and /data/tv."""

    media: Path
    database: Database
    stack: AsyncExitStack
    clock: Clock = field(default_factory=SystemClock)
    settings: list[PlayerSettings] = field(default_factory=list)
    chains: tuple[Chain, ...] = ()
    groups: dict[str, Sequence[str]] = field(default_factory=dict)
    libraries: tuple[LibraryRoot, ...] = ()
    syncs: list[PlayersSync] = field(default_factory=list)
    servers: dict[str, Simulator] = field(default_factory=dict)

    @property
    def movies(self) -> Path:
        return self.media / "movies"

    @property
    def tv(self) -> Path:
        return self.media / "tv"

    @property
    def roots(self) -> tuple[LibraryRoot, ...]:
        return LibraryRoot("Films", str(self.movies), "movies"), LibraryRoot("Series", str(self.tv), "series")

    @property
    def maps(self) -> PathMaps:
        return PathMaps([PathMap(str(self.movies), MOVIES), PathMap(str(self.tv), SHOWS)])

    # the disk

    def film(self, name: str, *, file: str = "", **fields: str | int) -> str:
        """Make a film in a folder of its own and return its path; `fields` go into its NFO."""
        video = f"{file or name}.mkv"
        folder = self.movies / name
        others = sorted(one.name for one in folder.glob("*.mkv")) if folder.is_dir() else []
        make_film(self.movies, name, files=tuple(dict.fromkeys([*others, video])), **fields)
        return str(folder / video)

    def films(self, number: int, prefix: str = "Film") -> list[str]:
        """Make so many films."""
        return [self.film(f"{prefix} {index} ({2000 + index % 20})") for index in range(number)]

    def episode(self, show: str, season: int, number: int) -> str:
        """Make an episode and return its path."""
        path = make_episode(self.tv, show, season, number)
        touch(path.parent)
        touch(self.tv / show)
        return str(path)

    def moved(self, path: str, name: str, *, file: str = "") -> str:
        """Give a film another folder and file name, and return its new path."""
        new = self.film(name, file=file)
        shutil.copyfile(path, new)
        self.removed(path)
        return new

    def removed(self, path: str) -> str:
        """Remove a video, and its folder when it was the only one there."""
        folder = Path(path).parent
        Path(path).unlink()
        if folder.parent == self.movies and not list(folder.glob("*.mkv")):
            shutil.rmtree(folder)
        else:
            touch(folder)
        return path

    def file(self, path: Path, content: str = "x") -> str:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        return str(path)

    def loose(self, name: str) -> str:
        """Make a film that lies among the folders of others."""
        path = self.file(self.movies / f"{name}.mkv")
        write_film_nfo(self.movies, name)
        return path

    def unit(self, path: str) -> str:
        """Return what a player calls the folder of the film or show."""
        root = self.movies if Path(path).is_relative_to(self.movies) else self.tv
        return self.theirs(str(root / Path(path).relative_to(root).parts[0]))

    def theirs(self, path: str) -> str:
        return self.maps.theirs(path) or ""

    # players

    async def kodi(self, name: str = "Living room", *, pace: float = 0.002, **more: object) -> KodiSimulator:
        """Start a Kodi and configure it."""
        simulator = KodiSimulator(
            [("Films", self.movies, MOVIES, "movies"), ("Series", self.tv, SHOWS, "tvshows")],
            password="secret",
            pace=pace,
            notifies=False,
        )
        await self.stack.enter_async_context(simulator)
        self.servers[name] = simulator
        settings = PlayerSettings(name, "kodi", simulator.url, username="kodi", password=Secret("secret"))
        self.configure(settings, **more)
        return simulator

    async def plex(self, name: str = "Den", **more: object) -> PlexSimulator:
        """Start a Plex and configure it."""
        simulator = PlexSimulator(
            [("Films", "movie", [(self.movies, MOVIES)]), ("Series", "show", [(self.tv, SHOWS)])],
        )
        simulator.scans.starts_after = simulator.scans.takes = 0.02
        await self.stack.enter_async_context(simulator)
        self.servers[name] = simulator
        self.configure(PlayerSettings(name, "plex", simulator.url, token=Secret(PLEX_TOKEN)), **more)
        return simulator

    async def emby(self, name: str = "Loft", **more: object) -> JellyfinSimulator:
        """Start an Emby and configure it."""
        return await self.jellyfin(name, flavour="emby", **more)  # type: ignore[arg-type]

    async def jellyfin(
        self, name: str = "Attic", *, delay: float = 0.1, flavour: Literal["jellyfin", "emby"] = "jellyfin", **more: object
    ) -> JellyfinSimulator:
        """Start a Jellyfin and configure it."""
        simulator = JellyfinSimulator(
            [("Films", self.movies, MOVIES, "movies"), ("Series", self.tv, SHOWS, "tvshows")],
            monitor_delay=delay,
            flavour=flavour,
        )
        await self.stack.enter_async_context(simulator)
        self.servers[name] = simulator
        self.configure(PlayerSettings(name, flavour, simulator.url, token=Secret(JELLYFIN_TOKEN)), **more)
        return simulator

    async def start(self, kind: str, **more: object) -> Simulator:
        """Start a player of a kind, called It."""
        start: Callable[..., Awaitable[Simulator]] = getattr(self, kind)
        return await start("It", **more)

    def files_of(self, server: Simulator) -> set[str]:
        """Return the videos in a player's library, as it spells them."""
        if isinstance(server, KodiSimulator):
            return {item.file for item in (*server.movies(), *server.episodes())}
        if isinstance(server, JellyfinSimulator):
            return set(server.items("Movie", "Episode"))
        return {part.path for item in server.items() for part in item.parts if part.found}

    def configure(self, settings: PlayerSettings, **more: object) -> None:
        """Add a player, or replace the one of this name."""
        given = {"maps": settings.maps or self.maps, **more}
        changed = replace(settings, **given)  # type: ignore[arg-type]
        if any(one.name == settings.name for one in self.settings):
            self.settings = [changed if one.name == settings.name else one for one in self.settings]
        else:
            self.settings.append(changed)

    def reconfigure(self, name: str, **more: object) -> None:
        """Change a player's settings."""
        self.configure(next(one for one in self.settings if one.name == name), **more)

    # syncing

    def engine(self) -> Engine:
        """Return an engine over the players as they are configured now."""
        tools = Tools(
            self.database,
            tuple(self.settings),
            self.groups,
            self.chains,
            self.libraries or self.roots,
            clock=self.clock,
            debounce=(0.0, 0.0),
        )
        sync = PlayersSync(tools)
        self.syncs.append(sync)
        folder = self.media.parent
        return Engine(
            self.database, {"players": sync}, drafts=folder / "drafts", lock=folder / "lock", clock=self.clock, grace=1.0
        )

    async def changed(self, *paths: str, change: str = "created", previous: str | None = None) -> None:
        """Tell the change feed."""
        rows = [Change(path, change, "test", previous) for path in paths]  # type: ignore[arg-type]
        at = rfc3339(self.clock.now())
        await self.database.write(lambda connection: write_rows(connection, rows, job=0, at=at))

    async def plan(self, *targets: str, **options: object) -> tuple[list[Operation], list[Notice]]:
        """Return what would be done, and what is said about it."""
        request = Request("players", targets, options, origin="user")  # type: ignore[arg-type]
        draft = await self.engine().plan(request)
        try:
            operations = [planned.operation for planned in await draft.page(0, 100_000)]
            return operations, list(draft.totals.notices)
        finally:
            await draft.discard()

    async def sync(
        self,
        *targets: str,
        allow: bool = False,
        between: Callable[[], Awaitable[None]] | None = None,
        faults: tuple[Simulator, Faults] | None = None,
        after: tuple[Simulator, int, Faults] | None = None,
        **options: object,
    ) -> Told:
        """Plan, submit and execute; return what came of it.

        `between` happens after planning; a server gets its `faults` then, or `after` so many more good answers.
        """
        engine = self.engine()
        request = Request("players", targets, options, origin="user")  # type: ignore[arg-type]
        async with await engine.plan(request) as draft:
            if draft.totals.total == 0:
                return Told(0, [], [])
            job = await engine.submit(draft, allow_mass_change=allow)
        if between is not None:
            await between()
        if faults is not None:
            faults[0].faults = replace(faults[1])
        if after is not None:
            _turn_bad(*after)
        await engine.execute([job], stop=Stop())
        return await self.told(job)

    async def told(self, job: int) -> Told:
        """Return what came of a job."""
        records = await history.list_operations(self.database, job, limit=100_000)
        events = [event async for event in journal.stream(self.database, job)]
        return Told(job, records, events)

    async def standing(self, player: str, *paths: str) -> dict[str, QueueRow]:
        """Return how files stand with a player."""
        return await known(self.database, player, paths)

    async def states(self, player: str) -> Counter[str]:
        """Return how many of a player's items are in which state."""
        rows = await self.database.rows("SELECT state FROM player_items WHERE player = ?", (player.encode(),))
        return Counter(row[0] for row in rows)

    async def player(self, name: str) -> PlayerRecord:
        return (await players(self.database))[name]


@dataclass
class Told:
    """What came of a job."""

    job: int
    operations: list[history.OperationRecord]
    events: list[Event]

    @property
    def ends(self) -> dict[str, str]:
        """Return `result reason` by key."""
        return {one.operation.key: f"{one.result} {one.reason}" for one in self.operations}

    @property
    def results(self) -> Counter[str]:
        return Counter(one.result.value if one.result else one.state.value for one in self.operations)

    def of(self, player: str) -> dict[str, str]:
        """Return the ends of a player's operations, by their names."""
        return {key.partition("/")[2]: end for key, end in self.ends.items() if key.startswith(f"{player}/")}

    def no_bug(self) -> None:
        """See that nothing happened that nobody foresaw."""
        assert "bug" not in {one.reason for one in self.operations}, [one.message for one in self.operations]

    def said(self, kind: str) -> list[Fields]:
        return [event.fields for event in self.events if event.type == kind]


def _turn_bad(server: Simulator, good: int, faults: Faults) -> None:
    """Let a server fail behind so many good answers from now on."""
    web, last = server.web, len(server.web.asked) + good

    class Turning(Faults):
        def take(self) -> Faults | None:
            return faults.take() if len(web.asked) > last else None

    server.faults = Turning()


@asynccontextmanager
async def scene_in(folder: Path) -> AsyncIterator[Scene]:
    """Yield an empty scene in a folder."""
    media = folder / "media"
    for name in ("movies", "tv"):
        os.makedirs(media / name)
        (media / name / "readme.txt").write_text("something is here")
    async with await Database.open(folder / "synctui.db") as database, AsyncExitStack() as stack:
        scene = Scene(media, database, stack)
        try:
            yield scene
        finally:
            for sync in scene.syncs:
                await sync.close()
