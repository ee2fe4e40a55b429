"""The only door from outside text (names, titles, answers) to a screen, a log or a terminal."""

from __future__ import annotations

import base64
import os
import re
import unicodedata
from collections.abc import Iterator

_SPECIAL = {"\n": "\\n", "\r": "\\r", "\t": "\\t", "\x7f": "␡"}
_PLAIN = re.compile("[ -~¡-¬®-˿Ͱ-҂ぁ-ゖァ-ヺ一-鿿가-힣]*")
_MARKS = frozenset(("Mn", "Me", "Mc"))
_WIDE = frozenset("WF")
_JOINER, _NON_JOINER, _EMOJI_STYLE, _TEXT_STYLE = "\u200d", "\u200c", "\ufe0f", "\ufe0e"
_JOINERS = _JOINER + _NON_JOINER
_INVISIBLE = "\u2800\u3164\u115f\u1160\uffa0\u200c"
_FILLERS = "\u3164\uffa0"
"""Letters that nobody sees; some terminals give them two columns, some none."""
_AS_BLANKS = dict.fromkeys(map(ord, _FILLERS), " ")
_MOST_MARKS = 8


def display(name: str | bytes, limit: int | None = None) -> str:
    """Return `name` as harmless text: control, bidirectional and undecodable characters made visible.

    Newline, return and tab become `\\n`, `\\r`, `\\t`; other C0 controls their pictures (ESC is `␛`); C1 and invisible
    formatting characters `\\u202e`; lone surrogates, undecodable bytes and non-characters U+FFFD; a name of blanks only
    shows them as `␣`. Joiners stay where emoji sequences and joining scripts need them; emoji style selectors go, as
    terminals disagree about their width. `limit` cuts to that many terminal cells, with an ellipsis.
    """
    text = os.fsdecode(name) if isinstance(name, bytes) else name
    if not _PLAIN.fullmatch(text):
        text = "".join(_visible(text if text.strip(_INVISIBLE).strip() else text.translate(_AS_BLANKS)))
    if text and not text.strip(_INVISIBLE).strip():
        text = "␣" * len(text)
    return text if limit is None else clip(text, limit)


def _visible(text: str) -> Iterator[str]:
    marks = 0
    last = ""
    for index, char in enumerate(text):
        category = unicodedata.category(char)
        following = text[index + 1 : index + 3]
        if (category in _MARKS and char not in (_EMOJI_STYLE, _TEXT_STYLE)) or _later_jamo(ord(char)):
            # A terminal stacks marks on the cell before: a leading one would change a neighbour's text, hundreds the line.
            marks += 1
            shown = "" if marks > _MOST_MARKS else char if last else "◌" + char
        else:
            marks = 0
            shown = _shown(char, category, last, following)
        last = char if shown else last
        yield shown


def _shown(char: str, category: str, last: str, following: str) -> str:
    code = ord(char)
    if char in _SPECIAL:
        return _SPECIAL[char]
    if code < 0x20:
        return chr(0x2400 + code)
    if char in (_EMOJI_STYLE, _TEXT_STYLE):
        joins = _symbol(last) and following[:1] == _JOINER and _symbol(following[1:])
        return char if char == _EMOJI_STYLE and joins else ""
    if char == _JOINER and (_symbol(last) or last == _EMOJI_STYLE) and _symbol(following[:1]):
        return char
    if char in (_JOINER, _NON_JOINER) and _joining(last) and _joining(following[:1]):
        return char if char == _NON_JOINER else ""
    if category == "Cs" or code & 0xFFFE == 0xFFFE or 0xFDD0 <= code <= 0xFDEF:
        return "\ufffd"
    if category in ("Cc", "Cf", "Zl", "Zp") or char in _FILLERS:
        return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
    return char


def _symbol(char: str) -> bool:
    """True for what an emoji joins: pictures, signs, skin tones; not the letters of flags."""
    if char == "" or ord(char) < 0x2000 or _flag_letter(char):
        return False
    return unicodedata.category(char) in ("So", "Sm", "Sk", "Cn")


def _flag_letter(char: str) -> bool:
    return "\U0001f1e6" <= char <= "\U0001f1ff"


def _later_jamo(code: int) -> bool:
    """True for the second and third part of a decomposed Hangul syllable: drawn in the cells of the first."""
    return 0x1160 <= code <= 0x11FF or 0xD7B0 <= code <= 0xD7FF


def _joining(char: str) -> bool:
    """True for letters and marks of scripts that may use joiners (any but the Latin ones)."""
    return char != "" and ord(char) > 0x0590 and unicodedata.category(char)[0] in "LM"


def cells(text: str) -> int:
    """Return how many terminal columns displayed text takes, as terminals with grapheme clusters (and Rich) count them."""
    if text.isascii():
        return len(text)
    return sum(width for _, width in _clusters(text))


def _clusters(text: str) -> Iterator[tuple[str, int]]:
    """Yield what a terminal draws as one: a character with its marks and joined parts, and its columns."""
    cluster, width, joined = "", 0, False
    for char in text:
        own = 0 if joined else _cell(char)
        if char == _EMOJI_STYLE and width == 1 and _symbol(cluster[-1:]):
            width = 2
        if own and cluster and not _pair_of_flag(cluster, char):
            yield cluster, width
            cluster, width = "", 0
        cluster += char
        width += own
        joined = char == _JOINER
    if cluster:
        yield cluster, width


def _pair_of_flag(cluster: str, char: str) -> bool:
    return len(cluster) == 1 and _flag_letter(cluster) and _flag_letter(char)


def _cell(char: str) -> int:
    code = ord(char)
    if _later_jamo(code) or 0x1F3FB <= code <= 0x1F3FF or char in "\u3164\uffa0":
        return 0  # skin tones and Hangul fillers besides
    category = unicodedata.category(char)
    if category in _MARKS or category == "Cf":
        return 0
    if category == "Cn":
        # Not in this Python's tables yet: the blocks reserved for emoji and ideographs are wide.
        return 2 if 0x1FA70 <= code <= 0x1FAFF or 0x20000 <= code <= 0x3FFFD else 1
    return 2 if unicodedata.east_asian_width(char) in _WIDE else 1


def clip(text: str, limit: int) -> str:
    """Return displayed text cut to `limit` columns, the cut marked with an ellipsis; never inside a cluster."""
    if limit <= 0:
        return ""
    if len(text) <= limit and text.isascii():
        return text
    kept: list[str] = []
    taken, fits = 0, 0
    for cluster, width in _clusters(text):
        taken += width
        if taken > limit:
            # A joiner that joins nothing any more would be made visible, and wide, where the line is drawn.
            return "".join(kept[:fits]).rstrip(_JOINERS) + "…"
        kept.append(cluster)
        if taken <= limit - 1:
            fits = len(kept)
    return text


def clip_start(text: str, limit: int) -> str:
    """Return displayed text cut at its beginning to `limit` columns, the cut marked as by `clip`."""
    if limit <= 0:
        return ""
    return text if cells(text) <= limit else "…" + tail(text, limit - 1)


def head(text: str, limit: int) -> str:
    """Return as much of the beginning of displayed text as fits into `limit` columns, in whole clusters."""
    kept: list[str] = []
    for cluster, width in _clusters(text):
        limit -= width
        if limit < 0:
            break
        kept.append(cluster)
    return "".join(kept)


def tail(text: str, limit: int) -> str:
    """Return as much of the end of displayed text as fits into `limit` columns, beginning with a whole cluster."""
    kept: list[str] = []
    for cluster, width in reversed(list(_clusters(text))):
        limit -= width
        if limit < 0:
            break
        kept.append(cluster)
    return "".join(reversed(kept))


def pad(text: str, width: int) -> str:
    """Return displayed text cut or filled to exactly `width` columns."""
    text = clip(text, width)
    return text + " " * (width - cells(text))


def path_fields(path: str) -> dict[str, str]:
    """Return the JSON fields of a path: `path`, and `path_b64` (the raw bytes) where the name is not clean UTF-8."""
    try:
        path.encode("utf-8")
    except UnicodeEncodeError:
        try:
            raw = path.encode("utf-8", "surrogateescape")
        except UnicodeEncodeError:  # a surrogate that no undecodable byte left: from an answer, never from a disk
            raw = path.encode("utf-8", "surrogatepass")
        return {"path": raw.decode("utf-8", "replace"), "path_b64": base64.b64encode(raw).decode("ascii")}
    return {"path": path}
