"""`synctui config path|show|check|init`."""

from __future__ import annotations

import io
import json
import stat
from pathlib import Path

import pytest

from synctui.cli.config import config_check, config_init, config_path, config_show
from synctui.config.schema import Config
from synctui.errors import ConfigError, ExitCode, StorageError, UsageError
from tests.config.making import Place


def test_path_writes_one_line(place: Place) -> None:
    out = io.StringIO()
    assert config_path(file=None, paths=place.paths, out=out) == ExitCode.DONE
    assert out.getvalue() == f"{place.paths.config}\n"
    out = io.StringIO()
    config_path(file=place.file, paths=place.paths, out=out, as_json=True)
    found = json.loads(out.getvalue())
    assert found["config"] == {"path": str(place.file)}
    assert found["exists"] is False


def test_init_writes_a_file_for_this_user_only_that_is_in_order(place: Place) -> None:
    out = io.StringIO()
    assert config_init(file=None, paths=place.paths, out=out) == ExitCode.DONE
    assert out.getvalue() == f"{place.paths.config}\n"
    assert stat.S_IMODE(place.paths.config.stat().st_mode) == 0o600
    out = io.StringIO()
    assert config_check(file=None, paths=place.paths, environment={}, out=out) == ExitCode.DONE
    assert out.getvalue() == f"{place.paths.config}: in order\n"


@pytest.mark.parametrize("there", ["file", "folder", "dangling link"])
def test_init_never_overwrites(place: Place, there: str) -> None:
    if there == "file":
        place.write("# mine\n")
    elif there == "folder":
        place.file.mkdir()
    else:
        place.file.symlink_to(place.file.with_name("nowhere"))
    with pytest.raises(UsageError, match="is there already") as raised:
        config_init(file=place.file, paths=place.paths, out=io.StringIO())
    assert raised.value.exit_code == ExitCode.USAGE
    assert "--config" in raised.value.hint
    assert there != "file" or place.file.read_text() == "# mine\n"
    assert not place.file.with_name("nowhere").exists()


def test_init_below_a_file_says_what_is_in_the_way(place: Place) -> None:
    place.write("")
    with pytest.raises((UsageError, StorageError), match="in the way"):
        config_init(file=place.file / "config.toml", paths=place.paths, out=io.StringIO())


def test_show_tells_every_value_with_its_origin(place: Place) -> None:
    place.write('[subtitles]\nengine = "alass"\n[[library]]\nname = "My Films"\npath = "/films"\n')
    out = io.StringIO()
    environment = {"SYNCTUI_SUBTITLES__JOBS": "3"}
    code = config_show(
        file=place.file, paths=place.paths, environment=environment, out=out, flags={"subtitles.languages": ["de"]}
    )
    assert code == ExitCode.DONE
    shown = {" ".join(line.split()) for line in out.getvalue().splitlines()}
    assert f'subtitles.engine = "alass" # {place.file}:2' in shown
    assert "subtitles.jobs = 3 # environment SYNCTUI_SUBTITLES__JOBS" in shown
    assert 'subtitles.languages = ["de"] # flag --lang' in shown
    assert f'library."My Films".path = "/films" # {place.file}:5' in shown
    assert "ui.refresh_hz = 4 # default" in shown


def test_what_show_writes_is_toml_of_the_same_configuration(place: Place) -> None:
    out = io.StringIO()
    config_show(file=None, paths=place.paths, environment={}, out=out)
    assert place.write(out.getvalue()).load().config == Config()


def test_show_as_json_is_one_object(place: Place) -> None:
    place.write(
        '[[player]]\nname = "A"\nkind = "kodi"\nurl = "http://a"\npassword = "pw"\npath_map = [{from = "/a", to = "b"}]\n'
    )
    out = io.StringIO()
    config_show(file=place.file, paths=place.paths, environment={}, out=out, as_json=True)
    found = json.loads(out.getvalue())
    assert out.getvalue().count("\n") == 1
    assert found["values"]["player.A.password"] == {"value": "********", "origin": f"{place.file}:5", "secret": True}
    assert found["values"]["player.A.path_map"]["value"] == [{"from": "/a", "to": "b"}]
    assert found["values"]["subtitles.max_offset"] == {"value": 240, "origin": "default"}


def test_show_of_a_wrong_configuration_is_an_error(place: Place) -> None:
    place.write("[subtitles]\njobs = -1\n")
    with pytest.raises(ConfigError):
        config_show(file=place.file, paths=place.paths, environment={}, out=io.StringIO())


def test_show_never_sends_a_control_character_to_the_terminal(place: Place) -> None:
    place.write('[ui]\ntheme = "a\\u202eb"\n[[library]]\nname = "a\\u009b31m"\npath = "/\\u001b[31m\\u007f"\n')
    checked = place.check()
    assert [problem.key for problem in checked.problems] == ["library.name"]
    place.write('[ui]\ntheme = "a\\u202eb"\n[[library]]\nname = "a\\u2028b"\npath = "/\\u001b[31m\\u007f\\u009b"\n')
    out = io.StringIO()
    config_show(file=place.file, paths=place.paths, environment={}, out=out)
    assert not set(out.getvalue()) & set("\x1b\x7f\x9b\u202e\u2028")


def test_check_lists_every_problem_with_line_key_and_hint(place: Place) -> None:
    place.write("[subtitles]\njobs = -1\nengin = 1\n")
    out = io.StringIO()
    assert config_check(file=place.file, paths=place.paths, environment={}, out=out) == ExitCode.USAGE
    assert out.getvalue().splitlines() == [
        f"error: {place.file}:2: subtitles.jobs: wants a whole number from 0 to 256",
        f"error: {place.file}:3: subtitles.engin: unknown key",
        "       did you mean engine?",
    ]
    out = io.StringIO()
    assert config_check(file=place.file, paths=place.paths, environment={}, out=out, as_json=True) == ExitCode.USAGE
    assert [(error["line"], error["key"]) for error in json.loads(out.getvalue())["errors"]] == [
        (2, "subtitles.jobs"),
        (3, "subtitles.engin"),
    ]


def test_check_tells_what_is_doubtful(place: Place) -> None:
    place.write('[metadata]\ntoken = "k"\n', mode=0o644)
    out = io.StringIO()
    assert config_check(file=place.file, paths=place.paths, environment={}, out=out) == ExitCode.DONE
    assert out.getvalue().splitlines() == [
        f"warning: {place.file} holds a secret and others may read it: chmod 600 {place.file}",
        f"note: {place.file}:1: [metadata] is not used by this version yet",
        f"{place.file}: usable",
    ]


def test_check_without_a_file_says_so(place: Place) -> None:
    out = io.StringIO()
    assert config_check(file=None, paths=place.paths, environment={}, out=out) == ExitCode.DONE
    assert out.getvalue() == "no configuration file: the defaults: in order\n"


def test_a_hostile_place_is_shown_harmlessly(tmp_path: Path, place: Place) -> None:
    hostile = tmp_path / "\x1b]0;x\x07\udcff.toml"
    out = io.StringIO()
    config_path(file=hostile, paths=place.paths, out=out)
    assert config_check(file=hostile, paths=place.paths, environment={}, out=out, as_json=False) == ExitCode.USAGE
    config_check(file=hostile, paths=place.paths, environment={}, out=out, as_json=True)
    config_init(file=hostile, paths=place.paths, out=out)
    config_show(file=hostile, paths=place.paths, environment={}, out=out, as_json=True)
    out.getvalue().encode("utf-8")
    assert "\x1b" not in out.getvalue()
