"""One operation on one line, the same in plans, runs and history: glyph, name, state in a word, numbers."""

from __future__ import annotations

from collections.abc import Mapping

from synctui import words
from synctui.cli.terminal import Terminal
from synctui.jobs.summary import end_detail, end_word, is_finding
from synctui.model.states import Result
from synctui.text import clip, pad

_STYLE = {"done": "accent", "refused": "warn", "failed": "error", "conflict": "error"}
_WORD, _NUMBERS = 9, 25


def row(terminal: Terminal, glyph: str, subject: str, word: str, detail: str, style: str = "dim") -> str:
    """Return a line that fits the terminal; a stream that is no terminal gets the detail whole."""
    width = max(20, min(60, terminal.width - _WORD - _NUMBERS - 6))
    if terminal.live:
        detail = clip(detail, max(10, terminal.width - width - _WORD - 6))
    return f" {terminal.paint(glyph, style)} {words.name(subject, width)}  {pad(word, _WORD)} {detail}".rstrip()


def ended_row(terminal: Terminal, action: str, fields: Mapping[str, object]) -> str:
    """Return the line of an operation that has ended, from the fields of its `op_end`."""
    outcome, reason = str(fields.get("outcome", "")), str(fields.get("reason", ""))
    glyph = Result(outcome).glyph if outcome in list(Result) else " "
    word = end_word(action, outcome, reason)
    style = "warn" if is_finding(reason) else _STYLE.get(outcome, "dim")
    return row(
        terminal,
        glyph,
        str(fields.get("subject", "")),
        word,
        end_detail(outcome, reason, fields, short=terminal.live),
        style,
    )
