"""A fault of ours leaves a report that can be sent to anybody: no secrets, no values, nothing that a terminal obeys."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from synctui import __version__
from synctui.config.load import Loaded, load
from synctui.config.paths import Paths
from synctui.errors import StorageError
from synctui.reports import KEPT, write_report

TOKEN = "xK3-do-not-tell-9Qw"


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    return Paths.under(tmp_path / "data")


@pytest.fixture
def loaded(paths: Paths, tmp_path: Path) -> Loaded:
    file = tmp_path / "config.toml"
    file.write_text(f'[[player]]\nname = "Den"\nkind = "plex"\nurl = "http://den:32400"\ntoken = "{TOKEN}"\n')
    file.chmod(0o600)
    return load(file=file, paths=paths, environment={})


def _fault(message: str) -> Exception:
    """Return an error as it was raised somewhere deep, with a secret in a variable."""
    hidden = f"local-{TOKEN}"
    try:
        try:
            raise KeyError(hidden[:0] + "inner")
        except KeyError as error:
            raise RuntimeError(message) from error
    except RuntimeError as error:
        return error


def test_it_says_where_and_with_what(paths: Paths, loaded: Loaded) -> None:
    path = write_report(paths, loaded, _fault("it broke"))
    text = path.read_text()
    assert path.parent == paths.logs
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(paths.logs.stat().st_mode) == 0o700
    for wanted in (
        f"SyncTUI {__version__}",
        "Python 3.",
        "textual 8.",
        "RuntimeError: it broke",
        "KeyError: 'inner'",
        "_fault",
    ):
        assert wanted in text


def test_no_secret_no_value_and_no_home_is_in_it(paths: Paths, loaded: Loaded) -> None:
    home = os.path.expanduser("~")
    error = _fault(f"GET http://den:32400/?X-Plex-Token={TOKEN} for {home}/film.mkv, password=hunter22")
    text = write_report(paths, loaded, error).read_text()
    assert TOKEN not in text
    assert "local-" not in text
    assert "hunter22" not in text
    assert home not in text
    assert "~/film.mkv" in text


def test_a_terminal_obeys_nothing_in_it(paths: Paths, loaded: Loaded) -> None:
    error = _fault("bad name: \x1b]52;c;aGk=\x07 \x9b31m \u202e " + os.fsdecode(b"caf\xe9") + "\r\n\ttail")
    raw = write_report(paths, loaded, error).read_bytes()
    text = raw.decode("utf-8")
    assert not [char for char in text if (ord(char) < 32 and char != "\n") or 0x7F <= ord(char) < 0xA0 or char == "\u202e"]
    assert "tail" in text


def test_without_a_configuration_there_is_a_report_all_the_same(paths: Paths) -> None:
    assert "it broke" in write_report(paths, None, _fault("it broke")).read_text()


def test_the_newest_are_kept_and_nothing_else_is_touched(paths: Paths) -> None:
    paths.logs.mkdir(parents=True)
    for number in range(KEPT + 5):
        (paths.logs / f"fault-20200101-0000{number:02}-000000-1.txt").write_text("old")
    (paths.logs / "synctui.log").write_text("log")
    new = write_report(paths, None, _fault("it broke"))
    left = sorted(path.name for path in paths.logs.iterdir())
    assert len(left) == KEPT + 1
    assert new.name in left
    assert "synctui.log" in left
    assert "fault-20200101-000005-000000-1.txt" not in left


def test_where_it_cannot_be_written_that_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("in the way")
    with pytest.raises(StorageError, match="in the way"):
        write_report(Paths.under(tmp_path / "data"), None, _fault("it broke"))
