"""The sound and pictures that ship with the package, as packets ready to be copied."""

from __future__ import annotations

import json
import zlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import as_file, files

PACK_FILES = ("voices.mka", "pictures.mkv", "index.json", "LICENCE.txt")


@dataclass(frozen=True, slots=True)
class Clip:
    """A stretch of audio packets; `speech_start` and `speech_end` are ms from the clip's start, 0 where nobody speaks.

    `checksum` is the CRC-32 of the UTF-8 text that is spoken.
    """

    first: int
    count: int
    speech_start: int = 0
    speech_end: int = 0
    checksum: int = 0


@dataclass(frozen=True, slots=True)
class Pack:
    """What there is: clips by name (`story/line`, `story/room`, `story/theme`, ...), every packet `frame_ms` long."""

    frame_ms: int
    clips: dict[str, Clip]
    cards: tuple[str, ...]
    card_packets: int

    def clip(self, name: str, text: str = "") -> Clip:
        """Return a clip; ValueError when it was made from another text than `text`."""
        clip = self.clips[name]
        if text and clip.checksum != zlib.crc32(text.encode()):
            raise ValueError(f"the pack speaks another text for {name}: make it again")
        return clip


@cache
def read_pack() -> Pack:
    """Return the index of the pack."""
    index = json.loads((files("synctui.simulators") / "pack" / "index.json").read_text("utf-8"))
    return Pack(
        frame_ms=index["frame_ms"],
        clips={name: Clip(*numbers) for name, numbers in index["clips"].items()},
        cards=tuple(index["pictures"]["order"]),
        card_packets=index["pictures"]["group"],
    )


def read_packets(name: str) -> list[bytes]:
    """Return the packets of one of the pack's media files, in order."""
    import av

    with as_file(files("synctui.simulators") / "pack" / name) as path, av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux() if packet.size]
