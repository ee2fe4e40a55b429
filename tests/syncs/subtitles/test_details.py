"""Whoever looks at a subtitle is told how it stands, what is kept, and what could be done."""

from __future__ import annotations

from pathlib import Path

import pytest

from synctui.errors import OperationFailed
from synctui.library import decisions
from synctui.library.index import refresh
from synctui.model.library import LibraryRoot
from synctui.model.states import SubtitleState
from tests.syncs.subtitles.house import house
from tests.timings import backup_of
from tests.tiny_library import film, put_film, put_subtitle, subtitle


@pytest.fixture
def path(tmp_path: Path) -> Path:
    put_film(tmp_path / "library" / "film.mkv")
    return put_subtitle(tmp_path / "library" / "film.en.srt", subtitle(late_ms=2_000))


async def test_before_and_after_an_alignment_and_after_taking_it_back(path: Path, tmp_path: Path) -> None:
    async with house(tmp_path / "data") as home:
        look = home.services.subtitles.details
        seen = await look(str(path))
        assert (seen.state, seen.explanation) == (SubtitleState.NOT_CHECKED, "not checked yet")
        assert (seen.language, seen.video) == ("en", str(path.with_name("film.mkv")))
        assert (seen.backup, seen.history, seen.candidates, seen.ignored) == (None, (), (), False)
        assert seen.facts is not None
        assert 149 < seen.facts.duration_s < 151
        assert (seen.facts.chosen, seen.facts.why, len(seen.facts.audio)) == (0, "the only one", 1)
        assert (seen.facts.container, seen.facts.size) == ("matroska,webm", path.with_name("film.mkv").stat().st_size)

        done = await home.run(path)
        seen = await look(str(path), probe=False)
        assert seen.facts is None
        assert (seen.state, seen.reason, seen.reference) == (SubtitleState.IN_SYNC, "aligned", "audio 1 (en)")
        assert (seen.engine, [record.job for record in seen.history]) == ("builtin", [done.job])
        assert seen.backup is not None
        assert (seen.backup.path, seen.backup.job, seen.backup.standing) == (str(backup_of(path)), done.job, False)

        undone = await home.undo(done.job)
        seen = await look(str(path), probe=False)
        assert (seen.state, seen.reason) == (SubtitleState.TAKEN_BACK, "undone")
        assert "taken back" in seen.explanation
        assert seen.numbers["offset_ms"] == done.records[str(path)].numbers["offset_ms"], "how it stands is known"
        assert [record.job for record in seen.history] == [undone.job, done.job]
        assert seen.backup is not None
        assert seen.backup.standing, "there is nothing to bring back"


async def test_a_changed_file_a_choice_and_being_left_alone_show(path: Path, tmp_path: Path) -> None:
    other = put_film(tmp_path / "library" / "other.mkv")
    library = LibraryRoot("Films", str(path.parent), "movies")
    async with house(tmp_path / "data") as home:
        look, database = home.services.subtitles.details, home.services.database
        for indexed in (False, True):
            if indexed:
                await refresh(database, library)
            await decisions.ignore(database, [str(path)], True)
            seen = await look(str(path), probe=False)
            assert (seen.state, seen.ignored) == (SubtitleState.IGNORED, True)
            await decisions.ignore(database, [str(path)], False)
            await decisions.choose_video(database, str(path), str(other))
            seen = await look(str(path), probe=False)
            assert (seen.choice, seen.video, seen.state) == (str(other), str(other), SubtitleState.NOT_CHECKED)
            await decisions.choose_video(database, str(path), None)
            assert (await look(str(path), probe=False)).choice is None
        await home.run(path)
        put_subtitle(path, subtitle(late_ms=700))
        await refresh(database, library)
        seen = await look(str(path), probe=False)
        assert (seen.state, seen.explanation) == (SubtitleState.CHANGED, "it changed since it was checked")
        assert seen.checked_at, "what was found last is still told"


async def test_where_several_videos_could_be_meant_they_are_named(tmp_path: Path) -> None:
    folder = tmp_path / "library"
    for part in (1, 2):
        put_film(folder / f"film cd{part}.mkv")
    path = put_subtitle(folder / "film.en.srt", subtitle())
    async with house(tmp_path / "data") as home:
        seen = await home.services.subtitles.details(str(path))
        assert seen.state is SubtitleState.NEEDS_CHOICE
        assert list(seen.candidates) == [str(folder / f"film cd{part}.mkv") for part in (1, 2)]
        assert (seen.video, seen.facts) == (None, None)


async def test_what_is_gone_or_no_video_is_told_and_nothing_raised(path: Path, tmp_path: Path) -> None:
    broken = path.with_name("broken.mkv")
    broken.write_bytes(b"nothing")
    async with house(tmp_path / "data") as home:
        subtitles = home.services.subtitles
        seen = await subtitles.details(str(tmp_path / "gone.srt"))
        assert (seen.there, seen.explanation, seen.backup) == (False, "it is not there any more", None)
        assert (await subtitles.video_facts(str(broken))).problem == "the video cannot be read"
        assert (await subtitles.video_facts(str(tmp_path / "gone.mkv"))).problem == "it is not there any more"
        video = await subtitles.details(str(path.with_name("film.mkv")))
        assert (video.state, video.video, video.facts is not None) == (None, str(path.with_name("film.mkv")), True)


async def test_a_picture_shows_speech_and_lines_before_and_after(path: Path, tmp_path: Path) -> None:
    late = [film().cues[0].start / 1000, film().cues[-1].end / 1000]
    async with house(tmp_path / "data") as home:
        subtitles = home.services.subtitles
        first = await subtitles.picture_of(str(path), 50)
        assert (first.after, first.before_label, set(first.offset)) == (None, "as it stands", {None})
        assert first.speech is not None

        done = await home.run(path)
        seen = await subtitles.picture(done.records[str(path)], 50)
        assert seen.speech is not None
        assert seen.before is not None
        assert seen.after is not None
        assert {len(seen.speech), len(seen.before), len(seen.after), len(seen.offset)} == {50}
        assert seen.before == first.before
        assert (seen.before_label, seen.after_label, seen.reference) == ("the original", "as it stands", "audio 1 (en)")
        assert all(abs(value + 2) < 0.1 for value in seen.offset if value is not None)
        assert _alike(seen.speech, seen.after) > _alike(seen.speech, seen.before) + 0.1
        width = seen.duration_s / 50
        assert all(not share for at, share in enumerate(seen.after) if (at + 1) * width < late[0])
        assert await subtitles.picture_of(str(path), 50) == seen

        await home.undo(done.job)
        taken = await subtitles.picture(done.records[str(path)], 50)
        assert (taken.before, taken.after) == (first.before, None)
        moved = done.records[str(path)].numbers["offset_ms"]
        assert isinstance(moved, list)
        assert {value for value in taken.offset if value is not None} == {moved[0] / 1000}

        backup_of(path).unlink()
        await home.run(path, force=True)
        backup_of(path).unlink()
        assert (await subtitles.picture_of(str(path), 50)).before_label == "the original is gone"

        path.with_name("film.mkv").unlink()
        silent = await subtitles.picture_of(str(path), 50)
        assert silent.speech is None
        assert silent.after is not None


async def test_a_picture_of_a_reference_shows_its_lines_for_speech(path: Path, tmp_path: Path) -> None:
    other = put_subtitle(tmp_path / "other.srt", subtitle())
    async with house(tmp_path / "data") as home:
        done = await home.run(path, reference=str(other))
        seen = await home.services.subtitles.picture(done.records[str(path)], 40)
        assert seen.reference == "other.srt"
        assert seen.speech is not None
        assert seen.after is not None
        assert _alike(seen.speech, seen.after) > 0.95


async def test_a_picture_is_drawn_with_the_video_that_was_chosen_since(path: Path, tmp_path: Path) -> None:
    other = put_film(tmp_path / "library" / "other.mkv", "harbour")
    async with house(tmp_path / "data", "orbit", "harbour") as home:
        await home.run(path)
        first = await home.services.subtitles.picture_of(str(path), 40)
        await refresh(home.services.database, LibraryRoot("Films", str(path.parent), "movies"))
        await decisions.choose_video(home.services.database, str(path), str(other))
        seen = await home.services.subtitles.picture_of(str(path), 40)
        assert (first.video, seen.video) == (str(path.with_name("film.mkv")), str(other))
        assert seen.speech is not None
        assert seen.speech != first.speech


async def test_no_picture_is_said_in_a_sentence(path: Path, tmp_path: Path) -> None:
    async with house(tmp_path / "data") as home:
        subtitles = home.services.subtitles
        for content in (b"", b"no subtitle", None):
            if content is None:
                path.unlink()
            else:
                path.write_bytes(content)
            with pytest.raises(OperationFailed) as caught:
                await subtitles.picture_of(str(path), 10)
            assert len(caught.value.message) > 5


def _alike(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    """Return the correlation of two rows of shares."""
    means = sum(one) / len(one), sum(other) / len(other)
    left, right = [value - means[0] for value in one], [value - means[1] for value in other]
    both = sum(a * b for a, b in zip(left, right, strict=True))
    return float(both / (sum(a * a for a in left) * sum(b * b for b in right)) ** 0.5)
