"""Everything that can be wrong with a configuration ends in one sentence with file, line and key."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.config.making import Place

PLAYER = '[[player]]\nname = "A"\nkind = "kodi"\nurl = "http://a"\n'

WRONG = [
    # text, line, key, part of the message, part of the hint
    ('[subtitles]\nengine = "alas"\n', 2, "subtitles.engine", "none of auto, builtin, alass, ffsubsync", "alass"),
    ("[subtitles]\nengine = 3\n", 2, "subtitles.engine", "a number is none of", ""),
    ("[subtitles]\n\nengin = 'auto'\n", 3, "subtitles.engin", "unknown key", "did you mean engine?"),
    ("[subtitels]\njobs = 1\n", 1, "subtitels", "unknown section", "did you mean subtitles?"),
    ("# x\nmax_offset = 3\n", 2, "max_offset", "outside its section", "below [subtitles]"),
    ("subtitles = 3\n", 1, "subtitles", "wants a table", "[subtitles]"),
    ("[subtitles]\njobs = true\n", 2, "subtitles.jobs", "whole number, not true or false", ""),
    ('[subtitles]\njobs = "2"\n', 2, "subtitles.jobs", "whole number, not text", ""),
    ("[subtitles]\njobs = 1.5\n", 2, "subtitles.jobs", "whole number", ""),
    ("[subtitles]\njobs = -1\n", 2, "subtitles.jobs", "from 0 to 256", ""),
    ("[subtitles]\nmax_offset = 0\n", 2, "subtitles.max_offset", "from 1 to 7200", ""),
    ("[subtitles]\nmax_offset = inf\n", 2, "subtitles.max_offset", "from 1 to 7200", ""),
    ("[subtitles]\nmax_offset = nan\n", 2, "subtitles.max_offset", "from 1 to 7200", ""),
    ("[subtitles]\nmax_offset = 2026-01-01\n", 2, "subtitles.max_offset", "not a date or time", ""),
    ('[subtitles]\nlanguages = "en"\n', 2, "subtitles.languages", "wants a list", '["en"]'),
    ('[subtitles]\nlanguages = [\n  "en",\n  "english",\n]\n', 2, "subtitles.languages", "no language code", "en, de"),
    ("[subtitles]\nlanguages = [1]\n", 2, "subtitles.languages", "wants text", ""),
    ('[subtitles]\nignore = [""]\n', 2, "subtitles.ignore", "empty text", ""),
    ('[subtitles]\nignore = ["a\\nb"]\n', 2, "subtitles.ignore", "control character", ""),
    ('[library]\nname = "a"\n', 1, "library", "double brackets", "[[library]]"),
    ("library = [1]\n", 1, "library", "double brackets", ""),
    ('[[library]]\npath = "/a"\n', 1, "library", "name is missing", ""),
    ('[[library]]\nname = ""\npath = "/a"\n', 2, "library.name", "empty", ""),
    ('[[library]]\nname = " a "\npath = "/a"\n', 2, "library.name", "blanks", ""),
    ('[[library]]\nname = 3\npath = "/a"\n', 2, "library.name", "wants text", ""),
    ('[[library]]\nname = "a"\n', 1, "library.a", "path is missing", ""),
    ('[[library]]\nname = "a"\npath = "media"\n', 3, "library.a.path", "absolute", "~"),
    ('[[library]]\nname = "a"\npath = "/a\\u0000"\n', 3, "library.a.path", "NUL", ""),
    ('[[library]]\nname = "a"\npath = "/a"\n\n[[library]]\nname = "a"\npath = "/b"\n', 6, "library.a", "another", ""),
    (
        '[[library]]\nname = "a"\npath = "/a"\n[[library]]\nname = "b"\npath = "/a/"\n',
        6,
        "library.b.path",
        "folder of a",
        "",
    ),
    (
        '[[library]]\nname = "a"\npath = "/a"\n[[library]]\nname = "b c"\npaht = "/b"\n',
        6,
        'library."b c".paht',
        "unknown key",
        "path",
    ),
    (PLAYER + 'priority = "high"\n', 5, "player.A.priority", "whole number", ""),
    ('[[player]]\nname = "A"\nkind = "kodi"\nurl = "nas:8080"\n', 4, "player.A.url", "not an address", "http://"),
    ('[[player]]\nname = "A"\nkind = "kodi"\nurl = "http://me:pw@nas"\n', 4, "player.A.url", "password", "never shown"),
    ('[[player]]\nname = "A"\nkind = "kodi"\nurl = "http://nas:99999"\n', 4, "player.A.url", "not an address", ""),
    (PLAYER + 'path_map = [{form = "/a", to = "b"}]\n', 5, "player.A.path_map", "unknown key form", "from"),
    (PLAYER + 'path_map = [{from = "/a"}]\n', 5, "player.A.path_map", "wants text, not nothing", ""),
    (PLAYER + 'path_map = ["/a"]\n', 5, "player.A.path_map", "tables with from and to", ""),
    (PLAYER + 'token = "x"\ntoken_file = "/t"\n', 6, "player.A.token_file", "given twice", ""),
    (PLAYER + 'token = "a\\nb"\n', 5, "player.A.token", "line break", ""),
    (PLAYER + "token = 5\n", 5, "player.A.token", "wants text", ""),
    (PLAYER + 'tokn = "secret"\n', 5, "player.A.tokn", "unknown key", "token"),
    (PLAYER + '[[group]]\nname = "g"\nplayers = ["B"]\n', 7, "group.g.players", "no player B", ""),
    ('[[job]]\nname = "j"\nkind = "subtitle"\n', 3, "job.j.kind", "none of", "subtitles"),
    ('[[job]]\nname = "stash"\nkind = "subtitles"\n', 1, "job.stash", "name of a sync kind", ""),
    ('[[job]]\nname = "j"\nkind = "stash"\nschedule = "daily"\n', 4, "job.j.schedule", "cron", "30 3 * * *"),
    ('[[job]]\nname = "j"\nkind = "stash"\nthen = ["k"]\n', 4, "job.j.then", "no job or kind k", ""),
    ('[[job]]\nname = "j"\nkind = "stash"\nthen = ["j"]\n', 4, "job.j.then", "lead back", ""),
    ('[[job]]\nname = "j"\nkind = "stash"\noptions = {when = 2026-01-01}\n', 4, "job.j.options", "a date or time", ""),
    ("[ui]\nkeys = {sync = 3}\n", 2, "ui.keys", "wants text", ""),
    ("[ui]\nrefresh_hz = 1000\n", 2, "ui.refresh_hz", "from 0.2 to 30", ""),
    ('ui.mouse = "no"\n', 1, "ui.mouse", "true or false", ""),
    ('"ui"."mo\\u0075se" = 1\n', 1, "ui.mouse", "true or false", ""),
    # TOML itself
    ("[subtitles]\nengine = \n", 2, None, "not TOML", "toml.io"),
    ("[subtitles]\njobs = 1\njobs = 2\n", 3, None, "not TOML", ""),
    ("[subtitles]\n[subtitles]\n", 2, None, "not TOML", ""),
    ('[subtitles]\ncluster = "a', 2, None, "not TOML", ""),
    ('[subtitles]\ncluster = "nas:8786"\n', 2, "subtitles.cluster", "not a scheduler's address", "tcp://nas:8786"),
    ('[subtitles]\ncluster = "tcp://nas"\n', 2, "subtitles.cluster", "not a scheduler's address", "port"),
    ('[subtitles]\ncluster = "http://nas:8787"\n', 2, "subtitles.cluster", "not a scheduler's address", "tls://"),
    ('[subtitles]\ncluster = "tcp://nas:99999"\n', 2, "subtitles.cluster", "not a scheduler's address", ""),
    ('[subtitles]\ncluster = "tcp://me:pw@nas:8786"\n', 2, "subtitles.cluster", "not a scheduler's address", ""),
    ("a\x00b = 1\n", 1, None, "not TOML", ""),
    ("x = " + "[" * 20000, None, None, "nested too deeply", ""),
    ("[subtitles]\njobs = " + "9" * 5000 + "\n", None, None, "not TOML", ""),
]


@pytest.mark.parametrize(("text", "line", "key", "message", "hint"), WRONG)
def test_what_is_wrong_is_named_with_line_and_key(
    place: Place, text: str, line: int | None, key: str | None, message: str, hint: str
) -> None:
    error = place.write(text).error()
    assert (error.file, error.line, error.key) == (place.file, line, key)
    assert message in error.message
    assert hint in error.hint
    assert str(error).startswith(f"{place.file}:{line}: " if line else f"{place.file}: ")


def test_every_problem_is_listed_and_the_first_says_how_many_more(place: Place) -> None:
    place.write("[subtitles]\njobs = -1\nengin = 1\n[nothing]\n")
    assert [problem.line for problem in place.check().problems] == [2, 3, 4]
    assert place.error().hint.endswith("2 more: synctui config check")


def test_a_control_character_in_a_key_never_reaches_the_terminal(place: Place) -> None:
    error = place.write('[subtitles]\n"\\u001b]0;x\\u0007" = 1\n').error()
    assert "\x1b" not in str(error)
    assert (error.line, error.message) == (2, "unknown key")


def test_a_folder(place: Place) -> None:
    place.file.mkdir()
    assert place.error().message == "is a folder"


def test_a_file_of_ten_megabytes_is_refused_at_once(place: Place) -> None:
    place.write(b"#" * 10_000_000)
    started = time.monotonic()
    assert "larger than a configuration can be" in place.error().message
    assert time.monotonic() - started < 1


def test_bytes_that_are_not_utf_8_name_their_line(place: Place) -> None:
    error = place.write(b"[subtitles]\n# caf\xe9\n").error()
    assert (error.line, error.message) == (2, "is not UTF-8 text")


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-32"])
def test_other_encodings_are_a_clean_error(place: Place, encoding: str) -> None:
    error = place.write('[subtitles]\nengine = "auto"\n'.encode(encoding)).error()
    assert error.line in (1, 2)


def test_a_named_pipe_is_not_waited_for(place: Place) -> None:
    os.mkfifo(place.file)
    assert place.error().message == "is not a regular file"


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_unreadable_file(place: Place) -> None:
    assert "Permission denied" in place.write("", mode=0).error().message


def test_a_path_through_a_file(place: Place) -> None:
    place.write("")
    below = Place(place.file / "config.toml", place.paths)
    assert [problem.message for problem in below.check().problems] == ["cannot be read: Not a directory"]


def test_a_link_that_leads_to_itself(place: Place) -> None:
    place.file.symlink_to(place.file)
    assert "cannot be read" in place.check().problems[0].message


def test_no_value_that_a_user_may_write_ends_in_a_traceback(place: Place) -> None:
    values = [
        "1",
        "-1",
        "1.5",
        "nan",
        "true",
        '""',
        '"x"',
        '"\\u0000"',
        "[]",
        "[[]]",
        '[""]',
        "{}",
        "{a=1}",
        "1979-05-27",
        "[1,2]",
    ]
    from synctui.config.schema import NAMED, SECTIONS, settings_of

    for section in SECTIONS:
        for setting in settings_of(section):
            head = f'[[{section}]]\nname = "n"\n' if section in NAMED and setting != "name" else ""
            head = head or (f"[[{section}]]\n" if section in NAMED else f"[{section}]\n")
            for value in values:
                place.write(f"{head}{setting} = {value}\n").check()


@pytest.mark.parametrize(
    "text",
    [
        "a." * 100_000 + "a = 1\n",
        "[" + "a." * 100_000 + "a]\n",
        "x = [" + "1," * 400_000 + "]\n",
        'x = """' + '"" ' * 300_000 + '"""\n',
        "".join(f"[[library]]\nname='{number}'\n" for number in range(20_000)),
        "".join(f"[[library]]\nname='{number}'\npath='/{number}'\n" for number in range(10_000)) + "[[job]]\nname='stash'\n",
    ],
    ids=["dotted key", "dotted header", "long list", "quotes", "tables", "good tables"],
)
def test_a_spiteful_file_is_answered_in_seconds(place: Place, text: str) -> None:
    started = time.monotonic()
    place.write(text[:1_000_000]).error()
    assert time.monotonic() - started < 5


def test_the_line_is_found_whatever_stands_before(place: Place, tmp_path: Path) -> None:
    before = '''\
# [subtitles] # not a header
top = 1 # "
[[job]]
name = "a]" # ]
kind = 'subtitles'
options = { text = """
[subtitles]
jobs = 3
\\""" still text
""", list = [ [1, 2], # ]
  ["]", '}'], ], other = {x.y = 1} }
[[job]]
name = """b"""
kind = "subtitles"
targets = [
  "x", # jobs = 5
  \'\'\'
jobs = 6\'\'\',
]
[ subtitles ] # header
"jobs" = -1
'''
    checked = place.write(before).check()
    assert [(problem.line, problem.key) for problem in checked.problems] == [(2, "top"), (21, "subtitles.jobs")]
