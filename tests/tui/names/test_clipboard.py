"""Paths as they can be pasted: every one, whatever is in it."""

from __future__ import annotations

from synctui.tui.screens.library.clipboard import pasted, shell_form
from tests.hostile_names import FILE_NAMES, HOSTILE_NAMES
from tests.tui.names.sight import bash_reads, harmful


def test_a_shell_reads_the_very_bytes_of_a_path() -> None:
    for form in (pasted, shell_form):
        words = [form("/" + entry.name) for entry in FILE_NAMES]
        assert sorted(bash_reads(words)) == sorted(b"/" + entry.raw for entry in FILE_NAMES)


def test_nothing_that_is_copied_is_obeyed_by_whoever_takes_it() -> None:
    for entry in HOSTILE_NAMES:
        assert not harmful(pasted("/" + entry.name))
        pasted("/" + entry.name).encode("utf-8")


def test_a_path_that_everybody_can_read_is_copied_as_it_is() -> None:
    for name in (
        "I ❤\ufe0f NY.mkv",
        "1\ufe0f\u20e3.mkv",
        "👨\u200d👩\u200d👧 film.mkv",
        "می\u200cخواهم.srt",
        "進撃の巨人 - 01.mkv",
    ):
        assert pasted("/media/" + name) == "/media/" + name
