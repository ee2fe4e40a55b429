"""The operations of a job and its log as lists of any length."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Hashable, Iterable, Mapping, Sequence
from typing import Any

from textual.strip import Strip

from synctui import words
from synctui.jobs import summary
from synctui.jobs.progress import InFlight
from synctui.model.events import Event
from synctui.model.states import OperationState, Result
from synctui.store import logbook, outcomes
from synctui.store.database import Database
from synctui.store.history import OperationRecord
from synctui.text import clip, display
from synctui.tui.draw.line import Line, Span
from synctui.tui.screens.jobs.calls import about_player, call_title
from synctui.tui.screens.jobs.faces import role_of
from synctui.tui.screens.jobs.facts import says_no_more
from synctui.tui.screens.jobs.pages import PAGE, Pages
from synctui.tui.screens.jobs.pulls import came_to, is_pull, pull_title
from synctui.tui.screens.jobs.tale import event_line
from synctui.tui.widgets.rows import RowList, Rows

Start = Callable[[Coroutine[Any, Any, None]], object]
Arrived = Callable[[Iterable[int]], None]
_WORD, _DETAIL = 11, 26
_WAITING: Line = (Span("  …", "dim"),)


class OperationRows(Rows):
    """The operations of a job: what went wrong first."""

    def __init__(self, job: int, database: Callable[[], Database], arrived: Arrived, start: Start) -> None:
        self.job = job
        self.only: outcomes.Only = ""
        self.search = ""
        self.over = False
        """Whether the job is at its end: what was not done then does not wait for anything."""
        self.order = outcomes.Order()
        self._database = database
        self._pages = Pages(self._read, arrived, start)
        self._flights: dict[str, InFlight] = {}

    async def look(self) -> bool:
        """Take over which operations there are, in which order; tells whether that changed."""
        found = await outcomes.order(self._database(), self.job, only=self.only, search=self.search)
        if found == self.order:
            return False
        self.order = found
        self._pages.forget()
        return True

    def again(self, places: range) -> None:
        """Read again what is in sight."""
        self._pages.again(places)

    def fly(self, flights: Sequence[InFlight], places: range) -> list[int]:
        """Take over what is in flight; returns which of these places look different now."""
        before, self._flights = self._flights, {one.subject: one for one in flights}
        changed = {name for name in before.keys() | self._flights.keys() if before.get(name) != self._flights.get(name)}
        if not changed:
            return []
        known = ((place, self.record(place)) for place in places)
        return [place for place, one in known if one is not None and display(one.operation.subject, 200) in changed]

    async def _read(self, offset: int, limit: int) -> list[OperationRecord]:
        numbers = [self.order[place] for place in range(offset, min(offset + limit, len(self.order)))]
        found = await outcomes.records(self._database(), numbers)
        return [found[number] for number in numbers if number in found]

    def record(self, index: int) -> OperationRecord | None:
        """Return the operation of a row, None when it was not read yet."""
        return self._pages.get(index) if 0 <= index < len(self.order) else None

    # rows

    def count(self) -> int:
        return len(self.order)

    def line(self, index: int, width: int) -> Line:
        record = self.record(index)
        return _WAITING if record is None else operation_line(record, width, self._flights, over=self.over)

    def key(self, index: int) -> Hashable:
        return self.order[index] if index < len(self.order) else None

    def find(self, key: Hashable) -> int | None:
        return self.order.find(key) if isinstance(key, int) else None


def operation_line(record: OperationRecord, width: int, flights: dict[str, InFlight], *, over: bool = False) -> Line:
    """Return an operation in one line: its subject, what came of it, its numbers or its reason."""
    one = record.operation
    detail_width = max(_DETAIL, min(60, width - 2 - 48 - _WORD))
    subject = max(16, min(60, width - 2 - _WORD - detail_width))
    if is_pull(one):
        name = Span(clip(display(pull_title(one.action, one.subject), 200), subject - 1), width=subject)
    elif about_player(one.track, one.action):
        name = Span(clip(display(call_title(one.track, one.action, one.subject)), subject - 1), width=subject)
    else:
        name = Span(words.name(display(one.subject), subject - 1), width=subject)
    if record.result is None:
        flight = flights.get(display(one.subject, 200)) if record.state is not OperationState.FINISHED else None
        if flight is not None:
            share = f" {100 * flight.fraction:.0f} %" if flight.fraction is not None else ""
            return (Span("▶ ", "accent"), name, Span("running", "accent", _WORD), Span(flight.phase + share, "dim"))
        word = "in doubt" if record.state is OperationState.IN_DOUBT else "not done" if over else "waits"
        again = f"tried {words.count(record.attempts, 'time')}" if record.attempts else ""
        return (Span("· ", "dim"), name, Span(word, "dim", _WORD), Span(again, "dim"))
    role = role_of(record.result, record.reason)
    told = {**record.numbers, "message": record.message}
    word = "taken back" if record.undone_by is not None else summary.end_word(one.action, record.result.value, record.reason)
    detail = summary.end_detail(record.result.value, record.reason, told, short=detail_width < 40)
    if says_no_more(record.result, {**told, "reason": record.reason}):
        detail = ""
    if is_pull(one) and record.result in (Result.DONE, Result.UNCHANGED):
        detail = came_to({name: value for name, value in record.numbers.items() if isinstance(value, int)})
    wrong = record.result in (Result.FAILED, Result.CONFLICT)
    return (
        Span(record.result.glyph, role, 2),
        name,
        Span(word, "dim" if record.undone_by is not None else role, _WORD),
        Span(detail, "text" if wrong else "dim", detail_width),
    )


def shown_next(counts: Mapping[str, int], only: outcomes.Only) -> list[tuple[outcomes.Only, str]]:
    """Return what a list can be narrowed to, what it shows now first, each with the word of the command that leads there."""
    steps: list[tuple[outcomes.Only, str]] = [("", "all")]
    if counts.get(Result.FAILED, 0) + counts.get(Result.CONFLICT, 0):
        steps.append(("wrong", "errors"))
    if counts.get(Result.REFUSED, 0):
        steps.append(("refused", "refused"))
    at = next((place for place, (name, _) in enumerate(steps) if name == only), 0)
    return steps[at:] + steps[:at]


class LogRows(Rows):
    """What happened in a job, in order, the newest last; with a text only what has it."""

    def __init__(self, job: int, database: Callable[[], Database], arrived: Arrived, start: Start) -> None:
        self.job = job
        self.search = ""
        self._database = database
        self._pages = Pages(self._read, arrived, start)
        self._numbers: list[int] = []
        self._count = 0

    async def look(self) -> bool:
        """Take over how many events there are now; tells whether that changed."""
        before, search, known = self._count, self.search, self._numbers
        found = await logbook.told(self._database(), self.job, search, known[-1] if known else 0)
        if search != self.search or known is not self._numbers:
            return False
        known.extend(found)
        # The newest are there before they come into sight.
        await self._pages.load(range(max(before, len(known) - PAGE), len(known)))
        if search != self.search:
            return False
        self._count = len(known)
        return bool(found)

    def seek(self, text: str) -> None:
        """Show only what has this text ("": all); `look` tells how many those are."""
        self.search, self._numbers, self._count = text, [], 0
        self._pages.forget()

    async def _read(self, offset: int, limit: int) -> list[Event]:
        return await logbook.events(self._database(), self._numbers[offset : offset + limit])

    def event(self, index: int) -> Event | None:
        """Return the event of a row, None when it was not read yet."""
        return self._pages.get(index) if 0 <= index < self._count else None

    # rows

    def count(self) -> int:
        return self._count

    def line(self, index: int, width: int) -> Line:
        event = self._pages.get(index)
        return _WAITING if event is None else event_line(event, width)

    def key(self, index: int) -> Hashable:
        return index

    def find(self, key: Hashable) -> int | None:
        return key if isinstance(key, int) and key < self._count else None


class LogList(RowList):
    """The list of what happened; it follows by half a screen at a time, so that most new lines are all that is drawn."""

    def render_line(self, y: int) -> Strip:
        if self.has_focus:
            return super().render_line(y)
        # Two rows under a cursor, side by side, would leave open which one keys are about.
        cursor, self.cursor = self.cursor, -1
        try:
            return super().render_line(y)
        finally:
            self.cursor = cursor

    def on_focus(self) -> None:
        self.redraw((self.cursor,))

    def on_blur(self) -> None:
        self.redraw((self.cursor,))

    def follow(self) -> None:
        """Take over what was added, and put the cursor on the newest."""
        self.grow()
        last = self.source.count() - 1
        if last >= self.top + self.page:
            self.top = last - self.page // 2
            self.refresh()
        self.move_to(last)
