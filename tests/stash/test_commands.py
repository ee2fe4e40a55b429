"""Commands about the catalogue: a scene looked at and edited, conflicts decided, how it stands, and what doctor says."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from tests.stash.scene import Scene, scene_in


@pytest.fixture
async def scene(tmp_path: Path) -> AsyncIterator[Scene]:
    """Return a server of 20 scenes that was synced once, by the command."""
    async with scene_in(tmp_path, scenes=20) as made:
        assert (await made.command()).code == 0
        made.time.tick(30)
        yield made


async def told(scene: Scene, *words: str, code: int = 0) -> list[dict[str, Any]]:
    """Run a command and return its lines."""
    process, output = scene.start(*words)
    try:
        assert await asyncio.to_thread(process.wait, 60) == code, output.with_suffix(".errors").read_text()
    finally:
        process.kill()
    return [json.loads(line) for line in output.read_text().splitlines()]


async def test_a_scene_is_edited_and_the_edit_survives_syncs(scene: Scene) -> None:
    names = scene.library.truth().tags[1].name
    (line,) = await told(scene, "scene", "set", "7", "title=Mine", "rating=55", f"tags={names.upper()}, Brand new")
    assert (line["title"], line["rating"], line["tags"]) == ("Mine", 55, [names, "Brand new"])
    assert set(line["edited"]) == {"title", "rating", "tags"}
    assert scene.rows("SELECT title, rating100 FROM catalog_scene WHERE id = 7") == [("Mine", 55)]
    scene.library.update_scene(7, details="The server said something else")
    assert (await scene.command()).code == 0
    (line,) = await told(scene, "scene", "show", "7")
    assert (line["title"], line["rating"], line["details"]) == ("Mine", 55, "The server said something else")
    assert [entry["what"] for entry in line["log"]][:1] == ["updated"]
    assert await told(scene, "conflicts") == []
    (line,) = await told(scene, "scene", "set", "7", f"title={scene.truth.scenes[7].title}")
    assert "title" not in line["edited"]


@pytest.mark.parametrize(
    "words, code",
    [
        (("scene", "set", "7"), 2),
        (("scene", "set", "7", "studio=1"), 2),
        (("scene", "set", "7", "rating=101"), 2),
        (("scene", "set", "7", "title"), 2),
        (("scene", "set", "seven", "title=x"), 2),
        (("scene", "show", "99"), 4),
        (("scene", "show", "99999999999999999999999"), 2),
        (("conflicts", "take", "1"), 2),
        (("conflicts", "take", "1", "local"), 4),
        (("conflicts", "list", "1"), 2),
        (("--run", "stash", "99", "-y"), 4),
        (("--run", "stash", "scene", "-y"), 2),
        (("--run", "stash", "--since", "yesterday", "-y"), 2),
        (("--run", "stash", "--only", "movies", "-y"), 2),
        (("--run", "subtitles", "--mode", "full", "-y"), 2),
    ],
)
async def test_what_makes_no_sense_is_said(scene: Scene, words: tuple[str, ...], code: int) -> None:
    await told(scene, *words, code=code)


async def test_a_conflict_waits_is_decided_and_can_be_taken_back(scene: Scene) -> None:
    await told(scene, "scene", "set", "7", "title=Mine")
    scene.library.update_scene(7, title="Theirs")
    assert (await scene.command(conflict="manual")).code == 0
    (clash,) = await told(scene, "conflicts")
    assert (clash["scene"], clash["local"], clash["remote"], clash["state"]) == (7, "Mine", "Theirs", "open")
    assert scene.rows("SELECT title FROM catalog_scene WHERE id = 7") == [("Mine",)]
    for side, title in (("remote", "Theirs"), ("local", "Mine")):
        (decided,) = await told(scene, "conflicts", "take", str(clash["id"]), side)
        assert decided["state"] == side
        assert scene.rows("SELECT title FROM catalog_scene WHERE id = 7") == [(title,)]
    assert await told(scene, "conflicts") == []
    assert len(await told(scene, "conflicts", "list", "--all")) == 1


async def test_how_it_stands(scene: Scene) -> None:
    scene.library.destroy_scene(3)
    assert (await scene.command()).code == 0
    (status,) = await told(scene, "status", "stash")
    scenes = status["entities"]["scenes"]
    assert (scenes["count"], scenes["deleted"], scenes["problem"]) == (19, 1, None)
    assert scenes["last_attempt"] and scenes["last_success"] and scenes["last_exact"]
    assert status["last_sync"]["deleted"] == 1
    assert (status["conflicts"], status["edits"], status["held_back"], status["errors"]) == (0, 0, 0, 0)
    findings = await told(scene, "doctor")
    (stash,) = [line for line in findings if line["what"] == "stash"]
    assert stash["ok"] is True
    assert "19 scenes" in stash["state"]


async def test_the_end_of_a_job_counts_rows(scene: Scene) -> None:
    scene.library.destroy_scene(3)
    scene.library.update_scene(4, title="other")
    scene.library.create_scene(title="new")
    ran = await scene.command()
    (end,) = ran.of("job_end")
    assert {name: end[name] for name in ("processed", "created", "updated", "deleted")} == {
        "processed": 2,
        "created": 1,
        "updated": 1,
        "deleted": 1,
    }
    assert (end["state"], end["errors"], end["total"]) == ("completed", [], end["completed"])
