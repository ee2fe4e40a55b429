"""What is stored of players and of how each file stands with them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest

from synctui.model.library import Row
from synctui.model.players import ItemState, PlayerItem, PlayerSeen, PlayerState, PlayerSynced
from synctui.store.database import Database
from synctui.store.player_items import QueueRow, counts, known, skipped_for, sums_of, waiting
from synctui.store.players import PlayerRecord, players
from synctui.store.rows import write_rows

T = [f"2026-01-01T00:00:0{second}.000Z" for second in range(10)]


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    async with await Database.open(tmp_path / "synctui.db") as opened:
        yield opened


async def written(database: Database, rows: Sequence[Row], *, job: int = 1, at: str = T[0]) -> None:
    await database.write(lambda connection: write_rows(connection, rows, job=job, at=at))


def item(path: str = "/a.mkv", state: ItemState = ItemState.PENDING, feed: int = 1, **more: object) -> PlayerItem:
    return PlayerItem("It", path, "created", state, feed=feed, **more)  # type: ignore[arg-type]


async def row(database: Database, path: str = "/a.mkv") -> QueueRow:
    return (await known(database, "It", [path]))[path]


async def test_a_file_keeps_the_times_of_its_way(database: Database) -> None:
    states = (ItemState.PENDING, ItemState.ACCEPTED, ItemState.CONFIRMED)
    for at, state in zip(T, states, strict=False):
        await written(database, [item(state=state)], at=at)
    one = await row(database)
    assert (one.created_at, one.sent_at, one.processed_at, one.last_synced, one.tries) == (T[0], T[1], T[2], T[2], 0)


async def test_a_newer_change_begins_anew_and_remembers_the_last_confirmation(database: Database) -> None:
    for at, state in ((T[0], ItemState.ACCEPTED), (T[1], ItemState.UNCONFIRMED), (T[2], ItemState.CONFIRMED)):
        await written(database, [item(state=state)], at=at)
    await written(database, [item(feed=9)], at=T[5], job=2)
    one = await row(database)
    assert (one.item.feed, one.created_at, one.sent_at, one.processed_at, one.last_synced) == (9, T[5], None, None, T[2])
    assert (one.tries, one.job) == (0, 2)


async def test_tries_count_what_failed_or_did_not_come(database: Database) -> None:
    for state in (ItemState.FAILED, ItemState.PENDING, ItemState.UNCONFIRMED, ItemState.ACCEPTED):
        await written(database, [item(state=state)])
    assert (await row(database)).tries == 2


async def test_what_an_older_plan_says_does_not_settle_a_newer_change(database: Database) -> None:
    await written(database, [item(feed=9)])
    await written(database, [item(state=ItemState.CONFIRMED, feed=3)], job=2)
    one = await row(database)
    assert (one.item.state, one.item.feed, one.last_synced) == (ItemState.PENDING, 9, None)


async def test_a_renamed_file_leaves_nothing_waiting_under_its_old_name(database: Database) -> None:
    await written(database, [item("/old.mkv"), item("/late.mkv", feed=8)])
    moved = PlayerItem("It", "/new.mkv", "moved", ItemState.PENDING, previous="/old.mkv", feed=5)
    other = PlayerItem("It", "/newer.mkv", "moved", ItemState.PENDING, previous="/late.mkv", feed=5)
    await written(database, [moved, other])
    assert {one.item.path for one in await waiting(database, "It")} == {"/new.mkv", "/newer.mkv", "/late.mkv"}


async def test_an_old_name_that_the_player_knows_stays_until_the_new_one_is_confirmed(database: Database) -> None:
    await written(database, [item("/old.mkv", ItemState.CONFIRMED)])
    for state, left in ((ItemState.SKIPPED, 2), (ItemState.PENDING, 2), (ItemState.CONFIRMED, 1)):
        await written(database, [PlayerItem("It", "/new.mkv", "moved", state, previous="/old.mkv", feed=5)])
        assert len(await known(database, "It", ["/old.mkv", "/new.mkv"])) == left


async def test_names_that_are_no_text_come_back_as_they_were(database: Database) -> None:
    path = "/films/\udce9\x1b[31m\n.mkv"
    await written(database, [item(path, remote="/x/ü\n", group="Gr\udce9", message="no \ud800 text")])
    one = await row(database, path)
    assert (one.item.path, one.item.remote) == (path, "/x/ü\n")


async def test_more_files_than_a_statement_takes(database: Database) -> None:
    paths = [f"/{number}.mkv" for number in range(1501)]
    await written(database, [item(path) for path in paths])
    assert len(await known(database, "It", paths)) == len(await waiting(database, "It")) == 1501


async def test_sums_of_a_job_count_each_state_and_only_its_own_waiting(database: Database) -> None:
    await written(database, [item("/a"), item("/b"), item("/c"), item("/d")], at=T[0])
    await written(database, [item("/a", ItemState.ACCEPTED), item("/b", ItemState.ACCEPTED)], at=T[1])
    await written(database, [item("/a", ItemState.CONFIRMED), item("/b", ItemState.UNCONFIRMED)], at=T[4])
    await written(database, [item("/c", ItemState.SKIPPED, reason="kept")], at=T[4])
    sums = await sums_of(database, "It", 1)
    assert (sums.items, sums.confirmed, sums.failed, sums.waiting, round(sums.waited_s)) == (4, 1, 1, 1, 3)
    assert await counts(database) == {"It": {"confirmed": 1, "unconfirmed": 1, "skipped": 1, "pending": 1}}
    assert [one.item.path for one in await skipped_for(database, "It", ["kept"])] == ["/c"]


# players


async def record(database: Database) -> PlayerRecord:
    return (await players(database))["It"]


async def test_failures_in_a_row_are_counted_until_it_answers(database: Database) -> None:
    failing = PlayerSeen("It", PlayerState.FAILING, code="timeout", message="slow", failed=True, not_before=T[9])
    for at in T[:3]:
        await written(database, [failing], at=at)
    one = await record(database)
    assert (one.failures, one.state, one.not_before, one.failed_at, one.seen_at) == (
        3,
        PlayerState.FAILING,
        T[9],
        T[2],
        None,
    )
    await written(database, [PlayerSeen("It", PlayerState.ONLINE, version="1", failed=False, not_before="")], at=T[5])
    one = await record(database)
    assert (one.failures, one.not_before, one.seen_at, one.failed_at, one.message) == (0, "", T[5], T[2], "")


async def test_being_off_is_no_failure_and_keeps_what_is_known(database: Database) -> None:
    await written(database, [PlayerSeen("It", PlayerState.ONLINE, version="20.1", title="Kodi")], at=T[0])
    await written(database, [PlayerSeen("It", PlayerState.OFFLINE, code="offline", message="off")], at=T[1])
    one = await record(database)
    assert (one.version, one.title, one.seen_at, one.failures) == ("20.1", "Kodi", T[0], 0)


async def test_how_far_it_was_told_never_goes_back(database: Database) -> None:
    for cursor in (5, 3, 0, 8):
        await written(
            database, [PlayerSynced("It", cursor, good=cursor != 3, items=2, confirmed=1, busy_s=0.5)], at=T[cursor]
        )
    one = await record(database)
    assert (one.cursor, one.syncs, one.successes, one.items, one.busy_s) == (8, 4, 3, 8, 2.0)
    assert (one.last_sync, one.last_success) == (T[8], T[8])


async def test_only_the_last_answers_are_kept_one_by_one(database: Database) -> None:
    for start in range(0, 60, 6):
        answers = tuple(float(number) for number in range(start, start + 6))
        await written(database, [PlayerSeen("It", PlayerState.ONLINE, answers=answers)])
    one = await record(database)
    assert one.answers == 60
    assert one.latencies == tuple(float(number) for number in range(36, 60))


async def test_a_damaged_row_is_read_with_mistrust(database: Database) -> None:
    await written(database, [PlayerSeen("It", PlayerState.ONLINE)])
    sql = "UPDATE players SET latencies = '{\"a\": [1]}', state = 'dancing'"
    await database.write(lambda connection: connection.execute(sql))
    one = await record(database)
    assert (one.latencies, one.state) == ((), PlayerState.UNKNOWN)
