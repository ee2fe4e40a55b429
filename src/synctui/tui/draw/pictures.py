"""The picture of an alignment: the offset along the film, and the lines against the speech, before and after."""

from __future__ import annotations

from dataclasses import dataclass

from synctui import words
from synctui.syncs.subtitles.picture import Picture
from synctui.tui.draw.line import Line, Span
from synctui.tui.draw.plots import Values, cues_row, offset_strip, speech_row, time_axis

GUTTER = 10


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a film that is shown: from `start` to `end` as shares of it (0 to 1)."""

    start: float = 0.0
    end: float = 1.0

    def zoomed(self, factor: float) -> Window:
        """Return the window around the same middle, so many times as narrow; never wider than the film."""
        middle, half = (self.start + self.end) / 2, (self.end - self.start) / factor / 2
        return Window(0.0, 2 * half)._moved_to(middle - half) if half < 0.5 else Window()

    def moved(self, by: float) -> Window:
        """Return the window moved by a share of its own width."""
        return self._moved_to(self.start + by * (self.end - self.start))

    def _moved_to(self, start: float) -> Window:
        size = self.end - self.start
        start = max(0.0, min(start, 1.0 - size))
        return Window(start, start + size)

    @property
    def scale(self) -> int:
        """Return how many times the film is wider than the window."""
        return max(1, round(1 / max(1e-6, self.end - self.start)))


def picture_lines(picture: Picture, width: int, window: Window | None = None, *, height: int = 2) -> tuple[Line, ...]:
    """Return the picture in `width` columns; what is not known says so in words."""
    window = window or Window()
    lines: list[Line] = []
    offset = offset_strip(_part(picture.offset, window), width, height=height, gutter=GUTTER)
    if offset:
        lines += [_title("offset along the film", "seconds added to the lines"), *offset]
    speech = _part(picture.speech or (), window)
    if picture.speech is None:
        lines.append(_title("lines", "what is said in the video is not known here: it was not heard, or is gone"))
    else:
        lines.append(_title("lines against the speech", "marked where nobody speaks below a line"))
        lines.append(speech_row("speech", speech, width, gutter=GUTTER))
    for name, label, values in (
        ("before", picture.before_label, picture.before),
        ("after", picture.after_label, picture.after),
    ):
        if values is not None:
            # A subtitle that was not written has one row only: it stands as it stood.
            name = name if picture.after is not None else "lines"
            lines.append(cues_row(name, _part(values, window), speech, width, gutter=GUTTER))
        elif label:
            lines.append((Span(name, "dim", GUTTER - 1, right=True), Span(" "), Span(label, "dim")))
    lines.append(time_axis(window.start * picture.duration_s, window.end * picture.duration_s, width, gutter=GUTTER))
    return tuple(lines)


def _title(text: str, help: str) -> Line:
    return (Span(" " + text, "strong"), Span("   " + help, "dim"))


def _part(values: Values, window: Window) -> Values:
    first, last = int(window.start * len(values)), round(window.end * len(values))
    return values[first : max(first + 1, last)]


def offset_words(offset_ms: object) -> str:
    """Return the offsets of the first, middle and last line as they were reported; one where all are the same."""
    if not isinstance(offset_ms, (list, tuple)):
        return ""
    told = [words.offset(one) for one in offset_ms if isinstance(one, (int, float))]
    return told[0] if len(set(told)) == 1 else " · ".join(told)
