"""`config init` writes a file that can never drift from the schema."""

from __future__ import annotations

import re

from synctui.config.schema import NAMED, SECTIONS, Config, settings_of
from synctui.config.secrets import Secret
from synctui.config.template import template
from tests.config.making import Place

UNCOMMENTED = re.compile(r"(?m)^#(?=[\[\w])")


def test_as_it_is_it_gives_the_defaults(place: Place) -> None:
    loaded = place.write(template()).load()
    assert loaded.config == Config()
    assert (loaded.warnings, loaded.notes) == ((), ())
    assert {str(loaded.origins.get(key, "default")) for key, _, _ in loaded.values()} == {"default"}


def test_with_every_default_uncommented_it_gives_the_defaults_and_the_examples(place: Place) -> None:
    loaded = place.write(UNCOMMENTED.sub("", template())).load()
    for section in SECTIONS:
        if section not in NAMED:
            assert getattr(loaded.config, section) == getattr(Config(), section)
        else:
            assert len(getattr(loaded.config, section)) == 1
    assert all(loaded.origins[key].layer == "file" for key, _, _ in loaded.values())


def test_every_key_of_the_contract_is_in_it() -> None:
    contract = {
        "library": "name path kind",
        "subtitles": "engine languages max_offset jobs ignore detector cluster",
        "stash": "url api_key path_map conflict full_schedule incremental_interval on_scan page_size in_flight brake_share "
        "timeout",
        "players": "enabled auto_sync sync_interval targeted_updates clean_deleted send_notifications batch_size timeout "
        "retry_attempts refresh_changed empty_trash",
        "player": "name kind url username password token enabled priority path_map auto_sync sync_interval targeted_updates "
        "clean_deleted send_notifications batch_size timeout retry_attempts refresh_changed empty_trash",
        "group": "name players mode continue_on_error",
        "youtube": "client_id client_secret daily_limit reserve protected",
        "metadata": "url token sections strict_matching preserve_plex_edits",
        "job": "name kind targets options schedule confirm then",
        "ui": "theme keys refresh_hz mouse",
    }
    assert {section: " ".join(settings_of(section)) for section in SECTIONS} == contract
    for section, keys in contract.items():
        for key in keys.split():
            assert f"\n#{key} = " in template(), (section, key)


def test_every_key_is_documented_in_lines_that_fit() -> None:
    for section in SECTIONS:
        for setting in settings_of(section).values():
            assert setting.option.doc.rstrip(".") != setting.option.doc, (section, setting.name)
            assert setting.type not in (int, float) or None not in (setting.option.low, setting.option.high)
    assert max(len(line) for line in template().splitlines()) <= 125


def test_no_secret_has_a_default() -> None:
    for section in SECTIONS:
        for setting in settings_of(section).values():
            assert not setting.secret or setting.default == Secret()
