"""Jobs for the screens: real ones over the small library, and stored ones by the hundred."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiosqlite

from synctui.jobs.board import BoardJob
from synctui.model.json import dump
from synctui.model.plan import Request
from synctui.model.states import JobState
from synctui.store import jobs, journal
from synctui.store.blobs import to_blob
from synctui.syncs.subtitles.payload import Alignment
from synctui.tui.screens.jobs.job import JobScreen
from tests.tiny_library import put_film, put_subtitle, subtitle
from tests.tui.stage import Stage

AT = "2026-01-02T03:04:05.678Z"
LATE = -12_300
_REASONS = {"failed": "disk_full", "refused": "low_confidence", "conflict": "changed_since_plan"}


def put_episodes(library: Path, count: int, *, show: str = "The Long Orbit") -> list[Path]:
    """Make a series of so many episodes, all late by 12.3 s."""
    found: list[Path] = []
    for number in range(1, count + 1):
        stem = library / show / "Season 01" / f"{show} S01E{number:02d}"
        put_film(stem.with_name(stem.name + ".mkv"))
        found.append(put_subtitle(stem.with_name(stem.name + ".en.srt"), subtitle(late_ms=-LATE)))
    return found


async def submit(s: Stage, *targets: str, confirmed: bool = True, between: Callable[[], object] | None = None) -> int:
    """Plan a sync, do something `between`, and hand it in."""
    draft = await s.services.engine.plan(Request("subtitles", targets))
    if between is not None:
        between()
    job = await s.services.engine.submit(draft, confirmed=confirmed)
    await draft.discard()
    s.app.pulse.poke()
    return job


def shown(s: Stage, number: int) -> BoardJob:
    """Return a job as the board has it."""
    return next(job for job in s.app.board.jobs if job.id == number)


async def some_done(s: Stage, number: int) -> None:
    """Wait until an operation of a job has finished, as the screens know it."""
    await s.until(lambda: any(job.id == number and job.snapshot.current for job in s.app.board.jobs), 30)


@asynccontextmanager
async def frozen_after_one(s: Stage) -> AsyncIterator[Callable[[], None]]:
    """Stop the worker processes when the first operation of a job submitted within has ended; yields what wakes them.

    However fast the machine is, the job is then half way for as long as anybody looks at it.
    """
    events = s.services.engine.subscribe()
    frozen: list[int] = []

    async def freeze() -> None:
        async for event in events:
            if event.type == "op_end":
                frozen.extend(s.services.workers.pids)
                for pid in frozen:
                    os.killpg(pid, signal.SIGSTOP)
                return

    def wake() -> None:
        while frozen:
            os.killpg(frozen.pop(), signal.SIGCONT)

    freezing = asyncio.create_task(freeze())
    try:
        yield wake
        if freezing.done():
            freezing.result()
    finally:
        freezing.cancel()
        wake()


async def in_state(s: Stage, number: int, state: JobState) -> None:
    """Wait until a job is in a state, as the screens know it."""
    await s.until(lambda: any(job.id == number and job.state is state for job in s.app.board.jobs), 30)


async def finished(s: Stage, *targets: str, between: Callable[[], object] | None = None) -> int:
    """Run a sync to its end."""
    job = await submit(s, *targets, between=between)
    await s.until(lambda: any(one.id == job and one.state.final for one in s.app.board.jobs), 30)
    return job


def touched(path: Path) -> Callable[[], object]:
    """Return what changes a file, so that an operation on it conflicts."""
    return lambda: path.write_bytes(path.read_bytes() + b"\n")


async def store_job(
    s: Stage,
    results: Mapping[str, int],
    *,
    state: JobState = JobState.COMPLETED,
    request: Request | None = None,
    at: str = AT,
    snapshot: Mapping[str, Any] | None = None,
    **columns: object,
) -> int:
    """Store a job with so many operations of each result ("": not done yet)."""

    def operations(job: int, queue: int) -> list[tuple[object, ...]]:
        rows: list[tuple[object, ...]] = []
        payload = dump(Alignment("/nowhere/film.mkv", "builtin", "f").facts())
        for result, number in results.items():
            for _ in range(number):
                name = f"Episode {len(rows):06d}"
                rows.append(
                    (
                        job,
                        queue,
                        to_blob(f"align:{name}"),
                        to_blob(f"{name}.en.srt"),
                        os.fsencode(f"/nowhere/{name}.en.srt"),
                        "finished" if result else "pending",
                        result or None,
                        _REASONS.get(result, "aligned") if result else "",
                        at if result else None,
                        payload,
                    )
                )
        return rows

    async def work(connection: aiosqlite.Connection) -> int:
        job = await jobs.insert(connection, request or Request("subtitles", ("Series",)), state, at)
        row = await connection.execute_insert(
            "INSERT INTO queues (job, track, stage, stage_name, lane) VALUES (?, ?, 0, 'align', 'cpu')",
            (job, to_blob("default")),
        )
        assert row is not None
        await connection.executemany(
            "INSERT INTO operations (job, queue, action, key, subject, path, state, result, result_reason, finished_at,"
            " payload) VALUES (?, ?, 'align', ?, ?, ?, ?, ?, ?, ?, ?)",
            operations(job, int(row[0])),
        )
        values: dict[str, object] = {
            "total": sum(results.values()),
            **{name: number for name, number in results.items() if name},
            "started_at": at,
            **({"completed_at": at} if state.final else {}),
            **({"snapshot": dump(snapshot)} if snapshot else {}),
            **columns,
        }
        await connection.execute(
            f"UPDATE jobs SET {', '.join(f'{name} = ?' for name in values)} WHERE id = ?", (*values.values(), job)
        )
        return job

    job = await s.services.database.write(work)
    s.app.pulse.poke()
    return job


async def add_events(s: Stage, job: int, events: list[tuple[str, dict[str, Any]]]) -> None:
    """Add to a job's journal."""

    async def work(connection: aiosqlite.Connection) -> None:
        for kind, fields in events:
            await journal.add(connection, job, kind, fields, AT)

    await s.services.database.write(work)


async def open_job(s: Stage, job: int) -> JobScreen:
    """Open a job's page."""
    screen = JobScreen(job)
    s.app.show(screen)
    await s.until(lambda: s.app.screen is screen and f"job {job}" in s.text)
    return screen
