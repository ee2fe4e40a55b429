"""A guess at the 8-bit and East Asian encodings of old subtitles, by the letters that each language uses most.

The guess is for reading and for engines only; what is written never depends on it.
"""

from __future__ import annotations

import re
from collections import Counter
from itertools import pairwise

# A 7-bit encoding that switches character sets with these.
ISO_2022_JP = (b"\x1b$B", b"\x1b$@")
_SAMPLE = 40_000
_HIGH_LINES = re.compile(rb"[^\r\n]*[\x80-\xff][^\r\n]*")

# The most frequent characters of each script or language; single-byte candidates in the order that ties are broken.
_CYRILLIC = "оеаинтслвркмдпуяыьгзбчйхжшюцщэфієїґ"
_SINGLE: tuple[tuple[str, str], ...] = (
    ("cp1252", "éèàçùâêîôûëïüöäßñáíóúãõåæøœÉÀÄÖÜ¿¡’“”–…«»°ªº"),
    ("cp1250", "ěščřžýůťďňáíéóúąćęłńśźżőűăţşîâđäöüĄŁŚŻŠČŽÚ„”“…–"),
    ("cp1251", _CYRILLIC),
    ("koi8-r", _CYRILLIC),
    ("cp866", _CYRILLIC),
    ("cp1253", "αειοτνσρςκλπμηυάέίόύώήδγχωθφβξζψΑΕΟΤΝ"),
    ("cp1254", "ığşİĞŞçöüÇÖÜâ"),
    ("cp1255", "ויהלאתרבשמנםדכעןקחפטזגסצךףץ"),
    ("cp1256", "اليمونرتبةعدسفهكقحجشطصخزضذثىءأإآئؤظغ،؟"),
    ("cp874", "านรอกเงมยลวดทสตะปบคหแพจขใชไผโซถำีิุูั่้็์"),
    ("cp1257", "āčēģīķļņšūžąęėįųõ"),
    ("cp1258", "đơưăâêôàáảãạ"),
)
_COMMON_HAN_SIMPLE = "的一是不了在人我有他这你来们到说就会要没么为时个上大出好都也吗那去么知道对过想能还后天小吧什"
_COMMON_HAN_FULL = "的一是不了在人我有他這你來們到說就會要沒麼為時個上大出好都也嗎那去知道對過想能還後天小吧什"
_MULTI = ("gb18030", "big5", "cp932", "euc_jp", "cp949")


def guess_legacy(data: bytes) -> str:
    """Return the Python name of the most probable encoding of `data`, which is neither ASCII nor UTF-8."""
    sample = _sample(data)
    best, best_score = "cp1252", 0.0
    for name in _MULTI:
        score = _score_multi(sample, name)
        if score > best_score:
            best, best_score = name, score
    if best_score >= 0.45:
        return best
    best, best_score = "cp1252", float("-inf")
    for name, letters in _SINGLE:
        score = _score_single(sample, name, letters)
        if score > best_score + 1e-9:
            best, best_score = name, score
    return best


def _sample(data: bytes) -> bytes:
    parts: list[bytes] = []
    size = 0
    for match in _HIGH_LINES.finditer(data):
        parts.append(match.group()[:_SAMPLE])
        size += len(parts[-1])
        if size > _SAMPLE:
            break
    return b"\n".join(parts)


def _score_multi(sample: bytes, name: str) -> float:
    """Return 0 to 1: the share of characters that are frequent in the language of this encoding."""
    text = sample.decode(name, "replace")
    foreign = [char for char in text if char > "\x7f"]
    if not foreign:
        return 0.0
    broken = text.count("\ufffd")
    if broken * 20 > len(foreign):
        return 0.0
    good = 0.0
    for char, count in Counter(foreign).items():
        if name in ("cp932", "euc_jp"):
            # Half-width katakana are what every other encoding looks like in cp932: they prove nothing.
            good += count * (1.0 if "\u3041" <= char <= "\u30fe" else 0.35 if "\u4e00" <= char <= "\u9fff" else 0.0)
        elif name == "cp949":
            good += count * (1.0 if _common_hangul(char) else 0.0)
        else:
            common = _COMMON_HAN_SIMPLE if name == "gb18030" else _COMMON_HAN_FULL
            if char in common:
                good += count * 2.0
            elif "\u4e00" <= char <= "\u9fff":
                good += count * 0.3
            elif char in "，。！？：；“”…、《》—「」":
                good += count * 0.8
    return min(1.0, good / len(foreign))


def _common_hangul(char: str) -> bool:
    if not "\uac00" <= char <= "\ud7a3":
        return False
    # The 2,350 syllables of KS X 1001 are the frequent ones; cp949's extension holds the others.
    return len(char.encode("euc_kr", "ignore")) == 2


def _score_single(sample: bytes, name: str, letters: str) -> float:
    text = sample.decode(name, "replace")
    foreign = [char for char in text if char > "\x7f"]
    if not foreign:
        return 0.0
    expected = set(letters)
    score = 0.0
    for rank_char, count in Counter(foreign).items():
        if rank_char in expected:
            score += count
        elif rank_char.lower() in expected:
            score += count * 0.6
        elif rank_char == "\ufffd" or not rank_char.isprintable():
            score -= count * 2.0
        elif rank_char.isalpha():
            score -= count * 0.2
        else:
            score -= count * 0.5
    # A capital after a small letter is what a wrong Cyrillic or Greek code page looks like.
    odd = sum(1 for one, two in pairwise(text) if one.islower() and two.isupper() and two > "\x7f")
    return (score - 2.0 * odd) / len(foreign)
