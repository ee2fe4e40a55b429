"""A session from start to finish by keys alone, through lost lines and kills: the real program on a real terminal."""

from __future__ import annotations

import contextlib
import re
import signal
import sqlite3
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.command import synctui as headless
from tests.timings import backup_of, typical_error, wordings
from tests.tiny_library import film, put_film, put_subtitle, subtitle, warm
from tests.tui.stage import written_config
from tests.tui.term import Terminal, synctui

EPISODES = 15
RUNNING = re.compile(r"▶ subtitles Series +[1-9]\d? %")


@dataclass(frozen=True)
class House:
    """A library of one series, every subtitle of it late, and the data folder of whoever looks after it."""

    folder: Path
    subtitles: tuple[Path, ...]

    @property
    def words(self) -> tuple[str, ...]:
        return f"--config={self.folder / 'config.toml'}", f"--data-dir={self.folder / 'data'}"

    def bytes(self) -> list[bytes]:
        return [path.read_bytes() for path in self.subtitles]

    def strays(self) -> list[Path]:
        known = {".mkv", ".srt", ".bak"}
        return [path for path in (self.folder / "Series").rglob("*") if path.is_file() and path.suffix not in known]


@pytest.fixture
def house(tmp_path: Path) -> House:
    made: list[Path] = []
    for number in range(1, EPISODES + 1):
        stem = tmp_path / "Series" / "The Long Orbit" / "Season 01" / f"The Long Orbit S01E{number:02d}"
        put_film(stem.with_name(stem.name + ".mkv"))
        late = subtitle(late_ms=12_000 + 10 * number)
        made.append(put_subtitle(stem.with_name(stem.name + ".en.srt"), late))
    written_config(tmp_path, {"Series": tmp_path / "Series"})
    warm(tmp_path / "data")
    return House(tmp_path, tuple(made))


def gone(processes: set[int]) -> bool:
    """Wait until processes have ended; tell whether they have."""
    deadline = time.monotonic() + 10
    while any(_lives(process) for process in processes):
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return True


def _lives(process: int) -> bool:
    try:
        with open(f"/proc/{process}/stat") as stream:
            return stream.read().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


def begin(terminal: Terminal) -> None:
    """Sync the series under the cursor, and wait until something of it is done."""
    terminal.sees("Series", f"{EPISODES} subs")
    terminal.press("s")
    terminal.sees(f"enter run {EPISODES}")
    terminal.press("enter")
    terminal.until(RUNNING.search)


def go_on(terminal: Terminal) -> None:
    """Do what the screen offers after an interruption."""
    said = terminal.sees("interrupted: subtitles Series, ", f" of {EPISODES} done; C goes on")
    assert "‖ 1 paused" in said
    terminal.press("C")


def test_a_session_through_a_lost_line_and_a_kill_syncs_everything_once_and_takes_it_back(house: House) -> None:
    planted = house.bytes()
    with synctui(*house.words) as first:
        begin(first)
        children = first.children()
        assert children
        first.close()
        assert first.ended() == 129
        assert gone(children)
    assert not house.strays()
    changed = sum(now != before for now, before in zip(house.bytes(), planted, strict=True))
    assert 0 < changed < EPISODES

    with synctui(*house.words) as second:
        go_on(second)
        second.until(lambda shown: RUNNING.search(shown))
        children = second.children()
        second.signal(signal.SIGKILL)
        assert second.ended() == 137
        assert gone(children), "workers outlive what started them"

    with synctui(*house.words) as third:
        go_on(third)
        third.sees(f"✓ subtitles Series: {EPISODES} aligned", f"{EPISODES} subtitles   all in sync", seconds=60)
        assert not house.strays()
        spoken = [cue.start for cue in film().cues]
        for path, before in zip(house.subtitles, planted, strict=True):
            assert typical_error(path.read_bytes(), spoken) < 100, path.name
            assert wordings(path.read_bytes()) == wordings(before)
            assert backup_of(path).read_bytes() == before
        third.press("J")
        third.sees(f"{EPISODES} aligned", "Z undo")
        third.press("Z")
        third.sees(f"enter run {EPISODES}", "bring back")
        third.press("enter")
        third.sees(f"{EPISODES} brought back", seconds=60)
        third.press("q")
        assert third.ended() == 0
    assert house.bytes() == planted
    jobs = headless("jobs", f"--data-dir={house.folder / 'data'}").of("job")
    assert [job["state"] for job in jobs] == ["completed", "completed"]


def test_signals_end_it_with_their_code_after_the_commit_point_and_the_shell_is_told_how_to_go_on(house: House) -> None:
    with synctui(*house.words, size=(250, 24)) as terminal:
        begin(terminal)
        terminal.press("q")
        terminal.sees("A job is running", "stay", "pause and quit")
        terminal.press("enter")  # the safe choice
        terminal.until(lambda shown: "A job is running" not in shown)
        terminal.press("q")
        terminal.sees("A job is running")
        terminal.press("q")
        assert terminal.ended() == 0
        told = terminal.text
    assert f"of {EPISODES} done" in told and "--run subtitles --resume=1" in told
    before = house.bytes()
    with synctui(*house.words) as terminal:
        go_on(terminal)
        terminal.until(lambda shown: RUNNING.search(shown) and house.bytes() != before)
        terminal.signal(signal.SIGTERM)
        assert terminal.ended() == 143
        assert "paused: subtitles Series" in terminal.text
    with synctui(*house.words) as terminal:
        go_on(terminal)
        terminal.until(lambda shown: terminal.children() and RUNNING.search(shown))
        children = terminal.children()
        terminal.signal(signal.SIGINT)
        terminal.until(lambda shown: "stopping" in shown or terminal.process.poll() is not None)
        if terminal.process.poll() is None:
            terminal.signal(signal.SIGINT)  # no patience
        assert terminal.ended(10) == 130
        assert gone(children)
        assert b"\x1b[?1049l" in terminal.written, "the shell has its terminal back"
    assert not house.strays()
    with synctui(*house.words) as terminal:
        terminal.sees("interrupted: subtitles Series")


def test_a_terminal_that_is_gone_without_a_signal_is_noticed(house: House) -> None:
    with synctui(*house.words, controlling=False) as terminal:
        terminal.sees("The Long Orbit")
        terminal.close()
        assert terminal.ended(10) == 129


@pytest.mark.parametrize("damage", ["newer", "damaged"])
def test_a_database_that_cannot_be_used_is_told_in_the_shell(house: House, damage: str) -> None:
    database = house.folder / "data" / "synctui.db"
    if damage == "newer":
        with contextlib.closing(sqlite3.connect(database)) as connection:
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA user_version = 9999")
    else:
        database.write_bytes(b"this is no database" * 1000)
    before = database.read_bytes()
    with synctui(*house.words) as terminal:
        assert terminal.ended(20) == 12
        said = "".join(terminal.lines())
    assert "synctui: the database" in said and ("update SyncTUI" if damage == "newer" else "nothing was overwritten") in said
    assert database.read_bytes() == before


def test_a_data_folder_that_cannot_be_is_told_in_the_shell(house: House) -> None:
    with synctui(house.words[0], "--data-dir=/proc/nowhere") as terminal:
        assert terminal.ended(20) == 13
        assert "synctui: " in terminal.text


def test_a_dumb_terminal_is_told_how_to_do_without(house: House) -> None:
    with synctui(*house.words, environment={"TERM": "dumb"}) as terminal:
        assert terminal.ended(20) == 2
        assert "--run subtitles" in terminal.text
