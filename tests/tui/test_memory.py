"""What was on the screen is there again at the next start, before anything is read, and is never relied on."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from synctui.tui.memory import recall
from tests.tui.stage import stage


async def test_what_was_open_is_open_again(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        await s.go_to("The Long Orbit")
        await s.press("enter", "j", "enter")
        await s.sees("S01E01", "S01E04")
        await s.press("j", "j")
        row = s.row
        launch = s.app.launch
    memory = recall(launch)
    assert memory is not None
    assert any("S01E04" in "".join(span.text for span in line) for line in memory.rows)
    async with stage(tmp_path) as s:
        await s.sees("S01E01", "S01E04")
        assert s.row == row


@pytest.mark.parametrize(
    "damage",
    [
        lambda raw: {},
        lambda raw: {**raw, "rows": [[["x", "no role", None, False]]]},
        lambda raw: {**raw, "rows": 7, "count": "many"},
        lambda raw: {**raw, "libraries": [["other"]]},
        lambda raw: {**raw, "opened": [[1, [[2]]]]},
        lambda raw: [raw] * 3,
    ],
)
async def test_a_memory_that_makes_no_sense_is_none(tmp_path: Path, damage: object) -> None:
    async with stage(tmp_path) as s:
        launch = s.app.launch
    file = launch.paths.cache / "library.json"
    raw = json.loads(file.read_text())
    file.write_text(json.dumps(damage(raw)))  # type: ignore[operator]
    assert recall(launch) is None
    file.write_text("\x00" * 10)
    assert recall(launch) is None
