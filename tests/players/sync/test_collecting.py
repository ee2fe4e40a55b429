"""What players are told of is collected from the feed, the queue, the index and the disks; nothing is lost or doubled."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from synctui.cli import changed
from synctui.library.index import refresh
from synctui.model.library import Change, LibraryRoot
from synctui.simulators.kodi.server import KodiSimulator
from synctui.store.changes import last_change
from synctui.store.player_items import paths_below
from synctui.store.videos import mounts_above
from synctui.syncs.players.collect import Collector
from synctui.syncs.players.disks import stand
from synctui.syncs.players.errands import items_of
from synctui.syncs.players.fold import Item, fold
from tests.players.sync.scene import Scene


async def scan(scene: Scene) -> None:
    for root in scene.roots:
        await refresh(scene.database, root)


async def collected(scene: Scene, *targets: str, player: str = "It", **more: bool) -> set[tuple[str, str, str | None]]:
    """Return what a player that was never told of anything would be: change, file name, name before."""
    upto, _ = await last_change(scene.database)
    collector = Collector(scene.database, scene.roots, upto)
    items: Sequence[Item]
    if targets:
        items = await collector.items_at(player, 0, targets, **more)
    else:
        items = await collector.items(player, 0)
    assert len({item.path for item in items}) == len(items)
    return {(one.change, _name(one.path) or "", _name(one.previous)) for one in items}


def _name(path: str | None) -> str | None:
    return None if path is None else os.path.basename(path)


def renamed(scene: Scene, film: str, name: str) -> str:
    """Give a film another folder and name, as a rename does: its size and time stay."""
    about = os.stat(film)
    new = scene.moved(film, name)
    os.utime(new, ns=(about.st_atime_ns, about.st_mtime_ns))
    return new


# several players at one time


async def test_a_rename_that_a_scan_found_stays_watched_for_each_of_two_players(scene: Scene) -> None:
    films = scene.films(3)
    await scan(scene)
    await scene.jellyfin(clean_deleted=True)
    kodi: KodiSimulator = await scene.kodi(clean_deleted=True)
    await kodi.fill()
    kodi.set_playcount(Path(films[1]).name, 3)
    new = renamed(scene, films[1], "Renamed (2001)")
    await scan(scene)
    told = await scene.sync()
    told.no_bug()
    assert [end for key, end in told.of("Living room").items() if key.startswith("move/")] == ["done accepted"]
    item = kodi.item("movie", Path(new).name)
    assert item is not None
    assert item.playcount == 3


async def test_no_line_is_read_twice_when_players_begin_at_different_lines(scene: Scene) -> None:
    films = scene.films(3)
    await scene.changed(*films)
    upto, _ = await last_change(scene.database)
    collector = Collector(scene.database, scene.roots, upto)
    await asyncio.gather(*(collector.items(f"player {number}", cursor) for number, cursor in enumerate((2, 0, 1, 0))))
    assert [step.item.feed for step in await collector._since(0)] == [1, 2, 3]


# paths that are asked for


async def test_a_path_that_is_asked_for_does_not_hide_that_it_was_renamed(scene: Scene) -> None:
    film = scene.film("Salt (2019)")
    new = renamed(scene, film, "Pepper (2019)")
    await scene.changed(new, change="moved", previous=film)
    whole = {("moved", "Pepper (2019).mkv", "Salt (2019).mkv")}
    for target in (film, new, os.path.dirname(film), os.path.dirname(new), str(scene.movies)):
        assert await collected(scene, target) == whole, target


async def test_a_path_that_is_asked_for_means_what_is_unread_there_and_nothing_elsewhere(scene: Scene) -> None:
    film, other, third = scene.films(3)
    await scene.changed(other)
    await scene.changed(third, change="modified")
    assert await collected(scene, film) == {("modified", _name(film), None)}
    assert await collected(scene, film, other) == {("modified", _name(film), None), ("created", _name(other), None)}
    subtitle = scene.file(Path(third).with_suffix(".en.srt"))
    assert await collected(scene, subtitle) == {("modified", _name(third), None)}


async def test_with_paths_and_only_failed_both_hold(scene: Scene) -> None:
    await scene.kodi("It")
    films = scene.films(4)
    await scene.changed(*films[:3])
    await scene.sync()
    await scene.database.write(
        lambda connection: connection.execute(
            "UPDATE player_items SET state = 'failed' WHERE path IN (?, ?)", (films[0].encode(), films[1].encode())
        )
    )
    await scene.changed(films[3])
    assert await collected(scene, *films[1:], only_failed=True) == {("created", _name(films[1]), None)}
    operations, _ = await scene.plan(*films[1:], only_failed=True)
    (confirmed,) = (one for one in operations if one.action == "confirm")
    assert [item.path for item in items_of(confirmed.payload)] == [films[1]]


async def test_what_only_the_queue_knows_below_a_folder_that_is_gone_was_removed(scene: Scene) -> None:
    kodi = await scene.kodi(clean_deleted=True)
    film = scene.film("Salt (2019)")
    scene.film("Pepper (2019)")
    await scene.changed(film)
    await scene.sync()
    folder = os.path.dirname(film)
    assert await paths_below(scene.database, folder) == await paths_below(scene.database, folder, "Living room") == [film]
    assert await paths_below(scene.database, folder, "Another") == []
    assert await paths_below(scene.database, folder[:-1]) == []
    shutil.rmtree(folder)
    assert await collected(scene, folder, player="Living room") == {("removed", "Salt (2019).mkv", None)}
    await scene.sync(folder)
    assert scene.files_of(kodi) == set()
    assert await paths_below(scene.database, folder) == [], "what was taken out is not there any more"


async def test_a_folder_that_is_told_to_be_gone_takes_what_only_the_queue_knows_with_it(scene: Scene) -> None:
    await scene.kodi()
    film, indexed = scene.film("Salt (2019)"), scene.film("Pepper (2019)")
    await scan(scene)
    other = scene.film("Salt (2019)", file="Salt (2019) - part2")
    await scene.changed(film, other)
    await scene.sync()
    folder = os.path.dirname(film)
    shutil.rmtree(folder)
    told = await changed._spelled_out(scene.database, Change(folder, "removed", "hook"))
    assert [one.path for one in told] == [film, other, folder]
    assert os.path.exists(indexed)


# better versions


async def test_a_better_version_that_a_scan_found_is_the_old_one_moved(scene: Scene) -> None:
    film = scene.film("Salt (2019)", file="Salt (2019) WEBDL-720p")
    odd = scene.film("Pepper (2019)", file="whatever")
    episode = scene.episode("Show", 1, 2)
    await scan(scene)
    for old, name in ((film, "Salt (2019) Bluray-1080p"), (odd, "Pepper.2019.1080p"), (episode, "Show.S01E02.1080p")):
        Path(old).unlink()
        scene.file(Path(old).with_name(f"{name}.mkv"), "better")
    await scan(scene)
    assert await collected(scene) == {
        ("moved", "Salt (2019) Bluray-1080p.mkv", _name(film)),
        ("moved", "Pepper.2019.1080p.mkv", _name(odd)),
        ("moved", "Show.S01E02.1080p.mkv", _name(episode)),
    }


async def test_what_may_be_another_film_or_episode_is_not_handed_on(scene: Scene) -> None:
    loose = scene.loose("Anchor (2001)")
    box = [scene.film("Box", file=name) for name in ("First (2001)", "Second (2002)")]
    two = [scene.film("Two", file=name) for name in ("Two CD1", "Two CD2")]
    episode = scene.episode("Show", 1, 2)
    await scan(scene)
    for path in (loose, box[0], *two, episode):
        Path(path).unlink()
    new = [
        scene.file(scene.movies / "Another (2005).mkv", "other"),
        scene.file(Path(box[0]).with_name("Third (2003).mkv"), "other"),
        scene.file(Path(two[0]).with_name("Two.mkv"), "other"),
        scene.file(Path(episode).with_name("Show S01E03.mkv"), "other"),
    ]
    await scan(scene)
    found = await collected(scene)
    assert {change for change, _, _ in found} == {"created", "removed"}
    assert len(found) == len(new) + 5


async def test_a_better_version_stays_watched_in_kodi(scene: Scene) -> None:
    film = scene.film("Salt (2019)", file="Salt 720p")
    scene.films(2)
    await scan(scene)
    kodi = await scene.kodi(clean_deleted=True)
    await kodi.fill()
    kodi.set_playcount("Salt 720p.mkv", 2)
    better = scene.film("Salt (2019)", file="Salt 1080p")
    Path(better).write_text("better")
    scene.removed(film)
    await scan(scene)
    await scene.sync()
    item = kodi.item("movie", "Salt 1080p.mkv")
    assert item is not None
    assert item.playcount == 2
    assert scene.theirs(film) not in scene.files_of(kodi)


# folding


def test_the_old_name_of_what_moved_is_not_taken_out_by_itself() -> None:
    moved = Item("/new.mkv", "moved", "/old.mkv", feed=3)
    gone = Item("/old.mkv", "removed", feed=5)
    assert fold([moved, gone], {}) == {"/new.mkv": replace(moved, feed=5)}
    assert fold([gone], {"/new.mkv": moved}) == {"/new.mkv": replace(moved, feed=5)}
    assert fold([moved], {"/old.mkv": replace(gone, feed=1)}) == {"/new.mkv": moved}


async def test_the_old_name_is_not_told_again_after_the_move_was(scene: Scene) -> None:
    kodi = await scene.kodi(clean_deleted=True)
    film = scene.film("Salt (2019)")
    await scene.changed(film)
    await scene.sync()
    new = scene.moved(film, "Pepper (2019)")
    await scene.changed(new, change="moved", previous=film)
    await scene.changed(film, change="removed")
    told = await scene.sync()
    assert not [key for key in told.ends if "/remove/" in key]
    assert scene.files_of(kodi) == {scene.theirs(new)}
    assert (await scene.sync()).job == 0


# disks


def removed(path: Path | str) -> Item:
    return Item(str(path), "removed")


@pytest.mark.parametrize("number", [errno.ESTALE, errno.EIO, errno.EACCES, errno.ELOOP])
def test_what_a_disk_does_not_answer_for_is_not_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int) -> None:
    (tmp_path / "other").touch()
    real = os.lstat

    def lstat(path: str) -> os.stat_result:
        if path.endswith("odd.mkv"):
            raise OSError(number, os.strerror(number), path)
        return real(path)

    monkeypatch.setattr(os, "lstat", lstat)
    root = LibraryRoot("Films", str(tmp_path), "movies")
    odd, gone = removed(tmp_path / "odd.mkv"), removed(tmp_path / "gone.mkv")
    standing = stand([odd, gone, removed(tmp_path / "other" / "x.mkv"), removed("/no\0name.mkv")], [root], ())
    assert standing.away == [odd]
    assert len(standing.items) == 3


async def test_a_disk_that_was_mounted_and_shows_nothing_is_away_even_where_its_folder_is_gone(
    scene: Scene, tmp_path: Path
) -> None:
    film, plain = scene.film("Salt (2019)"), scene.film("Pepper (2019)")
    await scan(scene)
    folder = Path(film).parent
    blob = os.fsencode(f"{folder}/")
    await scene.database.write(
        lambda connection: connection.execute("UPDATE directories SET mount = 1 WHERE path = ?", (blob,))
    )
    mounts = await mounts_above(scene.database, [film, plain])
    assert mounts == {str(folder)}
    shutil.rmtree(folder)
    shutil.rmtree(Path(plain).parent)
    for _ in range(2):
        standing = stand([removed(film), removed(plain)], scene.roots, mounts)
        assert (standing.away, standing.items) == ([removed(film)], [removed(plain)])
        folder.mkdir(exist_ok=True)
    (folder / "here").touch()
    assert not stand([removed(film)], scene.roots, mounts).away


def test_an_empty_folder_that_stays_behind_in_a_library_is_no_disk_that_is_away(tmp_path: Path) -> None:
    root = LibraryRoot("Films", str(tmp_path / "films"), "movies")
    film = removed(tmp_path / "films" / "Salt" / "Salt.mkv")
    Path(film.path).parent.mkdir(parents=True)
    assert stand([film], [root], ()).items == [film]
    assert stand([film], [root]).away == [film], "nobody knows whether a disk was mounted there"
    Path(film.path).parent.rmdir()
    assert stand([film], [root], ()).away == [film], "the library itself shows nothing"


def test_an_empty_folder_outside_every_library_counts_only_on_a_disk_that_is_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    film = removed(tmp_path / "disk" / "Salt" / "Salt.mkv")
    Path(film.path).parent.mkdir(parents=True)
    mounted: set[str] = set()
    monkeypatch.setattr(os.path, "ismount", lambda path: path in mounted)
    assert stand([film], [], ()).away == [film]
    mounted.add(str(tmp_path / "disk"))
    assert stand([film], [], ()).items == [film]
    mounted.add(os.path.dirname(film.path))
    assert stand([film], [], ()).away == [film]
