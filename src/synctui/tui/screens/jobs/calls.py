"""One call to a player, as its operation is told in full; and what a whole job of such calls came to."""

from __future__ import annotations

from collections.abc import Mapping

from synctui import words
from synctui.jobs import summary
from synctui.library.paths import name
from synctui.model.reasons import sentence
from synctui.model.states import OperationState, Result
from synctui.store.history import OperationRecord
from synctui.text import display
from synctui.tui.draw.line import Line, Span
from synctui.tui.draw.times import at_time, lasted
from synctui.tui.draw.wrap import wrapped
from synctui.tui.screens.jobs.faces import role_of
from synctui.tui.screens.players.wording import about, advice_for
from synctui.tui.screens.preview.calls import file_lines

_NAME = 12
PULLS = "stash"
"""The track of a catalogue's operations."""
STAGES = {
    "discover": "asking how it is",
    "execute": "sending",
    "confirm": "asking whether it is there",
    "update": "noting",
    "notify": "showing a message",
}


def call_lines(record: OperationRecord, width: int) -> tuple[Line, ...]:
    """Return everything about an operation of a player: what came of it, the call, its files."""
    one, result = record.operation, record.result
    player = display(str(one.payload.get("player", "")))
    lines: list[Line] = []
    if result is None:
        word = "in doubt" if record.state is OperationState.IN_DOUBT else "waits"
        lines.append((Span(" "), Span(word, "dim")))
    else:
        word = summary.end_word(one.action, result.value, record.reason)
        said = display(record.message) or ("" if result is Result.DONE else sentence(record.reason))
        first, *rest = wrapped(said, max(20, width - 4 - len(word)))
        role = role_of(result, record.reason)
        lines += [(Span(" "), Span(word, role), Span(": " if first else ""), Span(first))]
        lines += [(Span("   "), Span(part)) for part in rest]
        if result is not Result.DONE and (hint := advice_for(record.reason)):
            lines += [(Span("   "), Span(part, "dim")) for part in wrapped(hint, width - 4)]
    lines.append(())
    lines += _row("player", player, width)
    subject = about(one.subject, str(one.payload.get("player", "")))
    lines += _row("about", subject, width) if display(subject) != player else []
    lines += _row("call", one.reason, width)
    lines += _numbers(record, width)
    lines += _row("when", _when(record), width)
    return (*lines, *((Span(" "), *line) for line in file_lines(one, width - 1)))


def _numbers(record: OperationRecord, width: int) -> list[Line]:
    lines: list[Line] = []
    labels = (("version", "version"), ("folders", "folders"), ("sent", "sent"), ("confirmed", "confirmed"))
    for number, label in (*labels, ("unconfirmed", "not there"), ("failed", "failed"), ("waiting", "waiting")):
        value = record.numbers.get(number)
        if isinstance(value, (int, str)) and value not in (0, ""):
            lines += _row(label, str(value) if isinstance(value, str) else f"{value:,}", width)
    seconds = record.numbers.get("seconds")
    if isinstance(seconds, (int, float)):
        lines += _row("took", f"{seconds:.1f} s from sending until it was there", width)
    return lines


def _when(record: OperationRecord) -> str:
    if record.finished_at is None:
        return f"not yet, tried {words.count(record.attempts, 'time')}" if record.attempts else "not yet"
    took = lasted(record.started_at, record.finished_at)
    told = f"{at_time(record.finished_at)}, took {took}" if took else at_time(record.finished_at)
    return f"{told}, after {words.count(record.attempts, 'failed try', 'failed tries')}" if record.attempts else told


def _row(label: str, text: str, width: int) -> list[Line]:
    parts = wrapped(text, max(20, width - 2 - _NAME))
    return [(Span(" "), Span(label if not at else "", "dim", _NAME), Span(part)) for at, part in enumerate(parts)]


def call_title(track: str, action: str, subject: str) -> str:
    """Return what an operation of a player is called in a list: `Living room · scan Salt (2019)`."""
    word = summary.action_word(action) if action != "skip" else "leave out"
    return f"{track} · {word}" if subject == track else f"{track} · {word} {name(about(subject, track))}"


def about_player(track: str, action: str) -> bool:
    """Tell whether an operation is one of a player's track."""
    return track not in ("", "default", PULLS) and (action == "skip" or summary.tells_player(action))


def came_to(fields: Mapping[str, object]) -> str:
    """Return what a job came to, from its `metrics`: `12 confirmed, 0 failed`; "" where no file was told of."""
    total = fields.get("total")
    if not isinstance(total, Mapping):
        return ""
    numbers = {key: value for key, value in total.items() if isinstance(value, int)}
    if not numbers.get("items"):
        return ""
    failed, waiting = numbers.get("failed", 0), numbers.get("waiting", 0)
    parts = [f"{numbers.get('confirmed', 0):,} confirmed"]
    parts += [f"{failed:,} failed"] if failed or not waiting else []
    parts += [f"{waiting:,} waiting"] if waiting else []
    return ", ".join(parts)
