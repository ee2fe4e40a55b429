"""Show, season, episode; film and year."""

from __future__ import annotations

import pytest

from synctui.library.episodes import episode_name, film, heading, numbers
from synctui.model.library import EpisodeName, LibraryKind

ORBIT = ("The Long Orbit", "Season 01")


@pytest.mark.parametrize(
    ("text", "season", "episodes"),
    [
        ("The Long Orbit - S01E02 - Quiet", 1, (2,)),
        ("the.long.orbit.s01e02.720p.x264", 1, (2,)),
        ("Show S01 E02", 1, (2,)),
        ("Show S1.E2", 1, (2,)),
        ("Show 1x02", 1, (2,)),
        ("Show 01X002", 1, (2,)),
        ("Show S01E01E02", 1, (1, 2)),
        ("Show S01E01-E03", 1, (1, 2, 3)),
        ("Show S01E01-03", 1, (1, 2, 3)),
        ("Show 1x01-02", 1, (1, 2)),
        ("Show S01E02-720p", 1, (2,)),
        ("Show S2019E120", 2019, (120,)),
        ("S00E05", 0, (5,)),
    ],
)
def test_numbers(text: str, season: int, episodes: tuple[int, ...]) -> None:
    found = numbers(text)
    assert found is not None
    assert (found.season, found.episodes) == (season, episodes)


@pytest.mark.parametrize("text", ["Film 2019 1080p x264", "1920x1080", "Paris01e02", "Apollo 13", "", "Salt", "10x264"])
def test_no_numbers(text: str) -> None:
    assert numbers(text) is None


@pytest.mark.parametrize(
    ("text", "title", "year"),
    [
        ("Salt (2019)", "Salt", 2019),
        ("Salt.2019.1080p.BluRay.x264-GRP", "Salt", 2019),
        ("Blade Runner 2049 (2017)", "Blade Runner 2049", 2017),
        ("2012", "2012", None),
        ("2001 A Space Odyssey (1968)", "2001 A Space Odyssey", 1968),
        ("Salt.720p.WEB-DL", "Salt", None),
        ("The_Quiet_Sector", "The Quiet Sector", None),
        ("[Group] Raw Film [1080p]", "Raw Film", None),
    ],
)
def test_films(text: str, title: str, year: int | None) -> None:
    assert film(text) == (title, year)


@pytest.mark.parametrize(
    ("name", "folders", "kind", "expected"),
    [
        ("The Long Orbit - S01E02 - Quiet.mkv", ORBIT, "auto", EpisodeName("The Long Orbit", 1, 2, "Quiet")),
        ("the.long.orbit.s01e02.quiet.1080p.web.mkv", ORBIT, "series", EpisodeName("The Long Orbit", 1, 2, "quiet")),
        ("S02E03.mkv", ("The Long Orbit",), "auto", EpisodeName("The Long Orbit", 2, 3, "")),
        ("Winter Harbour S02E03 Ice.mkv", (), "auto", EpisodeName("Winter Harbour", 2, 3, "Ice")),
        ("1x02 Salt.mkv", ("Winter Harbour",), "series", EpisodeName("Winter Harbour", 1, 2, "Salt")),
        ("[Group] Raw - 06 [1080p].mkv", ("Raw",), "auto", EpisodeName("Raw", None, 6, "")),
        ("[Group] Raw - 06v2 [1080p].mkv", (), "auto", EpisodeName("Raw", None, 6, "")),
        ("Raw - 06.mkv", ("Raw", "Season 2"), "series", EpisodeName("Raw", 2, 6, "")),
        ("Making of.mkv", ("The Long Orbit", "Specials"), "series", EpisodeName("The Long Orbit", 0, None, "Making of")),
        ("ep.mkv", ("The.Long.Orbit.S03.1080p",), "auto", EpisodeName("The Long Orbit", 3, None, "ep")),
        ("Salt (2019).mkv", ("Salt (2019)",), "auto", EpisodeName(title="Salt", year=2019)),
        ("Apollo - 13.mkv", (), "auto", EpisodeName(title="Apollo - 13")),
        ("Show S01E01.mkv", (), "movies", EpisodeName(title="Show S01E01")),
    ],
)  # fmt: skip
def test_places(name: str, folders: tuple[str, ...], kind: LibraryKind, expected: EpisodeName) -> None:
    assert episode_name(name, folders, kind) == expected


def test_headings_of_one_episode_are_equal_however_spelled() -> None:
    one = heading("The.Long.Orbit.S01E02.720p")
    assert one[:3] == heading("The Long Orbit - 1x02 - Title")[:3] == heading("[G] The Long Orbit - S01E02")[:3]
    assert heading("[G] Raw - 06 [1080p]")[:3] == heading("Raw - 06")[:3]
    assert heading("Show (2019) S01E02").title == "show"
