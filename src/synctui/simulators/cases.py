"""What is planted in the demo library, and what must come of it.

Offsets are what has to be added to a cue: a late subtitle has a negative one. `STRETCHED_25` is a subtitle timed for
25 frames a second beside a film of 23.976; `STRETCHED_24` the other way round.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

from synctui.model.states import Result, SubtitleState
from synctui.simulators.formats import Format
from synctui.simulators.scripts import Style

STRETCHED_25 = 24000 / 1001 / 25
STRETCHED_24 = 25 * 1001 / 24000
TOLERANCE_MS = 100

Engine = Literal["builtin", "alass", "ffsubsync"]
ALL: tuple[Engine, ...] = ("builtin", "alass", "ffsubsync")
NO_ALASS: tuple[Engine, ...] = ("builtin", "ffsubsync")
NO_VTT = NO_ALASS
OURS: tuple[Engine, ...] = ("builtin",)


@dataclass(frozen=True, slots=True)
class Film:
    """A video to make: its path, its story, the scene it opens with, and what else is in the container."""

    path: str
    story: str
    opening: str
    scenes: int = 9
    commentary: bool = False
    embedded: bool = False


@dataclass(frozen=True, slots=True)
class Planted:
    """A subtitle to make: cue = true time * `stretch` + `late` seconds, in this language and form.

    `film` is the video's path, and that of the film whose lines it holds unless `script` names a story of its own.
    """

    path: str
    film: str | None
    description: str
    translated: bool = False
    late: float = 0.0
    stretch: float = 1.0
    encoding: str = "utf-8"
    newline: str = "\n"
    style: Style = "full"
    script: str = ""
    result: Result = Result.DONE
    reasons: tuple[str, ...] = ("aligned",)
    engines: tuple[Engine, ...] = ALL

    @property
    def form(self) -> Format:
        """The format, as the name says."""
        return "ass" if self.path.endswith(".ass") else "vtt" if self.path.endswith(".vtt") else "srt"


@dataclass(frozen=True, slots=True)
class Case:
    """A subtitle of the demo and what a run must say about it.

    `offsets_ms` are for the first, the middle (number // 2) and the last cue, each ± `tolerance_ms`; they and `ratio`
    are None where nothing is to be measured. One of `reasons` is given. `engines` are those that get it right.
    """

    path: str
    video: str | None
    description: str
    result: Result
    reasons: tuple[str, ...]
    offsets_ms: tuple[int, int, int] | None
    ratio: float | None
    cues: int
    engines: tuple[Engine, ...]
    tolerance_ms: int = TOLERANCE_MS

    @property
    def state(self) -> SubtitleState:
        """How the subtitle stands afterwards."""
        if "no_video" in self.reasons:
            return SubtitleState.NO_VIDEO
        if "needs_choice" in self.reasons:
            return SubtitleState.NEEDS_CHOICE
        return SubtitleState.IN_SYNC if self.result in (Result.DONE, Result.UNCHANGED) else SubtitleState.REFUSED


_ORBIT_1 = "Series/The Long Orbit/Season 01/The Long Orbit - S01E01 - The coffee machine"
_ORBIT_2 = "Series/The Long Orbit/Season 01/The Long Orbit - S01E02 - A question of windows"
_ORBIT_3 = "Series/The Long Orbit/Season 01/The Long Orbit - S01E03 - Something in the airlock"
_ORBIT_4 = "Series/The Long Orbit/Season 02/The Long Orbit - S02E01 - A very small comet"
_ORBIT_4_SUBS = "Series/The Long Orbit/Season 02/Subs/The Long Orbit - S02E01 - A very small comet"
_ORBIT_5 = "Series/The Long Orbit/Season 02/The Long Orbit - S02E02 - The leap second"
_HARBOUR_1 = "Series/Winter Harbour/Season 1/Winter.Harbour.S01E01.The.Ferry.720p.WEB.x264-PIER"
_HARBOUR_2 = "Series/Winter Harbour/Season 1/Winter.Harbour.S01E02.The.Lighthouse.Cat.720p.WEB.x264-PIER"
_HARBOUR_3 = "Series/Winter Harbour/Season 1/Winter.Harbour.S01E03.The.Whale.720p.WEB.x264-PIER"
_NIGHT_1 = "Series/Nachtzug nach Triest/Staffel 1/Nachtzug nach Triest - S01E01 - Abfahrt"
_NIGHT_2 = "Series/Nachtzug nach Triest/Staffel 1/Nachtzug nach Triest - S01E02 - Halb vier"
_FISH_1 = "Series/Lanternfish/[Tidepool] Lanternfish - 01 [1080p]"
_FISH_2 = "Series/Lanternfish/[Tidepool] Lanternfish - 02 [1080p]"
_SALT = "Films/Salt (2019)/Salt (2019)"
_DOOR = "Films/A Door in the Water (2021)/A Door in the Water (2021)"
_TIDE = "Films/The Tide Table (2016)/The Tide Table (2016)"
_LOST = "Films/The Lost Reel (1974)/The Lost Reel (1974)"

FILMS: tuple[Film, ...] = (
    Film(f"{_ORBIT_1}.mkv", "the-long-orbit", "The coffee machine"),
    Film(f"{_ORBIT_2}.mkv", "the-long-orbit", "A question of windows"),
    Film(f"{_ORBIT_3}.mkv", "the-long-orbit", "Something in the airlock"),
    Film(f"{_ORBIT_4}.mkv", "the-long-orbit", "A very small comet"),
    Film(f"{_ORBIT_5}.mkv", "the-long-orbit", "The leap second"),
    Film(f"{_HARBOUR_1}.mkv", "winter-harbour", "The ferry"),
    Film(f"{_HARBOUR_2}.mkv", "winter-harbour", "The lighthouse cat", commentary=True),
    Film(f"{_HARBOUR_3}.mkv", "winter-harbour", "The whale"),
    Film(f"{_NIGHT_1}.mkv", "nachtzug-nach-triest", "Abfahrt"),
    Film(f"{_NIGHT_2}.mkv", "nachtzug-nach-triest", "Halb vier", embedded=True),
    Film(f"{_FISH_1}.mkv", "lanternfish", "The bottom of the sea"),
    Film(f"{_FISH_2}.mkv", "lanternfish", "The song comes back"),
    Film(f"{_SALT}.mkv", "salt", "The white road"),
    Film(f"{_DOOR}.mp4", "a-door-in-the-water", "The pond"),
    Film(f"{_TIDE} - cd1.mkv", "winter-harbour", "The tide table"),
    Film(f"{_TIDE} - cd2.mkv", "winter-harbour", "The dance"),
)


def _right(planted: Planted) -> Planted:
    """A subtitle that has no error: it is left alone."""
    return replace(planted, result=Result.UNCHANGED, reasons=("already_in_sync",))


def _wrong(planted: Planted) -> Planted:
    """A subtitle with the lines of another film: it is refused, for one of the reasons that say so."""
    reasons = ("low_confidence", "no_better", "at_search_bound", "engines_disagree")
    return replace(planted, result=Result.REFUSED, reasons=reasons, engines=OURS)


def _never_aligned(planted: Planted, result: Result, *reasons: str) -> Planted:
    """A subtitle that no engine has to be shown."""
    return replace(planted, result=result, reasons=reasons, engines=OURS)


_DOS = "\r\n"

PLANTED: tuple[Planted, ...] = (
    Planted(f"{_ORBIT_1}.en.srt", f"{_ORBIT_1}.mkv", "2.4 s late", late=2.4),
    Planted(
        f"{_ORBIT_1}.de.srt",
        f"{_ORBIT_1}.mkv",
        "1.7 s early, Windows-1252",
        translated=True,
        late=-1.7,
        encoding="cp1252",
        newline=_DOS,
    ),
    _never_aligned(
        Planted(f"{_ORBIT_1}.de.forced.srt", f"{_ORBIT_1}.mkv", "forced: six signs", translated=True, style="forced"),
        Result.SKIPPED,
        "forced_sparse",
    ),
    _right(Planted(f"{_ORBIT_2}.en.srt", f"{_ORBIT_2}.mkv", "right already")),
    Planted(f"{_ORBIT_2}.de.vtt", f"{_ORBIT_2}.mkv", "6.2 s late", translated=True, late=6.2, engines=NO_VTT),
    _wrong(Planted(f"{_ORBIT_3}.en.srt", f"{_ORBIT_3}.mkv", "the lines of another film, Salt", script="salt")),
    Planted(f"{_ORBIT_3}.en.sdh.srt", f"{_ORBIT_3}.mkv", "3.1 s early, for the hard of hearing", late=-3.1, style="sdh"),
    _right(Planted(f"{_ORBIT_3}.de.ass", f"{_ORBIT_3}.mkv", "right already, styled", translated=True)),
    Planted(f"{_ORBIT_4_SUBS}.en.srt", f"{_ORBIT_4}.mkv", "12.3 s early, in Subs", late=-12.3, newline=_DOS),
    Planted(
        f"{_ORBIT_4_SUBS}.de.srt",
        f"{_ORBIT_4}.mkv",
        "8 s late, UTF-16, in Subs",
        translated=True,
        late=8.0,
        encoding="utf-16-le",
        newline=_DOS,
    ),
    Planted(f"{_ORBIT_5}.en.srt", f"{_ORBIT_5}.mkv", "made for 25 frames a second", stretch=STRETCHED_25, engines=NO_ALASS),
    Planted(f"{_ORBIT_5}.de.srt", f"{_ORBIT_5}.mkv", "0.9 s late", translated=True, late=0.9),
    Planted(
        f"{_HARBOUR_1}.en.srt",
        f"{_HARBOUR_1}.mkv",
        "3.3 s late, UTF-8 with a byte order mark",
        late=3.3,
        encoding="utf-8-sig",
        newline=_DOS,
    ),
    Planted(
        f"{_HARBOUR_1}.fr.srt",
        f"{_HARBOUR_1}.mkv",
        "made for a slower film and 1.5 s late, Windows-1252",
        translated=True,
        late=1.5,
        stretch=STRETCHED_24,
        encoding="cp1252",
        engines=NO_ALASS,
    ),
    Planted(
        f"{_HARBOUR_2}.en.ass",
        f"{_HARBOUR_2}.mkv",
        "5.5 s late, styled; a commentary is the first track",
        late=5.5,
        engines=OURS,
    ),
    _right(Planted(f"{_HARBOUR_2}.fr.srt", f"{_HARBOUR_2}.mkv", "right already", translated=True, engines=OURS)),
    _wrong(
        Planted(
            f"{_HARBOUR_3}.en.srt",
            f"{_HARBOUR_3}.mkv",
            "the lines of another film, about a night train",
            script="nachtzug-nach-triest",
            translated=True,
        )
    ),
    Planted(
        f"{_HARBOUR_3}.fr.vtt", f"{_HARBOUR_3}.mkv", "0.8 s early", translated=True, late=-0.8, newline=_DOS, engines=NO_VTT
    ),
    Planted(f"{_NIGHT_1}.de.srt", f"{_NIGHT_1}.mkv", "4.6 s late, Windows-1252", late=4.6, encoding="cp1252"),
    _right(Planted(f"{_NIGHT_1}.en.srt", f"{_NIGHT_1}.mkv", "right already", translated=True)),
    Planted(f"{_NIGHT_2}.de.ass", f"{_NIGHT_2}.mkv", "2.2 s early, styled", late=-2.2),
    Planted(f"{_NIGHT_2}.en.vtt", f"{_NIGHT_2}.mkv", "15 s late", translated=True, late=15.0, engines=NO_VTT),
    Planted(f"{_FISH_1}.ass", f"{_FISH_1}.mkv", "1.3 s late, styled", translated=True, late=1.3, newline=_DOS),
    _right(Planted(f"{_FISH_1}.ja.srt", f"{_FISH_1}.mkv", "right already")),
    Planted(
        f"{_FISH_2}.en.ass",
        f"{_FISH_2}.mkv",
        "made for 25 frames a second, styled",
        translated=True,
        stretch=STRETCHED_25,
        engines=NO_ALASS,
    ),
    Planted(f"{_FISH_2}.ja.srt", f"{_FISH_2}.mkv", "7 s late, UTF-16", late=7.0, encoding="utf-16-le"),
    _right(Planted(f"{_SALT}.en.srt", f"{_SALT}.mkv", "right already")),
    Planted(
        f"{_SALT}.es.srt",
        f"{_SALT}.mkv",
        "2.9 s late, Windows-1252",
        translated=True,
        late=2.9,
        encoding="cp1252",
        newline=_DOS,
    ),
    _never_aligned(
        Planted(f"{_SALT}.es.2.srt", f"{_SALT}.mkv", "sparse: thirteen signs", translated=True, style="sparse"),
        Result.REFUSED,
        "too_sparse",
        "low_confidence",
    ),
    Planted(f"{_DOOR}.en.srt", f"{_DOOR}.mp4", "7.7 s early", late=-7.7),
    Planted(
        f"{_DOOR}.en.sdh.vtt", f"{_DOOR}.mp4", "3 s late, for the hard of hearing", late=3.0, style="sdh", engines=NO_VTT
    ),
    Planted(f"{_TIDE} - cd1.en.srt", f"{_TIDE} - cd1.mkv", "1.9 s late", late=1.9),
    _right(Planted(f"{_TIDE} - cd2.en.srt", f"{_TIDE} - cd2.mkv", "right already")),
    _never_aligned(
        Planted(f"{_TIDE}.fr.srt", None, "one subtitle for two parts", translated=True, script="winter-harbour"),
        Result.SKIPPED,
        "needs_choice",
    ),
    _never_aligned(
        Planted(f"{_LOST}.en.srt", None, "the film is gone, only its lines are left", script="a-door-in-the-water"),
        Result.SKIPPED,
        "no_video",
    ),
)
