"""Real videos without an encoder: packets of the pack, copied into Matroska or MP4."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from heapq import merge
from importlib.resources import as_file, files
from pathlib import Path
from typing import TYPE_CHECKING, Any

from synctui.simulators.pack import Pack, read_packets

if TYPE_CHECKING:
    import av

PICTURE_RATE = Fraction(24000, 1001)
SECONDS_A_BATCH = 5


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

        form = "mp4" if path.suffix == ".mp4" else "matroska"
        folder = files("synctui.simulators") / "pack"
        with (
            as_file(folder / "pictures.mkv") as picture_path,
            as_file(folder / "voices.mka") as voice_path,
            av.open(str(picture_path)) as picture_source,
            av.open(str(voice_path)) as voice_source,
            av.open(str(path), "w", format=form, options={"fflags": "+bitexact"}) as film,
        ):
            film.metadata["title"] = title
            picture = film.add_stream_from_template(picture_source.streams.video[0])
            seconds = max(len(sound.frames) for sound in sounds) * self.pack.frame_ms / 1000
            rows = [self._pictures(picture, card, seconds)]
            for number, sound in enumerate(sounds):
                stream = film.add_stream_from_template(voice_source.streams.audio[0])
                stream.metadata.update({"language": sound.language} | ({"title": sound.title} if sound.title else {}))
                disposition = av.stream.Disposition
                flag = disposition.comment if sound.commentary else disposition.default if len(sounds) > 1 or not number else 0
                stream.disposition = flag
                rows.append(self._sounds(stream, sound.frames))
            if text is not None:
                with av.open(io.BytesIO(text.srt), format="srt") as text_source:
                    stream = film.add_stream_from_template(text_source.streams[0])
                    stream.metadata["language"] = text.language
                    packets = [packet for packet in text_source.demux() if packet.size]
                    rows.append((float(packet.pts * packet.time_base), _restream(packet, stream)) for packet in packets)
                    _mux(film, rows)
            else:
                _mux(film, rows)

    def _pictures(self, stream: Any, card: str, seconds: float) -> Any:
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
            yield number / 23.976, packet

    def _sounds(self, stream: Any, frames: Sequence[int]) -> Any:
        import av

        time_base = Fraction(self.pack.frame_ms, 1000)
        for number, frame in enumerate(frames):
            packet = av.Packet(self.voices[frame])
            packet.stream, packet.time_base = stream, time_base
            packet.pts = packet.dts = number
            packet.duration = 1
            packet.is_keyframe = True
            yield number * self.pack.frame_ms / 1000, packet


def _restream(packet: Any, stream: Any) -> Any:
    packet.stream = stream
    return packet


def _mux(film: av.container.OutputContainer, rows: list[Any]) -> None:
    for _, packet in merge(*rows, key=lambda row: row[0]):
        film.mux_one(packet)
