"""What really reaches a terminal: the bytes that the program writes over a library of hostile names."""

from __future__ import annotations

import base64
import os
import re
from pathlib import Path

from synctui.text import display
from tests.hostile_names import FILE_NAMES
from tests.tiny_library import subtitle, warm
from tests.tui.names import media
from tests.tui.names.sight import bash_reads, harmful, missing
from tests.tui.term import synctui

_SEQUENCE = re.compile(
    r"\x1b\[[0-9;:?<>=$!]*(?P<end>[ -/]*[@-~])"
    r"|\x1b\](?P<osc>[^\x07\x1b]*)(?:\x07|\x1b\\)"
    r"|\x1b(?P<other>.)",
    re.DOTALL,
)


def test_the_stream_of_a_session(tmp_path: Path) -> None:
    films = str(tmp_path / "media" / media.FILMS_FOLDER)
    subtitles = media.put_films(films, subtitle(late_ms=media.LATE))
    config = tmp_path / "config.toml"
    config.write_text(media.config({media.FILMS_NAME: films}))
    data = warm(tmp_path / "data")
    seen: list[str] = []
    with synctui("--config", config, "--data-dir", data, "--jobs", "2") as terminal:
        terminal.sees(f"{len(subtitles)} subtitles", "␛]0;owned␇")
        for _ in range(3):
            seen += terminal.lines()
            terminal.press("\x04")
            terminal.settle(0.1)
        seen += terminal.lines()
        assert not missing(seen, [display(media.stem(entry)) for entry in FILE_NAMES])
        terminal.press("g", "j", "y", "d")
        terminal.sees("Details", "not checked yet", "audio 1")
        terminal.press("escape")
        terminal.until(lambda text: "Details" not in text)
        terminal.press("space", "space", "s")
        terminal.sees("2 subtitles: 2 to align")
        terminal.press("enter")
        terminal.sees("2 aligned", seconds=60)
        terminal.press("J")
        terminal.sees("finished today")
        terminal.press("enter")
        terminal.sees("␛[31mred␛[0m.en.srt")
        terminal.press("enter")
        terminal.sees("offset along the film", "copy path")
        terminal.press("y")
        terminal.sees("was sent to your terminal's clipboard")
        terminal.press("q")
        assert terminal.ended() == 0
    first = next(one for one in subtitles if one.name.endswith("gone.en.srt"))
    check(bytes(terminal.written), [os.fsencode(one) for one in (first.with_name(first.name[:-7] + ".mkv"), first)])


def check(written: bytes, paths: list[bytes]) -> None:
    """Assert that no sequence and no control character in a stream came from a name, and that it copied these paths."""
    stream = written.decode("utf-8")  # raises where bytes of a name that is no text came through
    sequences = list(_SEQUENCE.finditer(stream))
    assert {one["end"] for one in sequences if one["end"]} <= set("mHhlpu")
    assert not [one[0] for one in sequences if one["other"]]
    commands = [one["osc"] for one in sequences if one["osc"]]
    copied = [one.removeprefix("52;c;") for one in commands if one.startswith("52;c;")]
    # 22 is the shape of the mouse pointer: Textual's own, and never with anything in it but a word.
    assert all(re.fullmatch(r"22;[a-z-]*|52;c;[A-Za-z0-9+/=]*", one) for one in commands)
    words = [base64.b64decode(one).decode() for one in copied]
    assert bash_reads(words) == paths
    for entry in FILE_NAMES:
        if harmful(entry.name):
            assert entry.raw not in written
    assert not harmful(re.sub(r"[\r\n]", "", _SEQUENCE.sub("", stream)))
