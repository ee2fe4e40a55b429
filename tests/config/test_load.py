"""Layers in their order, each value with its origin."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from synctui.config.load import load
from synctui.config.schema import Config, PathMap
from synctui.model.library import LibraryRoot
from tests.config.making import Place

FULL = """\
[[library]]
name = "Series"
path = "/media/series"
kind = "series"

[[library]]
name = "My.Films"
path = "~/films/"

[subtitles]
engine = "alass"
languages = ["en", "pt-BR", "en"]
max_offset = 90
ignore = ["*.forced.srt", "Extras"]

[[player]]
name = "Living Room"
kind = "kodi"
url = "http://192.168.1.20:8080/"
path_map = [
  {from = "/media", to = "smb://nas/media"},
]

[[group]]
name = "All"
players = ["Living Room"]
mode = "sequential"

[[job]]
name = "nightly"
kind = "subtitles"
targets = ["Series"]
options = {engine = "builtin", nested = {a = [1, 2.5, true]}}
schedule = "30 3 * * *"
then = ["players"]

[ui.keys]
sync = "s"
"""


def test_without_any_file_the_defaults_hold(place: Place) -> None:
    loaded = place.load()
    assert loaded.config == Config()
    assert loaded.file is None
    assert loaded.warnings == ()
    assert {str(loaded.origin("subtitles.engine")), str(loaded.origin("ui.mouse"))} == {"default"}


def test_defaults_are_those_of_the_contract() -> None:
    config = Config()
    assert config.subtitles.engine == "auto"
    assert config.subtitles.max_offset == 240
    assert config.subtitles.jobs == 0
    assert (config.youtube.daily_limit, config.youtube.reserve) == (10000, 1000)
    assert (config.metadata.strict_matching, config.metadata.preserve_plex_edits) == (True, False)
    assert (config.players.batch_size, config.players.timeout, config.players.retry_attempts) == (100, 30, 3)
    assert config.ui.refresh_hz == 4


def test_a_whole_file_arrives_typed(place: Place, own_home: Path) -> None:
    config = place.write(FULL).load().config
    assert config.roots() == (
        LibraryRoot("Series", "/media/series", "series"),
        LibraryRoot("My.Films", str(own_home / "films"), "auto"),
    )
    assert config.subtitles.engine == "alass"
    assert config.subtitles.languages == ("en", "pt-BR")
    assert isinstance(config.subtitles.max_offset, float)
    assert config.player[0].url == "http://192.168.1.20:8080"
    assert config.player[0].path_map == (PathMap("/media", "smb://nas/media"),)
    assert config.group[0].players == ("Living Room",)
    assert config.job[0].options == {"engine": "builtin", "nested": {"a": [1, 2.5, True]}}
    assert config.ui.keys == {"sync": "s"}


def test_each_value_of_a_file_names_its_line(place: Place) -> None:
    loaded = place.write(FULL).load()
    expected = {
        'library."My.Films".path': 8,
        "library.Series.kind": 4,
        "subtitles.engine": 11,
        'player."Living Room".path_map': 20,
        "job.nightly.schedule": 34,
        "ui.keys": 37,
    }
    for key, line in expected.items():
        assert str(loaded.origin(key)) == f"{place.file}:{line}", key
    assert str(loaded.origin('library."My.Films".kind')) == "default"


@pytest.mark.parametrize("key", ["nothing", "subtitles.nothing", "library.Nobody.path", "", "a b", "subtitles", "x\ny"])
def test_the_origin_of_an_unknown_key_is_a_key_error(place: Place, key: str) -> None:
    with pytest.raises(KeyError):
        place.load().origin(key)


def test_each_layer_ranks_above_the_one_before(place: Place) -> None:
    place.write('[subtitles]\nengine = "alass"\njobs = 1\nmax_offset = 1\ncluster = "tcp://a:1"\n')
    place.settings('[subtitles]\njobs = 2\nmax_offset = 2\ncluster = "tcp://b:1"\n')
    environment = {"SYNCTUI_SUBTITLES__MAX_OFFSET": "3", "SYNCTUI_SUBTITLES__CLUSTER": "tcp://c:1"}
    flags = {"subtitles.cluster": "tcp://d:1", "subtitles.languages": None, "subtitles.engine": None}
    loaded = place.load(environment, flags)
    subtitles = loaded.config.subtitles
    assert (subtitles.engine, subtitles.jobs, subtitles.max_offset, subtitles.cluster) == ("alass", 2, 3, "tcp://d:1")
    assert [str(loaded.origin(f"subtitles.{key}")) for key in ("engine", "jobs", "max_offset", "cluster", "languages")] == [
        f"{place.file}:2",
        "settings.toml",
        "environment SYNCTUI_SUBTITLES__MAX_OFFSET",
        "flag --cluster",
        "default",
    ]


def test_flags_are_named_as_they_are_typed(place: Place) -> None:
    loaded = place.load(flags={"subtitles.languages": ["en", "de"], "subtitles.engine": "builtin", "subtitles.jobs": 3})
    assert loaded.config.subtitles.languages == ("en", "de")
    assert [str(loaded.origin(f"subtitles.{key}")) for key in ("languages", "engine", "jobs")] == [
        "flag --lang",
        "flag --engine",
        "flag --jobs",
    ]


def test_a_wrong_flag_is_named(place: Place) -> None:
    from synctui.errors import ConfigError

    with pytest.raises(ConfigError, match="flag --engine") as raised:
        place.load(flags={"subtitles.engine": "alas"})
    assert raised.value.hint == "did you mean alass?"


def test_the_usual_place_is_found(place: Place, own_home: Path) -> None:
    usual = place.paths.config
    assert usual == own_home / ".config" / "synctui" / "config.toml"
    usual.parent.mkdir(parents=True)
    usual.write_text("[subtitles]\njobs = 7\n")
    loaded = load(file=None, paths=place.paths, environment={})
    assert loaded.config.subtitles.jobs == 7
    assert loaded.file == usual


def test_a_named_file_that_is_missing_is_an_error_and_the_usual_one_is_not_read(place: Place) -> None:
    place.paths.config.parent.mkdir(parents=True)
    place.paths.config.write_text("[subtitles]\njobs = 7\n")
    checked = place.check()
    assert [problem.message for problem in checked.problems] == ["there is no such file"]


def test_settings_change_fields_of_the_users_tables_and_add_tables(place: Place) -> None:
    place.write('[[library]]\nname = "A"\npath = "/a"\n')
    place.settings('[[library]]\nname = "A"\nkind = "movies"\n[[library]]\nname = "B"\npath = "/b"\n')
    loaded = place.load()
    assert loaded.config.roots() == (LibraryRoot("A", "/a", "movies"), LibraryRoot("B", "/b"))
    assert str(loaded.origin("library.A.path")).endswith("config.toml:3")
    assert str(loaded.origin("library.A.kind")) == str(loaded.origin("library.B.path")) == "settings.toml"


def test_settings_of_a_table_that_the_user_removed_are_left_out(place: Place) -> None:
    place.settings('[[player]]\nname = "Old"\nenabled = false\n[[library]]\nname = "A"\npath = "/a"\n')
    loaded = place.load()
    assert loaded.config.player == ()
    assert len(loaded.config.library) == 1
    assert loaded.warnings == ("settings.toml changes player.Old, which is not there any more",)


def test_settings_of_a_newer_version_do_not_stop_this_one(place: Place) -> None:
    place.settings("[subtitles]\nnew_key = 3\njobs = 2\n[future]\nx = 1\n")
    loaded = place.load()
    assert loaded.config.subtitles.jobs == 2
    assert len(loaded.warnings) == 2


def test_damaged_settings_say_how_to_go_on(place: Place) -> None:
    error = place.settings("[subtitles\n").error()
    assert error.file == place.paths.settings
    assert "delete it" in error.hint


def test_a_byte_order_mark_and_windows_line_ends_are_read(place: Place) -> None:
    place.write(b'\xef\xbb\xbf[subtitles]\r\nengine = "alass"\r\n')
    loaded = place.load()
    assert loaded.config.subtitles.engine == "alass"
    assert str(loaded.origin("subtitles.engine")) == f"{place.file}:2"


def test_an_empty_file_and_dev_null_are_the_defaults(place: Place) -> None:
    assert place.write("").load().config == Config()
    assert load(file=Path(os.devnull), paths=place.paths, environment={}).config == Config()


def test_notes_tell_of_sections_that_nothing_reads_yet(place: Place) -> None:
    loaded = place.write('[metadata]\nurl = "http://localhost:32400"\n[players]\n').load()
    assert loaded.warnings == ()
    assert loaded.notes == (f"{place.file}:1: [metadata] is not used by this version yet",)


def test_the_digest_changes_with_what_matters_only(place: Place) -> None:
    def digest(text: str) -> str:
        return place.write(text).load().config.digest()

    plain = digest("")
    assert digest("# a comment\n[subtitles]\njobs = 0\n") == plain
    assert digest("[ui]\nmouse = false\n") == plain
    assert digest("[subtitles]\njobs = 1\n") != plain
    first, second = digest('[stash]\napi_key = "one"\n'), digest('[stash]\napi_key = "two"\n')
    assert len({plain, first, second}) == 3
    config = place.write('[stash]\napi_key = "one"\n').load().config
    assert config.digest("subtitles") == Config().digest("subtitles")
    assert "one" not in config.digest()


def test_a_library_inside_another_is_doubted(place: Place) -> None:
    place.write(
        '[[library]]\nname = "All"\npath = "/media"\n[[library]]\nname = "Films"\npath = "/media/films"\n'
        '[[library]]\nname = "Other"\npath = "/media2"\n'
    )
    (warning,) = place.load().warnings
    assert warning == "library Films lies in library All: what is in both is looked at twice"
