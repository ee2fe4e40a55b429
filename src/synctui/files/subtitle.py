"""A subtitle file whose timestamps alone are rewritten.

The text between the timestamps is never decoded, parsed and written again: a new file is the old one with the characters
of its timestamps exchanged.
"""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from synctui.errors import OperationFailed
from synctui.files.ass import find_ass
from synctui.files.encoding import decode
from synctui.files.faults import fail
from synctui.files.lines import newline_of
from synctui.files.microdvd import LINE as MICRODVD_LINE
from synctui.files.microdvd import find_microdvd
from synctui.files.srt import TIMING, find_srt, line_end
from synctui.files.timestamps import INNER, LOOSE, MAX_MS, Plain, Stamp, Timed
from synctui.files.vtt import find_vtt
from synctui.model.cues import Cue, Span

FORMATS = ("srt", "vtt", "ass", "ssa", "microdvd")
_ASS = r"\[(?:Script Info|V4\+? Styles|Events)\]"
# Comment lines may stand before the first section.
_ASS_HEAD = re.compile(rf"(?:[;!][^\r\n]*[\r\n]+[ \t]*){{0,50}}{_ASS}", re.IGNORECASE)
_ASS_LINE = re.compile(rf"(?:\A|[\r\n])[ \t]*{_ASS}", re.IGNORECASE)
_FOREIGN: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"\s*<sami", re.IGNORECASE), "SAMI"),
    (re.compile(r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--[^>]*-->\s*)?<(?:[A-Za-z]{1,10}:)?tt[\s>]", re.IGNORECASE), "TTML"),
    (re.compile(r"\s*<\?xml", re.IGNORECASE), "XML"),
    (re.compile(r"\s*# VobSub index file"), "a VobSub index"),
    (re.compile(r"\s*\[[0-9]{1,8}\]\[[0-9]{0,8}\]"), "MPL2"),
    (re.compile(r"\s*\[[0-9]{1,3}:[0-9]{2}[.:][0-9]{2,3}\]"), "LRC lyrics"),
    (re.compile(r"\s*\[INFORMATION\]", re.IGNORECASE), "SubViewer"),
    (re.compile(r"\s*[0-9]{1,2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{2})?,[0-9]{1,2}:[0-9]{2}:[0-9]{2}"), "SubViewer"),
    (re.compile(r"\s*[0-9]{1,2}:[0-9]{2}:[0-9]{2}[:=]"), "TMPlayer"),
    (re.compile(r"\s*Scenarist_SCC"), "SCC captions"),
)


@dataclass(frozen=True, slots=True)
class Subtitle:
    """A parsed subtitle. `cues` hold milliseconds and text without styling, in the order of the file.

    `newline` is the line end used most, `unit` the resolution of its times in ms; `stamps` say where in `view` each
    timestamp stands. `view` is the text itself in Unicode encodings, and the bytes one to one (Latin-1) in all others.
    """

    format: str
    encoding: str
    bom: bytes
    newline: str
    cues: tuple[Cue, ...] = field(repr=False)
    unit: int = 1
    stamps: tuple[Stamp, ...] = field(default=(), repr=False)
    view: str = field(default="", repr=False)
    view_encoding: str = "utf-8"
    tail: bytes = b""
    render: Callable[[str, int], str] = field(default=lambda old, ms: old, repr=False, compare=False)

    def bytes_of(self, view: str) -> bytes:
        """Return the file that has `view` between its BOM and its tail."""
        errors = "surrogatepass" if self.view_encoding.startswith("utf-") else "strict"
        return self.bom + view.encode(self.view_encoding, errors) + self.tail


def parse_subtitle(content: bytes, path: str) -> Subtitle:
    """Return the subtitle in `content`; what it is is told by the content, `path` only breaks a tie.

    Raises OperationFailed with the codes `empty`, `unsupported_format`, `unsupported_content` or `too_many_cues`.
    """
    if content.startswith((b"\0\0\1\xba", b"SPUD")):
        fail("unsupported_format", "VobSub pictures, not text")
    if not content.strip(b" \t\r\n\x1a"):
        fail("empty", "the file is empty")
    decoded = decode(content)
    if not decoded.text.strip(" \t\r\n\x1a\ufeff"):
        fail("empty", "the file is empty")
    plain: Plain
    if decoded.exact:
        view, view_encoding, plain = decoded.text, decoded.encoding, str
    else:
        view, view_encoding = content[len(decoded.bom) :].decode("latin-1"), "latin-1"
        encoding = decoded.encoding

        def plain(piece: str) -> str:
            return piece.encode("latin-1").decode(encoding, "replace")

    timed = _find(view, path, plain)
    return Subtitle(
        format=timed.format,
        encoding=decoded.encoding,
        bom=decoded.bom,
        newline=newline_of(view),
        cues=tuple(timed.cues),
        unit=timed.unit,
        stamps=tuple(timed.stamps),
        view=view,
        view_encoding=view_encoding,
        tail=decoded.tail,
        render=timed.render,
    )


def retime(subtitle: Subtitle, spans: Sequence[Span], *, clamp: bool = False) -> bytes:
    """Return the file with cue i at `spans[i]` (ms); timestamps that keep their time keep their characters too.

    Times inside a cue move in proportion; times of no cue (ASS comments) move like the cues around them. A cue that would
    begin before 0 raises OperationFailed `negative_start`, or with `clamp` begins at 0 (and stays at least 10 ms long).
    """
    if len(spans) != len(subtitle.cues):
        raise ValueError(f"{len(spans)} spans for {len(subtitle.cues)} cues")
    cues = subtitle.cues
    spans = _bounded(cues, spans, clamp)
    view, render = subtitle.view, subtitle.render
    loose = _Between(cues, spans) if any(stamp.role == LOOSE for stamp in subtitle.stamps) else None
    parts: list[str] = []
    at = 0
    for begin, end, ms, cue, role in subtitle.stamps:
        if role < INNER:
            new = spans[cue][role]
        elif role == INNER:
            new = _inside(ms, cues[cue], spans[cue])
        else:
            assert loose is not None
            new = loose.move(ms)
        if new != ms:
            parts.append(view[at:begin])
            parts.append(render(view[begin:end], new))
            at = end
    parts.append(view[at:])
    return subtitle.bytes_of("".join(parts))


def text_fingerprint(subtitle: Subtitle) -> str:
    """Return the SHA-256 (hex) of everything in the file but its timestamps."""
    parts: list[str] = []
    at = 0
    for begin, end, _, cue, role in subtitle.stamps:
        parts.append(subtitle.view[at:begin])
        parts.append(f"\0{cue}:{role}\0")
        at = end
    parts.append(subtitle.view[at:])
    digest = hashlib.sha256(f"{subtitle.format}\0{subtitle.view_encoding}\0".encode())
    digest.update(subtitle.bytes_of("".join(parts)))
    return digest.hexdigest()


def same_but_times(before: bytes, after: bytes, path: str) -> bool:
    """True when two files differ in nothing but timestamps; both are parsed anew."""
    if before == after:
        return True
    try:
        one, two = parse_subtitle(before, path), parse_subtitle(after, path)
    except OperationFailed:
        return False
    return len(one.stamps) == len(two.stamps) and text_fingerprint(one) == text_fingerprint(two)


def convert(subtitle: Subtitle, spans: Sequence[Span], format: str = "srt", encoding: str = "utf-8") -> bytes:
    """Return a plain SubRip file of the cues at `spans` (ms), numbered from 1 in their order, for engines.

    Engines drop cues that are empty, end before they start or begin before 0: such cues get a dash for text, 1 ms, and 0.
    """
    if format != "srt":
        raise ValueError(f"cannot convert to {format}")
    if len(spans) != len(subtitle.cues):
        raise ValueError(f"{len(spans)} spans for {len(subtitle.cues)} cues")
    blocks: list[str] = []
    for number, (cue, (start, end)) in enumerate(zip(subtitle.cues, spans, strict=True), 1):
        start = max(0, start)
        end = max(start + 1, end)
        # A blank line would end the cue, an arrow or a lone number would begin another.
        lines = [line.replace("-->", "→").strip() for line in cue.text.replace("\r", "\n").split("\n")]
        text = "\n".join(line for line in lines if line) or "-"
        blocks.append(f"{number}\n{_srt_time(start)} --> {_srt_time(end)}\n{text}\n")
    return "\n".join(blocks).encode(encoding, "replace")


def _find(view: str, path: str, plain: Plain) -> Timed:
    head = view.lstrip(" \t\r\n\ufeff")[:4096]
    extension = path.rpartition(".")[2].lower()
    if view.startswith("WEBVTT") and view[6:7] in ("", " ", "\t", "\r", "\n"):
        return find_vtt(view, plain)
    if _ASS_HEAD.match(head) or (extension in ("ass", "ssa") and _ASS_LINE.search(view)):
        return find_ass(view, plain)
    if MICRODVD_LINE.match(head):
        return find_microdvd(view, plain)
    for pattern, name in _FOREIGN:
        if pattern.match(head) and not _timing_in(view):
            fail(
                "unsupported_format", f"{name}: a format whose times cannot be rewritten faithfully", "convert it to SubRip"
            )
    if extension == "vtt" and _timing_in(view):
        return find_vtt(view, plain)
    timed = find_srt(view, plain)
    if not timed.cues:
        fail("unsupported_content", "no line of it is a subtitle")
    return timed


def _timing_in(view: str) -> bool:
    arrow = view.find("->")
    done = 0
    while arrow >= 0:
        begin = max(view.rfind("\n", done, arrow), view.rfind("\r", done, arrow), done - 1) + 1
        if TIMING.match(view, begin):
            return True
        done = line_end(view, arrow)
        arrow = view.find("->", done)
    return False


def _bounded(cues: Sequence[Cue], spans: Sequence[Span], clamp: bool) -> Sequence[Span]:
    early = 0
    for (start, end), cue in zip(spans, cues, strict=True):
        if (start < 0 and start != cue.start) or (end < 0 and end != cue.end):
            early += 1
        if start > MAX_MS or end > MAX_MS:
            fail("unsupported_content", "a line would be later than any film")
    if not early:
        return spans
    if not clamp:
        fail("negative_start", f"{early:,} of {len(cues):,} lines would start before the video does")
    bounded: list[Span] = []
    for (start, end), cue in zip(spans, cues, strict=True):
        if (start < 0 and start != cue.start) or (end < 0 and end != cue.end):
            # A cue of no length would be invisible at once and dropped by the next tool that reads the file.
            bounded.append((max(0, start), max(max(0, start) + min(10, max(0, cue.end - cue.start)), end)))
        else:
            bounded.append((start, end))
    return bounded


def _inside(ms: int, cue: Cue, span: Span) -> int:
    return max(0, _between(ms, cue.start, cue.end, span[0], span[1]))


def _between(ms: int, old: int, old_next: int, new: int, new_next: int) -> int:
    if old_next == old or new_next - new == old_next - old:
        return new + ms - old
    return new + round((ms - old) * (new_next - new) / (old_next - old))


class _Between:
    """Moves times of no cue: exactly with a cue's edges, in proportion between two, with the nearest outside."""

    def __init__(self, cues: Sequence[Cue], spans: Sequence[Span]) -> None:
        knots: dict[int, int] = {}
        for cue, (start, end) in zip(cues, spans, strict=True):
            knots[cue.start] = start
            knots.setdefault(cue.end, end)
        self._old = sorted(knots)
        self._new = [knots[ms] for ms in self._old]

    def move(self, ms: int) -> int:
        old, new = self._old, self._new
        if not old:
            return ms
        if len(old) == 1:
            return max(0, ms + new[0] - old[0])
        if old[0] <= ms <= old[-1]:
            at = min(bisect_right(old, ms) - 1, len(old) - 2)
            return max(0, _between(ms, old[at], old[at + 1], new[at], new[at + 1]))
        # Outside all cues the ratio of the whole file holds, from the nearest edge on.
        if ms < old[0]:
            return max(0, _between(ms, old[0], old[-1], new[0], new[-1]))
        return max(0, _between(ms, old[-1], old[0], new[-1], new[0]))


def _srt_time(ms: int) -> str:
    seconds, rest = divmod(ms, 1000)
    minutes, seconds = divmod(seconds, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours:02}:{minutes:02}:{seconds:02},{rest:03}"
