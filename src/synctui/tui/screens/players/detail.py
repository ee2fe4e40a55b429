"""The detail of one player or group: where it is, how folders are mapped, what is wrong, what it was told last."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass

from synctui import words
from synctui.config.schema import PathMap
from synctui.jobs import summary
from synctui.model.events import Event
from synctui.model.players import ItemState, PlayerState
from synctui.model.reasons import sentence
from synctui.model.states import Result
from synctui.store.player_items import QueueRow
from synctui.syncs.players.asking import Asked
from synctui.text import cells, clip_start, display
from synctui.tui.draw.line import Line, Span
from synctui.tui.draw.palette import Role
from synctui.tui.draw.times import at_time
from synctui.tui.draw.wrap import wrapped
from synctui.tui.screens.players.lines import stamp
from synctui.tui.screens.players.standing import Standing
from synctui.tui.screens.players.wording import about, change_word, item_word, state_role
from synctui.tui.screens.settings.wording import arrow

_TIME = 10
_MOST_WRAPPED = 3
_MOST_TOLD = 2
_ROOMY = 60


@dataclass(frozen=True, slots=True)
class Told:
    """What is known of a player besides its row: its path maps, its newest items and events, how it was when asked."""

    maps: Sequence[PathMap] = ()
    items: Sequence[QueueRow] = ()
    events: Sequence[Event] = ()
    asked: Asked | None = None


def detail_lines(one: Standing, told: Told, width: int, retry: str) -> list[Line]:
    """Return the lines in so many columns, what matters first; `retry` is the key that tries again."""
    lines = _group(one, width) if one.group else _where(one, told, width)
    lines += _wrong(one, width, retry)
    return lines + _last(one, told, width)


def _group(one: Standing, width: int) -> list[Line]:
    named = ", ".join(one.players) or "no player"
    return [(Span(one.name, "strong"),), *((Span(part),) for part in wrapped(f"tells {named}", width))]


def _where(one: Standing, told: Told, width: int) -> list[Line]:
    settings = one.settings
    if settings is None:
        return []
    mapped, role = mapped_words(told.asked)
    maps = [arrow(each) for each in told.maps]
    first: list[Span] = [Span(one.name, "strong"), Span(f" · {settings.url}")]
    taken = sum(cells(span.text) for span in first)
    tail = f"   {mapped}" if mapped else ""
    above: list[Line] = []
    if taken + cells(tail) > width:
        above = [(Span(part, "strong"),) for part in wrapped(one.name, width)]
        first = [Span(settings.url)]
        taken = cells(settings.url)
    if not maps:
        said = " · folders are called the same there"
        short = taken + cells(said + tail) <= width
        return [*above, (*first, *((Span(said, "dim"),) if short else ()), Span(tail, role))]
    lines: list[Line]
    if len(maps) == 1 and taken + 3 + cells(maps[0]) + cells(tail) <= width:
        lines = [*above, (*first, Span(f" · {maps[0]}"), Span(tail, role))]
    else:
        lines = [*above, (*first, Span(tail, role))]
        lines += [(Span("  "), Span(_map_words(each, width - 2))) for each in told.maps[:4]]
        if len(maps) > 4:
            lines.append((Span(f"  and {len(maps) - 4:,} more", "dim"),))
    return lines


def _map_words(one: PathMap, width: int) -> str:
    """Return a path map in so many columns; of ours the end is what tells it from others."""
    target = display(one.target)
    return f"{clip_start(display(one.source), max(12, width - cells(target) - 3))} → {target}"


def mapped_words(asked: Asked | None) -> tuple[str, Role]:
    """Return what a comparison of folders came to, "" while there was none."""
    if asked is None or asked.look is None:
        return "", "dim"
    if not asked.look.roots_known:
        return "folders not told", "dim"
    if asked.uncovered:
        return f"{words.count(len(asked.uncovered), 'folder')} not mapped", "warn"
    return "mapped ✓", "good"


def _wrong(one: Standing, width: int, retry: str) -> list[Line]:
    record = one.record
    if one.group or record is None:
        return []
    lines: list[Line] = []
    if not one.enabled:
        lines.append((Span("disabled: it is told nothing until it is enabled", "dim"),))
    if record.message and one.state in (PlayerState.OFFLINE, PlayerState.REFUSED, PlayerState.FAILING):
        role: Role = "warn" if one.state is PlayerState.OFFLINE else "error"
        text = f"{at_time(record.failed_at)}  {record.message}".strip()
        lines += [(Span(part, role),) for part in wrapped(text, width)[:_MOST_WRAPPED]]
    if one.state is PlayerState.OFFLINE:
        seen = f"last seen {at_time(record.seen_at)}; " if record.seen_at else ""
        waits = f"{one.queue:,} wait until it answers" if one.queue else "it is told when it answers again"
        lines += [(Span(part, "dim"),) for part in wrapped(seen + waits, width)]
    if one.left_alone:
        until = f" left alone until {at_time(record.not_before)};" if one.state is not PlayerState.REFUSED else ""
        text = f"{one.left_alone}{':' + until if until else ';'} {retry} tries again now"
        lines += [(Span(part, "warn"),) for part in wrapped(text, width)]
    return lines


def _last(one: Standing, told: Told, width: int) -> list[Line]:
    if told.events:
        return [line for event in reversed(told.events) for line in event_lines(event, width)]
    if told.items:
        return [item_line(row, width) for row in told.items]
    if one.group:
        return []
    record = one.record
    if record is not None and record.last_sync:
        return [(Span(f"nothing is to be told; last looked at {at_time(record.last_sync)}", "dim"),)]
    return [(Span("it was not told anything yet", "dim"),)]


def event_lines(event: Event, width: int) -> list[Line]:
    """Return what a player was asked and what came of it: one line, two where something went wrong."""
    fields = event.fields
    action, outcome = str(fields.get("action", "")), str(fields.get("outcome", ""))
    reason = str(fields.get("reason", ""))
    result = Result(outcome) if outcome in list(Result) else None
    roles: dict[Result | None, Role] = {Result.DONE: "text", Result.FAILED: "error", Result.CONFLICT: "error"}
    role = roles.get(result, "warn")
    room = max(10, width - _TIME)
    text = _sentence(action, outcome, reason, fields)
    if result is Result.DONE:
        return [(Span(stamp(event.at), "dim", _TIME), Span(text, role, room))]
    parts = wrapped(text, room)
    shown = parts[: _MOST_TOLD - 1] + ([" ".join(parts[_MOST_TOLD - 1 :])] if len(parts) >= _MOST_TOLD else [])
    return [(Span(stamp(event.at) if not at else "", "dim", _TIME), Span(part, role, room)) for at, part in enumerate(shown)]


def _sentence(action: str, outcome: str, reason: str, fields: object) -> str:
    assert isinstance(fields, dict)
    subject = about(str(fields.get("subject", "")), str(fields.get("track", "")))
    message = str(fields.get("message", ""))
    done = outcome == Result.DONE.value
    if action == "discover" and done:
        return f"it answers: version {fields.get('version', '')}, {words.count(_int(fields.get('folders')), 'folder')}"
    if action == "confirm" and done:
        many = _int(fields.get("confirmed"))
        return f"{subject} {'is in its library as it' if many == 1 else 'are in its library as they'} should be"
    if action == "record" and done:
        return "noted how it stands"
    if action == "notify" and done:
        return "shown to the people watching"
    word = summary.end_word(action, outcome, reason)
    if done:
        return f"{summary.action_word(action)} {subject}: told"
    why = message or sentence(reason)
    return f"{summary.action_word(action)} {subject}: {word}, {why}" if why else f"{subject}: {word}"


def _int(value: object) -> int:
    return int(value) if isinstance(value, (int, float)) else 0


def item_line(row: QueueRow, width: int) -> Line:
    """Return how one file stands in one line."""
    item = row.item
    at = row.processed_at or row.sent_at or row.created_at
    word = item_word(item)
    quiet = (ItemState.CONFIRMED, ItemState.ACCEPTED, ItemState.SENT, ItemState.PENDING)
    why = f", {sentence(item.reason)}" if item.reason and item.state not in quiet else ""
    tail = f"{change_word(item.change)}: {word}{why}" if width >= _ROOMY else word
    room = max(12, width - _TIME - cells(tail) - 2)
    name = words.name(os.path.basename(item.path), room).rstrip()
    return (Span(stamp(at), "dim", _TIME), Span(name, "text", room), Span("  "), Span(tail, state_role(item.state)))
