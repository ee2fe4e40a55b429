"""Which video a subtitle belongs to: every rule with what it takes and what it leaves."""

from __future__ import annotations

import random
import unicodedata

import pytest

from synctui.library.folder import Folder
from synctui.library.matching import match
from synctui.model.library import FileStamp, MediaFile, Pairing, SubtitleName

NFC = unicodedata.normalize("NFC", "Café")
NFD = unicodedata.normalize("NFD", "Café")


def folder(videos: list[str], subtitles: list[str], **inner: list[str]) -> Folder:
    """Return /m with these files; `Subs__x=[…]` stands for the inner folder `Subs/x`."""
    return Folder(
        "/m",
        [(name, 10, 20) for name in videos],
        [(name, 1, 2) for name in subtitles],
        [Folder(f"/m/{place.replace('__', '/')}", (), [(name, 1, 2) for name in names]) for place, names in inner.items()],
    )


def only(found: list[Pairing]) -> Pairing:
    assert len(found) == 1
    return found[0]


CASES = [
    # the stem itself, or continued with a dot
    (["Film.mkv"], "Film.srt", "Film.mkv"),
    (["Film.mkv"], "Film.en.srt", "Film.mkv"),
    (["Film.mkv"], "Film.en.forced.srt", "Film.mkv"),
    (["Film.mkv"], "Film.mkv.en.srt", "Film.mkv"),
    (["Film.mkv"], "FILM.EN.SRT", "Film.mkv"),
    (["Film.mkv"], "Filmed.en.srt", "no_video"),
    (["Film.mkv"], "Film2.srt", "no_video"),
    (["Film.mkv"], "Film.2.en.srt", "Film.mkv"),
    (["Film.mkv"], "Film.Directors Cut.en.srt", "Film.mkv"),
    ([], "Film.srt", "no_video"),
    # the longest base wins
    (["Movie.mkv", "Movie.2.mkv"], "Movie.2.en.srt", "Movie.2.mkv"),
    (["Movie.mkv", "Movie.2.mkv"], "Movie.en.srt", "Movie.mkv"),
    (["a.mkv", "a.b.mkv", "a.b.c.mkv"], "a.b.c.d.srt", "a.b.c.mkv"),
    # composed and decomposed spellings, case twins
    ([f"{NFD}.mkv"], f"{NFC}.en.srt", f"{NFD}.mkv"),
    ([f"{NFC}.mkv"], f"{NFD}.en.srt", f"{NFC}.mkv"),
    ([f"{NFC}.mkv", f"{NFD}.mkv"], f"{NFD}.en.srt", f"{NFD}.mkv"),
    (["Film.mkv", "film.mkv"], "film.en.srt", "film.mkv"),
    (["Film.mkv", "film.mkv"], "Film.en.srt", "Film.mkv"),
    (["Film.mkv", "film.mkv"], "FILM.en.srt", "needs_choice"),
    # ties
    (["Film.mkv", "Film.mp4"], "Film.en.srt", "needs_choice"),
    (["Film.mkv", "Film.mp4"], "Film.mp4.en.srt", "Film.mp4"),
    # parts
    (["Film cd1.avi", "Film cd2.avi"], "Film.en.srt", "needs_choice"),
    (["Film.cd1.avi", "Film.cd2.avi"], "Film.srt", "needs_choice"),
    (["Film cd1.avi", "Film cd2.avi"], "Film cd2.en.srt", "Film cd2.avi"),
    (["Film.avi"], "Film.cd1.srt", "needs_choice"),
    # other separators, when nothing but known words follow
    (["Film.mkv"], "Film_en.srt", "Film.mkv"),
    (["Film.mkv"], "Film (German).srt", "Film.mkv"),
    (["Film.mkv"], "Film [en] forced.srt", "Film.mkv"),
    (["Film.mkv"], "Film-forced.srt", "Film.mkv"),
    (["Film.mkv", "Film 2.mkv"], "Film 2 en.srt", "Film 2.mkv"),
    (["Film.mkv", "Other.mkv"], "Film 2.srt", "no_video"),
    (["Film.mkv", "Film.mp4"], "Film_en.srt", "needs_choice"),
    # the same episode of the same show
    (["Show - S01E02 - Salt.mkv", "Show - S01E03.mkv"], "show.s01e02.720p.en.srt", "Show - S01E02 - Salt.mkv"),
    (["Show - S01E02.mkv", "Show - S01E03.mkv"], "1x03.srt", "Show - S01E03.mkv"),
    (["Show - S01E02.mkv", "Show - S01E03.mkv"], "S01E03.en.srt", "Show - S01E03.mkv"),
    (["[G] Show - 01 [1080p].mkv", "[G] Show - 02 [1080p].mkv"], "Show - 02.ass", "[G] Show - 02 [1080p].mkv"),
    (["Show - S01E02.mkv"], "Show - S01E05.srt", "no_video"),
    (["Show - S01E02.mkv"], "Show - S02E02.srt", "no_video"),
    (["Show - S01E02.mkv"], "Other - S01E02.srt", "needs_choice"),
    (["Show - S01E01-E02.mkv"], "Show - S01E01.srt", "needs_choice"),
    (["Show - S01E02.mkv", "Show - S01E02 (v2).mkv"], "show s01e02 web.srt", "needs_choice"),
    (["A - S01E02.mkv", "B - S01E02.mkv"], "b.s01e02.srt", "B - S01E02.mkv"),
    (["Show.mkv"], "Show.S01E05.en.srt", "no_video"),
    # the same film
    (["Salt (2019).mkv"], "Salt.2019.720p.WEB.en.srt", "Salt (2019).mkv"),
    (["Salt.mkv", "Pepper.mkv"], "salt.1080p.en.srt", "Salt.mkv"),
    (["The.Quiet.Sector.mkv"], "the quiet sector.srt", "The.Quiet.Sector.mkv"),
    (["Salt (2019).mkv"], "Salt.2010.srt", "needs_choice"),
    (["Salt (2019) 4k.mkv", "Salt (2019) 1080p.mkv"], "Salt.2019.srt", "needs_choice"),
    (["Salt (2019).mkv"], "Lost Reel.srt", "no_video"),
    (["Salt.mkv"], "Salt of the Earth.srt", "needs_choice"),
    # a mere language
    (["Film.mkv"], "English.srt", "Film.mkv"),
    (["Film.mkv"], "en.forced.srt", "Film.mkv"),
    (["Film.mkv", "Film-sample.mkv"], "en.srt", "Film.mkv"),
    (["Film.mkv", "Other.mkv"], "English.srt", "needs_choice"),
    (["Film.mkv"], "2.srt", "no_video"),
    # names that no one thought of
    (["-rf.mkv"], "-rf.en.srt", "-rf.mkv"),
    (["a\nb\tc.mkv"], "a\nb\tc.en.srt", "a\nb\tc.mkv"),
    (["[red]x[/red].mkv"], "[red]x[/red].en.srt", "[red]x[/red].mkv"),
    (["\udce9t\udce9.mkv"], "\udce9t\udce9.en.srt", "\udce9t\udce9.mkv"),
    (["\u202egnp.mkv"], "\u202egnp.en.srt", "\u202egnp.mkv"),
    (["http:%03d|$(x)'\"*.mkv"], "http:%03d|$(x)'\"*.de.srt", "http:%03d|$(x)'\"*.mkv"),
    (["....mkv"], "....en.srt", "....mkv"),
]  # fmt: skip


@pytest.mark.parametrize(("videos", "subtitle", "expected"), CASES, ids=[f"{case[1]!r}-{case[2]!r}" for case in CASES])
def test_beside_the_video(videos: list[str], subtitle: str, expected: str) -> None:
    pairing = only(match(folder(videos, [subtitle])))
    if expected in ("no_video", "needs_choice"):
        assert (pairing.video, pairing.reason) == (None, expected)
        assert bool(pairing.candidates) is (expected == "needs_choice")
        assert set(pairing.candidates) <= {f"/m/{name}" for name in videos}
    else:
        assert pairing.video is not None
        assert pairing.video == MediaFile(f"/m/{expected}", FileStamp(10, 20))
        assert pairing.reason == ""


INSIDE = [
    (["Film.mkv"], "Subs", "Film.en.srt", "Film.mkv", "en"),
    (["Film.mkv"], "Subtitles", "English.srt", "Film.mkv", "en"),
    (["Film.mkv"], "Subs", "2_German.srt", "Film.mkv", "de"),
    (["Film.mkv"], "Subs", "something else.srt", "needs_choice", None),
    (["A.mkv", "B.mkv"], "Subs", "English.srt", "needs_choice", "en"),
    (["A.mkv", "B.mkv"], "Subs", "B.fr.srt", "B.mkv", "fr"),
    (["A.mkv", "B.mkv"], "Subs__B", "2_English.srt", "B.mkv", "en"),
    (["A.mkv", "B.mkv"], "Subs__b", "3_French.forced.srt", "B.mkv", "fr"),
    (["A.mkv", "B.mkv"], "Subs__C", "2_English.srt", "needs_choice", "en"),
    (["A.mkv", "B.mkv"], "Subs__German", "A.srt", "A.mkv", "de"),
    (["A.mkv", "B.mkv"], "Subs__German", "A.en.srt", "A.mkv", "en"),
    (["Show S01E01.mkv", "Show S01E02.mkv"], "Subs__show.s01e02", "English.srt", "Show S01E02.mkv", "en"),
    ([], "Subs", "English.srt", "no_video", None),
]  # fmt: skip


@pytest.mark.parametrize(("videos", "place", "subtitle", "expected", "spoken"), INSIDE)
def test_in_subtitle_folders(videos: list[str], place: str, subtitle: str, expected: str, spoken: str | None) -> None:
    pairing = only(match(folder(videos, [], **{place: [subtitle]})))
    assert pairing.subtitle.path == f"/m/{place.replace('__', '/')}/{subtitle}"
    assert (pairing.video.path if pairing.video else pairing.reason) == (
        expected if expected in ("no_video", "needs_choice") else f"/m/{expected}"
    )
    if pairing.video:
        assert pairing.name.language == spoken


def test_siblings_are_the_other_subtitles_of_the_video() -> None:
    found = match(folder(["A.mkv", "B.mkv"], ["A.en.srt", "A.de.srt", "B.en.srt"], Subs=["A.fr.srt"]))
    by_path = {pairing.subtitle.path: pairing for pairing in found}
    assert by_path["/m/A.en.srt"].siblings == ("/m/A.de.srt", "/m/Subs/A.fr.srt")
    assert by_path["/m/B.en.srt"].siblings == ()
    assert by_path["/m/A.en.srt"].name == SubtitleName("en")


def test_a_remembered_choice_overrides_everything() -> None:
    elsewhere = MediaFile("/other/X.mkv", FileStamp(1, 1))
    listing = folder(["Film.mkv", "Film.mp4"], ["Film.en.srt", "Lost.srt", "Film.mp4.de.srt"])
    choices = {
        "/m/Film.en.srt": MediaFile("/m/Film.mp4", FileStamp(10, 20)),
        "/m/Lost.srt": elsewhere,
        "/m/Film.mp4.de.srt": elsewhere,
    }
    videos = {pairing.subtitle.path: pairing.video and pairing.video.path for pairing in match(listing, choices)}
    assert videos == {"/m/Film.en.srt": "/m/Film.mp4", "/m/Lost.srt": "/other/X.mkv", "/m/Film.mp4.de.srt": "/other/X.mkv"}


def test_every_subtitle_gets_exactly_one_answer_whatever_the_names() -> None:
    draw = random.Random(7)
    words = [
        "Film",
        "film",
        "S01E02",
        "1x03",
        "en",
        "cd1",
        "cd2",
        "2019",
        "-",
        " ",
        ".",
        "[",
        "]",
        "(",
        ")",
        "é",
        "\u0301",
        "\udcff",
    ]

    def name(ending: str) -> str:
        return ("".join(draw.choice(words) for _ in range(draw.randint(1, 6))).strip(".") or "x") + ending

    for _ in range(400):
        videos = sorted({name(draw.choice([".mkv", ".mp4"])) for _ in range(draw.randint(0, 4))})
        subtitles = sorted({name(".srt") for _ in range(draw.randint(0, 4))})
        found = match(folder(videos, subtitles, Subs=subtitles))
        assert len(found) == 2 * len(subtitles)
        for pairing in found:
            assert (pairing.video is None) == (pairing.reason in ("no_video", "needs_choice"))
            if pairing.reason == "needs_choice":
                assert pairing.candidates


def test_thousands_of_strange_subtitles_beside_thousands_of_videos_take_no_square_time() -> None:
    videos = [f"Video {number:05d} name.mkv" for number in range(4000)]
    subtitles = [f"Unrelated {number:05d} [x] (y) - z.srt" for number in range(4000)]
    assert {pairing.reason for pairing in match(folder(videos, subtitles))} == {"no_video"}
