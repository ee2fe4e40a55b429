"""The demo library: always the same, really playable, and wrong only where it says so."""

from __future__ import annotations

import codecs
import hashlib
import json
import shutil
import subprocess
import time
from pathlib import Path
from statistics import median

import av
import numpy as np
import pytest

from synctui.model.reasons import REASONS
from synctui.model.states import Result, SubtitleState
from synctui.simulators.cases import FILMS, PLANTED, STRETCHED_24, STRETCHED_25, Film, Planted
from synctui.simulators.demo import DemoLibrary, build_demo
from synctui.simulators.pack import read_packets
from tests.simulators.reading import decoded, loudness, starts

FULL = [planted for planted in PLANTED if planted.style in ("full", "sdh")]
COMMENTED = next(film for film in FILMS if film.commentary)
IDS = [Path(film.path).stem for film in FILMS]


def hashes(folder: Path) -> dict[str, tuple[str, int]]:
    return {
        path.relative_to(folder).as_posix(): (hashlib.sha256(path.read_bytes()).hexdigest(), path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


Progress = list[tuple[str, float]]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> tuple[DemoLibrary, Progress]:
    """Return a library like `demo`, and the progress that was told while it was made."""
    seen: Progress = []
    made = build_demo(tmp_path_factory.mktemp("watched"), on_progress=lambda what, fraction: seen.append((what, fraction)))
    return made, seen


def test_same_seed_gives_the_same_bytes_and_times(demo: DemoLibrary, watched: tuple[DemoLibrary, Progress]) -> None:
    again, _ = watched
    assert hashes(again.folder) == hashes(demo.folder)
    assert again.cases == demo.cases


def test_another_seed_tells_the_stories_in_another_rhythm(demo: DemoLibrary, tmp_path: Path) -> None:
    other = build_demo(tmp_path / "other", seed=1)
    assert all(other.speech(film.path) != demo.speech(film.path) for film in FILMS)
    assert [case.result for case in other.cases] == [case.result for case in demo.cases]


def test_shape_of_the_library(demo: DemoLibrary) -> None:
    files = {path.relative_to(demo.folder).as_posix() for path in demo.folder.rglob("*") if path.is_file()}
    planned = {film.path for film in FILMS} | {planted.path for planted in PLANTED}
    assert files == planned | {"README.txt", ".synctui-demo"}
    seasons = {Path(path).parts[1] for path in planned if path.startswith("Series/") and len(Path(path).parts) > 3}
    assert len(seasons) >= 3
    assert len({Path(path).parts[1] for path in planned if path.startswith("Films/")}) >= 3
    assert 14 <= len(FILMS) <= 18
    assert any(path.endswith(".mp4") for path in planned)
    assert any(Path(path).name.startswith("[Tidepool] Lanternfish - 01 [1080p].") for path in planned)
    assert sum(path.stat().st_size for path in demo.folder.rglob("*") if path.is_file()) < 40_000_000


def test_every_kind_of_subtitle_is_there() -> None:
    assert {planted.form for planted in PLANTED} == {"srt", "ass", "vtt"}
    assert {planted.encoding for planted in PLANTED} == {"utf-8", "utf-8-sig", "cp1252", "utf-16-le"}
    assert {planted.style for planted in PLANTED} == {"full", "sdh", "forced", "sparse"}
    assert {planted.stretch for planted in PLANTED} == {1.0, STRETCHED_25, STRETCHED_24}
    assert any(planted.late < 0 for planted in PLANTED)
    assert any("/Subs/" in planted.path for planted in PLANTED)
    languages = [planted.film for planted in PLANTED if planted.film]
    assert any(languages.count(film) >= 3 for film in languages)
    reasons = {reason for planted in PLANTED for reason in planted.reasons}
    assert {
        "aligned",
        "already_in_sync",
        "low_confidence",
        "forced_sparse",
        "too_sparse",
        "no_video",
        "needs_choice",
    } <= reasons
    assert reasons <= set(REASONS)


def test_nothing_looks_as_if_it_were_still_being_written(demo: DemoLibrary) -> None:
    for path in demo.folder.rglob("*"):
        if path.is_file():
            assert path.stat().st_mtime < time.time() - 365 * 24 * 3600


@pytest.mark.parametrize("film", FILMS, ids=IDS)
def test_film_is_a_real_video(demo: DemoLibrary, film: Film) -> None:
    path = demo.folder / film.path
    with av.open(str(path)) as container:
        assert container.duration is not None
        assert container.duration / 1e6 >= 360
        video = container.streams.video[0]
        assert (video.codec_context.name, video.width, video.height) == ("h264", 640, 360)
        assert abs(float(video.average_rate or 0) - 23.976) < 0.01
        assert len(container.streams.audio) == (2 if film.commentary else 1)
        spoken = {"lanternfish": "jpn", "nachtzug-nach-triest": "ger"}.get(film.story, "eng")
        assert container.streams.audio[-1].language == spoken
        assert len(container.streams.subtitles) == (1 if film.embedded else 0)
        container.seek(60_000_000)
        assert next(container.decode(video=0)).to_ndarray(format="gray").std() > 2


@pytest.mark.skipif(shutil.which("ffprobe") is None, reason="ffprobe is not installed")
def test_ffprobe_has_nothing_to_complain_about(demo: DemoLibrary) -> None:
    for film in FILMS:
        argv = ["ffprobe", "-v", "warning", "-show_format", "-of", "json", str(demo.folder / film.path)]
        probed = subprocess.run(argv, capture_output=True, text=True, check=True)
        assert probed.stderr == ""
        assert float(json.loads(probed.stdout)["format"]["duration"]) >= 360


def test_sound_is_copied_not_encoded(demo: DemoLibrary) -> None:
    shipped = set(read_packets("voices.mka"))
    for film in (FILMS[0], COMMENTED):
        with av.open(str(demo.folder / film.path)) as container:
            packets = [bytes(packet) for packet in container.demux(audio=0) if packet.size]
        assert len(packets) > 6_000
        assert set(packets) <= shipped


def test_commentary_comes_first_and_the_film_second(demo: DemoLibrary) -> None:
    with av.open(str(demo.folder / COMMENTED.path)) as container:
        commentary, film = container.streams.audio
        assert "ommentary" in commentary.metadata["title"]
        assert commentary.disposition & av.stream.Disposition.comment
        assert film.disposition & av.stream.Disposition.default
    speech = demo.speech(COMMENTED.path)
    assert share_of_loud(loudness(demo.folder / COMMENTED.path, 1), speech) > 0.95
    assert share_of_loud(loudness(demo.folder / COMMENTED.path, 0), speech) < 0.8


def share_of_loud(level: np.ndarray[tuple[int, ...], np.dtype[np.float64]], speech: list[tuple[int, int]]) -> float:
    """Return the share of spoken lines whose sound stands 25 dB above the room."""
    room = float(np.percentile(level, 10))
    return sum(float(np.median(level[start // 10 : end // 10])) > room + 25 for start, end in speech) / len(speech)


@pytest.mark.parametrize("film", [FILMS[0], FILMS[9], FILMS[10], FILMS[13]], ids=lambda film: Path(film.path).stem)
def test_somebody_speaks_exactly_where_the_truth_says(demo: DemoLibrary, film: Film) -> None:
    level = loudness(demo.folder / film.path)
    room = float(np.percentile(level, 10))
    late: list[int] = []
    for start, end in demo.speech(film.path):
        heard = np.flatnonzero(level[start // 10 - 5 : end // 10] > room + 18)
        assert len(heard), f"silence at {start} ms"
        late.append(int(heard[0]) * 10 - 50)
        assert float(np.median(level[start // 10 - 4 : start // 10 - 1])) < room + 10
    assert -20 <= median(late) <= 30
    assert max(late) <= 120


@pytest.mark.parametrize("planted", FULL, ids=[Path(planted.path).name for planted in FULL])
def test_cues_are_off_by_what_was_planted(demo: DemoLibrary, planted: Planted) -> None:
    case, written, true = demo.case(planted.path), starts(demo.folder / planted.path), demo.truth(planted.path)
    assert len(written) == case.cues >= 60
    assert written == sorted(written)
    assert written[0] >= 0
    if case.offsets_ms is None or case.ratio is None:
        assert true == []
        return
    assert len(true) == len(written)
    first, middle, last = case.offsets_ms
    for at, offset in ((0, first), (len(written) // 2, middle), (-1, last)):
        assert abs(written[at] + offset - true[at]) <= 160
    error = [
        cue * case.ratio + (first - written[0] * (case.ratio - 1)) - truth for cue, truth in zip(written, true, strict=True)
    ]
    assert abs(median(error)) < 60
    assert max(map(abs, error)) <= 260


def test_expectations_are_consistent(demo: DemoLibrary) -> None:
    for case in demo.cases:
        aligned = case.result in (Result.DONE, Result.UNCHANGED)
        assert (case.offsets_ms is not None) == aligned
        assert "builtin" in case.engines
        if case.result is Result.UNCHANGED:
            assert case.offsets_ms == (0, 0, 0)
        if case.result is Result.DONE:
            assert case.offsets_ms is not None
            assert max(map(abs, case.offsets_ms)) >= 700
        if case.path.endswith(".vtt"):
            assert "alass" not in case.engines
    states = {case.state for case in demo.cases}
    assert states == {SubtitleState.IN_SYNC, SubtitleState.REFUSED, SubtitleState.NO_VIDEO, SubtitleState.NEEDS_CHOICE}


def test_encodings_and_newlines_are_those_that_are_planted(demo: DemoLibrary) -> None:
    for planted in PLANTED:
        raw = (demo.folder / planted.path).read_bytes()
        text = decoded(demo.folder / planted.path)
        assert ("\r\n" in text) == (planted.newline == "\r\n")
        if planted.newline == "\r\n":
            assert text.count("\n") == text.count("\r\n")
        assert raw.startswith(codecs.BOM_UTF16_LE) == (planted.encoding == "utf-16-le")
        assert raw.startswith(codecs.BOM_UTF8) == (planted.encoding == "utf-8-sig")
        if planted.encoding == "cp1252":
            with pytest.raises(UnicodeDecodeError):
                raw.decode("utf-8")


def test_formats_have_what_makes_them_hard(demo: DemoLibrary) -> None:
    texts = {planted.path: decoded(demo.folder / planted.path) for planted in PLANTED}
    styled = next(text for path, text in texts.items() if path.endswith(".ass"))
    for part in ("; ", "[Fonts]", "Style: Sign", "Comment: ", r"\N", r"{\fad(", r"{\i1}"):
        assert part in styled
    web = next(text for path, text in texts.items() if path.endswith(".vtt"))
    for part in ("STYLE\n", "NOTE\n", "NOTE reel", "line-5\n", " line:10% align:center", " position:50%"):
        assert part in web
    deaf = next(text for path, text in texts.items() if ".sdh." in path)
    assert "[" in deaf
    assert "MARA: " in deaf
    assert any("♪" in text for text in texts.values())
    assert any("\n- " in text for text in texts.values())


def test_readme_says_what_is_planted_where(demo: DemoLibrary) -> None:
    text = (demo.folder / "README.txt").read_text("utf-8")
    for case in demo.cases:
        assert Path(case.path).name in text
        assert case.description in text


def test_progress_rises_to_one(watched: tuple[DemoLibrary, Progress]) -> None:
    _, seen = watched
    fractions = [fraction for _, fraction in seen]
    assert fractions == sorted(fractions)
    assert fractions[-1] == 1.0
    assert len(seen) > len(FILMS)


def test_a_complete_library_is_taken_as_it_stands(demo: DemoLibrary, tmp_path: Path) -> None:
    folder = shutil.copytree(demo.folder, tmp_path / "demo")
    changed = folder / demo.cases[0].path
    changed.write_bytes(b"aligned since")
    before = hashes(folder)
    again = build_demo(folder)
    assert hashes(folder) == before
    assert again.cases == demo.cases
    assert again.truth(changed) == demo.truth(demo.cases[0].path)


def test_a_library_that_was_cut_short_is_made_whole(demo: DemoLibrary, tmp_path: Path) -> None:
    class CutShort(Exception):
        pass

    def pull_the_plug(what: str, fraction: float) -> None:
        if fraction > 0.2:
            raise CutShort

    with pytest.raises(CutShort):
        build_demo(tmp_path / "demo", on_progress=pull_the_plug)
    build_demo(tmp_path / "demo")
    assert hashes(tmp_path / "demo") == hashes(demo.folder)


def test_a_folder_of_somebody_else_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "Holiday.mkv").write_bytes(b"mine")
    with pytest.raises(FileExistsError, match="choose a new folder"):
        build_demo(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["Holiday.mkv"]


def test_what_is_not_planted_is_not_known(demo: DemoLibrary) -> None:
    for ask in (demo.truth, demo.case, demo.speech):
        with pytest.raises(KeyError):
            ask("Films/Nothing.en.srt")
