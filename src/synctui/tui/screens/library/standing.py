"""How subtitles stand, in words and numbers: one subtitle, a video with several, everything below a node."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from synctui import words
from synctui.model.reasons import brief
from synctui.model.states import OFF, SubtitleState
from synctui.text import cells
from synctui.tui.draw.line import Line, Span
from synctui.tui.draw.palette import Role
from synctui.tui.screens.library.filter import HOPELESS, UNCHECKED

if TYPE_CHECKING:
    from synctui.model.library import TreeCounts
    from synctui.store.tree import SubtitleLine

_S = SubtitleState
_ROLES: dict[SubtitleState, Role] = {
    _S.IN_SYNC: "good",
    _S.SHIFTED: "warn",
    _S.STRETCHED: "warn",
    _S.CUT: "warn",
    _S.REFUSED: "warn",
    _S.FAILED: "error",
    _S.NEEDS_CHOICE: "accent",
    _S.CHANGED: "text",
}
_WORST = (
    _S.FAILED,
    _S.NEEDS_CHOICE,
    _S.REFUSED,
    _S.CUT,
    _S.STRETCHED,
    _S.SHIFTED,
    _S.CHANGED,
    _S.NOT_CHECKED,
    _S.TAKEN_BACK,
    _S.IN_SYNC,
    _S.NO_VIDEO,
    _S.UNSUPPORTED,
    _S.IGNORED,
)
"""What wants attention first; what nobody can change says least about a video with others."""
_SPARSE = {"too_sparse": "too few to tell", "forced_sparse": "forced subtitle"}
_EXPLAINED = (_S.REFUSED, _S.FAILED, _S.UNSUPPORTED, _S.NO_VIDEO)


@dataclass(frozen=True, slots=True)
class Standing:
    """A state as a row shows it: its word, the number that goes with it, the confidence, or why it is so."""

    word: str
    role: Role
    number: str = ""
    confidence: str = ""
    why: str = ""


def role_of(state: SubtitleState) -> Role:
    """Return the role that a state's word is drawn in."""
    return _ROLES.get(state, "dim")


def worst(lines: Sequence[SubtitleLine]) -> SubtitleLine:
    """Return the subtitle of a video that wants attention most."""
    return min(lines, key=lambda line: _WORST.index(line.state))


def standing(line: SubtitleLine) -> Standing:
    """Return how one subtitle stands."""
    return standing_of(line.state, line.reason, line.numbers)


def standing_of(state: SubtitleState, reason: str, numbers: Mapping[str, object]) -> Standing:
    """Return how a subtitle stands; an offset is what is added to its lines, so that a late one has a negative one."""
    role = role_of(state)
    offsets = _offsets(numbers)
    confidence = _confidence(numbers)
    ratio = numbers.get("ratio_name")
    stretched = ratio if isinstance(ratio, str) and ratio != "1" else ""
    if state is _S.SHIFTED and offsets:
        return Standing(_way(offsets[0]), role, _seconds(offsets[0]), confidence)
    if state is _S.TAKEN_BACK:
        was = stretched or (f"{_way(offsets[0])} {_seconds(offsets[0])}" if offsets else "")
        return Standing(state.word, role, was)
    if state is _S.UNSUPPORTED and reason in _SPARSE:
        return Standing("few lines", "dim", why=_SPARSE[reason])
    if state is _S.STRETCHED:
        return Standing(state.word, role, stretched, confidence)
    if state is _S.CUT:
        pieces = numbers.get("pieces")
        word = f"cut ×{pieces}" if isinstance(pieces, int) and pieces > 1 else state.word
        spread = f"{_short(offsets[0])} {_short(offsets[-1])} s" if len(offsets) > 1 else ""
        return Standing(word, role, spread, confidence)
    if state is _S.IN_SYNC:
        return Standing(state.word, role, _corrected(reason, offsets, stretched), confidence)
    if state in _EXPLAINED:
        why = brief(reason) if reason else ""
        return Standing(state.word, role, why="" if why.startswith(state.word) else why)
    return Standing(state.word, role)


def _way(offset: float) -> str:
    return "late" if offset < 0 else "early"


def _corrected(reason: str, offsets: Sequence[float], stretched: str) -> str:
    """Return by how much a subtitle that is in sync was moved, `0.0 s` when it was right."""
    if reason == "already_in_sync":
        return "0.0 s"
    if stretched:
        return f"was {stretched}"
    return f"moved {_seconds(offsets[0])}" if offsets else ""


def _offsets(numbers: Mapping[str, object]) -> tuple[float, ...]:
    found = numbers.get("offset_ms")
    if not isinstance(found, Sequence) or isinstance(found, str):
        return ()
    return tuple(float(one) for one in found if isinstance(one, (int, float)))


def _seconds(milliseconds: float) -> str:
    return f"{abs(milliseconds) / 1000:.1f} s"


def _short(milliseconds: float) -> str:
    return ("−" if milliseconds < 0 else "+") + f"{abs(milliseconds) / 1000:.1f}"


def _confidence(numbers: Mapping[str, object]) -> str:
    found = numbers.get("confidence")
    return str(round(found)) if isinstance(found, (int, float)) else ""


# counts


def tally(counts: TreeCounts, states: Sequence[SubtitleState]) -> int:
    """Return how many subtitles are in one of the states."""
    return sum(counts.by_state.get(state.value, 0) for state in states)


def summary(counts: TreeCounts) -> Span:
    """Return how everything below a node stands, in a few words: what wants attention most, or that nothing does."""
    if not counts.subtitles:
        return Span("no subtitles", "dim")
    parts = _parts(counts)
    if parts:
        return parts[0]
    if tally(counts, (_S.IN_SYNC,)):
        return Span("all in sync", "good")
    return Span("all ignored", "dim")


def _parts(counts: TreeCounts) -> list[Span]:
    """Return the counts of what is not in sync, what wants attention most first."""
    known: list[tuple[int, str, Role]] = [
        (tally(counts, (_S.FAILED,)), "failed", "error"),
        (tally(counts, OFF), "off", "warn"),
        (choices := tally(counts, (_S.NEEDS_CHOICE,)), "wants a choice" if choices == 1 else "want a choice", "accent"),
        (tally(counts, (_S.REFUSED,)), "refused", "warn"),
        (tally(counts, UNCHECKED), "to check", "text"),
        (tally(counts, (_S.TAKEN_BACK,)), "taken back", "dim"),
        (tally(counts, HOPELESS), "can't be checked", "dim"),
    ]
    return [Span(f"{number:,} {word}", role) for number, word, role in known if number]


def answer(counts: TreeCounts, width: int) -> Line:
    """Return how everything stands: the line at the top; what wants attention least is left out where there is no room."""
    line: list[Span] = [Span(words.count(counts.subtitles, "subtitle"), "strong")]
    synced = tally(counts, (_S.IN_SYNC,))
    parts = _parts(counts)
    if synced:
        parts.insert(0, Span(f"{synced:,} in sync" if parts else "all in sync", "good"))
    if ignored := tally(counts, (_S.IGNORED,)):
        parts.append(Span(f"{ignored:,} ignored", "dim"))
    taken = cells(line[0].text)
    for part in parts:
        taken += 3 + cells(part.text)
        if taken > width:
            break
        line += [Span("   "), part]
    return tuple(line)
