"""What is told about one row: state and numbers with their meaning, video, original, history; lines for pane and page."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from synctui import words
from synctui.jobs.summary import end_detail, end_word
from synctui.model.library import TreeCounts
from synctui.model.states import OFF, SubtitleState
from synctui.store.history import OperationRecord
from synctui.store.player_items import QueueRow
from synctui.store.tree import TreeRow
from synctui.syncs.subtitles.details import Backup, Details, VideoFacts, track_words
from synctui.text import cells, display
from synctui.tui.draw.line import Line, Span
from synctui.tui.draw.palette import Role
from synctui.tui.draw.plots import confidence_bar
from synctui.tui.draw.times import at_time, when
from synctui.tui.draw.wrap import wrapped
from synctui.tui.screens.library.holders import held_lines, holder_lines
from synctui.tui.screens.library.standing import role_of, standing, standing_of

_LABEL = 11
_MOST_CUTS = 6
_RESULTS: Mapping[str, Role] = {"done": "good", "failed": "error", "conflict": "error", "refused": "warn"}


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a row so far: its line in the tree, a subtitle's or video's details, what the video holds.

    `holders` say how its video stands with each player, `held` how many videos of a show or season do.
    """

    row: TreeRow
    label: str
    details: Details | None = None
    facts: VideoFacts | None = None
    holders: Sequence[QueueRow] = ()
    held: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


def lines_of(about: About, width: int, keys: Mapping[str, str]) -> list[Line]:
    """Return the lines in `width` columns; `keys` are those of the commands that are named."""
    if about.row.kind in ("library", "show", "season"):
        return _node(about, width)
    details = about.details
    if details is None:
        return _named(about.label, width)
    name = os.path.basename(details.path)
    lines = _named(name, width)
    if details.state is None:
        lines += _several(about.row, width)
    else:
        lines += _state(details, width, keys)
    lines += _video(details, about.facts, width)
    lines += _original(details, width, keys)
    lines += _folded(holder_lines(about.holders, _LABEL), width)
    return lines + _history(details.history, width)


def _named(name: str, width: int) -> list[Line]:
    return [(Span(line, "strong"),) for line in wrapped(display(name), width)]


def _node(about: About, width: int) -> list[Line]:
    counts = about.row.counts
    lines = _named(about.label, width)
    if about.row.path:
        lines += _text(about.row.path, width, "dim")
    return [*lines, (), *_counted(counts), *held_lines(about.held)]


def _counted(counts: TreeCounts) -> list[Line]:
    number = max(6, len(f"{max(counts.subtitles, counts.videos):,}"))
    lines: list[Line] = [
        (Span(f"{counts.videos:,}", "text", number, right=True), Span("  videos", "dim")),
        (Span(f"{counts.subtitles:,}", "text", number, right=True), Span("  subtitles", "dim")),
        (),
    ]
    for state in SubtitleState:
        if found := counts.by_state.get(state.value, 0):
            lines.append((Span(f"{found:,}", "text", number, right=True), Span("  "), Span(state.word, role_of(state))))
    return lines


def _several(row: TreeRow, width: int) -> list[Line]:
    lines: list[Line] = [()]
    for one in row.subtitles:
        said = standing(one)
        flags = " ".join(("forced",) * one.name.forced + ("hearing impaired",) * one.name.hearing_impaired)
        lines.append(_row(one.name.language or "subtitle", f"{said.word}  {said.number or said.why}".rstrip(), said.role))
        if flags:
            lines[-1] = (*lines[-1], Span(f"  {flags}", "dim"))
    return lines if row.subtitles else [(), (Span("no subtitle beside it", "dim"),)]


def _state(details: Details, width: int, keys: Mapping[str, str]) -> list[Line]:
    assert details.state is not None
    said = standing_of(details.state, details.reason, details.numbers)
    head: list[Span] = [Span(said.word, said.role)]
    if said.number:
        head += [Span("   "), Span(said.number)]
    lines: list[Line] = [(), tuple(head)]
    if details.explanation.startswith(said.word) and not said.number:
        lines = [(), *_text(details.explanation, width, said.role)]
    elif details.explanation and details.state is not SubtitleState.IN_SYNC:
        lines += _text(details.explanation, width, "text")
    if details.state is SubtitleState.NEEDS_CHOICE:
        lines += _text(f"{keys.get('choose_video', '')} chooses the video:", width, "accent")
        lines += [line for path in details.candidates[:6] for line in _text("  " + os.path.basename(path), width, "text")]
    elif details.state is SubtitleState.IGNORED:
        lines += _text(f"{keys.get('ignore', '')} takes it up again", width, "dim")
    elif details.state in (SubtitleState.NOT_CHECKED, SubtitleState.CHANGED):
        lines += _text(f"{keys.get('sync', '')} looks at it; a preview comes first", width, "dim")
    elif details.state in OFF:
        lines += _text(f"{keys.get('sync', '')} brings it into sync; a preview comes first", width, "dim")
    return lines + _numbers(details, width)


def _numbers(details: Details, width: int) -> list[Line]:
    numbers = details.numbers
    lines: list[Line] = []
    offsets = numbers.get("offset_ms")
    if isinstance(offsets, Sequence) and not isinstance(offsets, str) and offsets:
        given = [float(one) for one in offsets if isinstance(one, (int, float))]
        shown = [words.offset(one) for one in given]
        same = len(set(shown)) == 1
        lines.append(_row("shift", shown[0] if same else f"{shown[0]} at the start, {shown[-1]} at the end"))
    ratio = numbers.get("ratio_name")
    if isinstance(ratio, str) and ratio != "1":
        lines.append(_row("speed", f"× {ratio}"))
    for at, cut in enumerate(words.cuts(numbers)[:_MOST_CUTS]):
        lines.append(_row("" if at else "cut", cut))
    confidence = numbers.get("confidence")
    if isinstance(confidence, (int, float)):
        bar = confidence_bar(confidence, max(6, min(20, width - _LABEL - 11)))
        lines.append((Span("confidence", "dim", _LABEL), *bar))
    before, after = numbers.get("overlap_before"), numbers.get("overlap_after")
    if isinstance(before, (int, float)) and isinstance(after, (int, float)):
        lines.append(_row("on speech", f"{100 * before:.0f} % before, {100 * after:.0f} % after"))
    counted = numbers.get("lines")
    if isinstance(counted, int):
        lines.append(_row("lines", f"{counted:,} with speech"))
    if details.reference:
        lines.append(_row("against", details.reference))
    if details.engine:
        lines.append(_row("engine", "built-in" if details.engine == "builtin" else details.engine))
    if details.checked_at:
        lines.append(_row("checked", at_time(details.checked_at)))
    return [(), *_folded(lines, width)] if lines else []


def _video(details: Details, facts: VideoFacts | None, width: int) -> list[Line]:
    if details.video is None:
        return []
    lines: list[Line] = [()]
    if details.state is not None:
        lines += _folded([_row("video", os.path.basename(details.video))], width)
        if details.choice:
            lines.append(_row("", "chosen by you", "dim"))
    if facts is None:
        return lines
    if facts.problem:
        lines += _folded([_row("", facts.problem, "warn")], width)
    known = [words.clock_time(facts.duration_s)] if facts.duration_s else []
    known += [_bytes(facts.size)] if facts.size else []
    lines += _folded([_row("" if details.state is not None else "video", "   ".join(known), "dim")], width) if known else []
    for track in facts.audio:
        heard = track.index == facts.chosen
        more = " ".join(display(one) for one in (track.codec, track.title) if one)
        lines += _folded([_row("listens to" if heard else "", track_words(track), "text" if heard else "dim", more)], width)
        if heard and facts.why:
            lines += _folded([_row("", facts.why, "dim")], width)
    return lines


def _original(details: Details, width: int, keys: Mapping[str, str]) -> list[Line]:
    backup: Backup | None = details.backup
    if backup is None:
        return []
    place = os.path.basename(backup.path) if backup.path is not None else "in the vault of SyncTUI"
    lines = _folded([_row("original", place)], width)
    if backup.standing:
        lines += _folded([_row("", "it stands at its place again", "dim")], width)
    else:
        kept = f"kept {when(backup.at)}" if backup.at else "kept"
        lines += _folded([_row("", f"{kept}; {keys.get('restore', '')} brings it back", "dim")], width)
    return [(), *lines]


def _history(history: Sequence[OperationRecord], width: int) -> list[Line]:
    if not history:
        return []
    lines: list[Line] = [(), (Span("history", "dim"),)]
    for record in history:
        result = record.result
        word = end_word(record.operation.action, result.value, record.reason) if result is not None else "waits"
        told = end_detail(result.value, record.reason, {**record.numbers, "message": record.message}) if result else ""
        taken = "  taken back" if record.undone_by is not None else ""
        said = f"{' '.join(told.split())}{taken}" if told != word else taken
        role: Role = _RESULTS.get(result.value, "dim") if result is not None else "text"
        lines.append(
            (
                Span(at_time(record.finished_at or record.started_at), "dim", 13),
                Span(word, role, 10),
                Span(said, "dim", max(1, width - 23)),
            )
        )
    return lines


def _row(label: str, text: str, role: Role = "text", more: str = "") -> Line:
    line: Line = (Span(label, "dim", _LABEL), Span(text, role))
    return (*line, Span(f"  {more}", "dim")) if more else line


def _folded(lines: Sequence[Line], width: int) -> list[Line]:
    """Return lines of a label and a text, the text in as many lines as it takes."""
    found: list[Line] = []
    for line in lines:
        if sum(cells(display(span.text)) if span.width is None else span.width for span in line) <= width:
            found.append(line)
            continue
        label, text = line[0], " ".join(span.text for span in line[1:])
        for number, part in enumerate(wrapped(text, width - _LABEL)):
            found.append((label if not number else Span("", "dim", _LABEL), Span(part, line[1].role)))
    return found


def _text(text: str, width: int, role: Role) -> list[Line]:
    return [(Span(line, role),) for line in wrapped(text, width)]


def _bytes(size: int) -> str:
    amount = float(size)
    for unit in ("B", "KB", "MB", "GB"):
        if amount < 1000 or unit == "GB":
            return f"{amount:.0f} {unit}" if unit in ("B", "KB") or amount >= 100 else f"{amount:.1f} {unit}"
        amount /= 1000
    return ""
