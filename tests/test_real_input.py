"""Real input: ten minutes of speech that the demo does not use, through the real command, with each of the engines.

What an engine gets right must be right to a tenth of a second; what it gets wrong must never be written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

import pytest

from synctui.model.cues import Cue
from tests.command import Finished, Row, subtitles
from tests.engines import each_engine
from tests.talk import Made, link, made, sentences, write_film, write_subtitle, write_surround
from tests.timings import backup_of, typical_error, wordings

pytestmark = pytest.mark.slow

FASTER = 24000 / 1001 / 25
ERRORS: dict[str, tuple[float, float]] = {
    "12.3 s late": (12.3, 1.0),
    "12.3 s early": (-12.3, 1.0),
    "0.4 s late": (0.4, 1.0),
    "made for 25": (0.0, FASTER),
    "made for 23.976": (0.0, 1 / FASTER),
}
FORMATS = ("srt", "ass", "vtt")
BREAK_MS = 35_000
SHORT_S = 300


@dataclass(frozen=True, slots=True)
class Piece:
    """A subtitle that was given to the command, and how it stood."""

    path: Path
    before: bytes
    modified: int
    truth: tuple[int, ...]


class Bench:
    """A folder of films with subtitles, and one run of one engine over it."""

    def __init__(self, folder: Path, engine: str) -> None:
        self.folder = folder
        self.engine = engine
        self.pieces: dict[str, Piece] = {}
        self.run: Finished | None = None

    def put(self, name: str, film: Path, form: str, content: Made, encoding: str = "utf-8", newline: str = "\n") -> None:
        """Put a subtitle beside a film."""
        home = self.folder / "library" / name
        link(film, home / f"film{film.suffix}")
        path = write_subtitle(home / f"film.en.{form}", content.cues, encoding=encoding, newline=newline)
        self.pieces[name] = Piece(path, path.read_bytes(), path.stat().st_mtime_ns, content.truth)

    def go(self) -> Bench:
        """Run the command over everything."""
        library, data = self.folder / "library", self.folder / "data"
        self.run = subtitles(data, library, "--engine", self.engine, "--jobs", "2", timeout=400)
        assert self.run.code == 0, self.run.stderr
        return self

    def end(self, name: str) -> Row:
        """Return what was said about a subtitle."""
        assert self.run is not None
        return self.run.ends[str(self.pieces[name].path)]

    def aligned(self, name: str) -> None:
        """Check that a subtitle is right now, and that nothing but its times changed."""
        piece, end = self.pieces[name], self.end(name)
        assert (end["outcome"], end["reason"]) == ("done", "aligned"), (name, end)
        now = piece.path.read_bytes()
        assert typical_error(now, piece.truth) < 100, name
        assert wordings(now) == wordings(piece.before), name
        assert backup_of(piece.path).read_bytes() == piece.before, name

    def untouched(self, name: str, outcome: str, reasons: Sequence[str]) -> None:
        """Check that a subtitle was left as it was, without a backup, for one of these reasons."""
        piece, end = self.pieces[name], self.end(name)
        assert end["outcome"] == outcome, (name, end)
        assert end["reason"] in reasons, (name, end)
        assert piece.path.read_bytes() == piece.before, name
        assert piece.path.stat().st_mtime_ns == piece.modified, name
        assert sorted(file.name for file in piece.path.parent.iterdir()) == sorted(
            [piece.path.name, next(piece.path.parent.glob("film.m*")).name]
        )


@pytest.fixture(scope="session")
def films(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("films")
    return {
        "talk": write_film(folder / "talk.mkv"),
        "short": write_film(folder / "short.mkv", seconds=SHORT_S),
        "tracks": write_film(folder / "tracks.mkv", seconds=SHORT_S, commentary=True),
        "clock": write_film(folder / "clock.mkv", seconds=SHORT_S, late_s=37.5),
        "late sound": write_film(folder / "late.mkv", seconds=SHORT_S, late_s=7.5, commentary=True),
        "surround": write_surround(folder / "surround.mkv"),
    }


def _filled(bench: Bench, films: dict[str, Path]) -> Bench:
    for number, (error, (late, stretch)) in enumerate(ERRORS.items()):
        for form in FORMATS if bench.engine == "builtin" else (FORMATS[number % 3],):
            bench.put(f"{error}, {form}", films["talk"], form, made(late, stretch, seed=number))
    short = SHORT_S - 5
    bench.put("right", films["short"], "vtt", made(seconds=short))
    bench.put("another film", films["short"], "srt", _another_film(short))
    bench.put("cut", films["short"], "srt", _with_break(made(4.0, seconds=short)))
    bench.put("sparse", films["short"], "ass", _every(made(3.0, seconds=short), 12))
    bench.put("commentary first", films["tracks"], "srt", made(3.3, seconds=short), encoding="utf-16-le", newline="\r\n")
    bench.put("late clock", films["clock"], "srt", made(2.2, seconds=short))
    sound = made(9.9, seconds=short)
    bench.put("late sound", films["late sound"], "srt", Made(sound.cues, tuple(true + 7_500 for true in sound.truth)))
    bench.put("surround", films["surround"], "ass", made(-2.2, seconds=short), newline="\r\n")
    return bench


def _another_film(seconds: float) -> Made:
    """The same sentences in another order, at other times."""
    random = Random(11)
    said = [text for _, _, text in sentences()]
    random.shuffle(said)
    cues: list[Cue] = []
    at = 4_000.0
    for text in said:
        length = 60 * len(text) + random.uniform(300, 900)
        if at + length > seconds * 1000:
            break
        cues.append(Cue(round(at), round(at + length), text))
        at += length + random.lognormvariate(0, 0.7) * 1000
    return Made(tuple(cues), ())


def _with_break(content: Made) -> Made:
    """A subtitle made when 35 s of advertisements were still in the film."""
    middle = content.cues[len(content.cues) // 2].start
    cues = [Cue(cue.start + BREAK_MS, cue.end + BREAK_MS, cue.text) if cue.start >= middle else cue for cue in content.cues]
    return Made(tuple(cues), content.truth)


def _every(content: Made, step: int) -> Made:
    return Made(content.cues[::step], content.truth[::step])


@pytest.mark.parametrize("engine", each_engine())
def test_what_an_engine_gets_right_is_right_and_what_it_gets_wrong_is_never_written(
    engine: str, films: dict[str, Path], tmp_path: Path
) -> None:
    """One run over everything that is asked of an engine."""
    done = _filled(Bench(tmp_path, engine), films).go()
    every_error_that_the_engine_can_mend_is_mended(done)
    what_is_right_already_is_left_alone(done)
    the_lines_of_another_film_are_refused(done)
    a_handful_of_lines_is_refused(done)
    unusual_audio_is_heard_all_the_same(done)
    if engine == "builtin":
        a_subtitle_of_another_cut_is_brought_back_in_parts(done)
        the_commentary_is_not_what_is_listened_to(done)
    else:
        a_subtitle_of_another_cut_is_never_half_written(done)


def every_error_that_the_engine_can_mend_is_mended(bench: Bench) -> None:
    for name in bench.pieces:
        if name.startswith(tuple(ERRORS)):
            bench.aligned(name)


def what_is_right_already_is_left_alone(bench: Bench) -> None:
    bench.untouched("right", "unchanged", ["already_in_sync"])


def the_lines_of_another_film_are_refused(bench: Bench) -> None:
    reasons = ["low_confidence", "no_better", "at_search_bound", "length_mismatch", "implausible_ratio", "negative_start"]
    bench.untouched("another film", "refused", reasons)


def a_subtitle_of_another_cut_is_brought_back_in_parts(bench: Bench) -> None:
    bench.aligned("cut")
    end = bench.end("cut")
    assert end["pieces"] == 2
    assert [by for _, by in end["cuts"]] == [pytest.approx(-BREAK_MS, abs=150)]


def a_subtitle_of_another_cut_is_never_half_written(bench: Bench) -> None:
    bench.untouched("cut", "refused", ["low_confidence", "negative_start", "length_mismatch"])


def a_handful_of_lines_is_refused(bench: Bench) -> None:
    bench.untouched("sparse", "refused", ["too_sparse", "low_confidence"])


def unusual_audio_is_heard_all_the_same(bench: Bench) -> None:
    for name in ("commentary first", "late clock", "late sound", "surround"):
        bench.aligned(name)


def the_commentary_is_not_what_is_listened_to(bench: Bench) -> None:
    assert bench.end("commentary first")["reference"] == "audio 2 (en)"


def test_a_subtitle_is_aligned_with_another_one(tmp_path: Path) -> None:
    right = write_subtitle(tmp_path / "reference" / "other.de.srt", made(seed=7).cues)
    wrong = made(-5.5, FASTER)
    path = write_subtitle(tmp_path / "film.en.ass", wrong.cues, newline="\r\n")
    before = path.read_bytes()
    run = subtitles(tmp_path / "data", path, "--reference", right)
    assert run.code == 0, run.stderr
    end = run.ends[str(path)]
    assert (end["outcome"], end["reference"]) == ("done", "other.de.srt"), end
    assert typical_error(path.read_bytes(), wrong.truth) < 100
    assert backup_of(path).read_bytes() == before


def test_a_subtitle_is_aligned_with_another_video(tmp_path: Path) -> None:
    wrong = made(8.0, seconds=SHORT_S - 5)
    path = write_subtitle(tmp_path / "alone" / "film.en.vtt", wrong.cues)
    other = write_film(tmp_path / "elsewhere" / "other.mkv", seconds=SHORT_S)
    run = subtitles(tmp_path / "data", path, "--reference", other)
    assert run.code == 0, run.stderr
    assert run.ends[str(path)]["outcome"] == "done"
    assert typical_error(path.read_bytes(), wrong.truth) < 100


@pytest.mark.parametrize("engine", each_engine(("alass", "ffsubsync")))
def test_other_engines_align_with_another_subtitle(engine: str, tmp_path: Path) -> None:
    right = write_subtitle(tmp_path / "reference" / "other.de.vtt", made(seed=7).cues)
    wrong = made(12.3)
    path = write_subtitle(tmp_path / "film.en.srt", wrong.cues, encoding="cp1252")
    run = subtitles(tmp_path / "data", path, "--reference", right, "--engine", engine)
    assert run.code == 0, run.stderr
    assert run.ends[str(path)]["outcome"] == "done", run.ends
    assert typical_error(path.read_bytes(), wrong.truth) < 100
