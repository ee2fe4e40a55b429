"""What a file is called here and there: nothing is sent under a wrong name, and nothing that a player does not look for."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from synctui.config.schema import PathMap
from synctui.library.paths import PathMaps
from synctui.model.library import LibraryRoot
from synctui.model.players import Look, PlayerRoot
from synctui.simulators.kodi.server import KodiSimulator
from synctui.syncs.players.fold import Item
from synctui.syncs.players.mapping import mapped
from synctui.syncs.players.settings import PlayerSettings
from tests.players.sync.kodi import scanned
from tests.players.sync.scene import MOVIES, Scene

BOTH_WAYS = [
    ("/data/media", "smb://nas/media", "/data/media/Salt (2019)/Salt.mkv", "smb://nas/media/Salt (2019)/Salt.mkv"),
    ("/data/media", "nfs://10.0.0.2/export/media/", "/data/media/a/b.mkv", "nfs://10.0.0.2/export/media/a/b.mkv"),
    ("/data/media/", "M:\\Media", "/data/media/a/b.mkv", "M:\\Media\\a\\b.mkv"),
    ("/data/media", "M:\\", "/data/media/a/b.mkv", "M:\\a\\b.mkv"),
    ("/data/media", "\\\\nas\\media", "/data/media/a/b.mkv", "\\\\nas\\media\\a\\b.mkv"),
    ("/", "/mnt/all", "/data/a.mkv", "/mnt/all/data/a.mkv"),
    ("/data", "/", "/data/a.mkv", "/a.mkv"),
]


@pytest.mark.parametrize(("ours", "theirs", "path", "remote"), BOTH_WAYS)
def test_a_path_is_spelled_as_the_player_does_and_back(ours: str, theirs: str, path: str, remote: str) -> None:
    maps = PathMaps([PathMap(ours, theirs)])
    assert maps.theirs(path) == remote
    assert maps.ours(remote) == path


def test_a_folder_whose_name_only_begins_alike_is_another_one() -> None:
    maps = PathMaps([PathMap("/data/media", "/media")])
    assert maps.theirs("/data/media2/a.mkv") is None
    assert maps.ours("/media2/a.mkv") is None
    assert maps.theirs("/data/media/a.mkv") == "/media/a.mkv"


def test_the_longest_map_that_fits_counts_in_whatever_order() -> None:
    pairs = [PathMap("/data", "/all"), PathMap("/data/media/tv", "/tv"), PathMap("/data/media", "/media")]
    for maps in (PathMaps(pairs), PathMaps(pairs[::-1])):
        assert maps.theirs("/data/media/tv/x.mkv") == "/tv/x.mkv"
        assert maps.theirs("/data/media/tv2/x.mkv") == "/media/tv2/x.mkv"


def test_windows_takes_small_letters_for_capital_ones_and_unix_does_not() -> None:
    maps = PathMaps([PathMap("/data/media", "M:\\Media")])
    assert maps.ours("m:\\MEDIA\\a.mkv") == "/data/media/a.mkv"
    assert PathMaps([PathMap("/data/media", "/media")]).ours("/MEDIA/a.mkv") is None


def where(path: str, *, kind: str = "kodi", previous: str | None = None, roots: tuple[str, ...] = ("/data/movies",)) -> str:
    """Return what a player is told of a file: paths, or why not."""
    settings = PlayerSettings("It", kind, "http://it", clean_deleted=True)  # type: ignore[arg-type]
    look = Look("1", roots=tuple(PlayerRoot(root) for root in roots))
    item = Item(path, "created" if previous is None else "moved", previous)
    found = mapped([item], settings, [LibraryRoot("Films", "/data/movies", "movies")], look)
    told = [f"{one.item.change} {one.remote} {one.previous}" for one in found.errands]
    return "; ".join([*told, *found.left_out])


HOSTILE_PATHS = {
    "/data/movies/../../etc/passwd.mkv": "outside_roots",
    "/data/movies/a/../../../etc/x.mkv": "outside_roots",
    "/data/movies2/a.mkv": "outside_roots",
    "relative/a.mkv": "outside_roots",
    "": "outside_roots",
    "/data/movies/a\udcff/b.mkv": "unspeakable",
    "/data/movies/a\0/b.mkv": "unspeakable",
    "/data/movies/a\\b/c.mkv": "unspeakable",
}


@pytest.mark.parametrize("path", HOSTILE_PATHS)
def test_a_path_that_leads_elsewhere_or_is_no_text_is_not_sent(path: str) -> None:
    assert where(path) == HOSTILE_PATHS[path]


def test_only_kodi_takes_a_backslash_for_a_slash() -> None:
    assert where("/data/movies/a\\b/c.mkv", kind="plex").startswith("created")


def test_where_a_renamed_file_was_is_told_only_where_the_player_looks() -> None:
    new = "/data/movies/b/b.mkv"
    assert where(new, previous="/elsewhere/b.mkv") == f"moved {new} None"
    assert where(new, previous="/data/movies/\udcff/b.mkv") == f"moved {new} None"
    assert where(new, previous="/data/movies/a/a.mkv") == f"moved {new} /data/movies/a/a.mkv"


def test_a_file_that_moved_to_where_the_player_does_not_look_went_for_it() -> None:
    assert where("/archive/b.mkv", previous="/data/movies/a/a.mkv") == "removed /data/movies/a/a.mkv None; outside_roots"


# with players


async def test_a_file_that_no_map_covers_is_reported_and_told_when_the_map_is_mended(scene: Scene) -> None:
    kodi = await scene.kodi()
    film, part = scene.film("Salt (2019)"), scene.episode("Show", 1, 1)
    scene.reconfigure("Living room", maps=PathMaps([PathMap(str(scene.movies), MOVIES)]))
    await scene.changed(film, part)
    _, notices = await scene.plan()
    assert [one.message for one in notices if "no path_map covers it" in one.message]
    await scene.sync()
    assert scene.files_of(kodi) == {scene.theirs(film)}
    row = (await scene.standing("Living room", part))[part]
    assert (row.item.state, row.item.reason, row.item.remote) == ("skipped", "unmapped", None)
    assert (await scene.sync()).job == 0
    scene.reconfigure("Living room", maps=scene.maps)
    await scene.sync()
    assert scene.files_of(kodi) == {scene.theirs(film), scene.theirs(part)}


async def test_nothing_outside_the_players_folders_is_sent(scene: Scene) -> None:
    kodi = await scene.kodi()
    jellyfin, plex = await scene.jellyfin(), await scene.plex()
    other = scene.file(scene.media / "other" / "Film" / "Film.mkv")
    maps = PathMaps([*_pairs(scene), PathMap(str(scene.media / "other"), "/data/other")])
    for name in ("Living room", "Attic", "Den"):
        scene.reconfigure(name, maps=maps)
    await scene.changed(other)
    await scene.sync()
    assert not scanned(kodi)
    assert not [path for method, path, _ in jellyfin.calls if method == "POST"]
    assert not [path for _, path, _ in plex.calls if path.endswith("/refresh")]
    for name in ("Living room", "Attic", "Den"):
        assert (await scene.standing(name, other))[other].item.reason == "outside_roots"


def _pairs(scene: Scene) -> list[PathMap]:
    return [PathMap(str(scene.movies), MOVIES), PathMap(str(scene.tv), "/data/tv")]


@pytest.mark.parametrize("name", ['It\'s, a "film" #1 100% & more (2001)', "Ünïcödé — ‘quotes’ (2001)", "a+b =c?d;e (2001)"])
@pytest.mark.parametrize("kind", ["kodi", "jellyfin", "plex"])
async def test_odd_names_reach_every_player(scene: Scene, kind: str, name: str) -> None:
    server = await scene.start(kind)
    film = scene.film(name)
    await scene.changed(film)
    await scene.sync()
    assert await scene.states("It") == {"confirmed": 1}
    assert scene.files_of(server) == {scene.theirs(film)}


@pytest.mark.parametrize("kind", ["kodi", "jellyfin", "plex"])
async def test_names_that_are_no_text_harm_nobody(scene: Scene, kind: str) -> None:
    server = await scene.start(kind)
    film = scene.film("Salt (2019)")
    odd = os.fsdecode(os.fsencode(str(scene.movies)) + b"/Caf\xe9 (2001)/Caf\xe9.mkv")
    scene.file(Path(odd))
    long = str(scene.movies / "/".join(["deep" * 40] * 12) / "x.mkv")
    await scene.changed(film, odd, long, "", "   ", f"{scene.movies}/../../x.mkv")
    told = await scene.sync()
    told.no_bug()
    assert scene.theirs(film) in scene.files_of(server)
    assert (await scene.standing("It", film))[film].item.state == "confirmed"


async def test_a_kodi_that_spells_its_folders_otherwise_still_confirms(scene: Scene) -> None:
    kodi = await scene.kodi()
    assert isinstance(kodi, KodiSimulator)
    film = scene.film("Salt (2019)")
    scene.reconfigure("Living room", maps=PathMaps([PathMap(f"{scene.movies}/", f"{MOVIES}//")]))
    await scene.changed(film)
    await scene.sync()
    assert await scene.states("Living room") == {"confirmed": 1}
