"""A catalogue on a simulated server, the command over it with a clock of its own, and what must be true after any answer."""

from __future__ import annotations

import asyncio
import contextlib
import io
import json
import logging
import shutil
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import certifi
import pytest

from synctui.cli.main import main
from synctui.simulators.stash.filling import fill
from synctui.simulators.stash.library import Library
from synctui.simulators.stash.server import StashSimulator
from synctui.simulators.stash.truth import Truth
from tests.stash_answers.front import Fault, Front, Trouble, Where
from tests.stash_answers.mirror import catalogue_of

KEY = "eyJhbGciOiJIUzI1NiJ9.only-the-server-knows-it"
SCENES, PAGE = 35, 10
GONE, CREATED = 5, SCENES + 1
_BEGUN = 1_795_000_000.0
Line = dict[str, Any]


class SteppingClock:
    """A clock that goes on two seconds whenever it is looked at: waits are short, however slow the machine is."""

    def __init__(self) -> None:
        self._begun = self._now = datetime.now(UTC)

    def renew(self) -> None:
        """Be at the first moment again, the one in which the catalogue was synced."""
        self._now = self._begun

    def monotonic(self) -> float:
        return time.monotonic()

    def now(self) -> datetime:
        self._now += timedelta(seconds=2)
        return self._now

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


_CLOCK = SteppingClock()
"""The same for every run, as none may begin before another one has ended."""


@dataclass(frozen=True, slots=True)
class Ran:
    """A run that ended: its exit code, its lines, and both streams."""

    code: int
    lines: list[Line]
    stdout: str
    stderr: str

    def of(self, kind: str) -> list[Line]:
        """Return the lines of one type."""
        return [line for line in self.lines if line["type"] == kind]

    @property
    def planned(self) -> bool:
        """Tell whether there came to be a job."""
        return bool(self.of("job_start"))

    @property
    def end(self) -> Line:
        """The end of the job."""
        return self.of("job_end")[0]

    @property
    def errors(self) -> list[Line]:
        """What the end of the job says that went wrong."""
        found: list[Line] = self.end["errors"]
        return found

    @property
    def paused(self) -> Line:
        """The pause of the job, as the operation wanted it."""
        return next(line for line in self.of("paused") if line.get("message"))


@dataclass
class Stage:
    """A server with a catalogue, and a folder of data; `now` is the server's clock."""

    folder: Path
    now: float = _BEGUN
    front: Front = field(init=False)
    stash: StashSimulator = field(init=False)
    more: str = ""
    url: str = ""
    api_key: str = KEY
    secrets: tuple[str, ...] = (KEY,)

    def __post_init__(self) -> None:
        library = Library("America/New_York", lambda: self.now)
        fill(library, scenes=SCENES, performers=8, tags=9, studios=4)
        self.stash = StashSimulator(library, api_key=KEY, now=lambda: self.now)
        self.front = Front(self.stash)
        self._first, self._version = library.snapshot(), self.stash.about.version

    @property
    def library(self) -> Library:
        return self.stash.library

    @property
    def data(self) -> Path:
        return self.folder / "data"

    def renew(self, folder: Path) -> None:
        """Have the server as it was at first, and no data yet, in another folder."""
        self.library.restore(self._first)
        self.front.calm()
        self.front.asked.clear()
        self.stash.api_key, self.stash.state, self.stash.locked = KEY, "OK", 0
        self.stash.about.version = self._version
        self.folder, self.now = folder, _BEGUN
        _CLOCK.renew()
        self.more, self.url, self.api_key, self.secrets = "", "", KEY, (KEY,)

    def change(self) -> None:
        """Change nearly everything on the server: a scene is gone, another is new, a tag has another name."""
        self.now += 1000.0
        for scene in list(self.library.scenes):
            self.library.update_scene(scene.id, title=f"{scene.title}, once more")
        self.library.destroy_scene(GONE)
        self.library.create_scene(title="A newcomer", tags=(1, 2))
        self.library.update_tag(3, name="Another name")
        self.library.update_performer(2, name="Another one")
        self.library.update_studio(2, name="Yet another")
        self.now += 1000.0

    def change_one(self) -> None:
        """Change a single scene on the server."""
        self.now += 1000.0
        self.library.update_scene(2, title="Changed once more")
        self.now += 1000.0

    def wrong(self, fault: Fault, where: Where, *, times: int | None = None, spreads: bool = False) -> Trouble:
        """Have something be wrong with the server."""
        trouble = Trouble(fault, where, times, spreads)
        self.front.troubles.append(trouble)
        return trouble

    # runs

    def run(self, *words: str) -> Ran:
        """Run the sync."""
        return self.command("--run", "stash", "--yes", *words)

    def resume(self) -> Ran:
        """Go on with what is unfinished."""
        return self.command("--run", "stash", "--resume")

    def command(self, *words: str) -> Ran:
        """Run the command, with its streams and its log as in a process of its own."""
        self.folder.mkdir(parents=True, exist_ok=True)
        config = self.folder / "config.toml"
        config.write_text(
            f'[stash]\nurl = "{self.url or self.front.url}"\napi_key = "{self.api_key}"\npage_size = {PAGE}\n{self.more}\n'
        )
        config.chmod(0o600)
        stdout, stderr = io.StringIO(), io.StringIO()
        with _own_log(), contextlib.redirect_stdout(stdout), contextlib.redirect_stderr(stderr):
            code = main([*words, "--json", "--config", str(config), "--data-dir", str(self.data)])
        ran = Ran(code, [json.loads(line) for line in stdout.getvalue().splitlines()], stdout.getvalue(), stderr.getvalue())
        self.check_quiet(ran)
        return ran

    # what must be true

    def check_quiet(self, ran: Ran) -> None:
        """See that nothing that was said or written tells a secret, and that no fault of ours shows."""
        written = [path for path in self.data.rglob("*") if path.is_file()]
        for secret in self.secrets:
            assert secret not in ran.stdout + ran.stderr
            for path in written:
                assert secret.encode() not in path.read_bytes(), path.name
        log = "".join(path.read_text(errors="replace") for path in written if path.suffix == ".log")
        for text in (ran.stdout, ran.stderr, log):
            assert "Traceback" not in text, text[-3000:]
            assert "fault in SyncTUI" not in text, text
            assert "\x1b" not in text
        assert '"bug"' not in ran.stdout
        if ran.of("run_start"):
            assert ran.lines[-1]["type"] == "run_end"
            assert ran.lines[-1]["exit_code"] == ran.code

    def check_waiting(self, ran: Ran, reason: str, *, planning: bool) -> None:
        """See that a run says why it cannot go on and what to do, and that it can be gone on with where there is a job."""
        assert ran.planned is not planning
        if planning:
            said = ran.stderr.splitlines()
            assert len(said) == 2, ran.stderr
            assert said[1].strip(), ran.stderr
            assert ran.lines[-1]["resume"] is None
            assert [line["code"] for line in ran.of("alert")] == [reason]
        else:
            assert ran.paused["reason"] == reason, ran.paused
            assert ": " in ran.paused["message"], ran.paused
            assert ran.lines[-1]["resume"]
            assert not ran.of("job_end")

    def catalogue(self) -> Truth:
        """Return what is there of the server's in the catalogue."""
        return catalogue_of(self.data / "synctui.db")

    def truth(self) -> Truth:
        """Return what is true of the server."""
        return self.library.truth()

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        """Return what the database has."""
        with contextlib.closing(sqlite3.connect(self.data / "synctui.db")) as connection:
            return connection.execute(sql).fetchall()

    def deleted(self) -> list[int]:
        """Return the scenes that are marked as deleted."""
        return [row[0] for row in self.rows("SELECT id FROM stash_scenes WHERE deleted = 1 ORDER BY id")]


@contextlib.contextmanager
def _own_log() -> Iterator[None]:
    root = logging.getLogger()
    kept, level = root.handlers[:], root.level
    root.handlers = []
    try:
        yield
    finally:
        for handler in root.handlers:
            handler.close()
        root.handlers = kept
        root.setLevel(level)


def hurry(monkeypatch: pytest.MonkeyPatch, folder: Path) -> None:
    """Have no wait of the command be long; it trusts one authority alone, as all take a while to be read."""
    monkeypatch.setattr("synctui.services.SystemClock", lambda: _CLOCK)
    monkeypatch.setattr("synctui.jobs.runner._LOOK", 0.01)
    file = folder / "authority.pem"
    end = "-----END CERTIFICATE-----"
    file.write_text(Path(certifi.where()).read_text().partition(end)[0] + end + "\n")
    monkeypatch.setattr("certifi.where", lambda: str(file))


def copy_data(source: Path, target: Path) -> None:
    """Have a folder of data as another one is."""
    shutil.copytree(source, target, ignore=shutil.ignore_patterns("logs"))
