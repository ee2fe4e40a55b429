"""Paths as Kodi spells them."""

from __future__ import annotations

from urllib.parse import unquote

import pytest

from synctui.adapters.kodi_paths import MOST_FOLDERS, apart, files, folder, key, lies_in, portions, together
from synctui.errors import OperationFailed


@pytest.mark.parametrize(
    ("path", "spelled"),
    [
        ("/media/films", "/media/films/"),
        ("/media/films/", "/media/films/"),
        ("smb://user:p%40ss@nas/Films", "smb://user:p%40ss@nas/Films/"),
        ("C:\\Films\\Salt", "C:\\Films\\Salt\\"),
        ("C:\\Films\\", "C:\\Films\\"),
        ("\\\\nas\\films", "\\\\nas\\films\\"),
        ("C:/Films", "C:/Films/"),
    ],
)
def test_a_folder_ends_with_its_separator(path: str, spelled: str) -> None:
    assert folder(path) == spelled


@pytest.mark.parametrize("path", ["", "/a\\b/", "smb://nas/a\\b", "/a\0b", "/a\udcffb", "a\\b"])
def test_what_kodi_cannot_be_told_is_refused(path: str) -> None:
    with pytest.raises(OperationFailed) as raised:
        together([path])
    assert raised.value.code == "unsupported_path"


def test_several_folders_are_one_path() -> None:
    assert together(["/a b", "/a b/"]) == "/a b/"
    path = together(["/a b", "smb://nas/é%/"])
    assert path == "multipath://%2Fa%20b%2F/smb%3A%2F%2Fnas%2F%C3%A9%25%2F/"
    assert apart(path) == ("/a b/", "smb://nas/é%/")
    with pytest.raises(OperationFailed):
        together([])


def test_portions_hold_no_more_than_kodi_takes() -> None:
    paths = [f"/films/Film {number} (2019)/" for number in range(2 * MOST_FOLDERS + 1)]
    assert [len(portion) for portion in portions(paths)] == [MOST_FOLDERS, MOST_FOLDERS, 1]
    long = [f"/films/{'é' * 200} {number}/" for number in range(100)]
    groups = portions([*long, *long])
    assert [path for group in groups for path in group] == long
    for group in groups:
        assert len(together(group)) < 60_000
        assert [unquote(path) for path in apart(together(group))] == list(group)
    assert portions([]) == []


def test_files_of_a_stack_come_apart() -> None:
    assert files("/a/b, c.mkv") == ("/a/b, c.mkv",)
    assert files("stack:///a,, b/c cd1.mkv , /a,, b/c cd2.mkv") == ("/a, b/c cd1.mkv", "/a, b/c cd2.mkv")
    assert files("stack:///a, b/c cd1.mkv , /a,, b/c cd2.mkv") == ("/a, b/c cd1.mkv", "/a, b/c cd2.mkv")
    assert files("") == ()


def test_the_folder_of_a_file() -> None:
    assert lies_in("/a/b\\c.mkv") == "/a/"
    assert lies_in("C:\\a\\b.mkv") == "C:\\a\\"
    assert lies_in("smb://nas/a/b.mkv") == "smb://nas/a/"
    assert lies_in("b.mkv") == ""


def test_case_matters_to_unix_alone() -> None:
    assert key("/A") != key("/a")
    assert key("smb://NAS/A") == key("smb://nas/a")
    assert key("C:\\A") == key("c:\\a")
