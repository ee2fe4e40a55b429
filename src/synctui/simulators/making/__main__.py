"""Writes the pack: every line of every story spoken, rooms, effects, music and title cards."""

from __future__ import annotations

import json
import sys
import zlib
from fractions import Fraction
from pathlib import Path

import av
import numpy as np

from synctui.simulators.making import sounds
from synctui.simulators.making.pictures import COLOURS, GROUP, write_pictures
from synctui.simulators.making.voices import RATE, Sound, say, trim
from synctui.simulators.stories import Story, read_story, story_keys

FRAME_MS = 60
FRAME = RATE * FRAME_MS // 1000
LEAD, TAIL = (0.08, 0.40), (0.10, 0.32)
"""Seconds of room before and after a line: never the same, so that where a clip begins says nothing about speech."""


def encode(sound: Sound, tone: str, bit_rate: int, application: str) -> list[bytes]:
    """Return one Opus packet for every 60 ms of a whole number of frames.

    The encoder hears a moment of the room first: a clip that began from silence would be preceded by a gap of 6.5 ms.
    """
    sound = np.concatenate([sounds.room(tone, FRAME_MS / 1000, 92), sound])
    codec = av.CodecContext.create("libopus", "w")
    codec.sample_rate, codec.layout, codec.format = RATE, "mono", "flt"
    codec.bit_rate, codec.time_base = bit_rate, Fraction(1, RATE)
    codec.options = {"application": application, "frame_duration": str(FRAME_MS), "vbr": "on", "compression_level": "10"}
    packets: list[bytes] = []
    for at in range(0, len(sound), FRAME):
        frame = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound[None, at : at + FRAME]), format="flt", layout="mono")
        frame.sample_rate, frame.pts = RATE, at
        packets += [bytes(packet) for packet in codec.encode(frame)]
    return packets[1 : len(sound) // FRAME]


def framed(sound: Sound) -> Sound:
    """Return the sound with silence up to a whole number of frames."""
    return np.pad(sound, (0, -len(sound) % FRAME))


class Pack:
    """Packets in a row, and what each stretch of them is."""

    def __init__(self) -> None:
        self.packets: list[bytes] = []
        self.clips: dict[str, list[int]] = {}

    def add(self, name: str, packets: list[bytes], *more: int) -> None:
        """Append a clip; `more` are its start and end of speech (ms), and the checksum of its text."""
        self.clips[name] = [len(self.packets), len(packets), *more]
        self.packets += packets

    def add_line(self, name: str, text: str, voice: str, tone: str, part: int) -> None:
        """Append a spoken line, in its room."""
        said = trim(say(voice, text))
        random = np.random.default_rng(zlib.crc32(name.encode()))
        start = round(random.uniform(*LEAD) * 100) * RATE // 100
        whole = framed(np.pad(said, (start, round(random.uniform(*TAIL) * RATE))))
        room = sounds.room(tone, 8, part % 5)
        at = (part * 7919) % (len(room) // 4)
        whole = whole + np.resize(room[at:], len(whole))
        self.add(
            name,
            encode(whole, tone, 15_000, "voip"),
            start * 1000 // RATE,
            round((start + len(said)) * 1000 / RATE),
            zlib.crc32(text.encode()),
        )

    def write(self, path: Path) -> None:
        """Write the packets as one Matroska audio file."""
        with av.open(str(path), "w", format="matroska", options={"fflags": "+bitexact"}) as container:
            stream = container.add_stream("libopus", rate=RATE, options={"frame_duration": str(FRAME_MS)})
            stream.layout, stream.bit_rate = "mono", 15_000
            stream.codec_context.flags |= 0x00800000  # AV_CODEC_FLAG_BITEXACT
            container.start_encoding()
            for number, data in enumerate(self.packets):
                packet = av.Packet(data)
                packet.stream, packet.time_base = stream, Fraction(FRAME_MS, 1000)
                packet.pts = packet.dts = number
                packet.duration = 1
                container.mux_one(packet)


def add_story(pack: Pack, story: Story) -> None:
    """Append everything that is heard in a story."""
    effects: set[str] = set()
    for part, line in enumerate(story.lines):
        if line.effect:
            effects.add(line.effect)
        else:
            pack.add_line(line.key, line.text, story.cast[line.speaker], story.tone, part)
    for name in sorted(effects):
        pack.add(f"{story.key}/{name}", encode(framed(sounds.effect(name, story.tone)), story.tone, 20_000, "audio"))
    pack.add(f"{story.key}/room", encode(framed(sounds.room(story.tone, 12, 80)), story.tone, 12_000, "voip"))
    pack.add(f"{story.key}/theme", encode(framed(sounds.music(story.tone, 6)), story.tone, 24_000, "audio"))
    pack.add(f"{story.key}/bridge", encode(framed(sounds.music(story.tone, 2)), story.tone, 24_000, "audio"))


def main(folder: Path) -> None:
    """Write voices.mka, pictures.mkv and index.json into `folder`."""
    pack = Pack()
    for key in story_keys():
        add_story(pack, read_story(key))
        print(key, len(pack.packets), file=sys.stderr)
    pack.write(folder / "voices.mka")
    titles = {key: read_story(key).title for key in COLOURS}
    write_pictures(folder / "pictures.mkv", titles)
    clips = ",\n".join(f"{json.dumps(name)}:{json.dumps(numbers)}" for name, numbers in pack.clips.items())
    cards = json.dumps({"group": GROUP, "order": list(titles)})
    (folder / "index.json").write_text(f'{{"frame_ms":{FRAME_MS},"pictures":{cards},"clips":{{\n{clips}\n}}}}\n', "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent / "pack")
