"""The made-up library of `--demo` and of the tests: films that really speak, and subtitles with planted errors."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

from synctui.model.cues import Cue
from synctui.model.states import Result
from synctui.simulators.cases import FILMS, PLANTED, Case, Film, Planted
from synctui.simulators.containers import Copier, Sound, Text
from synctui.simulators.formats import encode
from synctui.simulators.pack import Pack, read_pack
from synctui.simulators.reels import Reel, arrange
from synctui.simulators.scripts import Draft, write_script
from synctui.simulators.stories import Story, read_story

MARK = ".synctui-demo"
README = "README.txt"
MADE_AT = 1_709_640_000  # 2024-03-05: nothing looks as if it were still being written
LANGUAGES = {"en": "eng", "de": "ger", "ja": "jpn"}
README_TEXT = """SyncTUI demo library
====================

Nothing in this folder was downloaded. The films are made of speech that two computer programs spoke for SyncTUI,
the stories and the music were written for it, and every subtitle beside them was given a known error, or none.

Play with it as you like: it can be made again at any time, and this folder may be deleted.

  Films/    {films} videos; one film comes in two parts, and of another only the subtitle is left
  Series/   {episodes} episodes of four series, spoken in English, German and Japanese

What is wrong with the subtitles, and what should come of it:

{table}

A subtitle that is changed has its original beside it, with .bak at the end.
"""


@dataclass(frozen=True, slots=True)
class DemoLibrary:
    """The folder, what is planted in it (paths relative to it, with `/`), and the truth about every cue."""

    folder: Path
    cases: tuple[Case, ...]
    truths: dict[str, tuple[int, ...]] = field(default_factory=dict, repr=False)
    spoken: dict[str, tuple[tuple[int, int], ...]] = field(default_factory=dict, repr=False)

    def truth(self, path: str | Path) -> list[int]:
        """Return the true start (ms) of every cue of a subtitle, in the file's order, comments not counted.

        A path may be absolute or relative to the folder. Empty where no film holds these lines. KeyError: not planted.
        """
        return list(self.truths[self._name(path)])

    def speech(self, path: str | Path) -> list[tuple[int, int]]:
        """Return when somebody speaks in a video's main track (ms, start and end), in order."""
        return list(self.spoken[self._name(path)])

    def case(self, path: str | Path) -> Case:
        """Return what is planted at a path; KeyError when nothing is."""
        name = self._name(path)
        for case in self.cases:
            if case.path == name:
                return case
        raise KeyError(name)

    def _name(self, path: str | Path) -> str:
        path = Path(path)
        return (path.relative_to(self.folder) if path.is_absolute() else path).as_posix()


def build_demo(folder: Path, *, seed: int = 0, on_progress: Callable[[str, float], None] | None = None) -> DemoLibrary:
    """Make the demo library in `folder` (created when missing), or take it as it stands when it is complete.

    The same seed gives the same bytes. `on_progress` is told what is being made and the fraction done. A folder that
    holds something else is left alone: FileExistsError; OSError when the disk refuses.
    """
    folder = Path(os.path.abspath(folder))
    say = on_progress or (lambda what, fraction: None)
    studio = _Studio(read_pack(), seed)
    mark = folder / MARK
    stamp = f"complete {seed}\n"
    if mark.is_file() and mark.read_text("utf-8", "replace") == stamp:
        say("made already", 1.0)
        return studio.library(folder)
    if folder.exists() and not mark.is_file() and any(folder.iterdir()):
        raise FileExistsError(f"{folder} is not empty and no demo library: choose a new folder")
    folder.mkdir(parents=True, exist_ok=True)
    mark.write_text("being made\n", "utf-8")
    copier = Copier(studio.pack)
    for number, film in enumerate(FILMS):
        say(Path(film.path).stem, number / (len(FILMS) + 1))
        path = folder / film.path
        path.parent.mkdir(parents=True, exist_ok=True)
        studio.shoot(copier, film, path)
        _set_time(path, number)
    say("subtitles", len(FILMS) / (len(FILMS) + 1))
    for number, planted in enumerate(PLANTED):
        path = folder / planted.path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(studio.subtitle(planted))
        _set_time(path, 100 + number)
    library = studio.library(folder)
    (folder / README).write_text(_readme(library.cases), "utf-8")
    _set_time(folder / README, 200)
    mark.write_text(stamp, "utf-8")
    _set_time(mark, 200)
    say("ready", 1.0)
    return library


def _set_time(path: Path, number: int) -> None:
    os.utime(path, (MADE_AT + number * 3600, MADE_AT + number * 3600))


class _Studio:
    """Arranges every film and script of one seed; what is asked for twice is arranged once."""

    def __init__(self, pack: Pack, seed: int) -> None:
        self.pack, self.seed = pack, seed
        self._reels: dict[str, Reel] = {}

    def random(self, name: str) -> Random:
        return Random(f"synctui demo {self.seed} {name}")

    def reel(self, film: Film) -> Reel:
        if film.path not in self._reels:
            story = read_story(film.story)
            self._reels[film.path] = arrange(
                self.pack, story, self.random(film.path), opening=film.opening, scenes=film.scenes
            )
        return self._reels[film.path]

    def shoot(self, copier: Copier, film: Film, path: Path) -> None:
        story, reel = read_story(film.story), self.reel(film)
        sounds = [Sound(reel.frames, LANGUAGES[story.language])]
        if film.commentary:
            sounds.insert(0, Sound(self._commentary(film, len(reel.frames)), "eng", "Commentary with the director", True))
        text = None
        if film.embedded:
            drafts = write_script(
                reel, story.language, translated=False, style="full", random=self.random(f"{film.path} text")
            )
            cues = [Cue(draft.start, draft.end, draft.text) for draft in drafts]
            srt = encode(cues, "srt", title=story.title, encoding="utf-8", newline="\n")
            text = Text(srt, LANGUAGES[story.language])
        copier.write(path, path.stem, film.story, sounds, text)

    def _commentary(self, film: Film, count: int) -> list[int]:
        random, frames = self.random(f"{film.path} commentary"), list[int]()
        while len(frames) < count:
            frames += arrange(self.pack, read_story("commentary"), random).frames
        return frames[:count]

    def script(self, planted: Planted) -> tuple[Story, list[Draft]]:
        """Return the lines of a subtitle before its error, and their story."""
        film = next((film for film in FILMS if film.path == planted.film), None)
        story = read_story(planted.script or film.story if film else planted.script)
        if planted.script or film is None:
            reel = arrange(self.pack, story, self.random(f"another cut {planted.path}"))
        else:
            reel = self.reel(film)
        language = story.translation if planted.translated else story.language
        random = self.random(planted.path)
        drafts = write_script(reel, language, translated=planted.translated, style=planted.style, random=random)
        return story, [draft for draft in drafts if _distort(planted, draft.start) >= 0]

    def subtitle(self, planted: Planted) -> bytes:
        story, drafts = self.script(planted)
        cues = [Cue(_distort(planted, draft.start), _distort(planted, draft.end), draft.text) for draft in drafts]
        return encode(cues, planted.form, title=story.title, encoding=planted.encoding, newline=planted.newline)

    def library(self, folder: Path) -> DemoLibrary:
        cases: list[Case] = []
        truths: dict[str, tuple[int, ...]] = {}
        for planted in PLANTED:
            drafts = self.script(planted)[1]
            true = bool(planted.film) and not planted.script
            truths[planted.path] = tuple(draft.truth for draft in drafts) if true else ()
            cases.append(_case(planted, drafts))
        return DemoLibrary(folder, tuple(cases), truths, {film.path: self._spoken(film) for film in FILMS})

    def _spoken(self, film: Film) -> tuple[tuple[int, int], ...]:
        moments = self.reel(film).moments
        return tuple((moment.start, moment.end) for moment in moments if moment.line and not moment.line.effect)


def _distort(planted: Planted, milliseconds: int) -> int:
    return round(milliseconds * planted.stretch + planted.late * 1000)


def _case(planted: Planted, drafts: Sequence[Draft]) -> Case:
    measured = planted.result in (Result.DONE, Result.UNCHANGED)
    starts = [drafts[at].start for at in (0, len(drafts) // 2, len(drafts) - 1)]
    first, middle, last = (start - _distort(planted, start) for start in starts)
    return Case(
        path=planted.path,
        video=planted.film,
        description=planted.description,
        result=planted.result,
        reasons=planted.reasons,
        offsets_ms=(first, middle, last) if measured else None,
        ratio=1 / planted.stretch if measured else None,
        cues=len(drafts),
        engines=planted.engines,
    )


def _readme(cases: Sequence[Case]) -> str:
    width = max(len(case.description) for case in cases)
    rows = [f"  {case.description:<{width}}  {case.result.word:<10} {Path(case.path).name}" for case in cases]
    films = sum(film.path.startswith("Films/") for film in FILMS)
    return README_TEXT.format(films=films, episodes=len(FILMS) - films, table="\n".join(rows))
