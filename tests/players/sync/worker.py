"""Tells players in a process of its own, with what a scene wrote into players.json of its folder.

Goes on with the newest unfinished job, or plans one when there is none at all.
"""

from __future__ import annotations

import asyncio
import functools
import importlib
import json
import multiprocessing
import os
from collections.abc import Sequence
from multiprocessing.context import ForkServerContext, ForkServerProcess
from pathlib import Path
from typing import Any

from synctui import failpoints
from synctui.config.schema import PathMap
from synctui.config.secrets import Secret
from synctui.jobs.engine import Engine
from synctui.jobs.stop import Stop
from synctui.library.paths import PathMaps
from synctui.model.library import LibraryRoot
from synctui.model.plan import Request
from synctui.store import jobs
from synctui.store.database import Database
from synctui.syncs.players.settings import PlayerSettings
from synctui.syncs.players.sync import PlayersSync
from synctui.syncs.players.tools import Tools

Worker = ForkServerProcess


def started(folder: Path, errors: Path, failpoint: str) -> Worker:
    """Start a worker over a folder that dies at a failpoint, if any; it is a copy of a process that has loaded all."""
    process = _loaded().Process(target=_be_worker, args=(folder, errors, failpoint), daemon=True)
    process.start()
    return process


@functools.cache
def _loaded() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["pytest", __name__])
    return context


def _be_worker(folder: Path, errors: Path, failpoint: str) -> None:
    file = os.open(errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    os.dup2(file, 2)
    os.close(file)
    os.environ["SYNCTUI_FAILPOINT"] = failpoint
    # It reads the environment once, when it is loaded.
    importlib.reload(failpoints)
    asyncio.run(work(folder))


def stored(settings: Sequence[PlayerSettings], maps: Sequence[tuple[str, str]], roots: Sequence[LibraryRoot]) -> str:
    """Return what a worker needs to know."""
    players = [
        {
            "name": one.name,
            "kind": one.kind,
            "url": one.url,
            "username": one.username,
            "password": one.password.reveal(),
            "token": one.token.reveal(),
            "clean_deleted": one.clean_deleted,
            "refresh_changed": one.refresh_changed,
            "timeout": one.timeout,
        }
        for one in settings
    ]
    return json.dumps({"players": players, "maps": maps, "roots": [[one.name, one.path, one.kind] for one in roots]})


def _settings(told: dict[str, Any], maps: PathMaps) -> PlayerSettings:
    secrets = {name: Secret(told.pop(name)) for name in ("password", "token")}
    values: dict[str, Any] = {**told, **secrets}
    return PlayerSettings(**values, maps=maps)


async def work(folder: Path) -> None:
    """Do what there is to do."""
    told = json.loads((folder / "players.json").read_text())
    maps = PathMaps([PathMap(*pair) for pair in told["maps"]])
    players = tuple(_settings(one, maps) for one in told["players"])
    roots = tuple(LibraryRoot(*root) for root in told["roots"])
    async with await Database.open(folder / "synctui.db") as database:
        sync = PlayersSync(Tools(database, players, libraries=roots, debounce=(0.0, 0.0)))
        engine = Engine(database, {"players": sync}, drafts=folder / "drafts", lock=folder / "lock")
        async with engine.executing(what="the crash test"):
            await engine.settle("players")
            job = await engine.newest_unfinished("players")
            if job is not None:
                await engine.resume(job)
            elif not await jobs.list_jobs(database):
                async with await engine.plan(Request("players")) as draft:
                    job = await engine.submit(draft, allow_mass_change=True)
            if job is not None:
                await engine.execute([job], stop=Stop())
        await sync.close()
