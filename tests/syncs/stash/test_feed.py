"""What the catalogue tells the change feed: files as they are called here, in our libraries, and no others."""

from __future__ import annotations

import pytest

from synctui.config.schema import PathMap
from synctui.library.paths import PathMaps
from synctui.model.catalog import Scene, SceneFile
from synctui.model.library import Change, LibraryRoot
from synctui.syncs.stash.feed import Feed

FEED = Feed(PathMaps((PathMap("/media/films", "/data"),)), [LibraryRoot("Films", "/media/films", "movies")])


def scene(*paths: str) -> Scene:
    """Return a scene with files numbered from 1."""
    return Scene(1, files=tuple(SceneFile(number, path) for number, path in enumerate(paths, 1)))


def told(before: dict[int, str], now: Scene, known: set[str] = frozenset(), kept: set[str] = frozenset()) -> list[Change]:  # type: ignore[assignment]
    """Return what is told of a scene."""
    return list(FEED.changes(before, now, known=set(known), kept=set(kept)))


def test_files_come_move_and_go() -> None:
    assert told({}, scene("/data/a.mkv")) == [Change("/media/films/a.mkv", "created", "stash")]
    assert told({1: "/data/a.mkv"}, scene("/data/b.mkv")) == [
        Change("/media/films/b.mkv", "moved", "stash", "/media/films/a.mkv")
    ]
    assert told({1: "/data/a.mkv", 2: "/data/c.mkv"}, scene("/data/a.mkv")) == [
        Change("/media/films/c.mkv", "removed", "stash")
    ]
    assert told({1: "/data/a.mkv"}, scene("/data/a.mkv")) == []


def test_what_goes_to_another_scene_has_gone_nowhere() -> None:
    assert told({1: "/data/a.mkv", 2: "/data/b.mkv"}, scene("/data/a.mkv"), kept={"/data/b.mkv"}) == []
    assert told({}, scene("/data/b.mkv"), known={"/data/b.mkv"}) == []


def test_into_a_library_and_out_of_it() -> None:
    assert told({1: "/elsewhere/a.mkv"}, scene("/data/a.mkv")) == [Change("/media/films/a.mkv", "created", "stash")]
    assert told({1: "/data/a.mkv"}, scene("/elsewhere/a.mkv")) == [Change("/media/films/a.mkv", "removed", "stash")]


@pytest.mark.parametrize(
    "path",
    [
        "/data/../../etc/passwd",
        "/etc/passwd",
        "../../etc/x",
        "\\\\nas\\films\\x.mkv",
        "C:\\films\\x.mkv",
        "/data/a\0b.mkv",
        "/data",
        "/database/a.mkv",
        "",
    ],
)
def test_a_path_that_leads_out_of_the_libraries_is_nobodys_news(path: str) -> None:
    assert told({}, scene(path)) == []
    assert list(FEED.gone(path)) == []
