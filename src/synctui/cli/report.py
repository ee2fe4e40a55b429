"""A run as a person follows it: live on a terminal, one line per interval otherwise, and a result that stays."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Collection, Mapping

from synctui import words
from synctui.cli.rows import ended_row, row
from synctui.cli.terminal import Terminal
from synctui.jobs import summary
from synctui.model.events import Event
from synctui.model.json import Fields
from synctui.model.plan import Notice, PlanTotals
from synctui.model.reasons import sentence
from synctui.model.states import Result
from synctui.text import display, pad

INTERVAL = 10.0
_NOUNS = {"subtitles": "subtitle", "players": "step", "": "operation"}
_NOT_DONE = (Result.FAILED.value, Result.CONFLICT.value)


class Report:
    """Prints a run; `quiet` leaves the result only, `verbose` shows every operation also without a terminal."""

    def __init__(self, terminal: Terminal, *, quiet: bool = False, verbose: bool = False) -> None:
        self._terminal = terminal
        self._quiet = quiet
        self._verbose = verbose
        self._status = ""
        self._last = time.monotonic()
        self._reasons: Counter[tuple[str, str]] = Counter()
        self._told: list[Fields] = []
        self._noun = _NOUNS["subtitles"]
        self._actions: tuple[str, ...] = ("align",)

    def start(self, kind: str) -> None:
        """Speak of what this kind does."""
        self._noun = _NOUNS.get(kind, "operation")

    def say(self, text: str = "") -> None:
        """Print one line that stays."""
        self._clear()
        self._terminal.write(text + "\n")

    def ask(self, question: str) -> None:
        """Print a question; the answer is typed behind it."""
        self._clear()
        self._terminal.write(question)

    def planning(self, totals: PlanTotals) -> None:
        """Show how far the planning is (live only)."""
        self._show(f" looking: {words.count(totals.total, self._noun)} to do")

    def plan(self, totals: PlanTotals) -> None:
        """Print what a plan comes to."""
        self._clear()
        self._actions = tuple(totals.by_action)
        for notice in totals.notices:
            self.notice(notice)
        if self._quiet:
            return
        known = sum(totals.known.values())
        parts = [f"{number:,} to {action}" for action, number in sorted(totals.by_action.items())]
        if known:
            parts.append(f"{known:,} known already")
        line = f" {words.count(totals.total + known, self._noun)}: " + (", ".join(parts) or "nothing to do")
        if totals.estimate >= 1:
            line += f"    about {words.about(totals.estimate)}"
        if totals.undoable:
            line += "    undo: yes, each"
        self.say(self._terminal.paint(line, "bold"))

    def notice(self, notice: Notice) -> None:
        """Print a warning or a brake."""
        style = "error" if notice.level == "brake" else "warn"
        subject = f"{display(notice.subject)}: " if notice.subject else ""
        self.say(
            self._terminal.paint(f" {'! ' if notice.level == 'brake' else ''}{subject}{display(notice.message)}", style)
        )

    def operation(self, action: str, subject: str, reason: str) -> None:
        """Print one line of a plan."""
        self.say(row(self._terminal, " ", display(subject), action, reason))

    def event(self, event: Event) -> None:
        """Follow a journal event."""
        handler = {
            "op_end": self._ended,
            "progress": self._progress,
            "paused": self._paused,
            "warning": self._warning,
            "alert": self._warning,
            "retry_wait": self._waiting,
        }.get(event.type)
        if handler is not None:
            handler(event.fields)

    def result(
        self,
        fields: Fields,
        *,
        seconds: float,
        actions: Collection[str] = (),
        folder: str | None = None,
        undo: str | None = None,
    ) -> None:
        """Print what a finished job of these actions did (`fields` of its `job_end`)."""
        self._clear()
        if self._verbose or not self._terminal.live:
            self._tell_left_alone()
        outcomes = fields.get("outcomes")
        counts = outcomes if isinstance(outcomes, Mapping) else {}
        parts = summary.parts(counts, actions or self._actions, _number(fields, "found"))
        told = ", ".join(text for _, text in parts) or "nothing done"
        line = f" {words.count(_number(fields, 'total'), self._noun)}: {told}"
        self.say(self._terminal.paint(line, "bold") + f"    {words.clock_time(seconds)}")
        if "processed" in fields:
            self.say(_rows(fields))
        if not self._quiet:
            for (outcome, reason), number in sorted(self._reasons.items()):
                if outcome not in (Result.DONE.value, Result.UNCHANGED.value):
                    self.say(f"   {number:>5,}  {outcome}: {sentence(reason)}")
        if folder:
            self.say(f" folder  {display(folder)}")
        if undo:
            self.say(f" undo    {undo}")

    def finish(self) -> None:
        """Leave the terminal clean."""
        self._clear()

    def _ended(self, fields: Fields) -> None:
        outcome = str(fields.get("outcome", ""))
        self._reasons[(outcome, str(fields.get("reason", "")))] += 1
        if self._quiet:
            return
        if self._terminal.live or self._verbose:
            self.say(self._line(fields))
        elif outcome not in (Result.DONE.value, Result.UNCHANGED.value):
            if outcome in _NOT_DONE:
                self.say(self._line(fields))
            else:
                self._told.append(fields)

    def _tell_left_alone(self, most: int = 200) -> None:
        for fields in self._told[:most]:
            self.say(self._line(fields))
        if len(self._told) > most:
            self.say(f"   … and {len(self._told) - most:,} more: synctui jobs show ID lists them")

    def _line(self, fields: Fields) -> str:
        return ended_row(self._terminal, str(fields.get("action", "")), fields)

    def _progress(self, fields: Fields) -> None:
        current, total = _number(fields, "current"), _number(fields, "total")
        rate, eta = fields.get("rate"), fields.get("eta_s")
        share = current / total if total else 1.0
        line = f"{current:,}/{total:,}"
        if isinstance(rate, (int, float)) and rate > 0:
            line += f"   {rate:.1f} a second"
        if isinstance(eta, (int, float)):
            line += f"   {words.clock_time(eta)} left"
        if self._terminal.live:
            filled = round(24 * share)
            doing = str(fields.get("phase") or "")
            self._show(f" {'█' * filled}{'░' * (24 - filled)}  {line}   {doing}")
        elif not self._quiet and time.monotonic() - self._last >= INTERVAL:
            self._last = time.monotonic()
            self.say(f" {round(100 * share):>3} %  {line}   {_number(fields, 'failed')} failed")

    def _paused(self, fields: Fields) -> None:
        until = f" until {fields['until']}" if fields.get("until") else ""
        reason = str(fields.get("reason") or "")
        self.say(self._terminal.paint(f" paused: {summary.pause(reason)}{until}", "warn"))

    def _warning(self, fields: Fields) -> None:
        self.say(self._terminal.paint(f" {display(str(fields.get('message', '')))}", "warn"))

    def _waiting(self, fields: Fields) -> None:
        if not self._quiet:
            self.say(f"   waiting {fields.get('seconds', '')} s: {display(str(fields.get('cause', '')))}")

    def _show(self, text: str) -> None:
        if self._terminal.live and not self._quiet:
            self._terminal.write("\r\x1b[K" + pad(text, self._terminal.width - 1).rstrip())
            self._status = text

    def _clear(self) -> None:
        if self._status:
            self._terminal.write("\r\x1b[K")
            self._status = ""


def _number(fields: Fields, key: str) -> int:
    value = fields.get(key, 0)
    return int(value) if isinstance(value, (int, float)) else 0


def _rows(fields: Fields) -> str:
    """Return what became of the rows of a catalogue."""
    parts = [f"{_number(fields, 'processed'):,} compared"]
    for key, word in (
        ("created", "new"),
        ("updated", "changed"),
        ("deleted", "deleted"),
        ("rows_failed", "unreadable"),
        ("conflicts", "in conflict"),
    ):
        if number := _number(fields, key):
            parts.append(f"{number:,} {word}")
    return " rows    " + ", ".join(parts)
