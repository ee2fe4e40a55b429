"""The operations of a job in reading order, and its journal, page by page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import aiosqlite
import pytest

from synctui.model.plan import Request
from synctui.model.states import JobState
from synctui.store import jobs, journal, logbook, outcomes
from synctui.store.blobs import to_blob
from synctui.store.database import Database

AT = "2026-01-02T03:04:05.678Z"


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(tmp_path / "synctui.db")
    yield opened
    await opened.close()


async def put_job(database: Database, results: Sequence[str | None], *, job: int | None = None) -> int:
    """Store a job whose operations ended like this (None: not yet), or add to one."""

    async def work(connection: aiosqlite.Connection) -> int:
        number = job or await jobs.insert(connection, Request("subtitles"), JobState.RUNNING, AT)
        row = await connection.execute_insert(
            "INSERT INTO queues (job, track, stage, stage_name, lane) VALUES (?, ?, ?, '', 'cpu')",
            (number, to_blob("default"), 1 if job else 0),
        )
        assert row is not None
        first = 1000 if job else 0
        for place, result in enumerate(results, first):
            await connection.execute(
                "INSERT INTO operations (job, queue, key, action, subject, state, result, message)"
                " VALUES (?, ?, ?, 'align', ?, ?, ?, ?)",
                (
                    number,
                    row[0],
                    to_blob(f"k{place}"),
                    to_blob(f"Episode {place}"),
                    "finished" if result else "pending",
                    result,
                    "disk 100 % full" if result == "failed" else "",
                ),
            )
        return number

    return await database.write(work)


async def subjects(database: Database, order: outcomes.Order) -> list[str]:
    numbers = [order[index] for index in range(len(order))]
    found = await outcomes.records(database, numbers)
    return [found[number].operation.subject.removeprefix("Episode ") for number in numbers]


async def test_what_went_wrong_comes_first_then_what_was_refused_then_the_plan(database: Database) -> None:
    other = await put_job(database, ["failed"])
    job = await put_job(database, ["done", "failed", "refused", None, "conflict", "unchanged", "refused", "done"])
    order = await outcomes.order(database, job)
    assert await subjects(database, order) == ["1", "4", "2", "6", "0", "3", "5", "7"]
    assert order.wrong == 2
    assert len(await outcomes.order(database, other)) == 1


@pytest.mark.parametrize("pattern", [[None] * 9, ["failed"] * 9, ["done", "failed"] * 5, ["refused", None, None, "failed"]])
async def test_every_operation_has_one_place_and_is_found_there(database: Database, pattern: list[str | None]) -> None:
    job = await put_job(database, pattern)
    order = await outcomes.order(database, job)
    numbers = [order[index] for index in range(len(order))]
    assert sorted(numbers) == list(order.all)
    assert [order.find(number) for number in numbers] == list(range(len(numbers)))
    assert order.find(max(numbers) + 1) is None


async def test_only_what_went_wrong_or_was_refused(database: Database) -> None:
    job = await put_job(database, ["done", "failed", "refused", "conflict"])
    assert await subjects(database, await outcomes.order(database, job, only="wrong")) == ["1", "3"]
    assert await subjects(database, await outcomes.order(database, job, only="refused")) == ["2"]


async def test_a_text_finds_names_messages_and_outcomes(database: Database) -> None:
    job = await put_job(database, ["done", "failed", "refused", None, "failed"])
    for text, expected in {"episode 3": ["3"], "100 %": ["1", "4"], "refused": ["2"], "_": [], "nothing": []}.items():
        assert await subjects(database, await outcomes.order(database, job, search=text)) == expected, text


async def test_operations_that_were_added_later_are_in_the_list(database: Database) -> None:
    job = await put_job(database, ["done", "done"])
    await put_job(database, ["failed"])
    await put_job(database, [None, "failed"], job=job)
    order = await outcomes.order(database, job)
    assert await subjects(database, order) == ["1001", "0", "1", "1000"]


async def test_a_job_without_operations_is_an_empty_list(database: Database) -> None:
    job = await put_job(database, [])
    assert len(await outcomes.order(database, job)) == 0
    assert await outcomes.records(database, []) == {}


async def test_the_log_of_one_job_is_paged_and_searched_without_beginnings(database: Database) -> None:
    job = await put_job(database, [])
    other = await put_job(database, [])

    async def work(connection: aiosqlite.Connection) -> None:
        for number in range(30):
            await journal.add(connection, job, "op_start", {"subject": f"Folge {number}"}, AT)
            await journal.add(connection, job, "op_end", {"subject": f"Folge {number} – 50 % Ünder"}, AT)
            await journal.add(connection, other, "op_end", {"subject": "other"}, AT)

    await database.write(work)
    every = await logbook.told(database, job)
    assert len(every) == 30
    assert [event.fields["subject"] for event in await logbook.events(database, every[28:])] == [
        "Folge 28 – 50 % Ünder",
        "Folge 29 – 50 % Ünder",
    ]
    found = await logbook.told(database, job, "folge 2")
    assert len(found) == 11
    assert [event.fields["subject"] for event in await logbook.events(database, found[:1])] == ["Folge 2 – 50 % Ünder"]
    assert len(await logbook.told(database, job, "– 50 % Ü")) == 30
    assert len(await logbook.told(database, job, "folge 2", after=found[-1])) == 0
