"""Real videos without an encoder: packets of the pack, copied into Matroska or MP4."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from fractions import Fraction
from heapq import merge
from importlib.resources import as_file, files
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, cast

from synctui.simulators.pack import Pack, read_packets

if TYPE_CHECKING:
    from av.container import InputContainer
    from av.packet import Packet
    from av.stream import Stream

PICTURE_RATE = Fraction(24000, 1001)
Row = tuple[float, "Packet[Stream]"]
"""When a packet is due (seconds), and the packet."""


@dataclass(frozen=True, slots=True)
class Sound:
    """An audio track: packet numbers of the pack, and what players show."""

    frames: Sequence[int]
    language: str
    title: str = ""
    commentary: bool = False


@dataclass(frozen=True, slots=True)
class Text:
    """A subtitle track, given as SubRip."""

    srt: bytes
    language: str


class Copier:
    """Holds the pack's packets and writes films from them."""

    def __init__(self, pack: Pack) -> None:
        self.pack = pack
        self.voices = read_packets("voices.mka")
        self.pictures = read_packets("pictures.mkv")

    def write(self, path: Path, title: str, card: str, sounds: Sequence[Sound], text: Text | None = None) -> None:
        """Write a film; the same input gives the same bytes (no dates, no random numbers)."""
        import av
        from av.stream import Disposition

        form = "mp4" if path.suffix == ".mp4" else "matroska"
        folder = files("synctui.simulators") / "pack"
        with ExitStack() as stack:
            picture_source = stack.enter_context(av.open(str(stack.enter_context(as_file(folder / "pictures.mkv")))))
            voice_source = stack.enter_context(av.open(str(stack.enter_context(as_file(folder / "voices.mka")))))
            film = stack.enter_context(av.open(str(path), "w", format=form, options={"fflags": "+bitexact"}))
            film.metadata["title"] = title
            picture = film.add_stream_from_template(picture_source.streams.video[0])
            seconds = max(len(sound.frames) for sound in sounds) * self.pack.frame_ms / 1000
            rows = [self._pictures(picture, card, seconds)]
            for sound in sounds:
                voice = film.add_stream_from_template(voice_source.streams.audio[0])
                voice.metadata["language"] = sound.language
                if sound.title:
                    voice.metadata["title"] = sound.title
                flag = Disposition.comment if sound.commentary else Disposition.default
                voice.disposition = cast(Disposition, flag.value)  # PyAV 15.0 takes nothing but the number
                rows.append(self._sounds(voice, sound.frames))
            if text is not None:
                text_source = stack.enter_context(av.open(io.BytesIO(text.srt), "r", format="srt"))
                caption = film.add_stream_from_template(text_source.streams.subtitles[0])
                caption.metadata["language"] = text.language
                rows.append(_captions(text_source, caption))
            for _, packet in merge(*rows, key=itemgetter(0)):
                film.mux_one(packet)

    def _pictures(self, stream: Stream, card: str, seconds: float) -> Iterator[Row]:
        import av

        group = self.pack.card_packets
        first = self.pack.cards.index(card) * group
        time_base = 1 / PICTURE_RATE
        for number in range(int(seconds * PICTURE_RATE)):
            packet = av.Packet(self.pictures[first + number % group])
            packet.stream, packet.time_base = stream, time_base
            packet.pts = packet.dts = number
            packet.duration = 1
            packet.is_keyframe = number % group == 0
            yield float(number / PICTURE_RATE), packet

    def _sounds(self, stream: Stream, frames: Sequence[int]) -> Iterator[Row]:
        import av

        time_base = Fraction(self.pack.frame_ms, 1000)
        for number, frame in enumerate(frames):
            packet = av.Packet(self.voices[frame])
            packet.stream, packet.time_base = stream, time_base
            packet.pts = packet.dts = number
            packet.duration = 1
            packet.is_keyframe = True
            yield number * self.pack.frame_ms / 1000, packet


def _captions(source: InputContainer, stream: Stream) -> Iterator[Row]:
    for packet in source.demux():
        if packet.size and packet.pts is not None and packet.time_base is not None:
            packet.stream = stream
            yield float(packet.pts * packet.time_base), packet
