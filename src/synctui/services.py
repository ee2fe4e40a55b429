"""The only wiring: configuration → store, workers, sync kinds, engine."""

from __future__ import annotations

import asyncio
import os
import socket
import uuid
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path

from synctui.config.launch import Farewell, Launch, Screens
from synctui.config.load import Loaded, load
from synctui.config.paths import Paths
from synctui.config.schema import Config, Player, Stash
from synctui.config.settings import Settings as SettingsFile
from synctui.errors import SyncTuiError
from synctui.files.vault import Vault
from synctui.jobs.engine import Engine
from synctui.jobs.hints import Hint
from synctui.jobs.schedule import Entry
from synctui.jobs.shop import Ended
from synctui.model.clock import Clock, SystemClock
from synctui.model.library import LibraryRoot
from synctui.model.plan import Origin, Request
from synctui.model.states import Result
from synctui.model.sync import Sync
from synctui.processes.cluster import Cluster
from synctui.processes.workers import Divided, TaskRunner, Workers
from synctui.store.database import Database
from synctui.store.lineage import vaulted_originals
from synctui.syncs.players.due import due, unread
from synctui.syncs.players.settings import PlayerSettings, chains, player_settings
from synctui.syncs.players.sync import PlayersSync
from synctui.syncs.players.tools import Tools as PlayerTools
from synctui.syncs.stash.settings import stash_settings
from synctui.syncs.stash.sync import StashSync
from synctui.syncs.stash.tools import Tools as StashTools
from synctui.syncs.subtitles.scratch import sweep_scratch
from synctui.syncs.subtitles.sync import SubtitleSync
from synctui.syncs.subtitles.tools import Settings, Tools

__all__ = ["Farewell", "Launch", "Screens", "Services", "configuration", "services"]

_TASKS = "synctui.timing.tasks"
# What takes long. Whoever looks at a video does not wait for the cluster, and what engines read is written on this machine.
_FOR_CLUSTER = frozenset(f"{_TASKS}:{name}" for name in ("speech_of", "align_cues", "judge_spans", "spans_of_speech"))
# So often at most are players told of what changed, however much that is.
_SPACING_S = 15.0
# Programs of others run on this machine, whoever has listened for them.
_ENGINES_OF_CLUSTER = frozenset(("auto", "builtin"))


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that a command or a screen works with; `libraries` are the configured ones, or what stands in for them."""

    loaded: Loaded
    paths: Paths
    database: Database
    workers: Workers
    engine: Engine
    subtitles: SubtitleSync
    players: PlayersSync
    stash: StashSync
    schedule: tuple[Entry, ...] = ()
    hints: tuple[Hint, ...] = ()
    warnings: tuple[str, ...] = ()
    libraries: tuple[LibraryRoot, ...] = ()


def configuration(
    *,
    file: Path | None = None,
    paths: Paths,
    environment: Mapping[str, str] | None = None,
    flags: Mapping[str, object] | None = None,
) -> Loaded:
    """Return the configuration in force."""
    return load(file=file, paths=paths, environment=os.environ if environment is None else environment, flags=flags)


@asynccontextmanager
async def services(
    loaded: Loaded,
    paths: Paths,
    *,
    jobs: int | None = None,
    libraries: tuple[LibraryRoot, ...] = (),
    players: tuple[Player, ...] = (),
    stash: Stash | None = None,
    clock: Clock | None = None,
) -> AsyncIterator[Services]:
    """Open the database and the engine, and close them whatever happens.

    `jobs` overrides how many subtitles are worked on at once; `libraries`, `players` and `stash` stand in for the configured
    ones.
    """
    clock = clock or SystemClock()
    if stash is not None:
        loaded = replace(loaded, config=replace(loaded.config, stash=stash))
    if players:
        loaded = replace(loaded, config=replace(loaded.config, player=players, group=()))
    paths.ensure()
    vault = Vault(str(paths.vault), referenced=lambda: vaulted_originals(paths.database))
    # What dead processes left is in nobody's way: it is removed meanwhile.
    tidying = asyncio.get_running_loop().create_task(asyncio.to_thread(_tidy, paths, vault), name="tidy")
    try:
        async with _opened(loaded, paths, vault, jobs, libraries, clock) as opened:
            yield opened
    finally:
        await tidying


def _tidy(paths: Paths, vault: Vault) -> None:
    SettingsFile(paths).sweep()
    sweep_scratch(paths.scratch)
    vault.sweep()


@asynccontextmanager
async def _opened(
    loaded: Loaded,
    paths: Paths,
    vault: Vault,
    jobs: int | None,
    libraries: tuple[LibraryRoot, ...],
    clock: Clock,
) -> AsyncIterator[Services]:
    config = loaded.config
    asked = jobs or config.subtitles.jobs
    width = asked or max(1, (os.cpu_count() or 1) // 2)
    async with (
        # One more than jobs take: whoever looks at a picture or a video's tracks does not wait for a whole film.
        Workers(width + 1) as workers,
        # The made-up library lies on this machine alone.
        _crew("" if libraries else config.subtitles.cluster, workers) as crew,
        await Database.open(paths.database, clock=clock) as database,
    ):
        if not asked and config.subtitles.engine in _ENGINES_OF_CLUSTER:
            width = crew.threads or width
        tools = Tools(
            database=database,
            workers=crew.runner,
            vault=vault,
            speech=paths.speech,
            scratch=paths.scratch,
            settings=Settings(
                engine=config.subtitles.engine,
                languages=config.subtitles.languages,
                max_offset=config.subtitles.max_offset,
                detector=config.subtitles.detector,
                jobs=width,
                ignore=config.subtitles.ignore,
            ),
            libraries=libraries or config.roots(),
            clock=clock,
        )
        subtitles = SubtitleSync(tools)
        stash = StashSync(StashTools(database, stash_settings(config), libraries or config.roots(), clock))
        async with (
            _players(config, paths, database, libraries or config.roots(), clock) as players,
            _closing(stash),
        ):
            kinds: dict[str, Sync] = {subtitles.kind: subtitles, stash.kind: stash, players.kind: players}
            engine = Engine(
                database,
                kinds,
                drafts=paths.drafts,
                lock=paths.lock,
                configuration=config.digest("library", "subtitles", "stash", "players", "player", "group"),
                clock=clock,
                widths={"cpu": width},
                follow=partial(follow_ups, config),
            )
            warnings = (*loaded.warnings, *((crew.trouble,) if crew.trouble else ()))
            yield Services(
                loaded,
                paths,
                database,
                workers,
                engine,
                subtitles,
                players,
                stash,
                schedule=(*entries(config, players), *catalogue_entries(stash)),
                hints=tuple(hints(stash)),
                warnings=warnings,
                libraries=libraries or config.roots(),
            )


@asynccontextmanager
async def _players(
    config: Config, paths: Paths, database: Database, libraries: tuple[LibraryRoot, ...], clock: Clock
) -> AsyncIterator[PlayersSync]:
    players = PlayersSync(
        PlayerTools(
            database=database,
            players=player_settings(config),
            groups={group.name: group.players for group in config.group},
            chains=chains(config),
            libraries=libraries,
            enabled=config.players.enabled,
            # The same at each start of this installation: servers keep a list of who has asked them.
            client_id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"{socket.gethostname()}{paths.data}")),
            clock=clock,
        )
    )
    try:
        yield players
    finally:
        await players.close()


@asynccontextmanager
async def _closing(stash: StashSync) -> AsyncIterator[None]:
    try:
        yield
    finally:
        await stash.close()


def follow_ups(config: Config, ended: Ended) -> Sequence[Request]:
    """Return what follows a job: the players are told when it has changed files and they are to be told by themselves."""
    if ended.kind != "subtitles" or ended.request.checks or not ended.counts.get(Result.DONE, 0):
        return ()
    wanted = [player for player in player_settings(config) if player.enabled and player.auto_sync]
    return (_request(wanted, "follow_up"),) if config.players.enabled and wanted else ()


def entries(config: Config, players: PlayersSync) -> Iterator[Entry]:
    """Yield what is due by itself: players at their intervals, and those of `auto_sync` whenever something changed."""
    if not config.players.enabled:
        return
    enabled = [player for player in players.tools.players if player.enabled]
    automatic = [player for player in enabled if player.auto_sync]
    if automatic:
        request = _request(automatic, "hook")
        yield Entry("players: what changed", _SPACING_S, request, partial(unread, players.tools, automatic))
    by_interval: dict[int, list[PlayerSettings]] = {}
    for player in enabled:
        if player.sync_interval:
            by_interval.setdefault(player.sync_interval, []).append(player)
    for minutes, wanted in by_interval.items():
        request = _request(wanted, "schedule")
        yield Entry(f"players: every {minutes} min", 60.0 * minutes, request, partial(due, players.tools, wanted))


_CHANGED = "stash: what changed"


def catalogue_entries(stash: StashSync) -> Iterator[Entry]:
    """Yield when the catalogue is brought in step by itself: all of it by a cron expression, what changed at intervals."""
    settings = stash.tools.settings
    if not settings.url:
        return
    if settings.full_schedule:
        request = Request("stash", (), {"mode": "full"}, origin="schedule")
        yield Entry("stash: everything", 0.0, request, cron=settings.full_schedule, alone=True)
    if settings.incremental_interval or settings.on_scan:
        request = Request("stash", origin="schedule")
        yield Entry(_CHANGED, 60.0 * settings.incremental_interval, request, alone=True)


def hints(stash: StashSync) -> Iterator[Hint]:
    """Yield what says by itself that the catalogue is behind."""
    settings = stash.tools.settings
    if settings.url and settings.on_scan:
        yield Hint(_CHANGED, stash.tools.scans)


def _request(wanted: Sequence[PlayerSettings], origin: Origin) -> Request:
    return Request("players", (), {"players": [player.name for player in wanted]}, origin=origin)


@dataclass(frozen=True, slots=True)
class _Crew:
    """What runs tasks: this machine, and a cluster with so many `threads`; `trouble` says why there is none now."""

    runner: TaskRunner
    threads: int = 0
    trouble: str = ""


@asynccontextmanager
async def _crew(address: str, workers: Workers) -> AsyncIterator[_Crew]:
    if not address:
        yield _Crew(workers)
        return
    async with Cluster(address, together="video") as cluster:
        trouble = ""
        try:
            await cluster.ready()
        except SyncTuiError as error:
            # Only those tasks need it: settings can be changed, originals brought back, without.
            trouble = f"{error.message} ({error.hint})"
        yield _Crew(Divided(workers, cluster, _FOR_CLUSTER), cluster.threads, trouble)
