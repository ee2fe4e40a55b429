"""Path maps that suggest themselves, and those that are typed."""

from __future__ import annotations

import pytest

from synctui.config.schema import PathMap
from synctui.model.library import LibraryRoot
from synctui.model.players import PlayerRoot
from synctui.tui.screens.players.suggest import suggested
from synctui.tui.screens.settings.wording import map_of

SERIES, FILMS = LibraryRoot("Series", "/media/series", "series"), LibraryRoot("Films", "/mnt/nas/Films", "movies")


def test_folders_that_end_alike_belong_together_whatever_the_spelling() -> None:
    roots = (PlayerRoot("smb://nas/films/"), PlayerRoot("D:\\TV\\Series"))
    assert suggested((), (SERIES, FILMS), roots) == (
        PathMap("/media/series", "D:\\TV\\Series"),
        PathMap("/mnt/nas/Films", "smb://nas/films/"),
    )


def test_a_folder_that_both_call_the_same_belongs_together() -> None:
    roots = (PlayerRoot("/data/1", "Films"), PlayerRoot("/data/2", "Music"))
    assert suggested((), (FILMS,), roots) == (PathMap("/mnt/nas/Films", "/data/1"),)


def test_more_last_components_in_common_win() -> None:
    roots = (PlayerRoot("/b/series"), PlayerRoot("/x/media/series"))
    assert suggested((), (SERIES,), roots) == (PathMap("/media/series", "/x/media/series"),)


def test_what_is_the_same_on_both_sides_needs_a_map_only_when_there_are_others() -> None:
    same, other = PlayerRoot("/media/series"), PlayerRoot("/data/films")
    assert suggested((), (SERIES,), (same,)) == ()
    assert suggested((), (SERIES, FILMS), (same, other)) == (
        PathMap("/media/series", "/media/series"),
        PathMap("/mnt/nas/Films", "/data/films"),
    )


def test_what_is_covered_is_not_suggested_again() -> None:
    known = (PathMap("/media/series", "/data/tv"),)
    assert suggested(known, (SERIES,), (PlayerRoot("/data/tv"),)) == ()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("/media → smb://nas/media", PathMap("/media", "smb://nas/media")),
        ("/media -> Z:\\media", PathMap("/media", "Z:\\media")),
        ("/media=/data", PathMap("/media", "/data")),
        ("/media", None),
        ("→ /data", None),
    ],
)
def test_a_map_is_typed_with_an_arrow_or_a_sign(text: str, wanted: PathMap | None) -> None:
    assert map_of(text) == wanted
