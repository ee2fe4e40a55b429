"""The journal of a job in sentences."""

from __future__ import annotations

import base64
from collections.abc import Mapping

from synctui import words
from synctui.jobs import summary
from synctui.model.events import Event
from synctui.model.states import JobState, Result
from synctui.store.blobs import from_blob
from synctui.text import clip, pad
from synctui.tui.draw.line import Line, Span
from synctui.tui.draw.times import at_time, clock
from synctui.tui.screens.jobs import pulls
from synctui.tui.screens.jobs.calls import PULLS, STAGES, about_player, call_title, came_to
from synctui.tui.screens.jobs.faces import role_of
from synctui.tui.screens.jobs.facts import says_no_more

_TIME = 10
_SUBJECT = 48


def event_line(event: Event, width: int) -> Line:
    """Return an event as one line: when, and what happened."""
    return (Span(clock(event.at), "dim", _TIME), *_told(event, max(10, width - _TIME)))


def _told(event: Event, width: int) -> Line:
    fields = event.fields
    match event.type:
        case "op_end":
            return _ended(fields, width)
        case "job_start":
            done = _number(fields, "resumed_from")
            total = words.count(_number(fields, "total"), "operation")
            return (Span(f"goes on: {done:,} of {total} done already" if done else f"begins: {total}", "strong"),)
        case "job_end":
            return _job_ended(fields)
        case "paused":
            return (Span(_paused(fields), "warn"),)
        case "retry_wait":
            seconds = fields.get("seconds")
            wait = words.about(seconds) if isinstance(seconds, (int, float)) else ""
            why = fields.get("message") or fields.get("cause") or ""
            return (Span(f"{fields.get('subject', '')}: waits {wait} and tries again: {why}", "warn"),)
        case "stage_start":
            stage = str(fields.get("stage") or "first stage")
            track = fields.get("track")
            if track == PULLS:
                stage = pulls.STAGES.get(stage, stage)
            elif track not in (None, "", "default") and stage in STAGES:
                stage = f"{track}, {STAGES[stage]}"
            return (Span(f"{stage}: {words.count(_number(fields, 'total'), 'operation')}", "dim"),)
        case "warning" | "alert":
            return (Span(str(fields.get("message", "")), "warn" if event.type == "warning" else "error"),)
        case "metrics" if told := came_to(fields):
            return (Span(told, "dim"),)
        case "quota":
            return (Span(f"{fields.get('used')} of {fields.get('limit')} used", "dim"),)
    return (Span(str(fields.get("message") or event.type.replace("_", " ")), "dim"),)


def _ended(fields: Mapping[str, object], width: int) -> Line:
    outcome, reason = str(fields.get("outcome", "")), str(fields.get("reason", ""))
    result = Result(outcome) if outcome in list(Result) else None
    role = role_of(result, reason)
    word = summary.end_word(str(fields.get("action", "")), outcome, reason)
    detail = "" if says_no_more(outcome, fields) else summary.end_detail(outcome, reason, fields, short=width < 90)
    if width < 90:
        detail = " ".join(detail.split())  # columns of numbers are for where there is room for them
    room = max(12, min(_SUBJECT, width // 2))
    track, action, about = (str(fields.get(name, "")) for name in ("track", "action", "subject"))
    if track == PULLS:
        subject = pad(clip(pulls.pull_title(action, about), room), room)
    elif about_player(track, action):
        subject = pad(clip(call_title(track, action, about), room), room)
    else:
        subject = words.name(about, room)
    glyph = result.glyph if result is not None else " "
    return (Span(glyph, role, 2), Span(subject), Span("  "), Span(word, role, 10), Span(detail.strip(), "dim"))


def _job_ended(fields: Mapping[str, object]) -> Line:
    outcomes = fields.get("outcomes")
    counts = (
        {name: number for name, number in outcomes.items() if isinstance(number, int)}
        if isinstance(outcomes, Mapping)
        else {}
    )
    state = str(fields.get("state", ""))
    told = summary.outcomes(counts, found=_number(fields, "found"))
    if "processed" in fields:
        names = ("processed", "created", "updated", "deleted")
        sums = {name: _number(fields, name) for name in names} | {"failed_rows": _number(fields, "rows_failed")}
        told = pulls.came_to(sums) or told
    if state in list(JobState):
        return (Span(f"{JobState(state).word}: {told}", "error" if state == JobState.FAILED else "strong"),)
    return (Span(told, "strong"),)


def _paused(fields: Mapping[str, object]) -> str:
    reason = str(fields.get("reason") or "")
    until = fields.get("until")
    what = next((f"{scope} {fields[scope]}: " for scope in ("track", "lane") if fields.get(scope)), "")
    text = f"{what}paused: {summary.pause(reason)}"
    if isinstance(until, str):
        text += f", until {at_time(until)}"
    return f"{text}: {fields['message']}" if fields.get("message") else text


def operation_key(event: Event) -> str | None:
    """Return the key of the operation that an event is about."""
    raw, key = event.fields.get("key_b64"), event.fields.get("key")
    if isinstance(raw, str):
        return from_blob(base64.b64decode(raw))
    return key if isinstance(key, str) else None


def _number(fields: Mapping[str, object], name: str) -> int:
    value = fields.get(name, 0)
    return int(value) if isinstance(value, (int, float)) else 0
