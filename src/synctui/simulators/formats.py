"""Subtitle files as they are met: SubRip, Advanced SubStation and WebVTT, in the encodings of three decades."""

from __future__ import annotations

import codecs
from collections.abc import Sequence
from typing import Literal

from synctui.model.cues import Cue

Format = Literal["srt", "ass", "vtt"]
MARKS = {"utf-8-sig": codecs.BOM_UTF8, "utf-16-le": codecs.BOM_UTF16_LE}

ASS_HEAD = """[Script Info]
; Lovingly typed by hand, between two and four in the morning
Title: {title}
ScriptType: v4.00+
WrapStyle: 0
ScaledBorderAndShadow: yes
PlayResX: 1920
PlayResY: 1080
YCbCr Matrix: TV.709

[V4+ Styles]
Format: Name, Fontname, Fontsize, PrimaryColour, SecondaryColour, OutlineColour, BackColour, Bold, Italic, Underline, \
StrikeOut, ScaleX, ScaleY, Spacing, Angle, BorderStyle, Outline, Shadow, Alignment, MarginL, MarginR, MarginV, Encoding
Style: Default,Gandhi Sans,72,&H00F4F0E4,&H000000FF,&H00402418,&HA0000000,-1,0,0,0,100,100,0,0,1,3.6,1.5,2,180,180,52,1
Style: Sign,Fontin,64,&H0078C8F0,&H000000FF,&H00101830,&H00000000,0,-1,0,0,100,100,2,0,1,2.4,0,8,60,60,48,1

[Fonts]
fontname: lantern_0.ttf
!!!!!"1!!9!!#!#!%!$!!!!!!!!!!!!!!!!!

[Events]
Format: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text
"""
VTT_HEAD = """WEBVTT - {title}

STYLE
::cue {{
  background: rgba(8, 10, 34, 0.7);
  color: #f4f0e4;
}}

NOTE
Typed on a long evening. If a line makes you smile,
it was meant to.

"""


def encode(cues: Sequence[Cue], form: Format, *, title: str, encoding: str, newline: str) -> bytes:
    """Return a subtitle file; `encoding` is a codec's name, `utf-8-sig` and `utf-16-le` come with their mark."""
    text = {"srt": _srt, "ass": _ass, "vtt": _vtt}[form](cues, title)
    if encoding == "cp1252":
        text = text.replace("♪", "#")  # what people typed when their code page had no note
    mark = MARKS.get(encoding, b"")
    return mark + text.replace("\n", newline).encode("utf-8" if encoding == "utf-8-sig" else encoding)


def _clock(milliseconds: int, point: str) -> str:
    seconds, rest = divmod(milliseconds, 1000)
    return f"{seconds // 3600:02}:{seconds // 60 % 60:02}:{seconds % 60:02}{point}{rest:03}"


def _srt(cues: Sequence[Cue], title: str) -> str:
    blocks: list[str] = []
    for number, cue in enumerate(cues, 1):
        text = f"<i>{cue.text}</i>" if cue.text.startswith("♪") else cue.text
        blocks.append(f"{number}\n{_clock(cue.start, ',')} --> {_clock(cue.end, ',')}\n{text}\n")
    return "\n".join(blocks)


def _vtt(cues: Sequence[Cue], title: str) -> str:
    blocks: list[str] = []
    for number, cue in enumerate(cues, 1):
        settings = (
            " line:10% align:center" if cue.text.startswith(("[", "♪")) else " position:50% size:80%" * (number % 7 == 0)
        )
        name = f"line-{number}\n" if number % 5 == 0 else ""
        note = f"NOTE reel {number // 30}\n\n" if number % 30 == 0 else ""
        blocks.append(f"{note}{name}{_clock(cue.start, '.')} --> {_clock(cue.end, '.')}{settings}\n{cue.text}\n")
    return VTT_HEAD.format(title=title) + "\n".join(blocks)


def _ass(cues: Sequence[Cue], title: str) -> str:
    lines: list[str] = []
    for number, cue in enumerate(cues, 1):
        if number % 25 == 1:
            times = f"{_ass_clock(cue.start)},{_ass_clock(cue.end)}"
            lines.append(f"Comment: 0,{times},Default,,0,0,0,,--- page {number // 25 + 1} ---")
        style = "Sign" if cue.text.startswith(("[", "♪")) else "Default"
        effect = r"{\fad(150,200)}" if style == "Sign" else r"{\i1}" * (number % 11 == 0)
        text = cue.text.replace("\n", r"\N")
        lines.append(f"Dialogue: 0,{_ass_clock(cue.start)},{_ass_clock(cue.end)},{style},,0,0,0,,{effect}{text}")
    return ASS_HEAD.format(title=title) + "\n".join(lines) + "\n"


def _ass_clock(milliseconds: int) -> str:
    centis = round(milliseconds / 10)
    return f"{centis // 360000}:{centis // 6000 % 60:02}:{centis // 100 % 60:02}.{centis % 100:02}"
