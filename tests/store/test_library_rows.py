"""Verdicts, lineage, strikes, choices and changes are kept and found again."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from synctui.model.library import Change, Choice, FileStamp, Lineage, Row, Strike, Verdict
from synctui.model.states import SubtitleState
from synctui.store.changes import changes_after
from synctui.store.choices import choices
from synctui.store.database import Database
from synctui.store.lineage import lineage, lineage_history, lineage_of_output
from synctui.store.rows import write_rows
from synctui.store.strikes import strikes, struck_out
from synctui.store.verdicts import forget_verdicts, verdict_of, verdicts_for

AT = "2026-01-02T03:04:05.678Z"
ODD = "/lib/\udce9t\udce9/a\nb \u202e.srt"


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    opened = await Database.open(tmp_path / "synctui.db")
    yield opened
    await opened.close()


async def write(database: Database, *rows: Row, job: int = 7, at: str = AT) -> None:
    await database.write(lambda connection: write_rows(connection, rows, job=job, at=at))


def verdict(path: str, state: SubtitleState = SubtitleState.IN_SYNC) -> Verdict:
    return Verdict(
        path, state, "aligned", "finger", FileStamp(10, 20), "sha", "/lib/a.mkv", FileStamp(30, 40), "builtin",
        {"offset_ms": -12300, "ratio": 1.0},
    )  # fmt: skip


async def test_a_verdict_comes_back_as_it_went_with_job_and_time(database: Database) -> None:
    await write(database, verdict(ODD))
    found = await verdict_of(database, ODD)
    assert found is not None
    assert found == Verdict(
        ODD, SubtitleState.IN_SYNC, "aligned", "finger", FileStamp(10, 20), "sha", "/lib/a.mkv", FileStamp(30, 40),
        "builtin",
        {"offset_ms": -12300, "ratio": 1.0}, 7, AT,
    )  # fmt: skip


async def test_a_later_verdict_takes_the_place_of_the_earlier(database: Database) -> None:
    await write(database, verdict("/a.srt"), verdict("/b.srt"))
    await write(database, Verdict("/a.srt", SubtitleState.FAILED, "engine_failed", "other", FileStamp(1, 2)), job=8)
    found = await verdicts_for(database, ["/a.srt", "/b.srt", "/c.srt"])
    assert {path: (one.state, one.job) for path, one in found.items()} == {
        "/a.srt": (SubtitleState.FAILED, 8), "/b.srt": (SubtitleState.IN_SYNC, 7)
    }  # fmt: skip
    assert found["/a.srt"].video is None
    assert found["/a.srt"].video_stamp is None


async def test_thousands_of_verdicts_are_found_in_one_call(database: Database) -> None:
    paths = [f"/lib/{number}.srt" for number in range(2500)]
    await write(database, *(verdict(path) for path in paths))
    assert set(await verdicts_for(database, paths)) == set(paths)
    await database.write(lambda connection: forget_verdicts(connection, paths[:2000]))
    assert set(await verdicts_for(database, paths)) == set(paths[2000:])


async def test_lineage_is_a_history_with_the_latest_first(database: Database) -> None:
    first = Lineage(ODD, "out1", "orig", "file:" + ODD + ".bak", "op-1")
    second = Lineage(ODD, "out2", "orig", "vault:abc", "op-2")
    await write(database, first)
    await write(database, second, Lineage("/other.srt", "x", "y", "z"))
    assert await lineage(database, ODD) == second
    assert await lineage_history(database, ODD) == [second, first]
    assert await lineage_of_output(database, ODD, "out1") == first
    assert await lineage_of_output(database, ODD, "out3") is None
    assert await lineage(database, "/nothing.srt") is None


async def test_strikes_count_per_file_engine_and_content(database: Database) -> None:
    await write(
        database, Strike("/a.srt", "alass", "one"), Strike("/a.srt", "alass", "one"), Strike("/a.srt", "builtin", "one")
    )
    assert await strikes(database, "/a.srt", "alass", "one") == 2
    assert await strikes(database, "/a.srt", "builtin", "one") == 1
    assert await strikes(database, "/a.srt", "alass", "two") == 0
    await write(database, Strike("/a.srt", "alass", "one"))
    assert await struck_out(database, "alass") == {"/a.srt": "one"}
    await write(database, Strike("/a.srt", "alass", "two"))
    assert await strikes(database, "/a.srt", "alass", "two") == 1, "another content begins anew"
    assert await strikes(database, "/a.srt", "alass", "one") == 0
    await write(database, Strike("/a.srt", "", "", clear=True))
    assert await strikes(database, "/a.srt", "builtin", "one") == 0


async def test_choices_are_kept_the_last_one_counts(database: Database) -> None:
    await write(database, Choice(ODD, "/v1.mkv"), Choice("/b.srt", "/b.mkv"))
    await write(database, Choice(ODD, "/v\udcff2.mkv"))
    assert await choices(database) == {ODD: "/v\udcff2.mkv", "/b.srt": "/b.mkv"}


async def test_the_change_feed_is_read_from_where_one_left_off(database: Database) -> None:
    await write(database, Change(ODD, "modified", "subtitles"), Change("/new.srt", "moved", "hook", "/old.srt"))
    first, second = await changes_after(database, 0)
    assert (first.change, first.job, first.at) == (Change(ODD, "modified", "subtitles"), 7, AT)
    assert second.change.previous == "/old.srt"
    assert second.id > first.id
    assert await changes_after(database, first.id) == [second]
    assert await changes_after(database, 0, limit=1) == [first]


async def test_rows_of_a_work_that_fails_are_not_written(database: Database) -> None:
    async def work(connection: object) -> None:
        await write_rows(connection, [verdict("/a.srt"), Strike("/a.srt", "alass", "x")], job=1, at=AT)  # type: ignore[arg-type]
        raise RuntimeError("stop")

    with pytest.raises(RuntimeError):
        await database.write(work)
    assert await verdict_of(database, "/a.srt") is None
    assert await strikes(database, "/a.srt", "alass", "x") == 0
