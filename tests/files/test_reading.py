from __future__ import annotations

import hashlib
import os
import socket
from pathlib import Path

import pytest

from synctui.errors import OperationFailed
from synctui.files.reading import read_capped
from tests.files.people import as_nobody


def refused(path: str | Path, **options: object) -> str:
    with pytest.raises(OperationFailed) as caught:
        read_capped(str(path), **options)  # type: ignore[arg-type]
    assert caught.value.message
    return caught.value.code


def test_content_tells_what_a_replacement_needs(tmp_path: Path) -> None:
    file = tmp_path / "x.srt"
    file.write_bytes(b"abc")
    file.chmod(0o640)
    content = read_capped(str(file))
    found = file.stat()
    assert content.data == b"abc"
    assert content.sha256 == hashlib.sha256(b"abc").hexdigest()
    assert content.path == content.target == str(file)
    assert (content.mode, content.uid, content.gid, content.nlink) == (0o640, found.st_uid, found.st_gid, 1)
    assert (content.stamp.size, content.stamp.mtime_ns, content.stamp.inode) == (3, found.st_mtime_ns, found.st_ino)


def test_empty_file_is_content(tmp_path: Path) -> None:
    (tmp_path / "x.srt").touch()
    assert read_capped(str(tmp_path / "x.srt")).data == b""


@pytest.mark.parametrize(
    "name",
    ["-rf.srt", "a\nb\t.srt", "\x1b[31m.srt", "[red][@click=x].srt", "caf\udce9.srt", "http:%03d|$(x)'\"*.srt", "‮.srt"],
)
def test_a01_to_a10_names_are_just_names(tmp_path: Path, name: str) -> None:
    path = os.path.join(str(tmp_path), name)
    Path(path).write_bytes(b"x")
    assert read_capped(path).target == path


def test_a11_link_inside_the_library_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "x.srt").write_bytes(b"x")
    (tmp_path / "l.srt").symlink_to("real/x.srt")
    content = read_capped(str(tmp_path / "l.srt"), roots=[str(tmp_path)])
    assert content.path == str(tmp_path / "l.srt")
    assert content.target == str(tmp_path / "real" / "x.srt")


def test_a12_link_out_of_the_library_is_refused(tmp_path: Path) -> None:
    (tmp_path / "library").mkdir()
    (tmp_path / "library-two").mkdir()
    (tmp_path / "library-two" / "x.srt").write_bytes(b"x")
    (tmp_path / "library" / "l.srt").symlink_to("../library-two/x.srt")
    (tmp_path / "library" / "folder").symlink_to("../library-two")
    root = str(tmp_path / "library")
    assert refused(tmp_path / "library" / "l.srt", roots=[root]) == "symlink_outside_root"
    assert refused(tmp_path / "library" / "folder" / "x.srt", roots=[root]) == "symlink_outside_root"
    assert read_capped(str(tmp_path / "library" / "l.srt"), roots=[root, str(tmp_path / "library-two")]).data == b"x"
    assert read_capped(str(tmp_path / "library" / "l.srt")).data == b"x"


def test_a12_a_root_that_is_a_link_itself(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "disk" / "x.srt").write_bytes(b"x")
    (tmp_path / "library").symlink_to("disk")
    assert read_capped(str(tmp_path / "library" / "x.srt"), roots=[str(tmp_path / "library")]).data == b"x"


def test_a13_loops_and_dangling_links(tmp_path: Path) -> None:
    (tmp_path / "a.srt").symlink_to("b.srt")
    (tmp_path / "b.srt").symlink_to("a.srt")
    (tmp_path / "c.srt").symlink_to("nowhere.srt")
    assert refused(tmp_path / "a.srt") == "not_regular_file"
    assert refused(tmp_path / "c.srt") == "gone"


def test_a14_pipe_socket_device_are_not_opened(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "p.srt")
    (tmp_path / "zero.srt").symlink_to("/dev/zero")
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(tmp_path)
        try:
            server.bind("s.srt")
        finally:
            os.chdir(here)
        assert refused(tmp_path / "s.srt") == "not_regular_file"
    # A pipe without a writer would block for ever if it were opened for reading the usual way.
    assert refused(tmp_path / "p.srt") == "not_regular_file"
    assert refused(tmp_path / "zero.srt") == "not_regular_file"


def test_a15_folder_named_like_a_subtitle(tmp_path: Path) -> None:
    (tmp_path / "x.srt").mkdir()
    assert refused(tmp_path / "x.srt") == "not_regular_file"


def test_a16_hard_links_are_reported(tmp_path: Path) -> None:
    (tmp_path / "x.srt").write_bytes(b"x")
    os.link(tmp_path / "x.srt", tmp_path / "seed.srt")
    assert read_capped(str(tmp_path / "x.srt")).nlink == 2


def test_a19_a_vanished_file_and_impossible_names(tmp_path: Path) -> None:
    (tmp_path / "f").write_bytes(b"x")
    assert refused(tmp_path / "x.srt") == "gone"
    assert refused(tmp_path / "f" / "x.srt") == "gone"
    assert refused(f"{tmp_path}/a\0b.srt") == "gone"
    assert refused(tmp_path / ("n" * 300)) == "name_too_long"
    assert refused(str(tmp_path) + "/d" * 3000) == "name_too_long"


def test_a17_unreadable_file_and_folder(public: Path) -> None:
    (public / "x.srt").write_bytes(b"x")
    (public / "x.srt").chmod(0)
    (public / "closed").mkdir()
    (public / "closed" / "y.srt").write_bytes(b"y")
    (public / "closed").chmod(0)
    assert as_nobody(public, lambda: refused(public / "x.srt")) == "permission"
    assert as_nobody(public, lambda: refused(public / "closed" / "y.srt")) == "permission"
    (public / "closed").chmod(0o700)


def test_b28_too_large_is_not_read(tmp_path: Path) -> None:
    with (tmp_path / "x.srt").open("wb") as file:
        file.truncate(100 * 1024 * 1024 * 1024)
    # A sparse file of 100 GB: reading it would take minutes.
    assert refused(tmp_path / "x.srt") == "too_large"
    (tmp_path / "y.srt").write_bytes(b"12345")
    assert refused(tmp_path / "y.srt", cap=4) == "too_large"
    assert read_capped(str(tmp_path / "y.srt"), cap=5).data == b"12345"


def test_a_file_that_grows_while_it_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "x.srt"
    file.write_bytes(b"begin ")
    real, growing = os.read, [True]

    def read(handle: int, size: int) -> bytes:
        if growing[0]:
            with file.open("ab") as writer:
                writer.write(b"more ")
        return real(handle, size)

    monkeypatch.setattr(os, "read", read)
    assert refused(file) == "still_growing"
    growing[0] = False
    assert read_capped(str(file)).data.startswith(b"begin more ")


@pytest.mark.parametrize("swap", ["pipe", "link", "file"])
def test_a14_exchanged_between_look_and_open(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, swap: str) -> None:
    file, other = tmp_path / "x.srt", tmp_path / "secret"
    file.write_bytes(b"x")
    other.write_bytes(b"y")
    real = os.open

    def exchange(path: str, flags: int) -> int:
        file.unlink()
        if swap == "pipe":
            os.mkfifo(file)
        elif swap == "link":
            file.symlink_to(other)
        else:
            os.link(other, file)
        monkeypatch.setattr(os, "open", real)
        return real(path, flags)

    monkeypatch.setattr(os, "open", exchange)
    if swap == "file":
        assert read_capped(str(file)).data == b"y"
    else:
        assert refused(file) == "not_regular_file"


def test_reading_leaves_no_descriptor_open(tmp_path: Path) -> None:
    (tmp_path / "x.srt").write_bytes(b"x")
    (tmp_path / "y.srt").write_bytes(b"xxxxx")
    descriptors = Path("/dev/fd")
    before = len(list(descriptors.iterdir()))
    for _ in range(20):
        read_capped(str(tmp_path / "x.srt"))
        refused(tmp_path / "y.srt", cap=2)
    assert len(list(descriptors.iterdir())) == before
