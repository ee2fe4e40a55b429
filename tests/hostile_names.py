"""Names that have broken other programs' screens, with what `display` makes of them.

`HOSTILE_NAMES` holds all of them, `FILE_NAMES` those that a Linux file may have. Every screen, line of output and log is
tested with them.
"""

from __future__ import annotations

import os
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class HostileName:
    """A name as it is in memory (`os.fsdecode`), and exactly how it is shown."""

    id: str
    name: str
    shown: str
    in_answers_only: bool = False

    @property
    def raw(self) -> bytes:
        """The bytes that the file system has."""
        return os.fsencode(self.name)


def _plain(id: str, name: str) -> HostileName:
    return HostileName(id, name, name)


HOSTILE_NAMES: tuple[HostileName, ...] = (
    # markup of terminal libraries
    _plain("group-tag", "[Group] Show [1080p].mkv"),
    _plain("year-tag", "Movie [2019].mkv"),
    _plain("rich-bold", "[bold]x.srt"),
    HostileName("rich-colour", "[red]x[/red]", "[red]x[/red]", in_answers_only=True),
    HostileName("rich-slash", "x [/red] y.srt", "x [/red] y.srt", in_answers_only=True),
    HostileName("rich-close-all", "weird [/] name.srt", "weird [/] name.srt", in_answers_only=True),
    HostileName(
        "rich-link", "[link=https://example.invalid]x[/link]", "[link=https://example.invalid]x[/link]", in_answers_only=True
    ),
    HostileName("textual-action", "[@click=app.quit]quit[/]", "[@click=app.quit]quit[/]", in_answers_only=True),
    _plain("textual-action-open", "[@click=app.quit]quit.srt"),
    _plain("variables", "$var [b $x] {y} %s %(name)s.srt"),
    _plain("backslash", "a\\[b].srt"),
    # controls
    HostileName("escape-colour", "\x1b[31mred\x1b[0m.srt", "␛[31mred␛[0m.srt"),
    HostileName("escape-clear", "\x1b[2J\x1b[Hgone.srt", "␛[2J␛[Hgone.srt"),
    HostileName("osc-0-title", "\x1b]0;owned\x07.srt", "␛]0;owned␇.srt"),
    HostileName("osc-52-clipboard", "\x1b]52;c;Y3VybA==\x1b\\.srt", "␛]52;c;Y3VybA==␛\\.srt"),
    HostileName("paste-end", "a\x1b[201~rm -rf b.srt", "a␛[201~rm -rf b.srt"),
    HostileName("c1-csi", "a\x9b31mb.srt", "a\\u009b31mb.srt"),
    HostileName("c1-osc-nel", "a\x9d0;t\x9c\x85.srt", "a\\u009d0;t\\u009c\\u0085.srt"),
    HostileName("nul", "a\x00b.srt", "a␀b.srt", in_answers_only=True),
    HostileName("bell-backspace", "a\x07\x08\x08b.srt", "a␇␈␈b.srt"),
    HostileName("delete", "a\x7fb.srt", "a␡b.srt"),
    HostileName("tab", "a\tb.srt", "a\\tb.srt"),
    HostileName("newline", "a\nb.srt", "a\\nb.srt"),
    HostileName("return", "good.srt\rbad", "good.srt\\rbad"),
    HostileName("vertical-form", "a\x0b\x0cb.srt", "a␋␌b.srt"),
    HostileName("separators", "a\u2028b\u2029.srt", "a\\u2028b\\u2029.srt"),
    # what changes the order or hides
    HostileName("rtl-override", "a\u202egnp.exe", "a\\u202egnp.exe"),
    HostileName("bidi-isolate", "a\u2067b\u2069.srt", "a\\u2067b\\u2069.srt"),
    HostileName("zero-width", "a\u200bb\ufeffc\u2060\u00ad.srt", "a\\u200bb\\ufeffc\\u2060\\u00ad.srt"),
    HostileName("hangul-filler", "a\u3164b\uffa0.srt", "a\\u3164b\\uffa0.srt"),
    HostileName("joiner-in-latin", "a\u200db\u200cc.srt", "a\\u200db\\u200cc.srt"),
    HostileName("tag-characters", "a\U000e0062.srt", "a\\U000e0062.srt"),
    # not text
    HostileName("not-utf-8", "caf\udce9 \udcff.srt", "caf\ufffd \ufffd.srt"),
    HostileName("shift-jis", os.fsdecode("日本語.srt".encode("shift_jis")), "\ufffd\ufffd\ufffd{\ufffd\ufffd.srt"),
    HostileName("lone-surrogate", "a\ud800b.srt", "a\ufffdb.srt", in_answers_only=True),
    HostileName("non-characters", "a\uffff\ufdd0.srt", "a\ufffd\ufffd.srt"),
    # wide, joined, stacked
    _plain("cjk", "進撃の巨人 - 01.mkv"),
    _plain("hangul-composed", "기생충.mkv"),
    _plain("hangul-decomposed", "\u1100\u1175\u1109\u1162\u11bc\u110e\u116e\u11bc.mkv"),
    _plain("family-emoji", "👨\u200d👩\u200d👧 film.mkv"),
    HostileName("heart", "I ❤\ufe0f NY.mkv", "I ❤ NY.mkv"),
    _plain("heart-on-fire", "❤\ufe0f\u200d🔥.mkv"),
    _plain("skin-tone", "👍🏽.mkv"),
    _plain("flag", "🇩🇪 Dark.mkv"),
    _plain("half-a-flag", "🇩 Dark.mkv"),
    HostileName("keycap", "1\ufe0f\u20e3.mkv", "1\u20e3.mkv"),
    _plain("devanagari", "हिन्दी.srt"),
    _plain("combining", "Amelie\u0301.mkv"),
    HostileName("leading-mark", "\u0301x.srt", "◌\u0301x.srt"),
    HostileName("zalgo", "z" + "\u0336\u0489" * 20 + "algo.srt", "z" + "\u0336\u0489" * 4 + "algo.srt"),
    _plain("persian", "می\u200cخواهم.srt"),
    _plain("hebrew", "שלום.srt"),
    # lengths and blanks
    _plain("longest", "x" * 251 + ".srt"),
    _plain("longest-wide", "語" * 83 + ".ass" + "xx"),
    HostileName("blanks-only", "   ", "␣␣␣"),
    HostileName("wide-blank", "\u3000\u00a0\u3164", "␣␣␣"),
    # what shells and tools take for something else
    _plain("dash", "-evil.mkv"),
    _plain("protocol", "http:x.mkv"),
    _plain("pattern", "a%03d*?.mkv"),
    _plain("shell", "$(touch x) `id` | ; & 'q' \"p\".srt"),
    _plain("tilde", "~root.srt"),
)

FILE_NAMES: tuple[HostileName, ...] = tuple(entry for entry in HOSTILE_NAMES if not entry.in_answers_only)
