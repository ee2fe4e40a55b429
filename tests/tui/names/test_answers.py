"""What programs, servers and errors say, through every screen: messages, dialogs, plans, jobs, settings."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from pathlib import Path

import aiosqlite
from textual.events import Paste
from textual.widgets import Input

from synctui.errors import SyncTuiError, TargetNotFound
from synctui.model.json import Fields
from synctui.model.plan import Notice, Operation, PlanItem, Request, Tally
from synctui.model.states import JobState
from synctui.store.blobs import clean, to_blob
from synctui.tui.draw.line import Span
from synctui.tui.screens.jobs.job import JobScreen
from synctui.tui.screens.jobs.operation import OperationScreen
from synctui.tui.screens.preview.details import Sheet
from synctui.tui.widgets.dialogs import Choice, Menu, Prompt
from tests.hostile_names import HOSTILE_NAMES
from tests.tui.jobs.scenes import add_events, store_job
from tests.tui.names.sight import Sight, all_shown, column_of, harmful, missing, on_top, settled, to_the_end
from tests.tui.preview.toy import SlowSync, put
from tests.tui.stage import Stage, stage

NAMES = [entry.name for entry in HOSTILE_NAMES]
SIZES = ((80, 24), (140, 45))


async def test_what_is_said_and_asked(tmp_path: Path) -> None:
    (tmp_path / "media" / "empty").mkdir(parents=True)
    async with stage(tmp_path) as s:
        sight = Sight(s.app)
        for name in NAMES:
            s.app.say(name, hint=name)
            sight.look()
            s.app.trouble(SyncTuiError(name, hint=name))
            s.app.trouble(TargetNotFound(name, candidates=(name,), hint=name))
        for name in NAMES[::9]:
            s.app.trouble(RuntimeError(name))  # a report is written: what broke is named in it
            sight.look()
        for log in s.services.paths.logs.iterdir():
            assert not harmful(log.read_text().replace("\n", "")), log
        await s.press("M")
        for size in SIZES:
            await s.pilot.resize_terminal(*size)
            assert not missing(await to_the_end(s, sight), all_shown())
            sight.picture()
        await dialogs(s, sight)
        await s.press("escape")
        await pasted_into_fields(s, sight)


async def dialogs(s: Stage, sight: Sight) -> None:
    """Look at questions that are about names, and that offer names."""
    seen: list[str] = []
    for start in range(0, len(NAMES), 6):
        some = NAMES[start : start + 6]
        dialog = Menu(
            some[0], [Choice(name, "", name, name) for name in some], [*some[:2], (Span(some[-1], "dim"),)], safe=2
        )
        task = s.app.start(s.app.ask(dialog))
        await on_top(s, dialog)
        seen += sight.look()
        dialog.dismiss(None)
        await settled(s, task.done)
    assert not missing(seen, all_shown())

    async def wrong(text: str) -> str:
        return text

    async def begun(text: str) -> list[str]:
        return [name for name in some if "\n" not in name] or ["a", "b"]

    for start in range(0, len(NAMES), 9):
        some = NAMES[start : start + 9]
        prompt = Prompt(some[0], some[1], some[2:4], check=wrong, complete=begun)
        task = s.app.start(s.app.ask(prompt))
        await on_top(s, prompt)
        sight.look()
        await prompt._completed(begun)
        sight.look()
        field = prompt.query_one(Input)
        for name in some[::3]:
            field.value = name
            await field.action_submit()
            await on_top(s, prompt, lambda: s.app.screen.query_one(Input).value[:10] in s.text)
            sight.look()
        prompt.dismiss(None)
        await settled(s, task.done)


async def pasted_into_fields(s: Stage, sight: Sight) -> None:
    """Paste every name wherever something can be typed."""
    for step, keys in enumerate((["/"], [":"], ["?", "/"])):
        await s.press(*keys)
        for name in NAMES[step :: 1 + 2 * bool(step)]:
            field = s.app.screen.query(Input).last()
            field.value = ""
            field.post_message(Paste(name))
            await settled(s, idle=False)
            sight.look()
            assert not harmful(field.value)
        await s.press("escape", "escape")


class Hostile(SlowSync):
    """Plans an operation for each name, with the name in everything that an operation has to say."""

    async def plan(self, request: Request) -> AsyncIterator[PlanItem]:
        for name in NAMES:
            yield Tally(name)
        for number, name in enumerate(NAMES):
            payload: Fields = {"video": name, "reference": name, "engine": name, "candidates": [name, name]}
            if number % 3 == 0:
                payload = {**payload, "skip": name}
            action = ("align", "skip", "restore", name)[number % 4]
            yield Operation(
                f"do:{number}:{name}", action, name, "/" + name.replace("\x00", ""), reason=name, payload=payload
            )
        for name in NAMES:
            yield Notice("warning", name, name)


async def test_a_plan(tmp_path: Path) -> None:
    (tmp_path / "media" / "empty").mkdir(parents=True)
    async with stage(tmp_path) as s:
        sight = Sight(s.app)
        put(s, Hostile(0))
        for size in SIZES:
            await s.pilot.resize_terminal(*size)
            s.app.preview(Request("toy"), NAMES[0] * 3)
            await settled(s, lambda: "to do" in s.text or "operations:" in s.text)
            rows = [line for line in await to_the_end(s, sight) if "[x]" in line or "[-]" in line]
            assert len(column_of([line for line in rows if " bring back " not in line], "align")) <= 2
            assert not missing(rows, all_shown())
            sight.picture()
            await s.press("w")
            await settled(s, lambda: isinstance(s.app.screen, Sheet))
            assert not missing(await to_the_end(s, sight), all_shown())
            await s.press("escape", "d", "escape", "escape")
            await settled(s, lambda: len(s.app.screen_stack) == 1, idle=False)


async def test_jobs(tmp_path: Path) -> None:
    (tmp_path / "media" / "empty").mkdir(parents=True)
    async with stage(tmp_path) as s:
        sight = Sight(s.app)
        job = await hostile_job(s)
        for number, name in enumerate(NAMES):
            state = (JobState.COMPLETED, JobState.FAILED, JobState.PAUSED, JobState.AWAITING_CONFIRMATION)[number % 4]
            await store_job(
                s,
                {"done": 1, "": 1},
                state=state,
                request=Request("subtitles", (name, f"{name}::{name}")[: 1 + number % 2]),
                message=clean(name),
                pause_reason=clean(name) if state is JobState.PAUSED else None,
                snapshot={"lines": [f"x {name}"], "in_flight": [[name, name, 0.5]]},
            )
        await s.press("J")
        for size in SIZES:
            await s.pilot.resize_terminal(*size)
            await settled(s, lambda: s.rows.source.count() > 50)
            await to_the_end(s, sight)
            sight.picture()
        # A target that is no address is a path: its last part is shown.
        assert not sight.missing(one for one in all_shown() if "/" not in one)
        screen = JobScreen(job)
        s.app.show(screen)
        await settled(s, lambda: s.app.screen is screen and s.rows.source.count())
        for size in ((80, 24), (170, 45)):
            await s.pilot.resize_terminal(*size)
            await settled(s, lambda: f"job {job}" in s.text)
            operations = await to_the_end(s, sight)
            assert not missing(operations, all_shown())
            rows = [line[: size[0] // 2] for line in operations if line.startswith(("   !", " > !", "   ✗", " > ✗"))]
            assert len(column_of(rows, " failed ")) == 1
            await s.press("o")
            assert not missing(await to_the_end(s, sight), all_shown())
            await s.press("o")
            sight.picture()
        await s.pilot.resize_terminal(80, 24)
        await s.press("/")
        for name in NAMES[::3]:
            field = s.app.screen.query_one(Input)
            field.value = ""
            field.post_message(Paste(name))
            await settled(s, idle=False)
            sight.look()
            assert not harmful(field.value)
        await s.press("escape")
        page = OperationScreen(job, f"do:0:{NAMES[0]}")
        s.app.show(page)
        for size in SIZES:
            await s.pilot.resize_terminal(*size)
            await on_top(s, page, lambda: page.record is not None)
            for number, name in enumerate(NAMES):
                page.key = f"do:{number}:{name}"
                await page._load()
                sight.look()
            sight.picture()


async def hostile_job(s: Stage) -> int:
    """Store a job whose operations and journal have every name in everything."""
    job = await store_job(s, {"failed": len(NAMES)}, request=Request("subtitles", tuple(NAMES)))

    async def work(connection: aiosqlite.Connection) -> None:
        ids = [
            row[0]
            for row in await connection.execute_fetchall("SELECT id FROM operations WHERE job = ? ORDER BY id", (job,))
        ]
        for number, (id, name) in enumerate(zip(ids, NAMES, strict=True)):
            numbers = {"ratio_name": name, "engine": name, "reference": name, "offset_ms": [1, 2, 3], "confidence": 5}
            await connection.execute(
                "UPDATE operations SET key = ?, subject = ?, path = ?, result_reason = ?, message = ?, numbers = ?"
                " WHERE id = ?",
                (
                    to_blob(f"do:{number}:{name}"),
                    to_blob(name),
                    to_blob("/" + name),
                    clean(name),
                    clean(name),
                    json.dumps(numbers),
                    id,
                ),
            )

    await s.services.database.write(work)
    kinds = ("retry_wait", "paused", "warning", "alert", "stage_start", "quota", "job_end")
    for number, name in enumerate(NAMES):
        said = {
            **dict.fromkeys(
                ("subject", "message", "reason", "cause", "track", "stage", "action", "state", "used", "limit"), name
            ),
            "outcome": "failed",
        }
        await add_events(s, job, [("op_end", said), (kinds[number % len(kinds)], said)])
    return job
