"""What telling players came to, in numbers: of one job, and ever since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from synctui.model.json import Fields, Json
from synctui.model.players import PlayerState
from synctui.store.changes import changes_behind
from synctui.store.database import Database
from synctui.store.player_items import ItemSums, counts, players_of_job, sums_of
from synctui.store.players import PlayerRecord, players
from synctui.syncs.players.settings import PlayerSettings
from synctui.text import display


async def job_metrics(database: Database, job: int) -> Fields:
    """Return what a job came to, with how each player stands after it: `players` by name, and `total`."""
    records = await players(database)
    found: dict[str, Json] = {}
    sums: list[ItemSums] = []
    told: list[PlayerRecord] = []
    for name in await players_of_job(database, job):
        one = await sums_of(database, name, job)
        record = records.get(name, PlayerRecord(name))
        sums.append(one)
        told.append(record)
        found[display(name, 200)] = {**_of_job([one]), **_of_syncs([record]), **_last(record)}
    return {"players": found, "total": {**_of_job(sums), **_of_syncs(told)}}


def _of_job(sums: Sequence[ItemSums]) -> dict[str, Json]:
    confirmed = sum(one.confirmed for one in sums)
    return {
        "items": sum(one.items for one in sums),
        "confirmed": confirmed,
        "failed": sum(one.failed for one in sums),
        "waiting": sum(one.waiting for one in sums),
        "confirmation_s": _mean(sum(one.waited_s for one in sums), confirmed),
    }


def _of_syncs(records: Sequence[PlayerRecord]) -> dict[str, Json]:
    """Return what all syncs of players came to, the means over all of them."""
    syncs, successes = sum(one.syncs for one in records), sum(one.successes for one in records)
    busy = sum(one.busy_s for one in records)
    return {
        "syncs": syncs,
        "successes": successes,
        "failures": syncs - successes,
        "success_rate": _mean(successes, syncs),
        "mean_s": _mean(busy, syncs),
        "items_per_s": _mean(sum(one.items for one in records), busy),
        "response_s": _mean(sum(one.answers_s for one in records), sum(one.answers for one in records)),
    }


def _last(record: PlayerRecord) -> dict[str, Json]:
    return {"last_sync": record.last_sync, "last_success": record.last_success, "last_error": _error(record)}


async def standing(database: Database, configured: Sequence[PlayerSettings]) -> list[Fields]:
    """Return how each configured player stands, and what its syncs came to: the fields of `status players`."""
    records, states = await players(database), await counts(database)
    rows: list[Fields] = []
    for settings in configured:
        record = records.get(settings.name, PlayerRecord(settings.name))
        rows.append(
            {
                "player": display(settings.name, 200),
                "player_kind": settings.kind,
                "group": display(settings.group, 200),
                "enabled": settings.enabled,
                **standing_of(record, states.get(settings.name, {}), await changes_behind(database, record.cursor)),
            }
        )
    return rows


def standing_of(record: PlayerRecord, states: Mapping[str, int], unread: int) -> dict[str, Json]:
    """Return how a player stands; `unread` are the lines of the change feed that it was not told of."""
    return {
        "state": record.state.value,
        "word": "failed (offline)" if record.state is PlayerState.OFFLINE else record.state.word,
        "version": display(record.version, 60),
        "seen_at": record.seen_at,
        "queue": sum(states.get(one, 0) for one in ("pending", "sent", "accepted", "unconfirmed", "failed")),
        "unread": unread,
        "items": dict(sorted(states.items())),
        **_of_syncs([record]),
        "confirmation_s": _mean(record.waited_s, record.confirmed),
        **_last(record),
        "left_alone_until": record.not_before or None,
    }


def _error(record: PlayerRecord) -> dict[str, Json] | None:
    if not record.message:
        return None
    return {"code": record.code, "message": display(record.message), "at": record.failed_at}


def total_of(rows: Sequence[Fields], records: Sequence[PlayerRecord]) -> Fields:
    """Return the sums over players."""
    return {
        "players": len(rows),
        "online": sum(1 for row in rows if row["state"] == PlayerState.ONLINE.value),
        "queue": sum(value for row in rows if isinstance(value := row["queue"], int)),
        **_of_syncs(records),
        "confirmation_s": _mean(sum(one.waited_s for one in records), sum(one.confirmed for one in records)),
    }


def _mean(total: float, number: float) -> float | None:
    return round(total / number, 4) if number else None
