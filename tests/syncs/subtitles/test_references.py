"""Which reference is taken: a sibling that is right, a text track that fits, the audio; and what each is worth."""

from __future__ import annotations

import hashlib
import os
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import pytest

from synctui.files.subtitle import parse_subtitle
from synctui.library.index import refresh
from synctui.model.cues import Cue
from synctui.model.json import Fields
from synctui.model.library import LibraryRoot, Verdict
from synctui.model.states import SubtitleState
from synctui.store.verdicts import verdict_of, write_verdicts
from synctui.syncs.subtitles.candidates import media_file
from synctui.syncs.subtitles.fingerprint import Conditions
from tests.syncs.subtitles.house import Done, House, house
from tests.talk import link, made, script, write_film, write_subtitle
from tests.timing.films import moved
from tests.timing.subtitled import Text, add_texts

SECONDS = 640.0
LINES = tuple(cue for cue, _ in script(seed=3, seconds=SECONDS - 20))


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_film(tmp_path_factory.mktemp("films") / "plain.mkv", seconds=SECONDS)


@pytest.fixture(scope="module")
def subtitled(plain: Path) -> Path:
    return add_texts(plain, plain.with_name("subtitled.mkv"), Text(LINES))


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path / "data") as opened:
        yield opened


def reference(done: Done, path: Path) -> str:
    return str(done.records[str(path)].numbers["reference"])


def off_ms(path: Path, truth: Sequence[int]) -> float:
    """Return by how much the lines of a subtitle miss when they are spoken (median)."""
    cues = parse_subtitle(path.read_bytes(), path.name).cues
    return median(abs(cue.start - true) for cue, true in zip(cues, truth, strict=True))


def of_another_film() -> list[Cue]:
    return sorted(
        (Cue(at, at + 1_500, cue.text) for cue in LINES if (at := cue.start * 7 % 610_000)), key=lambda cue: cue.start
    )


def heard(tmp_path: Path) -> list[str]:
    return [path.name for path in (tmp_path / "data" / "cache" / "speech").glob("*.speech") if path.stat().st_size > 20_000]


async def test_a_sibling_that_was_right_by_the_audio_stands_for_it_but_not_what_was_aligned_with_it(
    home: House, plain: Path, tmp_path: Path
) -> None:
    film = link(plain, tmp_path / "library" / "film.mkv")
    texts = {
        name: made(late, seed=seed, seconds=SECONDS) for name, late, seed in (("en", 2.0, 1), ("de", 5.0, 2), ("fr", -1, 4))
    }
    paths = {name: write_subtitle(film.with_name(f"film.{name}.srt"), text.cues) for name, text in texts.items()}
    first = await home.run(paths["en"])
    assert first.ended(paths["en"]) == ("done", "aligned")
    assert reference(first, paths["en"]) == "audio 1 (en)"
    for file in (tmp_path / "data" / "cache" / "speech").iterdir():
        file.unlink()
    second = await home.run(paths["de"])
    assert reference(second, paths["de"]) == "sibling film.en.srt"
    assert off_ms(paths["de"], texts["de"].truth) < 120
    assert heard(tmp_path) == [], "no audio was decoded"

    write_subtitle(paths["en"], [*texts["en"].cues[:-1], Cue(1_900_000, 1_901_000, "Somebody worked on it.")])
    third = await home.run(paths["fr"])
    assert third.ended(paths["fr"]) == ("done", "aligned")
    assert reference(third, paths["fr"]) == "audio 1 (en)"
    assert off_ms(paths["fr"], texts["fr"].truth) < 120


async def test_where_the_sibling_leaves_a_doubt_the_audio_is_heard(home: House, plain: Path, tmp_path: Path) -> None:
    film = link(plain, tmp_path / "library" / "film.mkv")
    sibling = write_subtitle(film.with_name("film.en.srt"), of_another_film())
    await claim(home, sibling, film)
    late = made(4.0, seed=2, seconds=SECONDS)
    path = write_subtitle(film.with_name("film.de.srt"), late.cues)
    assert (
        await home.services.subtitles.engines.references.sibling_name(str(path), str(film), 240.0) == "sibling film.en.srt"
    )
    done = await home.run(path)
    assert done.ended(path) == ("done", "aligned")
    assert reference(done, path) == "audio 1 (en)"
    assert off_ms(path, late.truth) < 120


async def claim(home: House, path: Path, film: Path, **changed: Any) -> Verdict:
    """Let the store say that a subtitle is in sync with a film; return the verdict."""
    file = media_file(str(path))
    version = (await home.services.subtitles.engines.resolve("builtin")).version
    video = media_file(str(film))
    assert file is not None
    assert video is not None
    verdict = Verdict(
        path=str(path),
        state=SubtitleState.IN_SYNC,
        reason="aligned",
        fingerprint=Conditions("builtin", version, str(film), video.stamp, None, None, 240.0).fingerprint(),
        subtitle=file.stamp,
        content=hashlib.sha256(path.read_bytes()).hexdigest(),
        video=str(film),
        engine="builtin",
        numbers=numbers(),
    )
    verdict = replace(verdict, **changed)
    await home.services.database.write(partial(write_verdicts, verdicts=[verdict], job=0, at="2026-01-02T03:04:05.678Z"))
    return verdict


def numbers(**changed: Any) -> Fields:
    return {"reference": "audio 1 (en)", "confidence": 80, "lines": 200, **changed}


@pytest.mark.parametrize(
    ("changed", "taken"),
    [
        ({}, True),
        ({"reason": "already_in_sync"}, True),
        ({"state": SubtitleState.SHIFTED}, False),
        ({"state": SubtitleState.TAKEN_BACK}, False),
        ({"numbers": numbers(reference="sibling film.fr.srt")}, False),
        ({"numbers": numbers(reference="embedded text 1 (en)")}, False),
        ({"numbers": numbers(confidence=49)}, False),
        ({"numbers": numbers(lines=49)}, False),
        ({"numbers": {}}, False),
        ({"content": "of another text"}, False),
        ({"content": ""}, False),
        ({"video": "/another/film.mkv"}, False),
        ({"fingerprint": "of the video as it was"}, False),
        ({"engine": "alass-that-is-gone"}, False),
    ],
)
async def test_what_makes_a_sibling_one_that_is_right(
    home: House, tmp_path: Path, changed: dict[str, object], taken: bool
) -> None:
    film = tmp_path / "library" / "film.mkv"
    film.parent.mkdir()
    film.write_bytes(b"a film")
    sibling = write_subtitle(film.with_name("film.en.srt"), LINES)
    path = write_subtitle(film.with_name("film.de.srt"), LINES)
    other = write_subtitle(film.with_name("other.srt"), LINES)
    await claim(home, sibling, film, **changed)
    await claim(home, path, film)
    await claim(home, other, film)
    text = await home.services.subtitles.engines.references.sibling(str(path), str(film), 240.0)
    assert (text is not None) == taken
    assert text is None or (text.label, len(text.cues)) == ("sibling film.en.srt", len(LINES))
    if taken:
        os.utime(film, (1, 1))
        assert await home.services.subtitles.engines.references.sibling(str(path), str(film), 240.0) is None


async def test_a_link_to_itself_is_no_sibling(home: House, tmp_path: Path) -> None:
    film = tmp_path / "library" / "film.mkv"
    film.parent.mkdir()
    film.write_bytes(b"a film")
    path = write_subtitle(film.with_name("film.en.srt"), LINES)
    twin = film.with_name("film.eng.srt")
    os.link(path, twin)
    await claim(home, twin, film)
    assert await home.services.subtitles.engines.references.sibling(str(path), str(film), 240.0) is None


async def test_a_text_track_that_fits_saves_listening_and_serves_all_languages(
    home: House, subtitled: Path, tmp_path: Path
) -> None:
    film = link(subtitled, tmp_path / "library" / "film.mkv")
    texts = {"de": made(3.0, seed=1, seconds=SECONDS), "fr": made(-7.0, stretch=25 / 23.976, seed=2, seconds=SECONDS)}
    paths = {name: write_subtitle(film.with_name(f"film.{name}.srt"), text.cues) for name, text in texts.items()}
    planned = await home.plan(film.parent)
    assert {operation.reason for operation in planned.operations} == {"against embedded text 1 (en)"}
    done = await home.run(film.parent)
    for name, path in paths.items():
        assert (done.ended(path), reference(done, path)) == (("done", "aligned"), "embedded text 1 (en)")
        assert off_ms(path, texts[name].truth) < 150
    assert heard(tmp_path) == []
    verdict = await verdict_of(home.services.database, str(paths["de"]))
    assert verdict is not None
    assert verdict.numbers["reference"] == "embedded text 1 (en)"

    write_subtitle(paths["fr"], texts["fr"].cues)
    pinned = await home.run(paths["fr"], audio=1)
    assert reference(pinned, paths["fr"]) == "audio 1 (en)"
    assert (await home.plan(film.parent, force=True)).operations[0].reason == "against audio 1 (en)", "it was heard now"


async def test_a_text_track_that_does_not_fit_the_film_moves_nothing(home: House, plain: Path, tmp_path: Path) -> None:
    film = add_texts(plain, tmp_path / "library" / "film.mkv", Text(moved(LINES, -1.5)))
    late = made(3.0, seed=1, seconds=SECONDS)
    path = write_subtitle(film.with_name("film.en.srt"), late.cues)
    done = await home.run(path)
    assert (done.ended(path), reference(done, path)) == (("done", "aligned"), "audio 1 (en)")
    assert off_ms(path, late.truth) < 120


async def test_a_subtitle_of_another_film_is_refused_by_text_and_audio_alike(
    home: House, subtitled: Path, tmp_path: Path
) -> None:
    film = link(subtitled, tmp_path / "library" / "film.mkv")
    path = write_subtitle(film.with_name("film.en.srt"), of_another_film())
    before = path.read_bytes()
    done = await home.run(path)
    assert done.ended(path)[0] == "refused"
    assert reference(done, path) == "audio 1 (en)"
    assert path.read_bytes() == before


async def test_a_sibling_outside_the_index_and_one_in_it_are_found_alike(home: House, tmp_path: Path) -> None:

    film = tmp_path / "library" / "film.mkv"
    film.parent.mkdir()
    film.write_bytes(b"a film")
    sibling = write_subtitle(film.parent / "Subs" / "film.en.srt", LINES)
    path = write_subtitle(film.with_name("film.de.srt"), LINES)
    await claim(home, sibling, film)
    references = home.services.subtitles.engines.references
    assert await references.sibling_name(str(path), str(film), 240.0) == "sibling film.en.srt"
    await refresh(home.services.database, LibraryRoot("Films", str(film.parent), "movies"))
    assert await references.sibling_name(str(path), str(film), 240.0) == "sibling film.en.srt"
