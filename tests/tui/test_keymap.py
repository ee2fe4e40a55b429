"""Keys: one table for the screens, `[ui.keys]` and the documentation."""

from __future__ import annotations

from pathlib import Path

import pytest

from synctui.tui.commands.document import BEGIN, END, document
from synctui.tui.commands.keymap import Keymap
from synctui.tui.commands.table import COMMANDS, PLACES

README = Path(__file__).parents[2] / "README.md"


def test_the_table_is_in_order() -> None:
    keymap = Keymap.of({})
    assert keymap.problems == ()
    assert len({(one.place, one.id) for one in COMMANDS}) == len(COMMANDS)
    for command in COMMANDS:
        assert command.place in PLACES
        assert command.keys, command
        assert command.help.endswith("."), command
        assert len(command.label) <= 24, command


def test_every_place_reaches_help_the_palette_and_the_way_out() -> None:
    keymap = Keymap.of({})
    for place in PLACES:
        for key, id in {"?": "help", ":": "palette", "q": "quit", "escape": "back"}.items():
            found = keymap.command(place, key)
            assert found is not None
            assert found.id == id, (place, key)


def test_a_command_gets_another_key_everywhere_or_in_one_place() -> None:
    keymap = Keymap.of({"sync": "A F5", "jobs.undo": "ctrl-Y", "undo": "U"})
    sync = keymap.command("library", "A")
    assert sync is not None
    assert sync.id == "sync"
    assert keymap.command("library", "f5") == sync
    assert keymap.command("library", "s") is None
    assert [keymap.command(place, key).id for place, key in (("jobs", "ctrl+y"), ("job", "U"))] == ["undo", "undo"]  # type: ignore[union-attr]
    assert keymap.problems == ()


def test_no_key_takes_a_command_its_keys() -> None:
    keymap = Keymap.of({"library.rescan": ""})
    assert keymap.command("library", "R") is None
    found = keymap.find("library", "rescan")
    assert found is not None
    assert found.keys == ()


@pytest.mark.parametrize(
    ("keys", "says"),
    [
        ({"snyc": "x"}, "there is no command snyc; did you mean sync?"),
        ({"library.snyc": "x"}, "did you mean library.sync?"),
        ({"\x1b[31m": "x"}, "there is no command ␛[31m"),
        ({"library.sync": "u"}, "u is both “unmark all” and “sync” (library)"),
        ({"help": "s"}, "“help” (s) cannot be reached in library"),
        ({"sync": "ctrl-m"}, "terminals send the same for ctrl+m and enter"),
        ({"sync": "hyper+q"}, "there is no key with this name"),
        ({"sync": "\u202e"}, "there is no key with this name"),
    ],
)
def test_what_cannot_be_followed_is_said(keys: dict[str, str], says: str) -> None:
    problems = Keymap.of(keys).problems
    assert any(says in problem for problem in problems), problems
    assert all(problem.isprintable() for problem in problems)


def test_a_key_that_is_none_leaves_the_command_its_own() -> None:
    found = Keymap.of({"sync": "hyper+q"}).command("library", "s")
    assert found is not None
    assert found.id == "sync"


def test_readme_has_the_keys_of_the_table() -> None:
    text = README.read_text()
    assert text.count(BEGIN) == text.count(END) == 1
    shown = text.split(BEGIN)[1].split(END)[0].strip()
    assert shown == document().strip(), "print it with `python -m synctui.tui.commands`"
