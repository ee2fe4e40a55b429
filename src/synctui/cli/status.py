"""`synctui status`: last attempt and success, statistics, what runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from synctui.cli.arguments import Arguments
from synctui.cli.ndjson import JsonLines
from synctui.cli.opening import looking
from synctui.cli.places import paths_of
from synctui.cli.requests import KINDS
from synctui.cli.terminal import Terminal
from synctui.errors import ExitCode, UsageError
from synctui.jobs.engine import Engine
from synctui.model.players import TITLES
from synctui.store import jobs as rows
from synctui.store.jobs import JobRecord
from synctui.store.players import players
from synctui.store.summary import states_by_verdict
from synctui.text import pad


async def status(arguments: Arguments) -> ExitCode:
    """Do `status [KIND]`."""
    if arguments.kind and arguments.kind not in KINDS:
        raise UsageError(f"{arguments.kind!r} is not a kind of sync", hint="there are: " + ", ".join(KINDS))
    async with looking(arguments, readonly=True) as engine:
        documents = [await _document(engine, arguments, kind) for kind in KINDS if arguments.kind in ("", kind)]
    if arguments.json:
        lines = JsonLines()
        for document in documents:
            lines.line("status", document)
        return ExitCode.DONE
    terminal = Terminal.of()
    for document in documents:
        terminal.write(_text(document))
    return ExitCode.DONE


async def _document(engine: Engine, arguments: Arguments, kind: str) -> dict[str, Any]:
    attempt = await rows.last_attempt(engine.database, kind)
    success = await rows.last_success(engine.database, kind)
    unfinished = [await engine.watch(record.id) for record in await rows.unfinished(engine.database) if record.kind == kind]
    return {
        "kind": kind,
        "last_attempt": _job(attempt),
        "last_success": _job(success),
        "statistics": await rows.statistics(engine.database, kind),
        **(await _players(engine, arguments) if kind == "players" else {"states": await states_by_verdict(engine.database)}),
        "unfinished": [
            {
                "job": seen.job,
                "state": seen.state.value,
                "current": seen.current,
                "total": seen.total,
                "pause_reason": seen.pause_reason,
                "pause_until": seen.pause_until,
            }
            for seen in unfinished
        ],
    }


async def _players(engine: Engine, arguments: Arguments) -> dict[str, Any]:
    from synctui.services import configuration
    from synctui.syncs.players.metrics import standing, total_of
    from synctui.syncs.players.settings import player_settings

    loaded = configuration(file=arguments.config, paths=paths_of(arguments))
    configured = player_settings(loaded.config)
    found = await standing(engine.database, configured)
    known = await players(engine.database)
    return {"players": found, "total": total_of(found, [known[one.name] for one in configured if one.name in known])}


def _job(record: JobRecord | None) -> dict[str, Any] | None:
    if record is None:
        return None
    return {
        "job": record.id,
        "state": record.state.value,
        "started_at": record.started_at,
        "completed_at": record.completed_at,
        "outcomes": dict(record.counts),
    }


def _text(document: dict[str, Any]) -> str:
    lines = list(_standing(document) if "players" in document else _checked(document))
    for name in ("last_attempt", "last_success"):
        job = document[name]
        when = (job["completed_at"] or job["started_at"] or "")[:16].replace("T", " ") if job else "never"
        number = f"   job {job['job']}, {job['state']}" if job else ""
        lines.append(f"   {name.replace('_', ' '):<13} {when}{number}")
    for one in document["unfinished"]:
        why = f" ({one['pause_reason']})" if one["pause_reason"] else ""
        lines.append(f"   job {one['job']} is {one['state']}{why}: {one['current']:,} of {one['total']:,}")
    return "\n".join(lines) + "\n"


def _checked(document: dict[str, Any]) -> Iterator[str]:
    states: dict[str, int] = document["states"]
    total = sum(states.values())
    parts = [f"{number:,} {code.replace('_', ' ')}" for code, number in sorted(states.items(), key=lambda one: -one[1])]
    yield f" {document['kind']}: {total:,} checked" + (": " + ", ".join(parts) if parts else "")


def _standing(document: dict[str, Any]) -> Iterator[str]:
    total = document["total"]
    if not total["players"]:
        yield " players: none is configured"
        return
    yield f" players: {total['online']:,} of {total['players']:,} online, {total['queue']:,} waiting"
    for row in document["players"]:
        kind = " ".join(part for part in (TITLES[row["player_kind"]], row["version"]) if part)
        word = row["word"] if row["enabled"] else "switched off"
        waiting = row["queue"] or row["unread"]
        parts = [f"{waiting:,} waiting" if waiting else "up to date", f"{row['items'].get('confirmed', 0):,} confirmed"]
        if row["response_s"] is not None:
            parts.append(f"answers in {round(row['response_s'] * 1000)} ms")
        yield f"   {pad(row['player'], 20)} {pad(kind, 16)} {pad(word, 17)} {', '.join(parts)}"
        if row["last_error"] is not None and row["state"] != "online":
            yield f"      {row['last_error']['message']}"
