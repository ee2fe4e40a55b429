"""A catalogue of 50,000 scenes, measured over a simulated Stash in a process of its own.

`python benchmarks/catalogue.py [pull|idle|delta|upsert|browse …] [--server fast|slow|real] [--rounds N] [--touch]`

pull: the whole of it, by the program in a process of its own; goals: at most 1.25 times as long as the same requests, two at
      once, by a process that reads their JSON and keeps nothing; at most 100 MB; 20 times as fast for each scene as
      stashapp-tools with its defaults. The simulator answers as `fast` as it can, and then as `slow` as a real server does.
idle: again, with nothing changed; goal: one request. Beside it: a process that asks the same and no more.
delta: again, with 100 scenes changed; goal: a fifteenth of the whole.
upsert, browse: see `catalogue_store.py`.

With STASH_URL (and STASH_API_KEY) the first three are measured with that `real` server as well. It is only read, unless
`--touch` lets delta save 100 of its scenes as they are, which moves their times. stashapp-tools is asked for a few scenes,
and the rest is extrapolated: all at once take it hours, and a server gigabytes. Minima count. `results/catalogue.json` keeps
the last run of each, with the load of the machine before it.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import multiprocessing
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

RESULTS = Path(__file__).parent / "results" / "catalogue.json"
CHANGED = 100
PEER_SCENES = {"fast": 2000, "slow": 300, "real": 300}
Found = dict[str, Any]


# processes of their own


@dataclass(frozen=True, slots=True)
class Ran:
    """A process that ended: seconds, seconds of processors, peak memory in MB (None: unknown here), and what it said."""

    wall: float
    cpu: float
    peak: float | None
    said: str

    def numbers(self) -> Found:
        """Return it for the results."""
        return {"wall_s": round(self.wall, 2), "cpu_s": round(self.cpu, 2), "peak_mb": self.peak and round(self.peak, 1)}


def run(command: Sequence[str], environment: dict[str, str] | None = None) -> Ran:
    """Run a command to its end; SystemExit when it fails."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("SYNCTUI_")}
    with tempfile.TemporaryFile() as output:
        begun = time.perf_counter()
        process = subprocess.Popen(command, stdout=output, env=own | (environment or {}))
        peak = None
        while True:
            ended, status, usage = os.wait4(process.pid, os.WNOHANG)
            if ended:
                break
            peak = _peak(process.pid) or peak
            time.sleep(0.005)
        wall = time.perf_counter() - begun
        process.returncode = os.waitstatus_to_exitcode(status)
        output.seek(0)
        said = output.read().decode()
    if process.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {process.returncode}\n{said[-2000:]}")
    return Ran(wall, usage.ru_utime + usage.ru_stime, peak, said)


def _peak(pid: int) -> float | None:
    """Return the most memory that a process had so far, which only Linux says while it runs."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) / 1024
    return None


def best(runs: Sequence[Ran]) -> Ran:
    """Return the shortest run, with the largest peak of them all."""
    shortest = min(runs, key=lambda one: one.wall)
    peaks = [one.peak for one in runs if one.peak is not None]
    return Ran(shortest.wall, min(one.cpu for one in runs), max(peaks, default=None), shortest.said)


# servers


@dataclass
class Ground:
    """A server to measure with; `change` changes so many scenes, `asked` says how many requests there were since then."""

    name: str
    url: str
    scenes: int
    change: Callable[[int], object] | None
    asked: Callable[[], int | None] = lambda: None
    key: str = ""
    kept: dict[str, float] = field(default_factory=dict)

    def program(self, folder: Path) -> Ran:
        """Synchronise, as the command does."""
        command = [sys.executable, "-m", "synctui", "--run", "stash", "--yes", "--json", "--data-dir", str(folder)]
        return run(command, {"SYNCTUI_STASH__URL": self.url, "SYNCTUI_STASH__API_KEY": self.key})

    def role(self, *words: str) -> Ran:
        """Run this file as somebody else who asks the server."""
        return run([sys.executable, __file__, *words], {"STASH_URL": self.url, "STASH_API_KEY": self.key})


def serve(scenes: int, told: Connection) -> None:
    """Be two simulated servers over one library, without and with the costs of a real one."""
    asyncio.run(_serve(scenes, told))


async def _serve(scenes: int, told: Connection) -> None:
    from synctui.simulators.stash.filling import fill
    from synctui.simulators.stash.library import Library
    from synctui.simulators.stash.server import StashSimulator

    library, dice = Library(), random.Random(5)
    fill(library, scenes)
    async with StashSimulator(library) as fast, StashSimulator(library, costs=True) as slow:
        told.send([fast.url, slow.url])
        while (wanted := await asyncio.to_thread(told.recv)) is not None:
            if wanted:
                for number in dice.sample(library.scenes.ids(), wanted):
                    library.update_scene(number, details=f"Seen again on day {dice.randrange(10**6)}.")
                # What was changed this second counts as hot, and would be read once more in the idle run that follows.
                await asyncio.sleep(2.5)
                told.send(0)
            else:
                told.send(sum(len(one.asked) for one in (fast, slow)))
                for one in (fast, slow):
                    one.asked.clear()
                    one.calls.clear()


@contextlib.contextmanager
def grounds(scenes: int, *, touch: bool) -> Iterator[list[Ground]]:
    """Yield the servers to measure with."""
    here, there = multiprocessing.get_context("spawn").Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(scenes, there), daemon=True)
    process.start()

    def ask(wanted: int) -> int:
        here.send(wanted)
        answer: int = here.recv()
        return answer

    try:
        fast, slow = here.recv()
        found = [
            Ground("fast", fast, scenes, ask, lambda: ask(0)),
            Ground("slow", slow, scenes, ask, lambda: ask(0)),
        ]
        if url := os.environ.get("STASH_URL", ""):
            key = os.environ.get("STASH_API_KEY", "")
            real = Ground("real", url.rstrip("/").removesuffix("/graphql"), 0, None, key=key)
            real.scenes = int(real.role("--role", "count").said)
            real.change = (lambda number: real.role("--role", f"touch {number}")) if touch else None
            found.append(real)
        yield found
    finally:
        here.send(None)
        process.join(5)
        process.kill()


# the measurements


def pull(ground: Ground, folder: Path, rounds: int) -> Found:
    """Compare a whole pull with its floors, and with stashapp-tools."""
    program, parsed, bytes_only = [], [], []
    requests: set[int | None] = set()
    for number in range(rounds):
        bytes_only.append(ground.role("--role", "floor"))
        parsed.append(ground.role("--role", "floor parsed"))
        ground.asked()
        program.append(ground.program(folder / f"pull{number}"))
        requests.add(ground.asked())
    ours = best(program)
    ground.kept["pull"] = ours.wall
    found: Found = {
        "scenes": ground.scenes,
        "requests": max((one for one in requests if one is not None), default=None),
        "program": ours.numbers() | {"scenes_per_s": round(ground.scenes / ours.wall)},
        "floor": best(bytes_only).numbers(),
        "floor, JSON read": best(parsed).numbers(),
        "times_floor": round(ours.wall / best(bytes_only).wall, 3),
        "times_floor_with_json": round(ours.wall / best(parsed).wall, 3),
    }
    wanted = PEER_SCENES[ground.name]
    told = json.loads(best([ground.role("--role", f"peer {wanted}") for _ in range(rounds)]).said or "{}")
    if told:
        each, our_each = told["seconds"] / told["scenes"], ours.wall / ground.scenes
        found["stashapp-tools"] = {
            "scenes": told["scenes"],
            "wall_s": round(told["seconds"], 2),
            "all_of_it_s": round(each * ground.scenes),
            "times_ours_per_scene": round(each / our_each, 1),
        }
    return found


def idle(ground: Ground, folder: Path, rounds: int) -> Found:
    """Run again with nothing changed."""
    there = _pulled(ground, folder)
    ground.asked()
    runs = []
    requests = set()
    for _ in range(5 * rounds):
        runs.append(ground.program(there))
        requests.add(ground.asked())
    floor = best([ground.role("--role", "probe") for _ in range(5 * rounds)])
    ours = best(runs)
    return {
        "requests": max((one for one in requests if one is not None), default=None),
        "program": ours.numbers(),
        "one request": floor.numbers(),
        "times_floor": round(ours.wall / floor.wall, 2),
        "of_pull": round(ours.wall / ground.kept["pull"], 4),
    }


def delta(ground: Ground, folder: Path, rounds: int) -> Found:
    """Run again with a few scenes changed."""
    there = _pulled(ground, folder)
    if ground.change is None:
        return {}
    runs = []
    requests: set[int | None] = set()
    for _ in range(2 * rounds):
        ground.change(CHANGED)
        ground.asked()
        runs.append(ground.program(there))
        requests.add(ground.asked())
        end = next(json.loads(line) for line in runs[-1].said.splitlines() if '"job_end"' in line)
        if end["processed"] < CHANGED:
            raise SystemExit(f"only {end['processed']} were brought up to date")
    ours = best(runs)
    return {
        "changed": CHANGED,
        "requests": max((one for one in requests if one is not None), default=None),
        "program": ours.numbers(),
        "of_pull": round(ours.wall / ground.kept["pull"], 4),
        "pull_times_this": round(ground.kept["pull"] / ours.wall, 1),
    }


def _pulled(ground: Ground, folder: Path) -> Path:
    """Return a data directory with the whole catalogue."""
    there = folder / "pull0"
    if not there.exists():
        ground.kept["pull"] = ground.program(there).wall
    return there


# who is run in a process of its own


def act(role: str) -> None:
    """Be one of the others that ask the server."""
    name, _, word = role.partition(" ")
    if name == "peer":
        _peer(int(word))
    else:
        asyncio.run(_ask(name, word))


def _peer(scenes: int) -> None:
    try:
        from stashapi.stashapp import StashInterface
    except ImportError:
        return
    where = urlsplit(os.environ["STASH_URL"])
    given = {"scheme": where.scheme, "host": where.hostname, "port": where.port, "ApiKey": os.environ["STASH_API_KEY"]}
    stash = StashInterface(given)
    begun = time.perf_counter()
    found = stash.find_scenes(filter={"per_page": scenes})
    print(json.dumps({"scenes": len(found), "seconds": time.perf_counter() - begun}))


async def _ask(name: str, word: str) -> None:
    import httpx

    from synctui.adapters import stash_queries as queries

    headers = {"Accept": "application/json", "Accept-Encoding": "gzip", "ApiKey": os.environ["STASH_API_KEY"]}
    headers = {key: value for key, value in headers.items() if value}
    async with httpx.AsyncClient(headers=headers, timeout=600, trust_env=False) as client:

        async def ask(document: str, read: bool = True, **variables: int) -> Any:
            asked = {"query": document, "variables": variables}
            answer = await client.post(os.environ["STASH_URL"] + "/graphql", json=asked)
            answer.raise_for_status()
            if not read:
                return len(answer.content)
            found = answer.json()
            if found.get("errors"):
                raise SystemExit(str(found["errors"])[:500])
            return found["data"]

        if name == "count":
            print((await ask(queries.PROBE))["scenes"]["count"])
        elif name == "probe":
            await ask(queries.PROBE)
        elif name == "touch":
            rows = (await ask(queries.SWEEP, after=0, limit=100_000))["found"]["rows"]
            ids = ", ".join(one["id"] for one in random.sample(rows, int(word)))
            await ask(f"mutation {{ bulkSceneUpdate(input: {{ ids: [{ids}] }}) {{ id }} }}")
            await asyncio.sleep(2.5)
        else:
            await _floor(ask, read=word == "parsed")


async def _floor(ask: Callable[..., Any], *, read: bool) -> None:
    """Ask what a whole pull asks, and keep nothing of it but the ids to ask for."""
    from synctui.adapters import stash_queries as queries
    from synctui.syncs.stash.client import SWEEP_PAGE
    from synctui.syncs.stash.settings import StashSettings

    settings = StashSettings()
    width = asyncio.Semaphore(settings.in_flight)

    async def later(document: str, **variables: int) -> None:
        async with width:
            await ask(document, read, **variables)

    await ask(queries.PROBE)
    await asyncio.gather(*(later(one) for one in (queries.TAGS, queries.STUDIOS, queries.PERFORMERS)))
    ids: list[int] = []
    while True:
        rows = (await ask(queries.SWEEP, after=ids[-1] if ids else 0, limit=SWEEP_PAGE))["found"]["rows"]
        ids += [int(one["id"]) for one in rows]
        if len(rows) < SWEEP_PAGE:
            break
    starts = range(0, len(ids), settings.page_size)
    parts = [ids[start : start + settings.page_size] for start in starts]
    await asyncio.gather(*(later(queries.SCENES_BETWEEN, first=one[0], last=one[-1], limit=1000) for one in parts))


def main() -> None:
    """Measure what is asked for, and keep what is found."""
    parser = argparse.ArgumentParser(description="Measure the catalogue of a Stash server.")
    measured = {"pull": pull, "idle": idle, "delta": delta}
    every = [*measured, "upsert", "browse"]
    parser.add_argument("what", nargs="*", default=every, help=", ".join(every))
    parser.add_argument("--scenes", type=int, default=50_000)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--server", action="append", choices=list(PEER_SCENES))
    parser.add_argument("--touch", action="store_true")
    parser.add_argument("--role", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.role:
        act(given.role)
        return
    if unknown := set(given.what) - set(every):
        parser.error(f"what is {unknown.pop()}?")
    results: Found = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    if wanted := [name for name in given.what if name in measured]:
        with grounds(given.scenes, touch=given.touch) as servers, tempfile.TemporaryDirectory() as name:
            for ground in servers:
                for one in wanted if ground.name in (given.server or PEER_SCENES) else ():
                    load = round(os.getloadavg()[0], 2)
                    found = measured[one](ground, Path(name) / ground.name, given.rounds) | {"load_before": load}
                    results.setdefault(one, {})[ground.name] = found
                    print(one, ground.name, json.dumps(found, indent=1), flush=True)
    if wanted := [name for name in given.what if name not in measured]:
        from catalogue_store import measure

        for one in wanted:
            load = round(os.getloadavg()[0], 2)
            results[one] = measure(one, given.rounds) | {"load_before": load}
            print(one, json.dumps(results[one], indent=1), flush=True)
    results["machine"] = {"python": sys.version.split()[0], "processors": os.cpu_count()}
    RESULTS.write_text(json.dumps(results, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
