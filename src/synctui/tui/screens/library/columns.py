"""The lines of the outline: name, languages, state in words, numbers on the right."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from synctui import words
from synctui.text import cells, display, pad
from synctui.tui.draw.line import Line, Span
from synctui.tui.draw.palette import Role
from synctui.tui.screens.library.standing import Standing, standing, summary, worst

if TYPE_CHECKING:
    from synctui.store.tree import SubtitleLine, TreeRow
    from synctui.tui.screens.library.branch import Row

_LANGUAGES, _STATE, _NUMBER, _CONFIDENCE = 6, 12, 13, 3
_COUNT, _SUMMARY = 14, 20
_NARROW = 52
_LEAST_NAME = 12


def line_of(row: Row, width: int) -> Line:
    """Return a row's line; a row that is not known yet is three dots."""
    indent = Span(" " * (2 * row.branch.depth))
    if row.entry is None:
        return (indent, Span("  …", "dim"))
    sign = Span(("▾ " if row.below is not None else "▸ ") if row.can_open else "  ", "dim")
    head = (indent, sign)
    room = width - 2 * row.branch.depth - 2
    if row.subtitle is not None:
        return (*head, *_file(display(_own_name(row.subtitle, row.entry.row)), (row.subtitle,), room, cut=words.name))
    if row.entry.key[0] == "node":
        return (*head, *_node(row.entry.label, row.entry.row, room))
    cut = words.name if row.entry.row.kind == "subtitle" else pad
    return (*head, *_file(row.entry.label, row.entry.row.subtitles, room, cut=cut))


def _node(name: str, row: TreeRow, room: int) -> Line:
    count = words.count(row.counts.subtitles, "sub") if row.counts.subtitles else words.count(row.counts.videos, "video")
    summed = summary(row.counts)
    taken = _COUNT + _SUMMARY if room > _NARROW else _SUMMARY
    role: Role = "strong" if row.kind == "library" else "text"
    shown: list[Span] = [Span(name, role, max(1, room - taken))]
    if room > _NARROW:
        shown.append(Span(count, "dim", _COUNT, right=True))
    return (*shown, Span(summed.text, summed.role, min(_SUMMARY, room - 1), right=True))


def _file(name: str, lines: tuple[SubtitleLine, ...], room: int, *, cut: Callable[[str, int], str]) -> Line:
    if not lines:
        return (Span(name, "text", max(1, room - _STATE - 1)), Span(" "), Span("no subtitle", "dim", _STATE))
    said = standing(worst(lines))
    wide = room > _NARROW
    after = _STATE + 1 + _NUMBER + 1 + _CONFIDENCE if wide else _STATE + 1 + _NUMBER
    languages = (Span(_languages(lines), "dim", _LANGUAGES), Span(" ")) if room - after > _LEAST_NAME + _LANGUAGES else ()
    left = room - after - (_LANGUAGES + 1 if languages else 0) - 1
    return (Span(cut(name, max(1, left))), Span(" "), *languages, *_state(said, after, wide=wide))


def _state(said: Standing, width: int, *, wide: bool) -> Line:
    if said.why:
        word = f"{said.word}  "
        taken = max(10, cells(word))
        return (Span(word, said.role, taken), Span(said.why, "dim", max(0, width - taken)))
    if not said.number and not said.confidence:
        return (Span(said.word, said.role, width),)
    line: Line = (Span(said.word, said.role, _STATE), Span(" "), Span(said.number, _weight(said), _NUMBER, right=True))
    return (*line, Span(" "), Span(said.confidence, "dim", _CONFIDENCE, right=True)) if wide else line


def _weight(said: Standing) -> Role:
    return "dim" if said.word == "in sync" else "text"


def _languages(lines: tuple[SubtitleLine, ...]) -> str:
    return " ".join(dict.fromkeys(line.name.language for line in lines if line.name.language))


def _own_name(line: SubtitleLine, video: TreeRow) -> str:
    """Return what a subtitle's name says beyond its video's: `.en.forced.srt`; the whole name where it has another one."""
    name = line.path.rpartition("/")[2]
    stem = video.name.rpartition(".")[0]
    return name[len(stem) :] if stem and name.startswith(stem + ".") else name
