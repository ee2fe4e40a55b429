"""What the snapshots show: a small library in every state, and jobs that ended, wait and run, all at times of their own."""

from __future__ import annotations

import hashlib
import json
import os
import random
import shutil
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import partial
from pathlib import Path
from typing import Any, Self

import aiosqlite
import pytest

from synctui.library.decisions import ignore
from synctui.model.json import Fields, dump
from synctui.model.library import FileStamp, Lineage, Verdict
from synctui.model.plan import Notice, PlanTotals, Request
from synctui.model.states import JobState, SubtitleState
from synctui.services import Services
from synctui.store import jobs, journal
from synctui.store.blobs import to_blob
from synctui.store.jobs import totals_json
from synctui.store.rows import write_rows
from synctui.syncs.subtitles.payload import Alignment
from tests.tiny_library import MADE_AT, put_film, put_subtitle, subtitle

NOW = datetime(2026, 3, 14, 15, 9, 26, tzinfo=UTC)
TODAY, YESTERDAY = "2026-03-14T14:02:11.000Z", "2026-03-13T20:15:00.000Z"
BEGAN = "2026-03-14T14:01:27.000Z"

_S = SubtitleState


class Now(datetime):
    """A calendar that stands still."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> Self:
        return cls.fromtimestamp(NOW.timestamp(), tz)


@contextmanager
def neutral_folder() -> Iterator[Path]:
    """Give a folder whose path is equally long for everybody, and but for two digits the same."""
    for number in random.sample(range(100), 100):
        folder = Path(f"/tmp/synctui-{number:02d}")
        try:
            folder.mkdir(0o700)
        except FileExistsError:
            continue
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)
        return
    raise RuntimeError("/tmp/synctui-00 to -99 are all there")


@contextmanager
def standing_still(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let it be the same moment for everybody, on the same clock on the wall."""
    with monkeypatch.context() as changed:
        changed.setenv("TZ", "UTC")
        changed.setattr("synctui.model.clock.SystemClock.now", lambda self: NOW)
        changed.setattr("synctui.tui.draw.times.datetime", Now)
        changed.setattr("synctui.tui.messages.datetime", Now)
        time.tzset()
        yield
    time.tzset()


def put_engine(folder: Path) -> Path:
    """Put alass there as far as it is asked how it is; returns the folder for PATH."""
    for name, said in (("alass-cli", "alass-cli 2.0.0"), ("ffmpeg", "ffmpeg version 6"), ("ffprobe", "ffprobe version 6")):
        program = folder / name
        program.parent.mkdir(exist_ok=True)
        program.write_text(f"#!/bin/sh\necho '{said}'\n")
        program.chmod(0o755)
    return folder


# the library


def _numbers(offsets: Sequence[float], confidence: float, before: float, after: float, ratio: str = "1") -> Fields:
    return {
        "offset_ms": list(offsets),
        "ratio_name": ratio,
        "pieces": 1 if len({round(one) for one in offsets}) == 1 or ratio != "1" else 2,
        "confidence": confidence,
        "overlap_before": before,
        "overlap_after": after,
        "lines": 38,
        "reference": "audio 1 (en)",
        "engine": "builtin",
    }


LATE = _numbers([-12300, -12300, -12300], 94, 0.34, 0.96)
EARLY = _numbers([1800, 1800, 1800], 88, 0.41, 0.93)
STRETCHED = _numbers([-900, -4100, -7300], 91, 0.29, 0.95, "25/23.976")
CUT = _numbers([4100, 4100, -31000], 88, 0.31, 0.9)
RIGHT = _numbers([40, 40, 40], 97, 0.95, 0.96)
UNLIKELY = _numbers([-88200, -88200, -88200], 3, 0.3, 0.36)


@dataclass(frozen=True, slots=True)
class Found:
    """What is known of a subtitle."""

    state: SubtitleState
    reason: str = ""
    numbers: Fields = field(default_factory=dict)


EPISODES: Mapping[str, tuple[tuple[str, Found | None], ...]] = {
    "S01E01 Departure": (("en", Found(_S.IN_SYNC, "already_in_sync", RIGHT)),),
    "S01E02 The Quiet Sector": (("en", Found(_S.SHIFTED, "found_shifted", LATE)),),
    "S01E03 Salt": (("en", Found(_S.IN_SYNC, "aligned", LATE)),),
    "S01E04 A Door in the Water": (("en", Found(_S.CUT, "found_cut", CUT)), ("de", Found(_S.IN_SYNC, "aligned", LATE))),
    "S01E05 Ghost Frequencies": (("en", Found(_S.REFUSED, "low_confidence", UNLIKELY)),),
    "S01E06 [Group] Raw - 06 [1080p]": (("en", None),),
    "S01E07 Ash": (("en", Found(_S.SHIFTED, "found_shifted", EARLY)),),
    "S01E08 The Long Way Back": (("en", Found(_S.STRETCHED, "found_stretched", STRETCHED)),),
    "S01E09 Arrival": (("en", Found(_S.TAKEN_BACK, "undone")),),
}
HARBOUR: Mapping[str, tuple[tuple[str, Found | None], ...]] = {
    "S01E01 The Ferry": (("en", Found(_S.IN_SYNC, "already_in_sync", RIGHT)), ("en.forced", None)),
    "S01E02 Ice": (("de", Found(_S.FAILED, "engine_crashed")), ("en", Found(_S.IGNORED))),
    "S01E03 Low Tide": (("en", Found(_S.CHANGED, "aligned", LATE)),),
}
SALT = "S01E03 Salt"


def put_library(root: Path) -> dict[str, Path]:
    """Make the files of two libraries."""
    series, films = root / "Series", root / "Films"
    for show, episodes in (("The Long Orbit", EPISODES), ("Winter Harbour", HARBOUR)):
        for title, subtitles in episodes.items():
            stem = f"{show} {title}"
            folder = series / show / "Season 01"
            put_film(folder / f"{stem}.mkv")
            for language, _ in subtitles:
                put_subtitle(folder / f"{stem}.{language}.srt", subtitle(late_ms=0 if title == SALT else 12_300))
    put_subtitle(
        _path(root, "The Long Orbit", SALT, "en").with_name(f"The Long Orbit {SALT}.en.srt.bak"), subtitle(late_ms=12_300)
    )
    for name in ("Nachtzug nach Triest (2003)", "Lanternfish (2019)"):
        put_film(films / name / f"{name}.mkv")
        put_subtitle(films / name / f"{name}.de.srt", subtitle(late_ms=12_300))
    put_subtitle(films / "Lost Reel.srt", subtitle())
    for cut in ("4k", "1080p"):
        put_film(films / "Tidewater (2011)" / f"Tidewater (2011) {cut}.mkv")
    put_subtitle(films / "Tidewater (2011)" / "Tidewater.2011.en.srt", subtitle())
    return {"Series": series, "Films": films}


def _path(root: Path, show: str, title: str, language: str) -> Path:
    return root / "Series" / show / "Season 01" / f"{show} {title}.{language}.srt"


async def find_out(services: Services, root: Path) -> None:
    """Let it be known how the subtitles stand, as the ends of operations do."""
    rows: list[Verdict | Lineage] = []
    ignored: list[str] = []
    for show, episodes in (("The Long Orbit", EPISODES), ("Winter Harbour", HARBOUR)):
        for title, subtitles in episodes.items():
            for language, found in subtitles:
                path = _path(root, show, title, language)
                if found is None:
                    continue
                if found.state is _S.IGNORED:
                    ignored.append(str(path))
                    continue
                rows.append(
                    Verdict(
                        str(path),
                        _S.IN_SYNC if found.state is _S.CHANGED else found.state,
                        found.reason,
                        "fingerprint",
                        FileStamp(path.stat().st_size, MADE_AT * 10**9),
                        video=str(path.with_name(f"{show} {title}.mkv")),
                        engine="builtin",
                        numbers=found.numbers,
                    )
                )
    salt = _path(root, "The Long Orbit", SALT, "en")
    backup = salt.with_name(salt.name + ".bak")
    rows.append(Lineage(str(salt), _hash(salt), _hash(backup), f"file:{backup}"))
    # The second of the jobs is the one that wrote it.
    await services.database.write(partial(write_rows, rows=rows, job=2, at=TODAY))
    await ignore(services.database, ignored, True)
    put_subtitle(_path(root, "Winter Harbour", "S01E03 Low Tide", "en"), subtitle(late_ms=900))


def _hash(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


# the jobs


@dataclass(frozen=True, slots=True)
class Ended:
    """An operation and its end; "" for one that waits."""

    title: str
    result: str = ""
    reason: str = ""
    numbers: Fields = field(default_factory=dict)
    message: str = ""
    undone_by: int | None = None
    language: str = "en"


ENDS = (
    Ended("S01E01 Departure", "unchanged", "already_in_sync", RIGHT),
    Ended("S01E02 The Quiet Sector", "conflict", "changed_since_plan"),
    Ended(SALT, "done", "aligned", LATE),
    Ended("S01E04 A Door in the Water", "done", "aligned", LATE, language="de"),
    Ended("S01E04 A Door in the Water", "done", "aligned", CUT),
    Ended("S01E05 Ghost Frequencies", "refused", "low_confidence", UNLIKELY),
    Ended("S01E06 [Group] Raw - 06 [1080p]", "skipped", "video_unreadable"),
    Ended("S01E07 Ash", "failed", "disk_full", message="no space left on the disk: 12 KB are needed"),
    Ended("S01E08 The Long Way Back", "deferred", "still_growing"),
    Ended("S01E09 Arrival", "done", "aligned", STRETCHED, undone_by=3),
)


@dataclass(frozen=True, slots=True)
class Done:
    """A job as it is stored."""

    targets: tuple[str, ...]
    counts: Mapping[str, int]
    state: JobState = JobState.COMPLETED
    began: str = BEGAN
    ended: str = TODAY
    left: int = 0
    operations: tuple[Ended, ...] = ()
    options: Fields = field(default_factory=dict)
    columns: Mapping[str, Any] = field(default_factory=dict)


PAST = (
    Done(
        ("Films",),
        {"done": 211, "unchanged": 590, "refused": 5},
        began="2025-11-12T02:00:00.000Z",
        ended="2025-11-12T02:41:07.000Z",
    ),
    Done(
        ("The Long Orbit",),
        {"done": 4, "unchanged": 1, "refused": 1, "skipped": 1, "deferred": 1, "failed": 1, "conflict": 1},
        operations=ENDS,
        columns={"undone": 1},
    ),
    Done(
        ("The Long Orbit",),
        {"done": 1},
        columns={"undo_of": 2},
        began="2026-03-14T14:20:00.000Z",
        ended="2026-03-14T14:20:00.400Z",
    ),
    Done(
        ("Winter Harbour",),
        {},
        JobState.FAILED,
        ended=YESTERDAY,
        began=YESTERDAY,
        columns={"message": "the folder /media/Series is not there; is its disk mounted?"},
    ),
    Done(
        ("Series",),
        {"unchanged": 31, "refused": 2},
        options={"check": True},
        began="2026-03-10T09:30:00.000Z",
        ended="2026-03-10T09:30:08.000Z",
        columns={"found": 12},
    ),
    Done(
        ("Nachtzug nach Triest (2003)",),
        {"done": 1},
        JobState.CANCELLED,
        began="2026-02-12T09:30:00.000Z",
        ended="2026-02-12T09:30:08.000Z",
        left=3,
    ),
)
BRAKE = Notice("brake", "38 of 40 subtitles of Winter Harbour are gone; is its disk mounted?", "Series")
PRESENT = (
    Done(("Films",), {"done": 12, "unchanged": 30}, JobState.PAUSED, left=764,
         columns={"pause_reason": "user", "paused_by_person": 1}),
    Done(("Winter Harbour",), {"done": 2}, JobState.PAUSED, left=4, columns={"pause_reason": "interrupted"}),
    Done(("Lanternfish (2019)", "Winter Harbour"), {}, JobState.AWAITING_CONFIRMATION, left=5,
         columns={"confirm": 1, "plan": totals_json(PlanTotals(5, {"align": 5}, {"in_sync": 4}, estimate=20, undoable=5))}),
    Done(("Series",), {"done": 79, "unchanged": 24, "refused": 5, "failed": 2}, JobState.RUNNING, left=66,
         columns={"snapshot": json.dumps({
             "rate": 4.3, "eta_s": 41.0,
             "in_flight": [
                 ["The Long Orbit/Season 01/The Long Orbit S01E04 A Door in the Water.en.srt", "decoding", 0.48],
                 ["The Long Orbit/Season 01/The Long Orbit S01E05 Ghost Frequencies.en.srt", "aligning", None],
             ],
             "lines": ["✓ The Long Orbit S01E03 Salt.en.srt: aligned", "= The Long Orbit S01E01.en.srt: in sync already"],
         })}),
)  # fmt: skip


async def store(services: Services, root: Path, done: Sequence[Done]) -> list[int]:
    """Store jobs; returns their numbers."""
    return [await services.database.write(partial(_insert, root=root, done=one)) for one in done]


async def _insert(connection: aiosqlite.Connection, root: Path, done: Done) -> int:
    undo_of = done.columns.get("undo_of")
    request = Request("subtitles", done.targets, done.options, "undo" if undo_of else "user")
    job = await jobs.insert(connection, request, done.state, done.began, undo_of=undo_of)
    row = await connection.execute_insert(
        "INSERT INTO queues (job, track, stage, stage_name, lane) VALUES (?, ?, 0, 'align', 'cpu')",
        (job, to_blob("default")),
    )
    assert row is not None
    if done.operations:
        await journal.add(connection, job, "job_start", {"total": len(done.operations), "resumed_from": 0}, done.began)
    for number, one in enumerate(done.operations, 1):
        path = _path(root, "The Long Orbit", one.title, one.language)
        video = path.with_name(f"The Long Orbit {one.title}.mkv")
        payload = dump(Alignment(str(video), "builtin", "f", languages=(one.language,)).facts())
        at = f"2026-03-14T14:01:{27 + 3 * number:02d}.000Z"
        values = {
            "job": job,
            "queue": row[0],
            "action": "skip" if one.result == "skipped" else "align",
            "key": to_blob(f"align:{path}"),
            "subject": to_blob(str(path.relative_to(root / "Series"))),
            "path": os.fsencode(path),
            "state": "finished" if one.result else "pending",
            "result": one.result or None,
            "result_reason": one.reason,
            "message": one.message,
            "numbers": dump(one.numbers),
            "payload": payload,
            "receipt": "{}" if one.result == "done" else None,
            "undone_by": one.undone_by,
            "retryable": int(one.result == "failed"),
            "started_at": at if one.result else None,
            "finished_at": at.replace(".000Z", ".600Z") if one.result else None,
            "ended": number if one.result else None,
        }
        await connection.execute(
            f"INSERT INTO operations ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})", tuple(values.values())
        )
        fields = {"key": f"align:{path}", "subject": str(path.relative_to(root / "Series")), "action": values["action"]}
        ending = {
            "outcome": one.result,
            "reason": one.reason,
            **({"message": one.message} if one.message else {}),
            **one.numbers,
        }
        await journal.add(connection, job, "op_end", {**fields, **ending}, at)
    total = sum(done.counts.values()) + done.left
    action = "restore" if undo_of else "check" if request.checks else "align"
    columns = {
        "total": total,
        "plan": totals_json(PlanTotals(total, {action: total}, undoable=total)),
        **done.counts,
        "started_at": done.began if done.state is not JobState.AWAITING_CONFIRMATION else None,
        "completed_at": done.ended if done.state.final else None,
        **done.columns,
    }
    await connection.execute(
        f"UPDATE jobs SET {', '.join(f'{name} = ?' for name in columns)} WHERE id = ?", (*columns.values(), job)
    )
    if done.operations:
        outcomes: Fields = {"state": done.state.value, "outcomes": dict(done.counts)}
        await journal.add(connection, job, "job_end", outcomes, done.ended)
    return job
