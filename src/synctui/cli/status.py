"""`synctui status`: last attempt and success, statistics, what runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from typing import Any

from synctui.cli.arguments import Arguments
from synctui.cli.ndjson import JsonLines
from synctui.cli.opening import looking
from synctui.cli.places import paths_of
from synctui.cli.requests import KINDS
from synctui.cli.terminal import Terminal
from synctui.errors import ExitCode, UsageError
from synctui.jobs.engine import Engine
from synctui.model.catalog import Entity
from synctui.model.players import TITLES
from synctui.store import catalog_state
from synctui.store import jobs as rows
from synctui.store.catalog_edits import count_edits, open_conflicts
from synctui.store.jobs import JobRecord
from synctui.store.players import players
from synctui.store.summary import states_by_verdict
from synctui.text import display, pad


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
        **(await _OWN[kind](engine, arguments)),
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


async def _subtitles(engine: Engine, arguments: Arguments) -> dict[str, Any]:
    return {"states": await states_by_verdict(engine.database)}


async def _stash(engine: Engine, arguments: Arguments) -> dict[str, Any]:
    database = engine.database
    numbers, states = await catalog_state.counts(database), await catalog_state.entity_states(database)
    server = await catalog_state.server_state(database)
    attempt = await rows.last_attempt(database, "stash")
    last = await catalog_state.sums_of(database, attempt.id) if attempt is not None else {}
    return {
        "url": display(server.url),
        "version": display(server.version),
        "checked_at": server.probed_at or None,
        "entities": {
            entity.plural: {
                "count": numbers[entity][0],
                "deleted": numbers[entity][1],
                "last_attempt": _later(states[entity].last_attempt, attempt, entity),
                "last_success": states[entity].last_success,
                "last_exact": states[entity].last_exact,
                "problem": states[entity].problem or None,
            }
            for entity in Entity
        },
        "last_sync": last,
        "errors": await catalog_state.count_errors(database, attempt.id) if attempt is not None else 0,
        "edits": await count_edits(database),
        "conflicts": await open_conflicts(database),
        "held_back": server.held_back,
    }


def _later(noted: str | None, attempt: JobRecord | None, entity: Entity) -> str | None:
    """Return when something was last tried: also by a job that never came to its end."""
    only = attempt.request.options.get("only") if attempt is not None else None
    meant = attempt is not None and (not isinstance(only, Sequence) or entity.plural in only)
    begun = (attempt.started_at or attempt.created_at) if attempt is not None and meant else None
    return max((one for one in (noted, begun) if one is not None), default=None)


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
    lines = list(_WORDS[document["kind"]](document))
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


def _catalogue(document: dict[str, Any]) -> Iterator[str]:
    entities: dict[str, dict[str, Any]] = document["entities"]
    if all(one["last_attempt"] is None for one in entities.values()):
        yield " stash: never synced"
        return
    yield " stash: " + ", ".join(f"{one['count']:,} {name}" for name, one in entities.items())
    for name, one in entities.items():
        success = (one["last_success"] or "never")[:16].replace("T", " ")
        deleted = f", {one['deleted']:,} deleted" if one["deleted"] else ""
        problem = f"   {one['problem']}" if one["problem"] else ""
        yield f"   {name:<13} synced {success}{deleted}{problem}"
    last = document["last_sync"]
    if last:
        told = [f"{last[key]:,} {key}" for key in ("processed", "created", "updated", "skipped", "deleted") if last.get(key)]
        yield "   last sync     " + (", ".join(told) or "nothing had changed")
    for key, words in (
        ("errors", "rows could not be read: synctui jobs show"),
        ("edits", "fields edited here"),
        ("conflicts", "conflicts wait: synctui conflicts"),
        ("held_back", "held back by the brake: --allow-mass-change marks them as deleted"),
    ):
        if document[key]:
            yield f"   {document[key]:,} {words}"


_OWN: Mapping[str, Callable[[Engine, Arguments], Awaitable[dict[str, Any]]]] = {
    "subtitles": _subtitles,
    "stash": _stash,
    "players": _players,
}
_WORDS: Mapping[str, Callable[[dict[str, Any]], Iterator[str]]] = {
    "subtitles": _checked,
    "stash": _catalogue,
    "players": _standing,
}
