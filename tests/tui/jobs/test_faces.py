"""Jobs in lines: what they say, and that lines stay where they are while a job runs."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from synctui.jobs.board import BoardJob
from synctui.jobs.progress import InFlight, Snapshot, no_counts
from synctui.model.advice import advice
from synctui.model.clock import rfc3339
from synctui.model.plan import Request
from synctui.model.reasons import REASONS
from synctui.model.states import JobState
from synctui.text import cells
from synctui.tui.draw.line import fit, text_of
from synctui.tui.draw.times import at_time, clock, lasted, pace, when
from synctui.tui.screens.jobs.faces import Slots, head
from synctui.tui.screens.jobs.rows import JobRows
from tests.hostile_names import HOSTILE_NAMES


def job(number: int = 1, state: JobState = JobState.RUNNING, **changed: Any) -> BoardJob:
    counts = {**no_counts(), **changed.pop("counts", {"done": 79, "unchanged": 24, "refused": 5, "failed": 2})}
    values: dict[str, Any] = {"current": sum(counts.values()), "total": 176, "rate": 4.3, "eta_s": 41.0}
    names = ("current", "total", "rate", "eta_s", "in_flight", "pause_reason", "pause_until", "started_at", "completed_at")
    values |= {name: changed.pop(name) for name in names if name in changed}
    snapshot = Snapshot(number, "subtitles", state, counts, **values)
    return BoardJob(snapshot, Request("subtitles", ("Series",)), "subtitles Series", **{"what": "Series", **changed})


def said(rows: JobRows, width: int = 76) -> list[str]:
    return [text_of(rows.line(index, width)).rstrip() for index in range(rows.count())]


def test_a_running_job_as_it_was_drawn_up() -> None:
    rows = JobRows()
    flights = (
        InFlight("Season 01/S01E04 A Door in the Water.en.srt", "decoding", 0.48),
        InFlight("S01E05.srt", "aligning", None),
    )
    rows.take([job(in_flight=flights)], 76)
    first, counts, one, two = said(rows)
    assert first.startswith("▶ subtitles Series")
    assert "██████" in first
    assert first.endswith("110/176    0:41")
    assert counts.split("   ")[1:] != []
    assert "79 aligned   2 failed   5 refused   24 right already" in counts
    assert counts.endswith("4.3 a second")
    assert one.strip() == "S01E04 A Door in the Water.en.srt · decoding 48 %"
    assert two.strip() == "S01E05.srt · aligning"


@pytest.mark.parametrize(
    ("one", "texts"),
    [
        (
            job(state=JobState.PAUSED, pause_reason="user"),
            ("‖", "paused by you", "110 of 176 done, all kept; space goes on"),
        ),
        (job(state=JobState.PAUSED, pause_reason="interrupted"), ("interrupted", "space goes on")),
        (job(state=JobState.PLANNING), ("looking what there is to do",)),
        (job(state=JobState.PENDING), ("waits for its turn",)),
        (job(state=JobState.AWAITING_CONFIRMATION), ("waits for you: 176 operations", "c shows what it would do")),
        (job(state=JobState.FAILED, result="the disk is full"), ("! subtitles", "the disk is full")),
        (job(state=JobState.CANCELLED), ("cancelled: 79 aligned", "x subtitles")),
        (job(where="elsewhere"), ("in another process",)),
    ],
)
def test_every_state_says_what_it_is(one: BoardJob, texts: tuple[str, ...]) -> None:
    rows = JobRows()
    rows.take([one], 76)
    shown = "\n".join(said(rows))
    assert all(text in shown for text in texts), shown


def test_when_a_quota_ends_is_told() -> None:
    until = datetime.now().astimezone().replace(hour=9, minute=0) + timedelta(days=0)
    rows = JobRows()
    rows.take([job(state=JobState.PAUSED, pause_reason="duration", pause_until=rfc3339(until))], 76)
    assert "resumes 09:00" in "\n".join(said(rows))


def test_while_a_job_runs_its_lines_stay_and_only_the_changed_ones_are_drawn() -> None:
    rows = JobRows()
    first, second, third = (InFlight(f"S01E0{number}.srt", "aligning", None) for number in (1, 2, 3))
    assert rows.take([job(in_flight=(first, second)), job(2, JobState.COMPLETED)], 76) is None
    assert rows.take([job(in_flight=(first, second)), job(2, JobState.COMPLETED)], 76) == []
    # The first one ended and the third began: it takes the free line, the second stays where it was.
    changed = rows.take([job(in_flight=(second, third), counts={"done": 80}), job(2, JobState.COMPLETED)], 76)
    assert changed == [0, 1, 2]
    assert [line.split()[0] for line in said(rows)[2:4]] == ["S01E03.srt", "S01E02.srt"]
    # A line that is free for a moment is kept.
    assert rows.take([job(in_flight=(second,), counts={"done": 80}), job(2, JobState.COMPLETED)], 76) == [2]
    assert rows.count() == 5


def test_two_files_of_one_name_in_flight_have_a_line_each() -> None:
    slots = Slots()
    slots.take((InFlight("a.srt", "x", None), InFlight("a.srt", "y", None)))
    slots.take((InFlight("a.srt", "y", None), InFlight("a.srt", "z", None)))
    assert sorted(one.phase for one in slots.places if one is not None) == ["y", "z"]


@pytest.mark.parametrize("width", [36, 60, 76, 100, 136, 200])
@pytest.mark.parametrize("state", list(JobState))
def test_columns_are_aligned_whatever_the_name(state: JobState, width: int) -> None:
    ended: dict[str, Any] = {"started_at": "2026-01-02T03:04:05Z", "completed_at": "2026-01-02T03:14:05Z"}
    for name in [*(one.name for one in HOSTILE_NAMES), "Series"]:
        line = head(replace(job(state=state, **(ended if state.final else {})), what=name), width)
        begin = "".join(fit(span) for span in line[:3])
        assert cells(begin) == 12 + max(10, min(36, width * 25 // 100))
        assert not any(ord(char) < 32 or 0x7F <= ord(char) < 0xA0 for char in text_of(line))


NOW = datetime(2026, 3, 12, 15, 0).astimezone()


@pytest.mark.parametrize(
    ("before", "text"),
    [
        (timedelta(minutes=58), "14:02"),
        (timedelta(days=1), "yesterday"),
        (timedelta(days=3), "Mon"),
        (timedelta(days=20), "20 Feb"),
        (timedelta(days=700), "11 Apr 24"),
    ],
)
def test_moments(before: timedelta, text: str) -> None:
    assert when(rfc3339(NOW - before), NOW) == text


def test_times_that_are_none() -> None:
    assert [when(None), when("nonsense"), at_time(None), clock("x"), lasted(None, "x")] == [""] * 5


def test_durations_and_paces() -> None:
    start = "2026-01-02T03:04:05.000Z"
    assert lasted(start, "2026-01-02T03:04:05.400Z") == "0.4 s"
    assert lasted(start, "2026-01-02T03:10:05.000Z") == "6 min"
    assert lasted(start, "2026-01-12T03:10:05.000Z") == "10 d"
    assert [pace(rate) for rate in (0, 4.3, 120, 0.2, 0.0005)] == [
        "",
        "4.3 a second",
        "120 a second",
        "12 a minute",
        "1.8 an hour",
    ]


def test_advice_is_for_reasons_that_exist() -> None:
    from synctui.model import advice as module

    assert set(module._ADVICE) <= set(REASONS)
    assert max(map(len, module._ADVICE.values())) <= 76, "one line of 80 columns"
    assert advice("aligned") == advice("no such code") == ""
