"""What telling players came to, in numbers: of one job, and ever since."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from synctui.model.json import Fields, Json
from synctui.model.players import PlayerState
from synctui.store.changes import changes_behind
from synctui.store.database import Database
from synctui.store.player_items import counts, players_of_job, sums_of
from synctui.store.players import PlayerRecord, players
from synctui.syncs.players.settings import PlayerSettings
from synctui.text import display


async def job_metrics(database: Database, job: int) -> Fields:
    """Return what a job came to: `players` by name, and `total`."""
    records = await players(database)
    found: dict[str, Json] = {}
    sums: list[tuple[int, int, int, int, float]] = []
    for name in await players_of_job(database, job):
        one = await sums_of(database, name, job)
        record = records.get(name, PlayerRecord(name))
        sums.append((one.items, one.confirmed, one.failed, one.waiting, one.waited_s))
        found[display(name, 200)] = {
            "items": one.items,
            "confirmed": one.confirmed,
            "failed": one.failed,
            "waiting": one.waiting,
            "confirmation_s": _mean(one.waited_s, one.confirmed),
            "response_s": _mean(record.answers_s, record.answers),
        }
    items, confirmed, failed, waiting, waited = (sum(column) for column in zip(*sums, strict=True)) if sums else (0,) * 5
    total: Fields = {
        "items": items,
        "confirmed": confirmed,
        "failed": failed,
        "waiting": waiting,
        "confirmation_s": _mean(waited, int(confirmed)),
    }
    return {"players": found, "total": total}


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
    failed_syncs = record.syncs - record.successes
    word = "failed (offline)" if record.state is PlayerState.OFFLINE else record.state.word
    return {
        "state": record.state.value,
        "word": word,
        "version": display(record.version, 60),
        "seen_at": record.seen_at,
        "queue": sum(states.get(one, 0) for one in ("pending", "sent", "accepted", "unconfirmed", "failed")),
        "unread": unread,
        "items": dict(sorted(states.items())),
        "syncs": record.syncs,
        "successes": record.successes,
        "failures": failed_syncs,
        "success_rate": _mean(record.successes, record.syncs),
        "mean_s": _mean(record.busy_s, record.syncs),
        "items_per_s": _mean(record.items, record.busy_s),
        "response_s": _mean(record.answers_s, record.answers),
        "confirmation_s": _mean(record.waited_s, record.confirmed),
        "last_sync": record.last_sync,
        "last_success": record.last_success,
        "last_error": None
        if not record.message
        else {"code": record.code, "message": record.message, "at": record.failed_at},
        "left_alone_until": record.not_before or None,
    }


def _error(record: PlayerRecord) -> dict[str, Json] | None:
    if not record.message:
        return None
    return {"code": record.code, "message": display(record.message), "at": record.failed_at}


def total_of(rows: Sequence[Fields]) -> Fields:
    """Return the sums over players."""
    syncs, successes = _sum(rows, "syncs"), _sum(rows, "successes")
    return {
        "players": len(rows),
        "online": sum(1 for row in rows if row["state"] == PlayerState.ONLINE.value),
        "queue": _sum(rows, "queue"),
        "syncs": syncs,
        "successes": successes,
        "failures": syncs - successes,
        "success_rate": _mean(successes, syncs),
    }


def _sum(rows: Sequence[Fields], name: str) -> int:
    return sum(value for row in rows if isinstance(value := row[name], int))


def _mean(total: float, number: float) -> float | None:
    return round(total / number, 4) if number else None
