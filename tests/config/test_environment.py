"""Environment variables as configuration."""

from __future__ import annotations

import pytest

from synctui.config.schema import PathMap
from tests.config.making import Place

PLAYERS = "".join(
    f'[[player]]\nname = "{name}"\nkind = "kodi"\nurl = "http://a"\n' for name in ("Living Room", "bed", "Küche")
)


@pytest.mark.parametrize(
    ("variable", "text", "key", "value"),
    [
        ("SYNCTUI_SUBTITLES__ENGINE", "alass", "subtitles.engine", "alass"),
        ("SYNCTUI_SUBTITLES__JOBS", "3", "subtitles.jobs", 3),
        ("SYNCTUI_SUBTITLES__JOBS", " 3 ", "subtitles.jobs", 3),
        ("SYNCTUI_SUBTITLES__MAX_OFFSET", "12.5", "subtitles.max_offset", 12.5),
        ("SYNCTUI_SUBTITLES__LANGUAGES", '["en", "de"]', "subtitles.languages", ("en", "de")),
        ("SYNCTUI_SUBTITLES__CLUSTER", "tcp://nas:8786", "subtitles.cluster", "tcp://nas:8786"),
        ("SYNCTUI_YOUTUBE__CLIENT_ID", "[not toml", "youtube.client_id", "[not toml"),
        ("SYNCTUI_YOUTUBE__CLIENT_ID", "123", "youtube.client_id", "123"),
        ("SYNCTUI_YOUTUBE__CLIENT_ID", "true", "youtube.client_id", "true"),
    ],
)
def test_a_variable_sets_a_value(place: Place, variable: str, text: str, key: str, value: object) -> None:
    loaded = place.load({variable: text})
    section, _, name = key.partition(".")
    assert getattr(getattr(loaded.config, section), name) == value
    assert str(loaded.origin(key)) == f"environment {variable}"


def test_tables_are_addressed_by_their_names_in_upper_case(place: Place) -> None:
    place.write(PLAYERS)
    loaded = place.load(
        {
            "SYNCTUI_PLAYER__LIVING_ROOM__TOKEN": "t1",
            "SYNCTUI_PLAYER__BED__PATH_MAP": '[{from = "/a", to = "/b"}]',
            "SYNCTUI_PLAYER__K_CHE__ENABLED": "false",
        }
    )
    living, bed, kitchen = loaded.config.player
    assert (living.token.reveal(), bed.path_map, kitchen.enabled) == ("t1", (PathMap("/a", "/b"),), False)
    assert str(loaded.origin('player."Living Room".token')) == "environment SYNCTUI_PLAYER__LIVING_ROOM__TOKEN"


def test_a_name_with_two_blanks_is_still_found(place: Place) -> None:
    place.write('[[player]]\nname = "a -- b"\nkind = "kodi"\nurl = "http://a"\n')
    assert not place.load({"SYNCTUI_PLAYER__A____B__ENABLED": "false"}).config.player[0].enabled


def test_two_names_that_look_the_same_to_a_variable_collide(place: Place) -> None:
    place.write('[[library]]\nname = "my films"\npath = "/a"\n[[library]]\nname = "my-films"\npath = "/b"\n')
    assert len(place.load().config.library) == 2
    error = place.error({"SYNCTUI_LIBRARY__MY_FILMS__PATH": "/c"})
    assert error.message == "could mean my films and my-films"
    assert error.key == "environment SYNCTUI_LIBRARY__MY_FILMS__PATH"


@pytest.mark.parametrize(
    ("variable", "text", "message", "hint"),
    [
        ("SYNCTUI_SUBTITLES__ENGIN", "alass", "unknown key", "did you mean engine?"),
        ("SYNCTUI_SUBTITELS__ENGINE", "alass", "unknown section", "did you mean SYNCTUI_SUBTITLES__"),
        ("SYNCTUI_SUBTITLES__engine", "alass", "unknown key", "did you mean engine?"),
        ("SYNCTUI_SUBTITLES__ENGINE", "alas", "none of auto", "did you mean alass?"),
        ("SYNCTUI_SUBTITLES__JOBS", "many", "whole number, not text", ""),
        ("SYNCTUI_SUBTITLES__JOBS", "1\nx = 2", "whole number, not text", ""),
        ("SYNCTUI_SUBTITLES__LANGUAGES", "en", "wants a list", '["en"]'),
        ("SYNCTUI_LIBRARY__PATH", "/a", "name is missing", "SYNCTUI_LIBRARY__NAME__PATH"),
        ("SYNCTUI_PLAYER__BET__TOKEN", "t", "no [[player]] with this name", "did you mean BED?"),
        ("SYNCTUI_PLAYER__BED__NAME", "x", "cannot be changed", ""),
        ("SYNCTUI_PLAYER__BED__TOKEN", "a\r\nX-Evil: 1", "line break", ""),
    ],
)
def test_what_is_wrong_names_the_variable(place: Place, variable: str, text: str, message: str, hint: str) -> None:
    error = place.write(PLAYERS).error({variable: text})
    assert error.key == f"environment {variable}"
    assert message in error.message
    assert hint in error.hint


def test_other_variables_of_ours_and_empty_ones_are_not_configuration(place: Place) -> None:
    loaded = place.load(
        {"SYNCTUI_FAILPOINT": "x:1", "SYNCTUI": "x", "SYNCTUI_": "x", "XSYNCTUI_A__B": "x", "SYNCTUI_SUBTITLES__JOBS": ""}
    )
    assert {str(loaded.origins.get(key, "default")) for key, _, _ in loaded.values()} == {"default"}


def test_a_name_that_is_not_utf_8_may_come_in_a_variable(place: Place) -> None:
    place.write('[[library]]\nname = "a"\npath = "/a"\n')
    assert place.load({"SYNCTUI_LIBRARY__A__PATH": "/caf\udce9"}).config.roots()[0].path == "/caf\udce9"
