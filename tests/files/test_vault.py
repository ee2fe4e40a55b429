from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from synctui.errors import OperationFailed, StorageError
from synctui.files.vault import Vault
from tests.files.people import as_nobody


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(str(tmp_path / "vault"))


def test_what_is_put_can_be_got(vault: Vault) -> None:
    sha = vault.put(b"content")
    assert sha == hashlib.sha256(b"content").hexdigest()
    assert vault.has(sha)
    assert vault.get(sha) == b"content"
    assert vault.size() == 7
    assert vault.put(b"") == hashlib.sha256(b"").hexdigest()
    assert vault.get(hashlib.sha256(b"").hexdigest()) == b""


def test_only_the_owner_can_read_it(vault: Vault, tmp_path: Path) -> None:
    sha = vault.put(b"content")
    path = tmp_path / "vault" / sha[:2] / sha
    assert path.stat().st_mode & 0o7777 == 0o600
    assert path.parent.stat().st_mode & 0o7777 == path.parent.parent.stat().st_mode & 0o7777 == 0o700


def test_the_same_content_is_kept_once(vault: Vault) -> None:
    assert vault.put(b"content") == vault.put(b"content")
    assert vault.size() == 7


def test_missing_and_damaged_content_is_told(vault: Vault, tmp_path: Path) -> None:
    with pytest.raises(OperationFailed) as caught:
        vault.get("0" * 64)
    assert caught.value.code == "nothing_to_restore"
    sha = vault.put(b"content")
    (tmp_path / "vault" / sha[:2] / sha).write_bytes(b"damaged")
    with pytest.raises(OperationFailed) as caught:
        vault.get(sha)
    assert caught.value.code == "io_error"
    # Putting it again heals it.
    vault.put(b"content")
    assert vault.get(sha) == b"content"


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63 + "/"])
def test_only_hashes_are_names(vault: Vault, name: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        vault.get(name)


def test_the_oldest_that_nothing_refers_to_goes_first(tmp_path: Path) -> None:
    folder = str(tmp_path / "vault")
    shas = [Vault(folder).put(bytes([number]) * 100) for number in range(5)]
    for age, sha in enumerate(shas):
        os.utime(os.path.join(folder, sha[:2], sha), (1000 + age, 1000 + age))
    vault = Vault(folder, cap=500, referenced=lambda: {shas[0]})
    vault.put(b"x" * 150)
    assert [vault.has(sha) for sha in shas] == [True, False, False, True, True]
    assert vault.size() <= 500


def test_using_content_again_makes_it_young(tmp_path: Path) -> None:
    folder = str(tmp_path / "vault")
    shas = [Vault(folder).put(bytes([number]) * 100) for number in range(2)]
    for sha in shas:
        os.utime(os.path.join(folder, sha[:2], sha), (1000, 1000))
    Vault(folder).put(bytes([0]) * 100)
    vault = Vault(folder, cap=200)
    vault.put(b"x" * 100)
    assert [vault.has(sha) for sha in shas] == [True, False]


def test_nothing_that_is_needed_is_given_up(tmp_path: Path) -> None:
    vault = Vault(str(tmp_path / "vault"), cap=150)
    first = vault.put(b"a" * 100)
    with pytest.raises(StorageError) as caught:
        vault.put(b"b" * 100)
    assert caught.value.code == "vault_full"
    assert caught.value.hint
    assert vault.get(first) == b"a" * 100


def test_a_data_directory_that_cannot_be_written(public: Path) -> None:
    public.chmod(0o555)

    def attempt() -> str:
        try:
            Vault(str(public / "vault")).put(b"x")
        except StorageError as error:
            return error.code
        return ""

    assert as_nobody(public, attempt) in ("permission", "dir_not_writable")
    public.chmod(0o755)


def test_a_killed_put_leaves_nothing_behind(tmp_path: Path) -> None:
    folder = tmp_path / "vault"
    program = "import sys; from synctui.files.vault import Vault; Vault(sys.argv[1]).put(b'content')"
    environment = {**os.environ, "SYNCTUI_FAILPOINT": "temp.written:1"}
    done = subprocess.run([sys.executable, "-c", program, str(folder)], env=environment, check=False)
    assert done.returncode == -9
    vault = Vault(str(folder))
    assert len(vault.sweep()) == 1
    assert not vault.has(hashlib.sha256(b"content").hexdigest())
    assert vault.put(b"content")
    assert [len(files) for _, _, files in os.walk(folder)] == [0, 1]
