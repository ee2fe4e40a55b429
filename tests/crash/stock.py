"""The small library that the crash tests run on, made once: two films that speak, and what becomes of them."""

from __future__ import annotations

import os
import re
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from synctui.simulators import demo
from synctui.simulators.cases import Film, Planted

_FERRY = "Winter Harbour/Winter.Harbour.S01E01.The.Ferry"
_NIGHT = "Nachtzug/Nachtzug nach Triest - S01E01 - Abfahrt"
FILMS = (
    Film(f"{_FERRY}.mkv", "winter-harbour", "The ferry", scenes=4),
    Film(f"{_NIGHT}.mkv", "nachtzug-nach-triest", "Abfahrt", scenes=4),
)
PLANTED = (
    Planted(f"{_FERRY}.en.srt", FILMS[0].path, "3.3 s late", late=3.3, encoding="utf-8-sig", newline="\r\n"),
    Planted(f"{_FERRY}.fr.srt", FILMS[0].path, "1.9 s early", translated=True, late=-1.9, encoding="cp1252"),
    Planted(f"{_FERRY}.en.sdh.vtt", FILMS[0].path, "6.2 s late", late=6.2, style="sdh"),
    Planted(f"{_NIGHT}.de.ass", FILMS[1].path, "4.6 s late, styled", late=4.6, newline="\r\n"),
    Planted(f"{_NIGHT}.en.srt", FILMS[1].path, "2.7 s late", translated=True, late=2.7, encoding="utf-16-le"),
    Planted(f"{_NIGHT}.en.forced.srt", FILMS[1].path, "six signs", translated=True, style="forced"),
)
FORCED = PLANTED[-1].path
TWO = (PLANTED[0].path, PLANTED[1].path)
"""Two subtitles of one film, for the tests that can afford no more."""

ENCODINGS = {planted.path: planted.encoding for planted in PLANTED}
_TIME = re.compile(r"\d+:\d\d:\d\d[.,]\d+")


@dataclass(frozen=True, slots=True)
class Stock:
    """What a scene starts from: the library, what was heard in it, each subtitle before and after an undisturbed run.

    `span` is how long that run took, in seconds. Names are relative to the library.
    """

    library: Path
    speech: Path
    before: dict[str, bytes]
    after: dict[str, bytes]
    span: float

    def only(self, names: tuple[str, ...]) -> Stock:
        """Return the same with these subtitles alone."""
        before = {name: data for name, data in self.before.items() if name in names}
        after = {name: data for name, data in self.after.items() if name in names}
        return Stock(self.library, self.speech, before, after, self.span)


def film_library(folder: Path) -> None:
    """Make the library's films and subtitles in `folder`."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(demo, "FILMS", FILMS)
        patch.setattr(demo, "PLANTED", PLANTED)
        demo.build_demo(folder)
    for extra in (demo.MARK, demo.README):
        (folder / extra).unlink()


def copy_library(source: Path, target: Path, names: set[str] | None = None) -> None:
    """Copy a library with its times; films are linked, and of the subtitles only `names` come along."""
    for path in sorted(source.rglob("*")):
        name = path.relative_to(source).as_posix()
        if path.is_dir():
            (target / name).mkdir(parents=True, exist_ok=True)
        elif path.suffix == ".mkv":
            os.link(path, target / name)
        elif names is None or name in names:
            shutil.copy2(path, target / name)


def text_without_times(data: bytes, name: str) -> str:
    """Return a subtitle's text with every timestamp made equal, by a reading that is not the program's own."""
    return _TIME.sub("T", data.decode(ENCODINGS[name]))
