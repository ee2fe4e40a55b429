"""Subtitle files as they are found in the wild, small enough to read."""

from __future__ import annotations

from synctui.files.subtitle import Subtitle
from synctui.model.cues import Span

SRT = (
    "1\n00:00:01,000 --> 00:00:02,500\n<i>Hello</i> there.\n\n"
    "2\n00:00:03,000 --> 00:00:04,000 X1:010 X2:620 Y1:400 Y2:470\n{\\an8}Two\nlines.\n\n"
    "3\n01:59:58,999 --> 02:00:01,001\n[door slams]\n"
)
VTT = (
    "WEBVTT - a title\nKind: captions\n\n"
    "NOTE\nOne comment,\n00:01.000 --> 00:02.000\ncommented out\n\n"
    "STYLE\n::cue(b) { color: red }\n\n"
    "REGION\nid:fred\nwidth:40%\n\n"
    "intro\n00:01.000 --> 00:02.000 align:start position:10%,line-left region:fred\n<v Ann>Hi &amp; bye</v>\n\n"
    "59:58.000 --> 59:59.500\nA <59:58.500><c>little</c> <00:59:59.000>song\n\n"
    "NOTE last --> comment\n\n"
    "01:00:01.250 --> 01:00:03.000\nEnd\n"
)
ASS = (
    "[Script Info]\n; made by hand\nTitle: 00:00:01,000 --> 00:00:02,000\nScriptType: v4.00+\nWrapStyle: 0\n\n"
    "[Aegisub Project Garbage]\nLast Style Storage: Default\n\n"
    "[V4+ Styles]\nFormat: Name, Fontname, Fontsize\nStyle: Default,Arial,20\n\n"
    "[Fonts]\nfontname: a_0.ttf\n[!!!!EVENTS]]0:00:01.00,0:00:02.00\n'E5V96YT<SH\n\n"
    "[Events]\nFormat: Layer, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    'Comment: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,template,!retime("line")!\n'
    "Dialogue: 0,0:00:01.00,0:00:02.00,Default,Ann,0,0,0,,{\\k20\\fad(100,0)}Hel{\\k30}lo, you\n"
    "Dialogue: 1,0:00:01.50,0:00:02.00,Default,,0,0,0,,{\\p1}m 0 0 l 10 10{\\p0}\\NSign 0:00:09.00\n"
    "Dialogue: 0,9:59:59.90,10:00:01.00,Default,,0,0,0,,Late\\hline\n\n"
    "[Graphics]\nfilename: x.bmp\nDialogue: 0,0:00:01.00,0:00:02.00,Default,,0,0,0,,no event\n"
)
SSA = (
    "[Script Info]\nScriptType: v4.00\n\n[V4 Styles]\nFormat: Name\nStyle: *Default\n\n"
    "[Events]\nFormat: Marked, Start, End, Style, Name, MarginL, MarginR, MarginV, Effect, Text\n"
    "Dialogue: Marked=0,0:00:05.10,0:00:07.35,*Default,,0000,0000,0000,!Effect,Old\n"
)
ALL = {"a.srt": SRT, "a.vtt": VTT, "a.ass": ASS, "a.ssa": SSA}


def spans_of(subtitle: Subtitle) -> list[Span]:
    return [(cue.start, cue.end) for cue in subtitle.cues]


def shifted(subtitle: Subtitle, by: int) -> list[Span]:
    return [(cue.start + by, cue.end + by) for cue in subtitle.cues]
