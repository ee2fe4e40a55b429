"""Players in lines: the answer above them, the head of the columns, and a row each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from synctui import words
from synctui.model.players import PlayerState
from synctui.text import cells, clip
from synctui.tui.draw.line import Line, Span, whole
from synctui.tui.draw.palette import Role
from synctui.tui.draw.plots import sparkline
from synctui.tui.draw.times import at_time, local, when
from synctui.tui.screens.players.standing import Standing

_STATE, _QUEUE, _CONFIRMED, _FAILED = 12, 5, 10, 7
_PLOT, _MS, _LAST = 5, 6, 6
_GAP = 2
_LEAST_NAME, _MOST_NAME = 12, 28
_SHORT_KIND, _LONG_KIND = 10, 15
_NAME_IN_ANSWER = 20
_BETWEEN = 3
_RANKS = {PlayerState.REFUSED: 0, PlayerState.FAILING: 1, PlayerState.OFFLINE: 2}


@dataclass(frozen=True, slots=True)
class Columns:
    """How wide the columns of a list are; what has no room is 0."""

    name: int
    kind: int
    plot: int
    last: int

    @classmethod
    def of(cls, width: int) -> Columns:
        """Return the columns for rows of a width: names grow first, then kinds, then plots."""
        fixed = _STATE + _QUEUE + _CONFIRMED + _FAILED
        plot, last = _GAP + _PLOT + _MS, _GAP + _LAST
        left = width - fixed - _LEAST_NAME - _SHORT_KIND
        last = last if left >= last else 0
        plot = plot if left - last >= plot else 0
        left -= last + plot
        long = _LONG_KIND if left >= _LONG_KIND - _SHORT_KIND + 2 else _SHORT_KIND
        name = min(_MOST_NAME, _LEAST_NAME + max(0, left - (long - _SHORT_KIND)))
        return cls(name, long, plot, last)


def head_line(width: int) -> Line:
    """Return the names of the columns."""
    columns = Columns.of(width)
    line: list[Span] = [
        Span("player", "dim", columns.name),
        Span("kind", "dim", columns.kind),
        Span("state", "dim", _STATE),
        Span("queue", "dim", _QUEUE, right=True),
        Span("confirmed", "dim", _CONFIRMED, right=True),
        Span("failed", "dim", _FAILED, right=True),
    ]
    if columns.plot:
        line.append(Span("answers", "dim", columns.plot, right=True))
    if columns.last:
        line.append(Span("last", "dim", columns.last, right=True))
    return whole(line, width, "")


def row_line(one: Standing, width: int) -> Line:
    """Return the row of a player or group."""
    columns = Columns.of(width)
    name: Role = "text" if one.enabled else "dim"
    what = one.what if cells(one.what) < columns.kind else one.what.partition(" ")[0] if not one.group else one.what
    role: Role = "accent" if one.doing else one.role
    line: list[Span] = [
        Span(clip(one.name, columns.name - 1) if cells(one.name) >= columns.name else one.name, name, columns.name),
        Span(what, "dim", columns.kind),
        Span(one.doing or one.word, role, _STATE),
        Span(f"{one.queue:,}", "warn" if one.queue else "dim", _QUEUE, right=True),
        Span(f"{one.confirmed:,}" if one.told else "-", "text" if one.confirmed else "dim", _CONFIRMED, right=True),
        Span(f"{one.failed:,}" if one.failed else "-", "error" if one.failed else "dim", _FAILED, right=True),
    ]
    if columns.plot:
        line += [
            Span(" " * _GAP),
            Span(sparkline(one.latencies, _PLOT) if one.latencies else "", "accent", _PLOT),
            Span(answer_time(one.latencies), "dim", _MS, right=True),
        ]
    if columns.last:
        last = "now" if one.doing else short_when(one.last)
        line.append(Span(last, "dim", columns.last, right=True))
    return whole(line, width, "")


def answer_time(latencies: Sequence[float]) -> str:
    """Return how long the last answers took, on average: `4 ms`, `1.2 s`."""
    if not latencies:
        return ""
    newest = latencies[-5:]
    mean = sum(newest) / len(newest)
    return f"{max(1, round(1000 * mean))} ms" if mean < 0.9995 else f"{mean:.1f} s"


def short_when(at: str | None) -> str:
    """Return `14:02`, `Tue`, `12 Mar`; of years before only the year."""
    moment, said = local(at), when(at)
    if moment is None:
        return ""
    if said == "yesterday":
        return f"{moment:%a}"
    return said if cells(said) <= _LAST else f"{moment.year}"


def answer(rows: Sequence[Standing], width: int) -> Line:
    """Return how all players stand in one line: how many are online, what was told, and what is wrong first."""
    players = [one for one in rows if not one.group]
    enabled = [one for one in players if one.enabled]
    if not players:
        return (Span("no player yet", "strong"),)
    online = sum(one.online for one in enabled)
    sums, confirmed = sum(one.told for one in enabled), sum(one.confirmed for one in enabled)
    parts = [Span(f"{online} of {len(enabled)} online" if enabled else "all are disabled", "strong")]
    worst_first = sorted(enabled, key=lambda one: _RANKS.get(one.state, len(_RANKS)))
    wrong = [told for one in worst_first if (told := _trouble(one)) is not None]
    sent = Span(f"{words.count(sums, 'change')} sent, {confirmed:,} confirmed") if sums else None
    if wrong:
        room = width - sum(cells(part.text) + _BETWEEN for part in (*parts, *((sent,) if sent is not None else ())))
        if room < cells(wrong[0].text):
            sent = None
            room = width - cells(parts[0].text) - _BETWEEN
        return whole([*parts, *((sent,) if sent is not None else ()), *_as_many(wrong, room)], width)
    parts += [sent] if sent is not None else []
    if times := [one.last for one in enabled if one.last]:
        parts.append(Span(f"last told {at_time(max(times))}", "dim"))
    return whole(parts, width)


def _as_many(wrong: Sequence[Span], room: int) -> list[Span]:
    """Return as many troubles as fit into so many columns, and how many more there are."""
    shown: list[Span] = []
    for number, one in enumerate(wrong):
        left = len(wrong) - number - 1
        more = cells(f"+{left}") + _BETWEEN if left else 0
        if shown and cells(one.text) + more > room:
            return [*shown, Span(f"+{left + 1}", "warn")]
        shown.append(one)
        room -= cells(one.text) + _BETWEEN
    return shown


def _trouble(one: Standing) -> Span | None:
    name = clip(one.name, _NAME_IN_ANSWER)
    waits = one.queue + one.failed
    match one.state:
        case PlayerState.OFFLINE:
            return Span(f"{name} is off" + (f": {waits:,} waiting" if waits else ""), "warn")
        case PlayerState.REFUSED:
            return Span(f"{name} refuses us", "error")
        case PlayerState.FAILING:
            return Span(f"{name} fails" + (f": {waits:,} waiting" if waits else ""), "error")
    if one.failed:
        return Span(f"{name}: {one.failed:,} failed", "error")
    return None


def stamp(at: str | None) -> str:
    """Return a moment as the detail shows it: `14:02:11` for today, otherwise the day."""
    moment: datetime | None = local(at)
    if moment is None:
        return ""
    said = when(at)
    return f"{moment:%H:%M:%S}" if ":" in said else said
