"""The first start on a real terminal, by keys alone: no configuration, a library by its path, and what was chosen stays."""

from __future__ import annotations

from pathlib import Path

from tests.tui.stage import put_series
from tests.tui.term import synctui


def test_from_nothing_to_a_library_that_stays(tmp_path: Path) -> None:
    put_series(tmp_path / "my media" / "Shows")
    (tmp_path / "my media" / "zz\x1b]52;c;Y3VybA==\x07").mkdir()
    words = ("--data-dir", tmp_path / "data")
    environment = {"XDG_CONFIG_HOME": str(tmp_path / "none"), "HOME": str(tmp_path)}
    with synctui(*words, environment=environment) as terminal:
        terminal.sees("SyncTUI keeps your media library in sync.", "synctui --demo", "add a library")
        terminal.press("enter")
        terminal.sees("Where is it?", "tab completes")
        terminal.press("~", "/", "m", "tab")
        terminal.sees("~/my media/")
        terminal.press("tab")
        terminal.sees("2 begin like this", "  Shows/", "  zz␛]52;c;Y3VybA==␇/")
        terminal.press("s", "h", "tab")
        terminal.sees("~/my media/Shows/")
        terminal.press("enter")
        terminal.sees("What do you call it?", "4 videos, 4 subtitles")
        terminal.press("enter")
        terminal.sees("What is in Shows?")
        terminal.press("enter")
        terminal.sees("Shows added: 4 videos, 4 subtitles", "The Long Orbit")
        assert b"\x1b[?1000h" in terminal.written
        assert b"\x1b[?1000l" not in terminal.written
        terminal.press(",")
        terminal.sees("Looks", "colours")
        terminal.press(*"jjjjjjjjjjjj")
        terminal.sees("Let the mouse be used.")
        terminal.press("enter")
        terminal.sees("mouse: off")
        terminal.until(lambda shown: b"\x1b[?1000l" in terminal.written)
        terminal.press("q")
        assert terminal.ended() == 0
        assert b"\x1b]52" not in terminal.written
    with synctui(*words, environment=environment) as terminal:
        terminal.sees("The Long Orbit", "4 to check")
        assert b"\x1b[?1000h" not in terminal.written
        terminal.press("q")
        assert terminal.ended() == 0
