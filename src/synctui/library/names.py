"""What file names say: which are videos, subtitles or leftovers of tools, and the grammar behind a subtitle's stem."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal

from synctui.library.languages import language
from synctui.model.library import SubtitleName

VIDEO_EXTENSIONS = frozenset(
    (
        "mkv",
        "mk3d",
        "mp4",
        "m4v",
        "avi",
        "mov",
        "wmv",
        "asf",
        "flv",
        "webm",
        "ts",
        "m2ts",
        "mts",
        "mpg",
        "mpeg",
        "m2v",
        "vob",
        "ogm",
        "ogv",
        "rmvb",
        "rm",
        "divx",
        "xvid",
        "3gp",
        "mxf",
        "dvr-ms",
        "wtv",
    )
)
SUBTITLE_EXTENSIONS = frozenset(("srt", "ass", "ssa", "vtt", "sub", "smi", "sami", "ttml", "dfxp", "mpl", "sbv"))
SUBTITLE_FOLDERS = frozenset(("subs", "subtitles", "sub", "subtitle"))

Kind = Literal["video", "subtitle"]
_VIDEO: Kind = "video"
_SUBTITLE: Kind = "subtitle"
KINDS: dict[str, Kind] = {**dict.fromkeys(VIDEO_EXTENSIONS, _VIDEO), **dict.fromkeys(SUBTITLE_EXTENSIONS, _SUBTITLE)}

_LEFTOVER = frozenset(("ffsubsync", "alass", "autosubsync", "synced", "orig", "combined", "synctui"))
_BACKUP = re.compile(r"\.bak\d*(?:\.|$)")
_PART = re.compile(r"[\W_]*\b(?:cd|dis[ck]|dvd|part|pt)[ ._-]?(\d{1,2}|[a-d])\b[\W_]*$", re.IGNORECASE)
_FORCED = frozenset(("forced", "foreign"))
_IMPAIRED = frozenset(("sdh", "cc", "hi", "hearing impaired"))
_PLAIN = frozenset(("default", "normal", "embedded", "custom", "full", "sub", "subs", "subtitle", "subtitles"))
_NUMBER = re.compile(r"\d{1,3}")
_SPLIT = re.compile(r"[\s_\-\[\](){},+&]+")
_EDGE = " ._-[](){},+"


def extension(name: str) -> str:
    """Return the lower-case extension without its dot; a name that begins with its only dot has none."""
    dot = name.rfind(".")
    return name[dot + 1 :].lower() if dot > 0 else ""


def kind_of(name: str) -> Kind | None:
    """Return whether a name is a video's or a subtitle's, by its extension."""
    return KINDS.get(extension(name))


def stem(name: str) -> str:
    """Return a name without its extension."""
    dot = name.rfind(".")
    return name[:dot] if dot > 0 else name


def fold(text: str) -> str:
    """Return the form in which names are compared: composed (NFC) and without case; dots stay where they are."""
    if text.isascii():
        return text.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())


def is_leftover(name: str) -> bool:
    """Return whether a subtitle-like name is a backup, a temporary file or another tool's output: never a source."""
    lower = name.lower()
    if "sync-" in lower and (lower.startswith("sync-") or ".sync-conflict-" in lower):
        return True
    if ".bak" in lower and _BACKUP.search(stem(lower)):
        return True
    return lower.startswith(("._", ".nfs")) or not _LEFTOVER.isdisjoint(lower.split(".")[1:-1])


def may_hold_leftovers(names: str) -> bool:
    """Return False when none of many names, joined, can be a leftover: a quick look before a thorough one."""
    lower = names.lower()
    return any(
        word in lower for word in ("sync-", ".bak", ".nfs", "._", ".ffs", ".alass", ".auto", ".sync", ".orig", ".comb")
    )


def part_of(stem_text: str) -> tuple[str, str] | None:
    """Return (base, part) of a multi-part name such as `Film cd1` or `Film - part b`, or None."""
    found = _PART.search(stem_text)
    return (stem_text[: found.start()], found[1].lower()) if found and found.start() else None


def is_part(token: str) -> bool:
    """Return whether a token alone names a part: `cd2`, `part 1`."""
    return _PART.fullmatch(token) is not None


def is_sample(stem_text: str) -> bool:
    """Return whether a video is a sample or trailer, which never claims a subtitle by being alone."""
    lower = stem_text.lower()
    return lower in ("sample", "trailer") or lower.endswith(("-sample", ".sample", "-trailer", ".trailer"))


class _Reading:
    """The facts gathered from a run of tokens, left to right."""

    def __init__(self) -> None:
        self.language: str | None = None
        self.forced = self.impaired = False
        self.number: int | None = None
        self.plain = False

    def token(self, token: str) -> bool:
        """Take a token in; False when it says nothing known."""
        lower = token.casefold()
        if lower in _FORCED:
            self.forced = True
        elif lower == "hi" and self.language is None:
            self.language = "hi"
        elif lower in _IMPAIRED:
            self.impaired = True
        elif lower in _PLAIN or lower in VIDEO_EXTENSIONS:
            self.plain = True
        elif tag := language(token):
            self.language = tag
        elif _NUMBER.fullmatch(token):
            self.number = int(token)
        else:
            return self._inside(token)
        return True

    def _inside(self, token: str) -> bool:
        """Take in what brackets, blanks and dashes hold together: `English [SDH]`, `2_German`, `en-forced`."""
        words = [word for word in _SPLIT.split(token) if word]
        if not words or words == [token]:
            return not words
        trial = _Reading()
        trial.language = self.language
        if not all(trial.token(word) for word in words):
            return False
        self.language, self.plain = trial.language, self.plain or trial.plain
        self.forced, self.impaired = self.forced or trial.forced, self.impaired or trial.impaired
        self.number = trial.number if trial.number is not None else self.number
        return True


@lru_cache(maxsize=8192)
def parse_suffix(tail: str) -> SubtitleName:
    """Return what stands behind a video's stem (`.en.forced`, `.2.pt-BR.sdh`, `.Commentary.en`).

    The known words at the end count first; where there are none, those right after the stem. `hi` means hearing-impaired
    behind a language and Hindi otherwise. What no word explains is the title.
    """
    tokens = [token for token in tail.split(".") if token.strip(_EDGE)]
    start = len(tokens)
    while start and _Reading().token(tokens[start - 1]):
        start -= 1
    stop = len(tokens)
    if start == len(tokens):
        start = stop = 0
        while stop < len(tokens) and _Reading().token(tokens[stop]):
            stop += 1
    reading = _Reading()
    for token in tokens[start:stop]:
        reading.token(token)
    title = " ".join(token.strip(_EDGE) for token in tokens[:start] + tokens[stop:])
    return SubtitleName(reading.language, reading.forced, reading.impaired, reading.number, title)


@lru_cache(maxsize=8192)
def only_suffix(text: str) -> SubtitleName | None:
    """Return the facts of a name that holds nothing but a language and flags (`English`, `2_ger [SDH]`), or None."""
    reading = _Reading()
    tokens = [token for token in text.split(".") if token.strip(_EDGE)]
    if not tokens or not all(reading.token(token) for token in tokens):
        return None
    if reading.language is None and not (reading.plain or reading.forced or reading.impaired):
        return None
    return SubtitleName(reading.language, reading.forced, reading.impaired, reading.number)


def shorter_bases(text: str) -> list[tuple[str, str]]:
    """Return (base, tail) pairs of a stem whose tail is nothing but a language and flags set off by any separator.

    Longest base first: `Film_en` gives `Film`; `Film (German) [forced]` gives `Film (German)` and `Film`.
    """
    found: list[tuple[str, str]] = []
    end = len(text)
    for _ in range(8):
        cut = max(text.rfind(char, 0, end) for char in " ._-[({")
        if cut <= 0:
            break
        tail = text[cut:]
        if only_suffix(tail.strip(_EDGE)) is None and not _NUMBER.fullmatch(tail.strip(_EDGE)) and tail.strip(_EDGE):
            break
        if only_suffix(tail.strip(_EDGE)) is not None and (base := text[:cut].rstrip(" ._-")):
            found.append((base, tail.strip(_EDGE)))
        end = cut
    return found
