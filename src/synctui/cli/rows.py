"""One operation on one line, the same in plans, runs and history: glyph, name, state in a word, numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from synctui.cli import words
from synctui.cli.terminal import Terminal
from synctui.model.reasons import brief, sentence
from synctui.model.states import Result
from synctui.text import clip, display, pad

_STYLE = {"done": "accent", "refused": "warn", "failed": "error", "conflict": "error"}
_WRONG = (Result.FAILED.value, Result.CONFLICT.value)
_WORDS = {("align", "done"): "aligned", ("restore", "done"): "restored", ("align", "unchanged"): "in sync"}
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
    word = _WORDS.get((action, outcome), outcome)
    style = _STYLE.get(outcome, "dim")
    return row(terminal, glyph, str(fields.get("subject", "")), word, _detail(terminal, outcome, reason, fields), style)


def _detail(terminal: Terminal, outcome: str, reason: str, fields: Mapping[str, object]) -> str:
    if outcome == Result.DONE.value and "offset_ms" in fields:
        return numbers(fields)
    if outcome in _WRONG and (message := fields.get("message")):
        return display(str(message))
    return brief(reason) if terminal.live or outcome in (Result.DONE.value, Result.UNCHANGED.value) else sentence(reason)


def numbers(fields: Mapping[str, object]) -> str:
    """Return shift, change of speed and confidence in columns."""
    ratio = fields.get("ratio_name")
    confidence = fields.get("confidence")
    parts = (
        f"{words.offset(_first(fields.get('offset_ms'))):>9}",
        f"{ratio if isinstance(ratio, str) and ratio != '1' else '':>10}",
        f"{round(confidence):>4}" if isinstance(confidence, (int, float)) else "",
    )
    return " ".join(parts)


def _first(value: object) -> float:
    if isinstance(value, Sequence) and not isinstance(value, str) and value:
        value = value[0]
    return float(value) if isinstance(value, (int, float)) else 0.0
