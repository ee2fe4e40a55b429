"""What a scan finds, leaves out, and does not do again."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from synctui.library.folder import Folder, Known
from synctui.library.listing import Problem
from synctui.library.scan import Item, Scan, Unchanged, scan
from synctui.model.plan import Notice
from tests.hostile_names import FILE_NAMES, HostileName
from tests.library.trees import age, put, touch_folder


def files(items: list[Item]) -> set[str]:
    """Return the paths of all videos and subtitles."""
    found = set()
    for item in items:
        if isinstance(item, Folder):
            for folder in (item, *item.inner):
                found |= {os.path.join(folder.path, entry[0]) for entry in (*folder.videos, *folder.subtitles)}
    return found


def problems(items: list[Item], root: Path) -> dict[str, str]:
    return {os.path.relpath(item.path, root): item.reason for item in items if isinstance(item, Problem)}


def brakes(items: list[Item]) -> list[Notice]:
    return [item for item in items if isinstance(item, Notice)]


def known_of(items: list[Item]) -> dict[str, Known]:
    return {one.path: one.state for item in items if isinstance(item, Folder) for one in item.listings}


def below(root: Path, *paths: str) -> set[str]:
    return {os.path.join(os.fspath(root), path) for path in paths}


def test_finds_media_and_nothing_else(tmp_path: Path) -> None:
    put(tmp_path, "Show/Season 1/a.mkv", "Show/Season 1/a.en.srt", "Show/Season 1/Subs/a.de.ass", "Show/poster.jpg")
    put(
        tmp_path,
        "Show/a.nfo",
        "Film/b.MP4",
        "Film/b.en.srt.bak",
        "Film/b.bak.srt",
        "Film/.synctui.b.srt.1.tmp",
        "Film/._b.srt",
    )
    put(tmp_path, ".Trash-0/c.mkv", "@eaDir/d.srt", "Film/b.en.ffsubsync.srt", "Film/sync-b.srt", ".hidden.mkv")
    assert files(list(scan(str(tmp_path)))) == below(
        tmp_path, "Show/Season 1/a.mkv", "Show/Season 1/a.en.srt", "Show/Season 1/Subs/a.de.ass", "Film/b.MP4"
    )


def test_a_leftover_name_counts_when_its_video_is_called_so(tmp_path: Path) -> None:
    put(
        tmp_path,
        "Sync-Up.mkv",
        "Sync-Up.en.srt",
        "Sync-Up.en.synced.srt",
        "sync-Other.srt",
        "A.synced.mkv",
        "A.synced.de.srt",
    )
    assert files(list(scan(str(tmp_path)))) == below(
        tmp_path, "Sync-Up.mkv", "Sync-Up.en.srt", "A.synced.mkv", "A.synced.de.srt"
    )


def test_subtitle_folders_belong_to_the_folder_above_unless_they_hold_videos(tmp_path: Path) -> None:
    put(tmp_path, "F/a.mkv", "F/Subs/a.en.srt", "F/Subs/a/2_de.srt", "F/Subs/a/deep/x.srt", "G/b.mkv", "G/subs/c.mkv")
    put(tmp_path, "G/subs/c.en.srt")
    found = {item.path: item for item in scan(str(tmp_path)) if isinstance(item, Folder)}
    assert [inner.path for inner in found[str(tmp_path / "F")].inner] == [
        str(tmp_path / "F/Subs"),
        str(tmp_path / "F/Subs/a"),
    ]
    assert str(tmp_path / "F/Subs/a/deep") in found
    assert found[str(tmp_path / "G")].inner == []
    assert [entry[0] for entry in found[str(tmp_path / "G/subs")].videos] == ["c.mkv"]


@pytest.mark.parametrize("name", FILE_NAMES, ids=lambda name: name.id)
def test_hostile_names_are_found_byte_for_byte(tmp_path: Path, name: HostileName) -> None:
    directory = os.fsencode(tmp_path) + b"/d" + name.raw[:200] + b"d"
    os.mkdir(directory)
    file = directory + b"/x" + name.raw[:200] + b".srt"
    with open(file, "wb"):
        pass
    assert files(list(scan(str(tmp_path)))) == {os.fsdecode(file)}


def test_case_twins_and_both_spellings_are_all_found(tmp_path: Path) -> None:
    put(tmp_path, "Film.mkv", "film.mkv", "Caf\u00e9.srt", "Cafe\u0301.srt", "-rf.srt")
    assert len(files(list(scan(str(tmp_path))))) == 5


def test_directory_and_fifo_and_socket_called_like_subtitles_are_left_out_unopened(tmp_path: Path) -> None:
    put(tmp_path, "x.srt/inside.srt", "film.mkv/film.mkv", "ok.srt")
    os.mkfifo(tmp_path / "pipe.srt")
    server = socket.socket(socket.AF_UNIX)
    server.bind(os.fspath(tmp_path / "s.srt"))
    items = list(scan(str(tmp_path)))
    server.close()
    assert files(items) == below(tmp_path, "film.mkv/film.mkv", "ok.srt")
    assert problems(items, tmp_path) == {
        "x.srt": "not_regular_file", "pipe.srt": "not_regular_file", "s.srt": "not_regular_file"
    }  # fmt: skip


def test_links_inside_the_root_are_followed_once_and_outside_ones_left_out(tmp_path: Path) -> None:
    root, outside = tmp_path / "root", tmp_path / "outside"
    put(root, "a/a.mkv", "a/a.srt")
    put(outside, "o.srt", "v.mkv", "dir/z.srt")
    (root / "loop").symlink_to(root)
    (root / "a" / "up").symlink_to("..")
    (root / "twin").symlink_to(root / "a")
    (root / "inside.srt").symlink_to(root / "a" / "a.srt")
    (root / "leads out.srt").symlink_to(outside / "o.srt")
    (root / "linked video.mkv").symlink_to(outside / "v.mkv")
    (root / "dangling.srt").symlink_to(root / "nowhere.srt")
    (root / "self.srt").symlink_to(root / "self.srt")
    (root / "dir out").symlink_to(outside / "dir")
    items = list(scan(str(root)))
    assert files(items) == below(root, "a/a.mkv", "a/a.srt", "inside.srt", "linked video.mkv")
    assert problems(items, root) == {
        "leads out.srt": "symlink_outside_root", "dir out": "symlink_outside_root",
        "dangling.srt": "gone", "self.srt": "gone",
    }  # fmt: skip


def test_a_linked_directory_that_is_reached_in_no_other_way_is_entered(tmp_path: Path) -> None:
    put(tmp_path, ".store/a.mkv")
    (tmp_path / "shown").symlink_to(tmp_path / ".store")
    assert files(list(scan(str(tmp_path)))) == below(tmp_path, "shown/a.mkv")


def test_a_root_that_is_a_link_is_entered(tmp_path: Path) -> None:
    put(tmp_path, "real/a.srt")
    (tmp_path / "link").symlink_to("real")
    assert files(list(scan(str(tmp_path / "link")))) == below(tmp_path, "link/a.srt")


def test_an_unreadable_directory_is_reported_and_the_others_go_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "a/a.srt", "b/b.srt", "c/c.srt")
    (tmp_path / "b").chmod(0)
    if os.access(tmp_path / "b", os.R_OK):
        refuse(monkeypatch, str(tmp_path / "b"), PermissionError(13, "Permission denied"))
    items = list(scan(str(tmp_path)))
    (tmp_path / "b").chmod(0o755)
    assert files(items) == below(tmp_path, "a/a.srt", "c/c.srt")
    assert problems(items, tmp_path) == {"b": "unreadable_dir"}


def refuse(monkeypatch: pytest.MonkeyPatch, path: str, error: OSError) -> None:
    """Let opening one path fail as the kernel would for somebody who is not root."""
    true_open = os.open

    def fake(target: str, *rest: int, **more: int) -> int:
        if target == path:
            raise error
        return true_open(target, *rest, **more)

    monkeypatch.setattr("os.open", fake)


def test_a_directory_that_vanishes_meanwhile_is_reported_as_gone(tmp_path: Path) -> None:
    put(tmp_path, "a/a.srt", "b/b.srt")
    items: list[Item] = []
    for item in scan(str(tmp_path)):
        items.append(item)
        if len(items) == 1:
            (tmp_path / "b/b.srt").unlink()
            (tmp_path / "b").rmdir()
    assert files(items) == below(tmp_path, "a/a.srt")
    assert problems(items, tmp_path) == {"b": "gone"}


def test_a_path_that_is_too_long_is_a_problem_of_its_own(tmp_path: Path) -> None:
    put(tmp_path, "ok.srt")
    here = os.getcwd()
    os.chdir(tmp_path)
    try:
        for _ in range(17):
            os.mkdir("d" * 250)
            os.chdir("d" * 250)
        with open("deep.srt", "w", encoding="utf-8"):
            pass
    finally:
        os.chdir(here)
    items = list(scan(str(tmp_path)))
    assert files(items) == below(tmp_path, "ok.srt")
    assert set(problems(items, tmp_path).values()) == {"path_too_long"}


def test_a_name_of_255_bytes_is_found(tmp_path: Path) -> None:
    put(tmp_path, "n" * 251 + ".srt")
    assert len(files(list(scan(str(tmp_path))))) == 1


def test_ignore_globs_and_files(tmp_path: Path) -> None:
    put(tmp_path, "a/keep.srt", "a/Extras/x.srt", "b/sample.mkv", "b/film.mkv", "c/d/e.srt", "c/f.srt", "c/g.srt")
    put(tmp_path, "c/.synctuiignore", content="# mine\nd/\n*.srt\n!g.srt\n")
    items = list(scan(str(tmp_path), ignore=["Extras", "sample.*"]))
    assert files(items) == below(tmp_path, "a/keep.srt", "b/film.mkv", "c/g.srt")


@pytest.mark.parametrize(
    ("globs", "left"),
    [
        (["/a"], {"b/a/y.srt", "b/z.srt"}),
        (["b/a"], {"a/x.srt", "b/z.srt"}),
        (["a"], {"b/z.srt"}),
        (["**/*.srt"], set()),
        (["b/*.srt"], {"a/x.srt", "b/a/y.srt"}),
        (["?.srt", "!y.srt"], {"b/a/y.srt"}),
        (["[xy].srt"], {"b/z.srt"}),
        (["[!xy].srt"], {"a/x.srt", "b/a/y.srt"}),
        (["x.srt/"], {"a/x.srt", "b/a/y.srt", "b/z.srt"}),
        (["", "#x", "[", "("], {"a/x.srt", "b/a/y.srt", "b/z.srt"}),
    ],
)
def test_ignore_grammar(tmp_path: Path, globs: list[str], left: set[str]) -> None:
    put(tmp_path, "a/x.srt", "b/a/y.srt", "b/z.srt")
    assert files(list(scan(str(tmp_path), ignore=globs))) == below(tmp_path, *left)


def test_what_did_not_change_is_not_listed_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "a/a.mkv", "a/a.srt", "a/Subs/a.de.srt", "b/b.mkv")
    age(tmp_path)
    known = known_of(list(scan(str(tmp_path))))
    listed: list[object] = []
    true_scandir = os.scandir

    def noted(path: str) -> object:
        listed.append(path)
        return true_scandir(path)

    monkeypatch.setattr("os.scandir", noted)
    items = list(scan(str(tmp_path), known=known))
    assert all(isinstance(item, Unchanged) for item in items)
    assert sum(item.files for item in items if isinstance(item, Unchanged)) == 4
    assert listed == [str(tmp_path)], "only the root, to see whether it is empty"


def changed(root: Path, known: dict[str, Known]) -> list[str]:
    return [os.path.relpath(item.path, root) for item in scan(str(root), known=known) if isinstance(item, Folder)]


def test_changes_are_seen_in_the_folder_where_they_are(tmp_path: Path) -> None:
    put(tmp_path, "a/a.mkv", "a/a.srt", "b/b.mkv", "b/b.srt", "c/Subs/c.srt", "c/c.mkv", "d/d.srt")
    age(tmp_path)
    known = known_of(list(scan(str(tmp_path))))
    assert changed(tmp_path, known) == []
    put(tmp_path, "a/a.srt", content="longer")
    assert changed(tmp_path, known) == ["a"], "an edited file, in a directory that kept its time"
    (tmp_path / "b/b.srt").rename(tmp_path / "b/b.en.srt")
    put(tmp_path, "c/Subs/c.de.srt", "e/e.srt")
    assert changed(tmp_path, known) == [".", "a", "b", "c", "e"]
    (tmp_path / "d/d.srt").unlink()
    (tmp_path / "d").rmdir()
    later = Scan(str(tmp_path), known=known)
    list(later)
    assert later.vanished() == [str(tmp_path / "d")]


def test_a_directory_that_changed_just_now_is_listed_again(tmp_path: Path) -> None:
    put(tmp_path, "a/a.srt")
    known = known_of(list(scan(str(tmp_path))))
    assert known[str(tmp_path / "a")].mtime_ns == 0


def test_an_edited_ignore_file_is_obeyed_in_unchanged_directories(tmp_path: Path) -> None:
    put(tmp_path, "a/b/x.srt", "a/y.srt")
    put(tmp_path, "a/.synctuiignore", content="y.srt")
    age(tmp_path)
    first = list(scan(str(tmp_path)))
    assert files(first) == below(tmp_path, "a/b/x.srt")
    put(tmp_path, "a/.synctuiignore", content="x.srt")
    assert files(list(scan(str(tmp_path), known=known_of(first)))) == below(tmp_path, "a/y.srt")
    (tmp_path / "a/.synctuiignore").unlink()
    touch_folder(tmp_path / "a")
    assert files(list(scan(str(tmp_path), known=known_of(first)))) == below(tmp_path, "a/b/x.srt", "a/y.srt")


def test_other_globs_list_everything_again(tmp_path: Path) -> None:
    put(tmp_path, "a/x.srt", "a/y.srt")
    age(tmp_path)
    known = known_of(list(scan(str(tmp_path), ignore=["x.srt"])))
    assert files(list(scan(str(tmp_path), known=known))) == below(tmp_path, "a/x.srt", "a/y.srt")


def test_a_missing_or_empty_root_or_a_file_is_a_brake(tmp_path: Path) -> None:
    for name, word in (("missing", "cannot be read"), ("empty", "is empty"), ("file", "not a folder")):
        if name == "empty":
            (tmp_path / name).mkdir()
        if name == "file":
            put(tmp_path, name)
        items = list(scan(str(tmp_path / name)))
        assert [item.level for item in brakes(items)] == ["brake"]
        assert word in brakes(items)[0].message
        assert len(items) == 1


def test_a_root_that_lost_more_than_a_third_is_a_brake(tmp_path: Path) -> None:
    put(tmp_path, *(f"d{number}/{number}.srt" for number in range(9)))
    known = known_of(list(scan(str(tmp_path))))
    for number in range(3):
        (tmp_path / f"d{number}/{number}.srt").unlink()
    assert not brakes(list(scan(str(tmp_path), known=known))), "exactly a third"
    (tmp_path / "d3/3.srt").unlink()
    assert "4 of 9 files" in brakes(list(scan(str(tmp_path), known=known)))[0].message
    believing = Scan(str(tmp_path), known=known, believe_losses=True)
    assert not brakes(list(believing))
    assert believing.complete


def test_what_cannot_be_read_is_not_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "a/a.srt", "b/b.srt", "b/c/c.srt", "b/c/d.srt")
    known = known_of(list(scan(str(tmp_path))))
    refuse(monkeypatch, str(tmp_path / "b"), OSError(5, "Input/output error"))
    later = Scan(str(tmp_path), known=known)
    items = list(later)
    assert problems(items, tmp_path) == {"b": "io_error"}
    assert not brakes(items)
    assert later.vanished() == []
    assert later.kept_files() == 3


def test_a_mount_that_is_gone_is_a_brake_and_loses_nothing(tmp_path: Path) -> None:
    put(tmp_path, "a/a.srt", "b/b.srt", "disk/film.mkv", "e/e.srt")
    age(tmp_path)
    known = known_of(list(scan(str(tmp_path))))
    disk = str(tmp_path / "disk")
    known[disk] = known[disk]._replace(mount=True)
    (tmp_path / "disk/film.mkv").unlink()
    later = Scan(str(tmp_path), known=known)
    assert "disk used to be mounted" in brakes(list(later))[0].message
    assert later.vanished() == []


def test_a_mount_point_that_is_gone_itself_is_a_brake_and_loses_nothing(tmp_path: Path) -> None:
    put(tmp_path, "A/a.mkv", "B/b.mkv", "C/c.mkv", "disk/Film/f.mkv")
    first = Scan(str(tmp_path))
    known = {one.path: one.state for folder in first if isinstance(folder, Folder) for one in folder.listings}
    disk = str(tmp_path / "disk")
    known[disk] = known[disk]._replace(mount=True)
    (tmp_path / "disk" / "Film" / "f.mkv").unlink()
    (tmp_path / "disk" / "Film").rmdir()
    (tmp_path / "disk").rmdir()
    later = Scan(str(tmp_path), known=known)
    assert "is gone: a disk used to be mounted" in brakes(list(later))[0].message
    assert later.vanished() == []
    meant = Scan(str(tmp_path), known=known, believe_losses=True)
    assert brakes(list(meant)) == [] and disk in meant.vanished()


def test_a_stop_ends_the_pass_and_believes_nothing(tmp_path: Path) -> None:
    put(tmp_path, "a/a.srt", "b/b.srt", "c/c.srt")
    seen: list[Item] = []
    later = Scan(str(tmp_path), stop=lambda: len(seen) >= 2)
    seen.extend(later)
    halting = Scan(str(tmp_path), stop=lambda: True)
    assert list(halting) == []
    assert not halting.complete
