"""Films with text tracks inside, written by copying packets, and Matroska files put together by hand."""

from __future__ import annotations

import io
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import merge
from operator import itemgetter
from pathlib import Path

import av
from av.packet import Packet
from av.stream import Disposition, Stream

from synctui.model.cues import Cue
from synctui.simulators.formats import Format, encode
from tests.talk import MADE_AT

_STYLES = b"""[Script Info]
ScriptType: v4.00+

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, \
StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,Arial,16,&Hffffff,&Hffffff,&H0,&H0,0,0,0,0,100,100,0,0,1,1,0,2,10,10,10,0

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""
Row = tuple[float, "Packet[Stream]"]


@dataclass(frozen=True, slots=True)
class Text:
    """A text track to be written."""

    cues: Sequence[Cue]
    language: str = "eng"
    title: str = ""
    form: Format = "srt"
    flag: Disposition | None = None


def add_texts(film: Path, path: Path, *texts: Text) -> Path:
    """Write the film with text tracks to `path`, behind its own; in MP4 as its own kind of text, where PyAV can (18)."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with av.open(str(film)) as source, av.open(str(path), "w") as out:
        copied = {stream.index: out.add_stream_from_template(stream) for stream in source.streams}
        for stream in source.streams:
            copied[stream.index].metadata.update(stream.metadata)
        rows = [_copied(source, copied)]
        for text in texts:
            track: Stream
            if path.suffix == ".mp4":
                track = out.add_stream("mov_text")
                track.codec_context.subtitle_header = _STYLES
                rows.append(_samples(track, text.cues))
            else:
                data = io.BytesIO(encode(text.cues, text.form, title="Talk", encoding="utf-8", newline="\n"))
                with av.open(data, "r", format=text.form) as lines:
                    track = out.add_stream_from_template(lines.streams[0])
                    rows.append(iter(list(_lines(lines, track))))
            track.metadata["language"] = text.language
            if text.title:
                track.metadata["title"] = text.title
            track.disposition = (text.flag or Disposition(0)).value  # type: ignore[assignment]  # as in tests.talk
        for _, packet in merge(*rows, key=itemgetter(0)):
            out.mux_one(packet)
    os.utime(path, (MADE_AT, MADE_AT))
    return path


def _copied(source: av.container.InputContainer, streams: dict[int, Stream]) -> Iterator[Row]:
    for packet in source.demux():
        if packet.size and packet.pts is not None and packet.time_base is not None:
            at = float(packet.pts * packet.time_base)
            packet.stream = streams[packet.stream.index]
            yield at, packet


def _lines(source: av.container.InputContainer, track: Stream) -> Iterator[Row]:
    for packet in source.demux():
        if packet.size and packet.pts is not None and packet.time_base is not None:
            packet.stream = track
            yield float(packet.pts * packet.time_base), packet


def _samples(track: Stream, cues: Sequence[Cue]) -> Iterator[Row]:
    for cue in cues:
        data = cue.text.encode("utf-8")
        packet = av.Packet(len(data).to_bytes(2, "big") + data)
        packet.stream, packet.time_base = track, Fraction(1, 1000)
        packet.pts = packet.dts = cue.start
        packet.duration, packet.is_keyframe = cue.end - cue.start, True
        yield cue.start / 1000, packet


def element(identity: int, content: bytes | int) -> bytes:
    """Return an EBML element; a number is written in as few bytes as it needs."""
    if isinstance(content, int):
        content = content.to_bytes(max(1, (content.bit_length() + 7) // 8), "big")
    head = identity.to_bytes((identity.bit_length() + 7) // 8, "big")
    return head + (0x01 << 56 | len(content)).to_bytes(8, "big") + content


def block(track: int, text: bytes, flags: int = 0) -> bytes:
    """Return the content of a block."""
    return bytes((0x80 | track, 0, 0, flags)) + text
