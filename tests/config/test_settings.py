"""What the screens change lies in settings.toml; the user's own file is never touched."""

from __future__ import annotations

import multiprocessing
import os
import signal
import stat
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from synctui.config.paths import Paths
from synctui.config.settings import Settings
from synctui.errors import ConfigError, StorageError
from tests.config.making import Place

OWN = (
    '# mine\n[subtitles]\nengine = "alass"\n[[player]]\nname = "Living Room"\nkind = "kodi"\nurl = "http://a"\ntoken = "t"\n'
)


def test_a_value_that_was_put_holds_until_it_is_put_back(place: Place) -> None:
    place.write(OWN)
    settings = Settings(place.paths)
    settings.put("subtitles.engine", "builtin")
    loaded = place.load()
    assert loaded.config.subtitles.engine == "builtin"
    assert str(loaded.origin("subtitles.engine")) == "settings.toml"
    assert settings.put_back("subtitles.engine") is True
    assert settings.put_back("subtitles.engine") is False
    assert place.load().config.subtitles.engine == "alass"
    assert place.file.read_text() == OWN


def test_fields_of_named_tables(place: Place) -> None:
    place.write(OWN)
    settings = Settings(place.paths)
    settings.put('player."Living Room".enabled', False)
    settings.put('player."Living Room".path_map', [{"from": "/a", "to": "/b"}])
    player = place.load().config.player[0]
    assert (player.enabled, player.path_map[0].target, player.url) == (False, "/b", "http://a")
    assert settings.put_back('player."Living Room"') is True
    assert place.load().config.player[0].enabled
    assert "player" not in tomllib.loads(place.paths.settings.read_text())


def test_a_table_of_its_own_comes_and_goes(place: Place) -> None:
    settings = Settings(place.paths)
    settings.put("library.Films", {"path": "/media/films", "kind": "movies"})
    assert [root.path for root in place.load().config.roots()] == ["/media/films"]
    settings.put_back("library.Films")
    assert place.load().config.roots() == ()
    assert place.load().warnings == ()


def test_a_secret_is_replaced_by_its_file_and_back(place: Place, tmp_path: Path) -> None:
    place.write(OWN)
    (tmp_path / "t").write_text("from file")
    settings = Settings(place.paths)
    settings.put('player."Living Room".token', "typed")
    settings.put('player."Living Room".token_file', str(tmp_path / "t"))
    assert place.load().config.player[0].token.reveal() == "from file"
    settings.put('player."Living Room".token', "typed")
    assert place.load().config.player[0].token.reveal() == "typed"
    assert settings.put_back('player."Living Room".token') is True
    assert place.load().config.player[0].token.reveal() == "t"


def test_the_file_is_for_this_user_only_and_nothing_is_left_beside_it(place: Place) -> None:
    old = os.umask(0)
    try:
        Settings(place.paths).put("subtitles.jobs", 2)
    finally:
        os.umask(old)
    assert stat.S_IMODE(place.paths.settings.stat().st_mode) == 0o600
    assert [entry.name for entry in place.paths.data.iterdir()] == ["settings.toml"]


def test_what_a_newer_version_wrote_stays(place: Place) -> None:
    place.settings("[subtitles]\nnew = 1\n[future]\nx = [1, 2]\n")
    Settings(place.paths).put("subtitles.jobs", 2)
    assert tomllib.loads(place.paths.settings.read_text()) == {"subtitles": {"new": 1, "jobs": 2}, "future": {"x": [1, 2]}}


def test_putting_what_holds_already_writes_nothing(place: Place) -> None:
    settings = Settings(place.paths)
    settings.put("subtitles.jobs", 2)
    before = place.paths.settings.stat()
    settings.put("subtitles.jobs", 2)
    assert (place.paths.settings.stat().st_ino, place.paths.settings.stat().st_mtime_ns) == (
        before.st_ino,
        before.st_mtime_ns,
    )


@pytest.mark.parametrize(
    ("key", "value", "message"),
    [
        ("subtitles.engine", "alas", "none of"),
        ("subtitles.engin", "alass", "unknown key"),
        ("subtitels.engine", "alass", "unknown section"),
        ("subtitles.jobs", "2", "whole number"),
        ("subtitles.jobs", None, "whole number"),
        ("subtitles", 3, "wants a table"),
        ("library", {}, "not a key"),
        ("library.A.name", "B", "unknown key"),
        ("library.A.path.x", 3, "not a key"),
        ("library.A.path", "relative", "absolute"),
        ("stash.api_key", "a\nb", "line break"),
        ("stash.api_key_file", "", "path of a file"),
        ("subtitles.engine_file", "/x", "unknown key"),
        ("", 1, "not a key"),
        ("a\nb", 1, "not a key"),
    ],
)
def test_a_wrong_change_is_refused_and_nothing_written(place: Place, key: str, value: object, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Settings(place.paths).put(key, value)
    assert not place.paths.settings.exists()


@pytest.mark.parametrize("text", ["subtitles = 3\n", "[[subtitles]]\n", "[library]\n"])
def test_damaged_settings_are_not_overwritten(place: Place, text: str) -> None:
    place.settings(text)
    with pytest.raises(ConfigError, match="damaged"):
        Settings(place.paths).put(
            "subtitles.jobs" if "subtitles" in text else "library.A", 1 if "subtitles" in text else {"path": "/a"}
        )
    assert place.paths.settings.read_text() == text


def test_a_folder_that_cannot_be_written_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError) as raised:
        Settings(Paths.under(tmp_path / "file")).put("subtitles.jobs", 1)
    assert raised.value.exit_code == 13


def _put_many(data: str, first: int) -> None:
    for number in range(first, first + 20):
        Settings(Paths.under(Path(data))).put(f"library.L{number}", {"path": f"/l{number}"})


def test_processes_that_change_settings_at_once_lose_nothing(place: Place) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_put_many, args=(str(place.paths.data), start)) for start in (0, 100, 200)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(60)
    assert len(place.load().config.library) == 60


@pytest.mark.parametrize(("failpoint", "jobs"), [("settings_written", 1), ("settings_replaced", 2)])
def test_killed_in_the_middle_it_is_the_old_or_the_new_whole(place: Place, failpoint: str, jobs: int) -> None:
    settings = Settings(place.paths)
    settings.put("subtitles.jobs", 1)
    script = (
        "import sys; from pathlib import Path; from synctui.config.paths import Paths;"
        "from synctui.config.settings import Settings;"
        "Settings(Paths.under(Path(sys.argv[1]))).put('subtitles.jobs', 2)"
    )
    ended = subprocess.run(
        [sys.executable, "-c", script, str(place.paths.data)], env={**os.environ, "SYNCTUI_FAILPOINT": failpoint}, timeout=60
    )
    assert ended.returncode == -signal.SIGKILL
    assert place.load().config.subtitles.jobs == jobs
    settings.sweep()
    assert [entry.name for entry in place.paths.data.iterdir()] == ["settings.toml"]


def test_sweeping_where_nothing_is_yet_does_nothing(tmp_path: Path) -> None:
    Settings(Paths.under(tmp_path / "nowhere")).sweep()
    assert not (tmp_path / "nowhere").exists()


def test_what_the_file_says_is_known_below_a_value_of_the_screens(place: Place) -> None:
    place.write(OWN + "[ui]\nrefresh_hz = 2\n")
    settings = Settings(place.paths)
    settings.put("subtitles.engine", "builtin")
    settings.put("ui.theme", "light")
    loaded = place.load()
    value, origin = loaded.below["subtitles", "engine"]
    assert (value, origin.line) == ("alass", 3)
    assert ("ui", "theme") not in loaded.below


@pytest.mark.parametrize("value", [{"path": "/media/bad\udcff"}, {"path": "/media", "name\udcff": "x"}])
def test_a_name_that_is_no_text_is_refused_with_a_sentence(place: Place, value: dict[str, str]) -> None:
    with pytest.raises(ConfigError):
        Settings(place.paths).put("library.Films", value)
    assert not place.paths.settings.exists()


def test_a_key_that_is_no_text_is_refused_with_a_sentence(place: Place) -> None:
    with pytest.raises(ConfigError, match="not UTF-8"):
        Settings(place.paths).put("ui.keys", {"sync": "\udcff"})
