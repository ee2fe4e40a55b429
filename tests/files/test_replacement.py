from __future__ import annotations

import errno
import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from synctui.errors import OperationFailed
from synctui.files import replacement as module
from synctui.files.reading import Content, read_capped, stamp_of
from synctui.files.replacement import Expected, Replacement, sweep
from synctui.files.temporary import TEMP_NAME, is_temp, sync_folder, temp_name, write_temp
from synctui.model.library import FileStamp
from tests.files.folders import names
from tests.files.people import as_nobody, in_child

OLD, NEW = b"old content\n", b"new content, longer\n"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "x.en.srt"
    path.write_bytes(OLD)
    return path


def replace(path: Path, data: bytes = NEW) -> Content:
    content = read_capped(str(path))
    Replacement.prepare(str(path), data, expected=content).commit()
    return content


def attempt(path: Path, data: bytes = NEW) -> str:
    """The code of the error that a replacement ends with."""
    try:
        replace(path, data)
    except OperationFailed as error:
        assert error.hint
        return error.code
    return ""


def alone(folder: Path) -> bool:
    """Nothing of ours lies in the folder."""
    return not any(is_temp(name) for name in names(folder))


def test_the_content_is_exchanged_whole(file: Path) -> None:
    content = read_capped(str(file))
    replacement = Replacement.prepare(str(file), NEW, expected=content)
    assert file.read_bytes() == OLD
    assert (replacement.before, replacement.after) == (content.sha256, hashlib.sha256(NEW).hexdigest())
    assert Path(replacement.temp).parent == file.parent
    stamp = replacement.commit()
    assert file.read_bytes() == NEW
    assert stamp == stamp_of(file.stat())
    assert replacement.durable
    assert alone(file.parent)


def test_discard_leaves_no_trace(file: Path) -> None:
    before = file.stat()
    replacement = Replacement.prepare(str(file), NEW, expected=read_capped(str(file)))
    replacement.discard()
    replacement.discard()
    assert file.stat() == before
    assert alone(file.parent)


@pytest.mark.parametrize("mode", [0o664, 0o640, 0o600, 0o444])
@pytest.mark.parametrize("umask", [0o022, 0o077])
def test_mode_is_kept_whatever_the_umask(file: Path, mode: int, umask: int) -> None:
    file.chmod(mode)
    before = os.umask(umask)
    try:
        replace(file)
    finally:
        os.umask(before)
    assert file.stat().st_mode & 0o7777 == mode


def test_the_temporary_file_is_never_readable_by_others_before_it_is_whole(file: Path) -> None:
    file.chmod(0o600)
    temp = write_temp(str(file.parent), NEW)
    assert Path(temp).stat().st_mode & 0o7777 == 0o600


def test_owner_is_kept_or_given_up_silently(file: Path) -> None:
    if os.geteuid() == 0:
        os.chown(file, 65534, 65533)
        replace(file)
        found = file.stat()
        assert (found.st_uid, found.st_gid) == (65534, 65533)
    else:
        replace(file)
        assert file.stat().st_uid == os.getuid()


def test_another_users_file_in_a_shared_folder(public: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root to make a file of another user")
    public.chmod(0o777)
    path = public / "x.srt"
    path.write_bytes(OLD)
    path.chmod(0o664)

    def become() -> None:
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)

    assert in_child(lambda: attempt(path), become) == ""
    assert path.read_bytes() == NEW
    assert path.stat().st_mode & 0o7777 == 0o664


def test_extended_attributes_are_kept(file: Path) -> None:
    if not hasattr(os, "setxattr"):
        pytest.skip("no extended attributes on this system")
    try:
        os.setxattr(file, "user.rating", b"5")
    except OSError as error:
        pytest.skip(f"the file system has no extended attributes: {error.strerror}")
    replace(file)
    assert os.getxattr(file, "user.rating") == b"5"


def test_access_list_is_kept(file: Path) -> None:
    if not hasattr(os, "setxattr"):
        pytest.skip("no extended attributes on this system")
    # Version 2; owner rw, user 12345 r, group r, mask r, others nothing.
    entries = [(1, 6, 0xFFFFFFFF), (2, 4, 12345), (4, 4, 0xFFFFFFFF), (16, 4, 0xFFFFFFFF), (32, 0, 0xFFFFFFFF)]
    acl = (2).to_bytes(4, "little") + b"".join(
        tag.to_bytes(2, "little") + perm.to_bytes(2, "little") + who.to_bytes(4, "little") for tag, perm, who in entries
    )
    try:
        os.setxattr(file, "system.posix_acl_access", acl)
    except OSError as error:
        pytest.skip(f"the file system has no access lists: {error.strerror}")
    replace(file)
    assert os.getxattr(file, "system.posix_acl_access") == acl
    assert file.stat().st_mode & 0o777 == 0o640


def test_modification_time_is_new(file: Path) -> None:
    os.utime(file, (1_000_000_000, 1_000_000_000))
    replace(file)
    assert file.stat().st_mtime > 1_700_000_000


def test_a08_a_name_of_255_bytes(tmp_path: Path) -> None:
    path = tmp_path / ("ä" * 125 + "x.srt")
    assert len(os.fsencode(path.name)) == 255
    path.write_bytes(OLD)
    replace(path)
    assert path.read_bytes() == NEW


def test_a05_a_name_that_is_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / os.fsdecode(b"caf\xe9.srt")
    path.write_bytes(OLD)
    replace(path)
    assert path.read_bytes() == NEW


def test_a11_the_link_stays_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "real" / "x.srt").write_bytes(OLD)
    link = tmp_path / "l.srt"
    link.symlink_to("real/x.srt")
    replace(link)
    assert link.is_symlink()
    assert (tmp_path / "real" / "x.srt").read_bytes() == NEW
    assert alone(tmp_path)


def test_a16_other_hard_links_keep_the_old_content(file: Path) -> None:
    seed = file.parent / "seed.srt"
    os.link(file, seed)
    content = replace(file)
    assert content.nlink == 2
    assert seed.read_bytes() == OLD
    assert file.read_bytes() == NEW


def test_a19_the_file_vanished(file: Path) -> None:
    content = read_capped(str(file))
    replacement = Replacement.prepare(str(file), NEW, expected=content)
    file.unlink()
    with pytest.raises(OperationFailed) as caught:
        replacement.commit()
    assert caught.value.code == "gone"
    assert names(file.parent) == []


@pytest.mark.parametrize("when", ["before", "between"])
def test_a20_a_file_that_changed_is_left_alone(file: Path, when: str) -> None:
    content = read_capped(str(file))
    replacement = Replacement.prepare(str(file), NEW, expected=content) if when == "between" else None
    file.write_bytes(b"edited by hand")
    with pytest.raises(OperationFailed) as caught:
        if replacement is None:
            Replacement.prepare(str(file), NEW, expected=content)
        else:
            replacement.commit()
    assert caught.value.code == "changed_since_plan"
    assert file.read_bytes() == b"edited by hand"
    assert alone(file.parent)


def test_a20_same_size_and_time_but_other_bytes(file: Path) -> None:
    content = read_capped(str(file))
    file.write_bytes(b"OLD CONTENT\n")
    os.utime(file, ns=(content.stamp.mtime_ns, content.stamp.mtime_ns))
    with pytest.raises(OperationFailed) as caught:
        Replacement.prepare(str(file), NEW, expected=content)
    assert caught.value.code == "changed_since_plan"


def test_a20_same_bytes_in_another_file(file: Path) -> None:
    content = read_capped(str(file))
    replacement = Replacement.prepare(str(file), NEW, expected=content)
    other = file.parent / "other"
    other.write_bytes(OLD)
    os.utime(other, ns=(content.stamp.mtime_ns, content.stamp.mtime_ns))
    other.replace(file)
    with pytest.raises(OperationFailed) as caught:
        replacement.commit()
    assert caught.value.code == "changed_since_plan"


def test_a_link_that_was_turned_elsewhere(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(OLD)
    os.utime(tmp_path / "b", ns=((tmp_path / "a").stat().st_mtime_ns,) * 2)
    link = tmp_path / "l.srt"
    link.symlink_to("a")
    content = read_capped(str(link))
    expected = Expected(content.sha256, FileStamp(content.stamp.size, content.stamp.mtime_ns))
    replacement = Replacement.prepare(str(link), NEW, expected=expected)
    link.unlink()
    link.symlink_to("b")
    with pytest.raises(OperationFailed) as caught:
        replacement.commit()
    assert caught.value.code == "changed_since_plan"
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes() == OLD


def test_expected_stamp_without_inode(file: Path) -> None:
    content = read_capped(str(file))
    stamp = FileStamp(content.stamp.size, content.stamp.mtime_ns)
    Replacement.prepare(str(file), NEW, expected=Expected(content.sha256, stamp)).commit()
    assert file.read_bytes() == NEW


def test_readers_see_the_old_or_the_new_file_never_less(file: Path) -> None:
    seen: set[bytes] = set()
    stop = threading.Event()

    def watch() -> None:
        while not stop.is_set():
            seen.add(file.read_bytes())

    watcher = threading.Thread(target=watch)
    watcher.start()
    for number in range(60):
        replace(file, NEW if number % 2 == 0 else OLD)
    stop.set()
    watcher.join()
    assert seen <= {OLD, NEW}


def test_a_folder_without_write_permission(public: Path) -> None:
    path = public / "x.srt"
    path.write_bytes(OLD)
    path.chmod(0o666)
    before = path.stat().st_ino
    public.chmod(0o555)
    # The file itself is writable: writing into it would work, and is not done.
    assert as_nobody(public, lambda: attempt(path)) == "dir_not_writable"
    public.chmod(0o755)
    assert path.read_bytes() == OLD
    assert path.stat().st_ino == before


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 64 KB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mounted = os.geteuid() == 0 and sys.platform == "linux"
    if mounted:
        done = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", str(folder)], capture_output=True, check=False
        )
        mounted = done.returncode == 0
    if not mounted:
        pytest.skip("needs the right to mount a file system")
    yield folder
    subprocess.run(["umount", str(folder)], check=True)


def test_a_full_disk(small_disk: Path) -> None:
    path = small_disk / "x.srt"
    path.write_bytes(OLD)
    assert attempt(path, b"x" * 200_000) == "disk_full"
    assert path.read_bytes() == OLD
    assert names(small_disk) == ["x.srt"]
    assert attempt(path, NEW) == ""


def test_a_read_only_file_system(small_disk: Path) -> None:
    path = small_disk / "x.srt"
    path.write_bytes(OLD)
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    assert attempt(path) == "read_only"
    assert path.read_bytes() == OLD


def test_a_limit_on_the_size_of_files(file: Path) -> None:
    import resource

    def limit() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))

    assert in_child(lambda: attempt(file, b"x" * 10_000), limit) == "disk_full"
    assert file.read_bytes() == OLD
    assert alone(file.parent)


def failing(monkeypatch: pytest.MonkeyPatch, times: int, code: int) -> list[int]:
    """Let the first renames fail as a network file system does; returns the tries."""
    real, tries = os.replace, [0]

    def rename(source: str, target: str) -> None:
        tries[0] += 1
        if tries[0] <= times:
            raise OSError(code, os.strerror(code))
        real(source, target)

    monkeypatch.setattr(os, "replace", rename)
    monkeypatch.setattr(time, "sleep", lambda seconds: None)
    return tries


@pytest.mark.parametrize("code", [errno.EBUSY, errno.EACCES])
def test_a_file_that_is_open_elsewhere_is_tried_again(file: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    tries = failing(monkeypatch, 2, code)
    assert attempt(file) == ""
    assert tries == [3]
    assert file.read_bytes() == NEW


@pytest.mark.parametrize(
    ("code", "reason", "expected_tries"),
    [
        (errno.EBUSY, "io_error", 3),
        (errno.EACCES, "permission", 3),
        (errno.EXDEV, "io_error", 1),
        (errno.ENOSPC, "disk_full", 1),
    ],
)
def test_a_rename_that_never_works(
    file: Path, monkeypatch: pytest.MonkeyPatch, code: int, reason: str, expected_tries: int
) -> None:
    tries = failing(monkeypatch, 99, code)
    assert attempt(file) == reason
    assert tries == [expected_tries]
    assert file.read_bytes() == OLD
    assert alone(file.parent)


def test_a_rename_whose_answer_was_lost(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.replace

    def rename(source: str, target: str) -> None:
        real(source, target)
        raise OSError(errno.ENOENT, os.strerror(errno.ENOENT))

    monkeypatch.setattr(os, "replace", rename)
    assert attempt(file) == ""
    assert file.read_bytes() == NEW


@pytest.mark.parametrize("code", [errno.EINVAL, errno.ENOTSUP])
def test_folders_that_cannot_be_flushed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int) -> None:
    def fsync(handle: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "fsync", fsync)
    sync_folder(str(tmp_path))


def test_a_disk_error_after_the_exchange_is_told_and_is_no_failure(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    replacement = Replacement.prepare(str(file), NEW, expected=read_capped(str(file)))

    def fsync(handle: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", fsync)
    replacement.commit()
    assert file.read_bytes() == NEW
    assert not replacement.durable


def test_a_disk_error_before_the_exchange(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fsync(handle: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", fsync)
    assert attempt(file) == "io_error"
    assert file.read_bytes() == OLD
    assert alone(file.parent)


def test_a25_sweeping_takes_what_dead_runs_left_and_nothing_else(tmp_path: Path) -> None:
    mine = Path(write_temp(str(tmp_path), b"of this process"))
    child = subprocess.run(
        [
            sys.executable,
            "-c",
            "import sys; from synctui.files.temporary import write_temp; print(write_temp(sys.argv[1], b'x'))",
            str(tmp_path),
        ],
        capture_output=True,
        text=True,
        check=True,
    )
    dead = Path(child.stdout.strip())
    assert dead.exists()
    # A living process of that id, but not the one that wrote the file.
    match = TEMP_NAME.fullmatch(mine.name)
    assert match is not None
    reborn = tmp_path / mine.name.replace(match.group(2) + match.group(3), match.group(2) + "12345678")
    foreign_host = tmp_path / mine.name.replace("." + match.group(1), ".0000" if match.group(1) != "0000" else ".1111")
    old_foreign_host = tmp_path / foreign_host.name.replace(".synctui.", ".synctui.", 1).replace(mine.name[9:17], "deadbeef")
    others = [tmp_path / name for name in (".synctui.tmp", ".synctui.12345678.tmp", "x.srt.tmp", ".synctui.0123456g.x.tmp")]
    for path in (reborn, foreign_host, old_foreign_host, *others):
        path.write_bytes(b"x")
    folder = tmp_path / dead.name.replace(dead.name[9:17], "ffffffff")
    folder.mkdir()
    link = tmp_path / dead.name.replace(dead.name[9:17], "eeeeeeee")
    link.symlink_to("x.srt.tmp")
    expected_dead = {str(dead)}
    if sys.platform == "linux":
        expected_dead.add(str(reborn))
    assert set(sweep(str(tmp_path))) == expected_dead
    assert all(path.exists() for path in (mine, foreign_host, old_foreign_host, folder, *others))
    assert link.is_symlink()
    assert set(sweep(str(tmp_path), now=time.time() + 7200)) == {str(foreign_host), str(old_foreign_host)}
    assert mine.exists()


def test_a25_anothers_temporary_file_is_not_ours(public: Path) -> None:
    if os.geteuid() != 0:
        pytest.skip("needs root to make a file of another user")
    name = temp_name()
    stale = public / (name[:22] + "7fffffff" + name[30:])
    stale.write_bytes(b"x")
    os.chown(stale, 12345, 12345)
    assert sweep(str(public)) == []
    os.chown(stale, 0, 0)
    assert sweep(str(public)) == [str(stale)]


def test_sweeping_what_is_not_there(tmp_path: Path) -> None:
    assert sweep(str(tmp_path / "nowhere")) == []


def test_failpoints_are_the_documented_ones() -> None:
    assert module.FAILPOINTS == (
        "temp.before",
        "temp.written",
        "backup.before",
        "backup.after",
        "replace.before",
        "replace.after",
        "dirsync.after",
    )
