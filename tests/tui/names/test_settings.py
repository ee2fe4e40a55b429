"""What a configuration may hold, through the settings, their questions, and what is said of them."""

from __future__ import annotations

import json
import unicodedata
from pathlib import Path

import pytest

from synctui.text import display
from synctui.tui.screens.settings.screen import SettingsScreen
from tests.hostile_names import FILE_NAMES, HOSTILE_NAMES
from tests.tui.names import media
from tests.tui.names.media import is_text
from tests.tui.names.sight import Sight, column_of, missing, on_top, settled, to_the_end
from tests.tui.stage import stage

SIZES = ((80, 24), (140, 45))


def may_name_a_library(name: str) -> bool:
    """Tell whether the configuration takes a name: no control characters, no blanks at its ends, not too long."""
    return is_text(name) and name == name.strip() and len(name) <= 200 and all(unicodedata.category(c) != "Cc" for c in name)


async def test_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))  # engines of others take seconds to say their versions
    libraries: dict[str, str] = {}
    for number, entry in enumerate(FILE_NAMES):
        if not is_text(entry.name):
            continue
        folder = tmp_path / "media" / entry.name
        folder.mkdir(parents=True, exist_ok=True)
        libraries[entry.name if may_name_a_library(entry.name) else f"Library {number}"] = str(folder)
    texts = [entry.name for entry in HOSTILE_NAMES if is_text(entry.name)]
    keys = "".join(f"{json.dumps(one, ensure_ascii=False)} = {json.dumps(one, ensure_ascii=False)}\n" for one in texts)
    ignored = ", ".join(json.dumps(one, ensure_ascii=False) for one in texts if may_name_a_library(one))
    more = f'[subtitles]\nignore = [{ignored}]\n[ui]\ntheme = "[red]\u202e"\n[ui.keys]\n{keys}'.replace("\x7f", "\\u007f")
    async with stage(tmp_path, libraries={}, config=media.config(libraries, more)) as s:
        sight = Sight(s.app)
        await settled(s, lambda: s.rows.source.count() == len(libraries))
        assert not missing(await to_the_end(s, sight), [display(name) for name in libraries])
        await s.press("M")
        said = await to_the_end(s, sight)
        assert not missing(["".join(said)], ["[red]\\u202e"])
        await s.press("escape", ",")
        await settled(s, lambda: isinstance(s.app.screen, SettingsScreen))
        settings = s.place
        assert isinstance(settings, SettingsScreen)
        for size in SIZES:
            await s.pilot.resize_terminal(*size)
            await settled(s)
            rows = await to_the_end(s, sight)
            assert not missing(rows, [display(name) for name in libraries])
            origins = [line.partition("│")[0] for line in rows if line.startswith(("     ", " >   "))]
            assert len(column_of(origins, "config.toml line")) == 1
            sight.picture()
            for at in range(1, s.rows.source.count(), 4):
                s.rows.move_to(at)
                await on_top(s, settings)
                sight.look()
        # Questions about a library, and about a list that is typed.
        for at in range(1, 6):
            s.rows.move_to(at)
            await s.press("enter")
            await settled(s, lambda: s.app.screen is not settings, idle=False)
            sight.look()
            await s.press("escape")
            await settled(s, lambda: s.app.screen is settings, idle=False)
        s.rows.move_to(next(at for at, one in enumerate(settings._entries.all) if one.label == "left alone"))
        await s.press("enter")
        await settled(s, lambda: s.app.screen is not settings, idle=False)
        sight.look()
