"""The players on a real terminal: typed, drawn in ASCII too, silent while nothing happens, and no secret in any byte."""

from __future__ import annotations

from pathlib import Path

from tests.tui.stage import written_config
from tests.tui.term import synctui

TOKEN = "made-up-token-4711"


def test_players_on_a_terminal(tmp_path: Path) -> None:
    library = tmp_path / "Films"
    library.mkdir()
    file = written_config(
        tmp_path,
        {"Films": library},
        f'[[player]]\nname = "Attic"\nkind = "jellyfin"\nurl = "http://127.0.0.1:9"\ntoken = "{TOKEN}"\n',
    )
    with synctui(f"--config={file}", f"--data-dir={tmp_path / 'data'}", "--ascii") as terminal:
        terminal.sees("Library", "Players")
        terminal.press("P")
        terminal.sees("0 of 1 online", "> Attic", "Jellyfin", "not asked")
        terminal.settle(0.3)
        assert terminal.quiet(1.5) == 0
        terminal.press("t")
        terminal.sees("offline", "Attic is off", "nobody answers at its address")
        terminal.resize(60, 15)
        terminal.settle(0.3)
        terminal.sees("Attic", "offline")
        terminal.resize(160, 48)
        terminal.settle(0.3)
        terminal.sees("| Attic")
        terminal.press("?")
        terminal.sees("Tell the player, or those marked")
        terminal.press("escape")
        terminal.sees("0 of 1 online")
        terminal.press(":")
        terminal.settle(0.3)
        terminal.press(*"mapping")
        terminal.sees("test mapping")
        terminal.press("escape")
        terminal.settle(0.3)
        terminal.sees("sync now")
        terminal.press("q")
        assert terminal.ended() == 0
        assert TOKEN.encode() not in terminal.written
    for log in (tmp_path / "data").rglob("*.log*"):
        assert TOKEN not in log.read_text("utf-8", "replace")
