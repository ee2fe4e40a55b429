"""One title card a show, as H.264 groups of pictures that can be repeated by copying packets."""

from __future__ import annotations

import subprocess
import tempfile
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

Image = NDArray[np.uint8]
Plane = NDArray[np.float64]

WIDTH, HEIGHT = 640, 360
GROUP = 240
FONT = "DejaVu Serif"
COLOURS: dict[str, tuple[tuple[int, int, int], tuple[int, int, int]]] = {  # top, bottom
    "the-long-orbit": ((8, 10, 34), (38, 28, 78)),
    "winter-harbour": ((44, 66, 92), (172, 190, 200)),
    "nachtzug-nach-triest": ((14, 18, 40), (128, 72, 60)),
    "lanternfish": ((2, 26, 48), (0, 6, 16)),
    "salt": ((240, 214, 170), (250, 244, 232)),
    "a-door-in-the-water": ((22, 70, 74), (6, 26, 34)),
}


def card(key: str) -> Image:
    """Return a show's picture without its title, HEIGHT x WIDTH x RGB."""
    top, bottom = (np.array(colour, dtype=np.float64) for colour in COLOURS[key])
    y, x = np.mgrid[0:HEIGHT, 0:WIDTH].astype(np.float64)
    picture = top + (bottom - top) * (y / HEIGHT)[..., None]
    random = np.random.default_rng(len(key))
    if key in ("the-long-orbit", "nachtzug-nach-triest", "lanternfish"):
        for _ in range(60):
            _disc(
                picture,
                x,
                y,
                random.uniform(0, WIDTH),
                random.uniform(0, HEIGHT * 0.7),
                random.uniform(0.5, 1.6),
                (220, 220, 240),
            )
    if key == "the-long-orbit":
        _disc(picture, x, y, 500, 380, 190, (58, 92, 190))
        _ring(picture, x, y, 500, 380, 240, (190, 200, 240))
    elif key == "winter-harbour":
        _disc(picture, x, y, 470, 110, 34, (236, 232, 214))
        _hills(picture, x, y, 250, 14, 90, (60, 84, 104))
        _hills(picture, x, y, 300, 5, 38, (34, 52, 72))
    elif key == "nachtzug-nach-triest":
        _disc(picture, x, y, 110, 160, 30, (250, 240, 210))
        _hills(picture, x, y, 260, 30, 120, (30, 26, 44))
        for window in range(12):
            picture[300:314, 60 + window * 44 : 86 + window * 44] = (250, 206, 120)
    elif key == "lanternfish":
        for radius, glow in ((90, 10), (60, 24), (36, 60), (14, 150)):
            _disc(picture, x, y, 320, 205, radius, (glow + 30, glow + 60, glow // 2 + 30))
    elif key == "salt":
        _disc(picture, x, y, 320, 214, 60, (244, 168, 96))
        _hills(picture, x, y, 214, 1, 60, (252, 250, 246))
    else:
        picture[120:300, 276:364] = (14, 44, 50)
        picture[128:300, 284:356] = (214, 190, 120)
        _hills(picture, x, y, 236, 4, 24, (20, 70, 80), 0.55)
    return np.asarray(np.clip(picture, 0, 255), dtype=np.uint8)


def _disc(picture: Plane, x: Plane, y: Plane, cx: float, cy: float, radius: float, colour: tuple[int, int, int]) -> None:
    cover = np.clip(radius + 0.7 - np.hypot(x - cx, y - cy), 0, 1)[..., None]
    picture += (np.array(colour) - picture) * cover


def _ring(picture: Plane, x: Plane, y: Plane, cx: float, cy: float, radius: float, colour: tuple[int, int, int]) -> None:
    cover = np.clip(1.6 - np.abs(np.hypot(x - cx, (y - cy) * 1.1) - radius), 0, 1)[..., None] * 0.6
    picture += (np.array(colour) - picture) * cover


def _hills(
    picture: Plane,
    x: Plane,
    y: Plane,
    level: float,
    height: float,
    width: float,
    colour: tuple[int, int, int],
    opacity: float = 1.0,
) -> None:
    edge = level - height * np.sin(x / width) - height * 0.5 * np.sin(x / width * 2.7 + 1)
    cover = np.clip(y - edge, 0, 1)[..., None] * opacity
    picture += (np.array(colour) - picture) * cover


def titled(key: str, title: str) -> Image:
    """Return the card with the title on it."""
    colour = "0x403020" if key == "salt" else "0xf4f0e4"
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "title.txt"
        text.write_text(title, "utf-8")
        drawn = subprocess.run(
            [
                *("ffmpeg", "-v", "error", "-f", "rawvideo", "-pix_fmt", "rgb24", "-s", f"{WIDTH}x{HEIGHT}", "-i", "-"),
                *("-vf", f"drawtext=font={FONT}:textfile={text}:fontsize=34:fontcolor={colour}:x=(w-tw)/2:y=44"),
                *("-f", "rawvideo", "-pix_fmt", "rgb24", "-"),
            ],
            input=card(key).tobytes(),
            capture_output=True,
            check=True,
        )
    return np.frombuffer(drawn.stdout, dtype=np.uint8).reshape(HEIGHT, WIDTH, 3)


def write_pictures(path: Path, titles: dict[str, str]) -> None:
    """Write one group of GROUP identical pictures a show, in the order of `titles`, to a Matroska file."""
    options = {"crf": "27", "preset": "veryslow", "tune": "stillimage", "bf": "0", "g": str(GROUP), "keyint_min": str(GROUP)}
    options |= {
        "sc_threshold": "0",
        "refs": "1",
        "profile": "main",
        "x264-params": "scenecut=0:mbtree=0:rc-lookahead=0:info=0",
    }
    with av.open(str(path), "w", format="matroska", options={"fflags": "+bitexact"}) as container:
        stream = container.add_stream("libx264", rate=Fraction(24000, 1001), options=options)
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        stream.codec_context.flags |= 0x00800000  # AV_CODEC_FLAG_BITEXACT
        number = 0
        for key, title in titles.items():
            image = titled(key, title)
            for _ in range(GROUP):
                frame = av.VideoFrame.from_ndarray(image, format="rgb24")
                frame.pts, frame.time_base = number, Fraction(1001, 24000)
                number += 1
                container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
