"""`synctui jobs`: history, and steering jobs wherever they run."""

from __future__ import annotations

from typing import Any

from synctui import words
from synctui.cli.arguments import Arguments
from synctui.cli.ndjson import JsonLines
from synctui.cli.opening import looking
from synctui.cli.rows import ended_row, row
from synctui.cli.terminal import Terminal
from synctui.errors import ExitCode, TargetNotFound, UsageError
from synctui.jobs.engine import Engine
from synctui.jobs.lines import key_fields
from synctui.jobs.summary import targets, undone
from synctui.model.reasons import sentence
from synctui.model.states import JobState, Result
from synctui.store import history
from synctui.store import jobs as rows
from synctui.store.history import OperationRecord
from synctui.store.jobs import JobRecord
from synctui.text import clip, display, pad, path_fields

_COUNTED = ("failed", "conflict", "done", "refused", "skipped", "deferred", "unchanged")


async def jobs(arguments: Arguments) -> ExitCode:
    """Do `jobs [list|show|resume|pause|cancel|undo] [ID]`."""
    if arguments.action in ("resume", "undo") and arguments.job != "all":
        from synctui.cli.run import resume, undo

        return await (resume if arguments.action == "resume" else undo)(arguments)
    async with looking(arguments) as engine:
        if arguments.action == "list":
            return await _list(arguments, engine)
        if arguments.action == "show":
            return await _show(arguments, engine)
        return await _steer(arguments, engine)


async def _list(arguments: Arguments, engine: Engine) -> ExitCode:
    found = await rows.list_jobs(engine.database, limit=arguments.limit or 20)
    if arguments.json:
        lines = JsonLines()
        for record in found:
            lines.line("job", await _job_json(engine, record), job=record.id)
        return ExitCode.DONE
    terminal = Terminal.of()
    if not found:
        terminal.write(" no jobs yet: synctui --run subtitles PATH starts one\n")
    for record in found:
        terminal.write(await _line(terminal, engine, record) + "\n")
    return ExitCode.DONE


async def _line(terminal: Terminal, engine: Engine, record: JobRecord) -> str:
    seen = await engine.watch(record.id)
    what = targets(record.request, record.undo_of)
    told = [f"{seen.counts[code]:,} {code}" for code in _COUNTED if seen.counts.get(code)]
    counts = ", ".join((*told, *filter(None, (undone(seen.counts, record.undone),))))
    if seen.state is JobState.RUNNING:
        counts = f"running {seen.current:,}/{seen.total:,}"
        counts += f", {words.clock_time(seen.eta_s)} left" if seen.eta_s else ""
    elif seen.state is not JobState.COMPLETED:
        why = f" ({seen.pause_reason})" if seen.pause_reason and seen.state is JobState.PAUSED else ""
        counts = f"{seen.state.word}{why} at {seen.current:,}/{seen.total:,}"
    at = (record.completed_at or record.started_at or record.created_at)[5:16].replace("T", " ")
    line = f" {record.id:>4}  {seen.state.glyph} {pad(record.kind, 9)} {pad(what, 18)}  {at}  {counts}"
    return clip(line, terminal.width) if terminal.live else line


async def _show(arguments: Arguments, engine: Engine) -> ExitCode:
    record = await _record(engine, arguments.job)
    results = tuple(Result)
    limit = arguments.limit or (10_000 if arguments.json else 200)
    wanted = list(arguments.operations)
    if wanted:
        found = [one for key in wanted if (one := await history.find(engine.database, record.id, key)) is not None]
        if not found:
            raise TargetNotFound(f"job {record.id} has no such operation")
    else:
        found = await history.list_operations(
            engine.database, record.id, results=results, search=arguments.search, limit=limit
        )
    if arguments.json:
        document = await _job_json(engine, record)
        document["operations"] = [_operation_json(one) for one in found]
        JsonLines().line("job", document, job=record.id)
        return ExitCode.DONE
    terminal = Terminal.of()
    terminal.write(await _line(terminal, engine, record) + "\n")
    for trouble in await history.errors(engine.database, record.id, limit=50):
        terminal.write(f"      ! {display(trouble.id)}: {display(trouble.message or sentence(trouble.reason))}\n")
    for one in found:
        terminal.write(_operation_line(terminal, one) + "\n")
    if len(found) == limit:
        terminal.write(f"      … the first {limit:,}; --limit N or --search TEXT shows others\n")
    undoable = record.counts.get("done", 0) > record.undone and record.plan.undoable > 0
    if record.state.final and undoable and not record.undo_of:
        terminal.write(f"      synctui jobs undo {record.id} takes it back\n")
    return ExitCode.DONE


def _operation_line(terminal: Terminal, one: OperationRecord) -> str:
    if one.result is None:
        return row(terminal, "·", display(one.operation.subject), one.state.value, "")
    fields = {
        **one.numbers,
        "outcome": one.result.value,
        "reason": one.reason,
        "message": one.message,
        "subject": display(one.operation.subject),
    }
    return ended_row(terminal, one.operation.action, fields)


async def _job_json(engine: Engine, record: JobRecord) -> dict[str, Any]:
    seen = await engine.watch(record.id)
    return {
        "kind": record.kind,
        "state": seen.state.value,
        "targets": [display(target) for target in record.request.targets],
        "origin": record.request.origin,
        "undo_of": record.undo_of,
        "undone": record.undone,
        "created_at": record.created_at,
        "started_at": record.started_at,
        "completed_at": record.completed_at,
        "total": seen.total,
        "current": seen.current,
        "outcomes": dict(seen.counts),
        "rate": seen.rate,
        "eta_s": seen.eta_s,
        "pause_reason": seen.pause_reason,
        "pause_until": seen.pause_until,
        "in_flight": [one._asdict() for one in seen.in_flight],
    }


def _operation_json(one: OperationRecord) -> dict[str, Any]:
    fields: dict[str, Any] = {
        **key_fields(one.operation.key),
        "action": one.operation.action,
        "subject": display(one.operation.subject),
        "state": one.state.value,
        "outcome": one.result.value if one.result is not None else None,
        "undone_by": one.undone_by,
        "reason": one.reason,
        "message": display(one.message),
        **dict(one.numbers),
    }
    if one.operation.path is not None:
        fields.update(path_fields(one.operation.path))
    return fields


async def _record(engine: Engine, text: str) -> JobRecord:
    record = await rows.get(engine.database, int(text)) if text.isdigit() else None
    if record is None:
        raise TargetNotFound(f"there is no job {display(text)!r}", hint="synctui jobs lists them")
    return record


async def _steer(arguments: Arguments, engine: Engine) -> ExitCode:
    """Pause, cancel or (all at once) resume; from any process."""
    action = arguments.action
    if arguments.job == "all":
        every = {"pause": engine.pause_all, "resume": engine.resume_all, "cancel": engine.cancel_all}
        if action not in every:
            raise UsageError(f"jobs {action} takes one job's number")
        asked = await every[action]()
    else:
        record = await _record(engine, arguments.job)
        one = {"pause": engine.pause, "cancel": engine.cancel}[action]
        await one(record.id)
        asked = [record.id]
    if arguments.json:
        JsonLines().line("control", {"action": action, "jobs": asked})
    else:
        names = ", ".join(str(number) for number in asked) or "none"
        Terminal.of().write(f" {action} asked for: {names}\n")
    return ExitCode.DONE
