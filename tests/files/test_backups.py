from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from synctui.errors import OperationFailed
from synctui.files import backups
from synctui.files.backups import Backup, keep_original, load_original, originals
from synctui.files.reading import read_capped
from synctui.files.replacement import Replacement
from synctui.files.temporary import is_temp
from synctui.files.vault import Vault
from tests.files.folders import names
from tests.files.people import as_nobody

FIRST, SECOND, THIRD = b"first original\n", b"second original\n", b"third original!\n"


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(str(tmp_path / "data" / "vault"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "library").mkdir()
    path = tmp_path / "library" / "x.en.srt"
    path.write_bytes(FIRST)
    path.chmod(0o640)
    return path


def keep(path: Path, vault: Vault, **options: object) -> str:
    return keep_original(read_capped(str(path)), vault=vault, **options)  # type: ignore[arg-type]


def sync(path: Path, data: bytes, vault: Vault, original: bool = True) -> None:
    content = read_capped(str(path))
    if original:
        keep_original(content, vault=vault)
    Replacement.prepare(str(path), data, expected=content).commit()


@pytest.fixture(params=["link", "rename", "plain"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """File systems with hard links, without them, and without an exclusive rename too."""

    def no_links(*args: object, **options: object) -> None:
        raise OSError(errno.EPERM, "no links")

    if request.param != "link":
        monkeypatch.setattr(os, "link", no_links)
    if request.param == "plain":
        monkeypatch.setattr(backups, "_renameat2", lambda: None)
    return str(request.param)


def test_the_backup_stands_behind_the_extension_and_is_the_original(file: Path, vault: Vault, way: str) -> None:
    os.utime(file, (1_000_000_000, 1_000_000_000))
    assert keep(file, vault) == f"file:{file}.bak"
    backup = file.parent / "x.en.srt.bak"
    assert backup.read_bytes() == FIRST
    assert backup.stat().st_mode & 0o7777 == 0o640
    assert backup.stat().st_mtime == 1_000_000_000
    Replacement.prepare(str(file), b"synced", expected=read_capped(str(file))).commit()
    assert backup.read_bytes() == FIRST
    assert names(file.parent) == ["x.en.srt", "x.en.srt.bak"]


def test_attributes_and_owner_are_kept(file: Path, vault: Vault, way: str) -> None:
    if not hasattr(os, "setxattr"):
        pytest.skip("no extended attributes on this system")
    try:
        os.setxattr(file, "user.rating", b"5")
    except OSError as error:
        pytest.skip(f"the file system has no extended attributes: {error.strerror}")
    if os.geteuid() == 0:
        os.chown(file, 65534, 65533)
    keep(file, vault)
    backup = Path(f"{file}.bak")
    assert os.getxattr(backup, "user.rating") == b"5"
    assert (backup.stat().st_uid, backup.stat().st_gid) == (file.stat().st_uid, file.stat().st_gid)


def test_two_generations_the_first_original_stays(file: Path, vault: Vault, way: str) -> None:
    sync(file, b"synced once", vault)
    # Computed again from the same original: the caller keeps nothing, and even if it does, nothing is lost.
    sync(file, b"synced twice", vault, original=False)
    assert Path(f"{file}.bak").read_bytes() == FIRST
    # A new subtitle was downloaded over it: a new original.
    file.write_bytes(SECOND)
    sync(file, b"synced anew", vault)
    file.write_bytes(THIRD)
    sync(file, b"synced again", vault)
    assert Path(f"{file}.bak").read_bytes() == FIRST
    assert Path(f"{file}.bak.1").read_bytes() == SECOND
    assert Path(f"{file}.bak.2").read_bytes() == THIRD
    assert originals(str(file)) == [Backup(0, f"{file}.bak"), Backup(1, f"{file}.bak.1"), Backup(2, f"{file}.bak.2")]


def test_the_same_original_is_kept_once(file: Path, vault: Vault, way: str) -> None:
    places = {keep(file, vault) for _ in range(3)}
    assert places == {f"file:{file}.bak"}
    # A download comes as a new file; written into the linked one it would change the backup, until the file is replaced.
    file.unlink()
    file.write_bytes(SECOND)
    assert {keep(file, vault) for _ in range(3)} == {f"file:{file}.bak.1"}
    assert len(names(file.parent)) == 3


@pytest.mark.parametrize("foreign", [b"", b"another tool's backup", b"x" * len(FIRST)])
def test_a24_a_foreign_backup_is_never_touched(file: Path, vault: Vault, way: str, foreign: bytes) -> None:
    other = Path(f"{file}.bak")
    other.write_bytes(foreign)
    before = other.stat()
    assert keep(file, vault) == f"file:{file}.bak.1"
    assert other.read_bytes() == foreign
    assert other.stat().st_mtime_ns == before.st_mtime_ns


def test_a24_folders_links_and_pipes_in_the_way(file: Path, vault: Vault) -> None:
    Path(f"{file}.bak").mkdir()
    Path(f"{file}.bak.1").symlink_to(file.name)
    os.mkfifo(f"{file}.bak.2")
    Path(f"{file}.bak.3").symlink_to("nowhere")
    assert keep(file, vault) == f"file:{file}.bak.4"
    assert originals(str(file)) == [Backup(4, f"{file}.bak.4")]


def test_a_number_that_held_another_original_is_not_used_again(file: Path, vault: Vault) -> None:
    known = {f"{file}.bak": "0" * 64}
    assert keep(file, vault, known=known.get) == f"file:{file}.bak.1"


def test_a_lost_backup_of_the_same_original_is_made_again(file: Path, vault: Vault) -> None:
    known = {f"{file}.bak": read_capped(str(file)).sha256}
    assert keep(file, vault, known=known.get) == f"file:{file}.bak"


def test_a_backup_that_appears_meanwhile_is_not_overwritten(
    file: Path, vault: Vault, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.lstat
    other = f"{file}.bak"

    def lstat(path: str, **options: object) -> os.stat_result:
        try:
            return real(path, **options)  # type: ignore[arg-type]
        except FileNotFoundError:
            if path == other and not os.path.exists(other):
                Path(other).write_bytes(b"just written by another program")
            raise

    monkeypatch.setattr(os, "lstat", lstat)
    assert keep(file, vault) == f"file:{file}.bak.1"
    assert Path(other).read_bytes() == b"just written by another program"
    assert not any(is_temp(name) for name in names(file.parent))


def test_a_file_that_changes_while_its_original_is_kept(file: Path, vault: Vault) -> None:
    content = read_capped(str(file))
    file.write_bytes(b"written meanwhile")
    with pytest.raises(OperationFailed) as caught:
        keep_original(content, vault=vault)
    assert caught.value.code == "changed_since_plan"
    assert names(file.parent) == [file.name]


@pytest.mark.parametrize("length", [251, 252, 255])
def test_a08_a_long_name_goes_to_the_vault(tmp_path: Path, vault: Vault, length: int) -> None:
    file = tmp_path / ("n" * (length - 4) + ".srt")
    file.write_bytes(FIRST)
    content = read_capped(str(file))
    place = keep_original(content, vault=vault)
    assert place == (f"file:{file}.bak" if length == 251 else f"vault:{content.sha256}")
    assert load_original(place, content.sha256, vault=vault) == FIRST


def test_a08_a_second_original_of_a_long_name(tmp_path: Path, vault: Vault) -> None:
    file = tmp_path / ("n" * 247 + ".srt")
    file.write_bytes(FIRST)
    sync(file, b"synced", vault)
    file.write_bytes(SECOND)
    content = read_capped(str(file))
    assert keep_original(content, vault=vault) == f"vault:{content.sha256}"


def test_a11_the_backup_lies_beside_the_real_file(file: Path, tmp_path: Path, vault: Vault) -> None:
    link = tmp_path / "l.srt"
    link.symlink_to(file)
    assert keep(link, vault) == f"file:{file}.bak"
    assert originals(str(link)) == [Backup(0, f"{file}.bak")]


def test_loading_proves_the_content(file: Path, vault: Vault) -> None:
    sha = read_capped(str(file)).sha256
    place = keep(file, vault)
    assert load_original(place, sha, vault=vault) == FIRST
    with pytest.raises(OperationFailed) as caught:
        load_original(place, "0" * 64, vault=vault)
    assert caught.value.code == "nothing_to_restore"
    Path(f"{file}.bak").unlink()
    with pytest.raises(OperationFailed) as caught:
        load_original(place, sha, vault=vault)
    assert caught.value.code == "gone"


def test_a_folder_without_write_permission(public: Path) -> None:
    file = public / "x.srt"
    file.write_bytes(FIRST)
    public.chmod(0o555)

    def attempt() -> str:
        try:
            return keep(file, Vault(str(public / "vault")))
        except OperationFailed as error:
            return error.code

    assert as_nobody(public, attempt) == "dir_not_writable"
    public.chmod(0o755)
