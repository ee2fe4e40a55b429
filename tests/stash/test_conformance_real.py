"""The torture of mutations over HTTP, against the simulator and, where STASH_URL says where one is, against a real Stash.

A real one is edited without mercy: it must be empty, or hold nothing but what these tests made.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from synctui.model.catalog import Performer, Scene, SceneFile, StashId, Studio, Tag
from synctui.simulators.stash.server import StashSimulator
from synctui.simulators.stash.truth import Truth
from tests import nursery
from tests.stash.comparing import compare, compare_strictly
from tests.stash.editing import SILENT, Editor

REAL, KEY = os.environ.get("STASH_URL", ""), os.environ.get("STASH_API_KEY", "")
_OURS = re.compile(r".+ \d{5} [0-9a-f]{8}")
SERVERS = ("simulator", pytest.param("real", marks=pytest.mark.skipif(not REAL, reason="STASH_URL is not set")))

_BOXES = "stash_ids { endpoint stash_id }"
_TRUTH = f"""{{
  scenes: findScenes(filter: {{ per_page: -1 }}) {{ rows: scenes {{
    id title code details director date rating100 organized interactive created_at updated_at last_played_at urls o_counter
    play_count play_duration resume_time {_BOXES} studio {{ id }} performers {{ id }} tags {{ id }}
    files {{ id path size duration mod_time updated_at width height video_codec audio_codec frame_rate bit_rate
      fingerprints {{ type value }} }} }} }}
  performers: findPerformers(filter: {{ per_page: -1 }}) {{ rows: performers {{
    id name disambiguation alias_list gender birthdate death_date country details rating100 favorite urls
    created_at updated_at {_BOXES} }} }}
  tags: findTags(filter: {{ per_page: -1 }}) {{ rows: tags {{
    id name sort_name description aliases favorite created_at updated_at parents {{ id }} {_BOXES} }} }}
  studios: findStudios(filter: {{ per_page: -1 }}) {{ rows: studios {{
    id name details rating100 favorite urls aliases created_at updated_at parent_studio {{ id }} {_BOXES} }} }}
}}"""
_RELATIONS = {"studio", "performers", "tags", "files", "parents", "parent_studio", "stash_ids", "alias_list"}
_NUMBERS = {"rating100", "organized", "interactive", "favorite"}


async def truth_of(editor: Editor) -> Truth:
    """Return what a server has, asked all at once."""
    told = await editor.ask(_TRUTH)
    return Truth(
        {int(row["id"]): _scene(row) for row in told["scenes"]["rows"]},
        {int(row["id"]): _performer(row) for row in told["performers"]["rows"]},
        {int(row["id"]): _tag(row) for row in told["tags"]["rows"]},
        {int(row["id"]): _studio(row) for row in told["studios"]["rows"]},
    )


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    """Return the fields that are neither relations nor lists of others, what is not set as ""."""
    given: dict[str, Any] = {}
    for name, value in row.items():
        if name in _RELATIONS:
            continue
        if isinstance(value, list):
            value = tuple(value)
        given[name] = "" if value is None and name not in _NUMBERS else value
    given["id"] = int(row["id"])
    if "stash_ids" in row:
        given["stash_ids"] = tuple(StashId(one["endpoint"], one["stash_id"]) for one in row["stash_ids"])
    return given


def _id(one: dict[str, Any] | None) -> int | None:
    return None if one is None else int(one["id"])


def _ids(rows: list[dict[str, Any]]) -> tuple[int, ...]:
    return tuple(int(one["id"]) for one in rows)


def _scene(row: dict[str, Any]) -> Scene:
    given = _plain(row)
    for name in ("o_counter", "play_count", "play_duration", "resume_time"):
        given[name] = row[name] or 0
    files = tuple(_file(one) for one in row["files"])
    return Scene(**given, studio=_id(row["studio"]), performers=_ids(row["performers"]), tags=_ids(row["tags"]), files=files)


def _file(row: dict[str, Any]) -> SceneFile:
    prints = tuple((one["type"], one["value"]) for one in row["fingerprints"])
    return SceneFile(**{**_plain(row), "fingerprints": prints})


def _performer(row: dict[str, Any]) -> Performer:
    return Performer(**_plain(row), aliases=tuple(row["alias_list"]))


def _tag(row: dict[str, Any]) -> Tag:
    return Tag(**_plain(row), parents=_ids(row["parents"]))


def _studio(row: dict[str, Any]) -> Studio:
    return Studio(**_plain(row), parent=_id(row["parent_studio"]))


@dataclass
class Court:
    """A server that is edited over HTTP, and a data directory for the command."""

    editor: Editor
    data: Path

    async def sync(self, *words: str) -> int:
        """Run the command; return how many operations it planned."""
        home, output, errors = (self.data.with_name(name) for name in ("home", "output", "errors"))
        home.mkdir(exist_ok=True)
        places = ("--config", str(self.data.with_suffix(".toml")), "--data-dir", str(self.data), "--json")
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("SYNCTUI_", "XDG_"))}
        environment["HOME"] = str(home)
        words = ("--run", "stash", "--yes", *places, *words)
        process = await asyncio.to_thread(nursery.start, words, environment, home, output, errors)
        try:
            assert await asyncio.to_thread(process.wait, 240) == 0, errors.read_text()
        finally:
            process.kill()
        lines = [json.loads(line) for line in output.read_text().splitlines()]
        return sum(int(line["total"]) for line in lines if line["type"] == "plan")

    async def right(self, *, counters: bool = False, order: bool = False) -> None:
        """See that nothing is wrong in the catalogue."""
        truth, database = await truth_of(self.editor), self.data / "synctui.db"
        wrong = compare(database, truth) + compare_strictly(database, truth, counters=counters, order=order)
        assert not wrong, wrong[:5]


@asynccontextmanager
async def court(kind: str, folder: Path, story: str) -> AsyncIterator[Court]:
    """Yield a server with 120 scenes or more, synced once."""
    async with StashSimulator(zone="America/New_York") as simulator:
        url = REAL if kind == "real" else simulator.url
        key = KEY if kind == "real" else ""
        (folder / "data.toml").write_text(f'[stash]\nurl = "{url}"\napi_key = "{key}"\nbrake_share = 0.9\n')
        (folder / "data.toml").chmod(0o600)
        async with Editor(url, story, api_key=key) as asking:
            known = await asking.ids("scenes")
            if not await _is_ours(asking):
                pytest.skip("the Stash at STASH_URL is somebody's: these tests want an empty one")
        # What an earlier run has named is taken: the same story is told in other names.
        async with Editor(url, f"{story} {max(known, default=0)}", api_key=key) as editor:
            await editor.fill(max(0, 120 - len(known)))
            made = Court(editor, folder / "data")
            assert await made.sync()
            await made.right(counters=True, order=True)
            yield made


async def _is_ours(editor: Editor) -> bool:
    """Tell whether a server holds nothing but what these tests made."""
    told = await editor.ask(
        "{ findScenes(filter: { per_page: -1 }) { scenes { title } } findTags(filter: { per_page: -1 }) { tags { name } }"
        " findPerformers(filter: { per_page: -1 }) { performers { name } } }"
    )
    names = [one["title"] for one in told["findScenes"]["scenes"]]
    names += [one["name"] for one in told["findTags"]["tags"]]
    names += [one["name"] for one in told["findPerformers"]["performers"]]
    return all(_OURS.fullmatch(name) for name in names)


@pytest.mark.slow
@pytest.mark.parametrize("kind", SERVERS)
async def test_rounds_of_mutations(tmp_path: Path, kind: str) -> None:
    async with court(kind, tmp_path, "rounds") as made:
        for _ in range(6):
            await made.editor.round()
            await made.sync()
            await made.right()
        await made.sync("--mode", "smart")
        await made.right(counters=True)
        await made.editor.round()
        await made.sync("--mode", "full")
        await made.right(counters=True)
        await asyncio.sleep(2.5)
        await made.sync("--mode", "incremental")
        await made.right(counters=True)


@pytest.mark.slow
# Over the simulator the torture does the same, and in less time.
@pytest.mark.parametrize("kind", SERVERS[1:])
async def test_one_mutation_and_no_other(tmp_path: Path, kind: str) -> None:
    async with court(kind, tmp_path, "single") as made:
        for what, act in SILENT.items():
            await act(made.editor)
            assert await made.sync(), what
            await made.right()
        for act in SILENT.values():
            await act(made.editor)
        await made.sync()
        await made.right()
        await asyncio.sleep(2.5)
        await made.sync()
        await made.right()
        assert await made.sync() == 0
