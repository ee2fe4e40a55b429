"""One library with its data directory, the real command over it, and what must be true of both."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from synctui.files.temporary import is_temp
from tests import nursery
from tests.crash import tracing
from tests.crash.stock import Stock, copy_library
from tests.crash.strays import all_gone
from tests.nursery import Running

KILLED = -9
NOTHING_TO_UNDO = 2
RESUME = ("--run", "subtitles", "--resume")
Line = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ran:
    """A run that ended: its exit code (negative: the signal), its NDJSON lines, and what it said on standard error."""

    code: int
    lines: list[Line]
    errors: str

    def of(self, kind: str) -> list[Line]:
        """Return its lines of one type."""
        return [line for line in self.lines if line["type"] == kind]

    @property
    def planned(self) -> int:
        """How many operations it planned; 0 when it did not plan."""
        return sum(line["total"] for line in self.of("plan"))


@dataclass(frozen=True, slots=True)
class History:
    """What the database says: rows as dictionaries."""

    jobs: list[Line] = field(default_factory=list)
    operations: list[Line] = field(default_factory=list)
    events: list[Line] = field(default_factory=list)
    lineage: list[Line] = field(default_factory=list)
    changes: list[Line] = field(default_factory=list)
    verdicts: list[Line] = field(default_factory=list)

    def finished(self, job: int) -> int:
        """Return how many operations of a job have an outcome."""
        return sum(1 for one in self.operations if one["job"] == job and one["state"] == "finished")

    def done(self, action: str) -> Counter[str]:
        """Return how often each file was successfully changed by an action."""
        return Counter(one["path"] for one in self.operations if one["action"] == action and one["result"] == "done")

    def unfinished(self) -> list[int]:
        """Return the jobs that are not at their end."""
        return [job["id"] for job in self.jobs if job["state"] not in ("completed", "failed", "cancelled")]


class Scene:
    """A library and a data directory at a place that stays the same, so that a state of both can be put back."""

    def __init__(self, root: Path, stock: Stock) -> None:
        self.root = root
        self.stock = stock
        self.library = root / "library"
        self.data = root / "data"
        self.home = root / "home"
        self.told = "--json"
        self._outputs = 0

    # states

    def begin(self) -> None:
        """Put the library in its first state, with the films' audio heard already."""
        shutil.rmtree(self.root, ignore_errors=True)
        self.library.mkdir(parents=True)
        self.home.mkdir()
        copy_library(self.stock.library, self.library, set(self.stock.before))
        shutil.copytree(self.stock.speech, self.data / "cache" / "speech")

    def begin_synced(self) -> None:
        """Put the library in the state after an undisturbed run, which was job 1."""
        kept = self.root.with_name(self.root.name + f"-synced-{len(self.stock.before)}")
        if not kept.exists():
            self.begin()
            assert self.sync().code == 0
            copy_library(self.library, kept / "library")
            shutil.copytree(self.data, kept / "data")
        shutil.rmtree(self.root)
        self.library.mkdir(parents=True)
        self.home.mkdir()
        copy_library(kept / "library", self.library)
        shutil.copytree(kept / "data", self.data)

    # runs

    def sync(self, *options: str, failpoint: str = "", before: Sequence[str] = ()) -> Ran:
        """Run the sync of the library."""
        return self.run("--run", "subtitles", str(self.library), "--yes", *options, failpoint=failpoint, before=before)

    def resume(self, *options: str, failpoint: str = "") -> Ran:
        """Go on with what is unfinished."""
        return self.run(*RESUME, *options, failpoint=failpoint)

    def undo(self, job: int, *, failpoint: str = "", before: Sequence[str] = ()) -> Ran:
        """Take a job back."""
        return self.run("jobs", "undo", str(job), "--yes", failpoint=failpoint, before=before)

    def restore(self, *options: str, names: Sequence[str] = (), failpoint: str = "") -> Ran:
        """Bring the originals of these subtitles back (none: of all that were changed)."""
        paths = [str(self.library / name) for name in names or self.stock.after]
        return self.run("restore", *paths, "--yes", *options, failpoint=failpoint)

    def run(self, *words: str, failpoint: str = "", before: Sequence[str] = ()) -> Ran:
        """Run the command to its end, traced by `before`, and see that it left no process behind."""
        process, output = self.start(*words, failpoint=failpoint, before=before)
        try:
            process.wait(120)
        finally:
            process.kill()
        return self.ended(process, output)

    def start(self, *words: str, failpoint: str = "", before: Sequence[str] = ()) -> tuple[Running, Path]:
        """Start the command; its output goes to the returned file, its complaints to the one beside it."""
        self._outputs += 1
        output = self.root / f"output-{self._outputs}"
        environment = {name: value for name, value in os.environ.items() if not name.startswith(("SYNCTUI_", "XDG_"))}
        environment["HOME"] = str(self.home)
        # A narrow search costs a quarter of a wide one.
        environment["SYNCTUI_SUBTITLES__MAX_OFFSET"] = "20"
        # With `auto` a doubt would bring in another detector, and doubts depend on how far is searched.
        environment["SYNCTUI_SUBTITLES__DETECTOR"] = "bands"
        if failpoint:
            environment["SYNCTUI_FAILPOINT"] = failpoint
        words = (*words, self.told, "--data-dir", str(self.data))
        errors = output.with_suffix(".errors")
        if not before:
            return nursery.start(words, environment, self.home, output, errors), output
        return tracing.begin(before, words, environment, self.home, output, errors), output

    def ended(self, process: Running, output: Path) -> Ran:
        """Return what a process that has ended did; nothing that it started may live on."""
        code = process.wait()
        left = all_gone(self.home)
        assert not left, f"left behind: {left}"
        errors = output.with_suffix(".errors").read_text()
        assert "Traceback" not in errors, errors
        if self.told != "--json":
            return Ran(code, [], errors)
        lines = [json.loads(line) for line in output.read_text().splitlines(keepends=True) if line.endswith("\n")]
        assert [line["seq"] for line in lines] == list(range(1, len(lines) + 1))
        if code >= 0 and lines:
            assert lines[-1]["type"] == "run_end"
            assert lines[-1]["exit_code"] == code
        return Ran(code, lines, errors)

    # what there is

    def names(self) -> list[str]:
        """Return every file of the library but the films."""
        return sorted(
            path.relative_to(self.library).as_posix()
            for path in self.library.rglob("*")
            if path.is_file() and path.suffix != ".mkv"
        )

    def read(self, name: str) -> bytes:
        """Return the bytes of a file of the library."""
        return (self.library / name).read_bytes()

    def stamps(self) -> dict[str, tuple[int, ...]]:
        """Return what a write anywhere in the library would change."""
        found: dict[str, tuple[int, ...]] = {}
        for path in (self.library, *self.library.rglob("*")):
            facts = path.lstat()
            # Films are links that other scenes share, and making a link changes that time.
            changed = 0 if path.suffix == ".mkv" else facts.st_ctime_ns
            found[str(path)] = (facts.st_ino, facts.st_size, facts.st_mtime_ns, changed, facts.st_mode)
        return found

    def history(self) -> History:
        """Return what the database holds, read from a copy so that its log is left to the program."""
        database = self.data / "synctui.db"
        if not database.exists() or not database.stat().st_size:
            return History()
        with tempfile.TemporaryDirectory() as folder:
            for suffix in ("", "-wal"):
                source = Path(f"{database}{suffix}")
                if source.exists():
                    shutil.copy(source, Path(folder) / f"copy.db{suffix}")
            connection = sqlite3.connect(Path(folder) / "copy.db")
            connection.row_factory = sqlite3.Row
            try:
                assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
                if not connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'jobs'").fetchone()[0]:
                    return History()
                return History(
                    *(
                        [_plain(row) for row in connection.execute(f"SELECT * FROM {table}")]
                        for table in ("jobs", "operations", "journal", "lineage", "changes", "verdicts")
                    )
                )
            finally:
                connection.close()

    # what must be true

    def check_standing(self) -> History:
        """What must hold at any instant, right after a death: every file whole, its original kept, no fact twice."""
        for name, before in self.stock.before.items():
            now = self.read(name)
            backup = self.library / f"{name}.bak"
            assert now in (before, self.stock.after.get(name, before)), f"{name} is neither old nor new"
            assert now == before or backup.exists(), f"{name} was changed, and its original is not kept"
            assert not backup.exists() or backup.read_bytes() == before, f"{name}.bak is not the first original"
        own = {*self.stock.before, *(f"{name}.bak" for name in self.stock.after)}
        foreign = [name for name in self.names() if name not in own and not is_temp(Path(name).name)]
        assert not foreign
        history = self.history()
        self._check_history(history)
        return history

    def check_finished(self) -> None:
        """What must hold once everything was resumed: all of it right, each of it done once, and nothing left over."""
        history = self.check_standing()
        for name, after in self.stock.after.items():
            assert self.read(name) == after, f"{name} is not what an undisturbed run makes of it"
        assert self.names() == sorted([*self.stock.before, *(f"{name}.bak" for name in self.stock.after)])
        wanted = {str(self.library / name): 1 for name in self.stock.after}
        assert history.done("align") == wanted
        assert Counter(row["path"] for row in history.lineage) == wanted
        assert Counter(row["path"] for row in history.changes) == wanted
        for row in history.lineage:
            name = Path(row["path"]).relative_to(self.library).as_posix()
            assert row["backup"] == f"file:{row['path']}.bak"
            assert row["original"] == _sha(self.stock.before[name])
            assert row["output"] == _sha(self.stock.after[name])
        assert {row["path"] for row in history.verdicts} == {str(self.library / name) for name in self.stock.before}
        assert not history.unfinished()
        self.check_tidy()

    def check_taken_back(self, job: int = 1) -> None:
        """What must hold once a whole job was taken back."""
        history = self.check_standing()
        for name, before in self.stock.before.items():
            assert self.read(name) == before, f"{name} was not given back"
        undos = {one["id"] for one in history.jobs if one["undo_of"] == job}
        done = Counter(one["path"] for one in history.operations if one["job"] in undos and one["result"] == "done")
        assert done == {str(self.library / name): 1 for name in self.stock.after}
        taken = [one for one in history.operations if one["job"] == job and one["receipt"]]
        assert all(one["undone_by"] in undos for one in taken)
        assert not history.unfinished()
        self.check_tidy()

    def check_tidy(self) -> None:
        """No temporary file, no draft, no scratch folder anywhere."""
        assert not [name for name in self.names() if is_temp(Path(name).name)]
        for folder in ("drafts", "scratch"):
            assert not list((self.data / "cache" / folder).iterdir())
        assert all(path.suffix in (".speech", ".lines") for path in (self.data / "cache" / "speech").iterdir())
        assert not [path for path in (self.data / "vault").rglob("*") if path.is_file() and is_temp(path.name)]

    def check_quiet(self) -> None:
        """Another resume, and another run, find nothing to do and touch nothing."""
        stamps, events = self.stamps(), self.history().events
        for ran in (self.resume(), self.sync()):
            assert (ran.code, ran.planned) == (0, 0)
            assert not ran.of("job_start")
        assert self.stamps() == stamps
        assert self.history().events[len(events) :] == []

    def _check_history(self, history: History) -> None:
        for job in history.jobs:
            own = [one for one in history.operations if one["job"] == job["id"]]
            ends = Counter(
                json.loads(event["fields"])["key"]
                for event in history.events
                if event["job"] == job["id"] and event["type"] == "op_end"
            )
            finished = [one for one in own if one["state"] == "finished"]
            assert ends == {one["key"]: 1 for one in finished}, "an end is missing from the journal, or is there twice"
            assert len({one["key"] for one in own}) == len(own) == job["total"]
            results = Counter(one["result"] for one in finished)
            for result in ("done", "unchanged", "refused", "skipped", "deferred", "failed", "conflict"):
                assert job[result] == results[result]
            if job["state"] == "completed":
                assert len(finished) == len(own)
            began = sum(1 for event in history.events if event["job"] == job["id"] and event["type"] == "job_start")
            assert began or not finished

    # going on

    def finish(self, mode: str) -> None:
        """Go on until everything is done, as a person would: by `resume`, or by the same command `again`."""
        if mode == "resume":
            before = self.history()
            ran = self.resume()
            assert ran.code == 0, ran
            check_resumed(ran, before, self.history())
            done = bool(before.jobs)
        else:
            done = False
        ran = self.sync()
        assert ran.code == 0, ran
        assert not (done and ran.planned), "the resume left something to do"

    def finish_undo(self, mode: str, job: int = 1) -> None:
        """Go on with taking a job back."""
        if mode == "resume":
            before = self.history()
            ran = self.resume()
            assert ran.code == 0, ran
            check_resumed(ran, before, self.history())
        ran = self.undo(job)
        assert ran.code in (0, NOTHING_TO_UNDO), ran


def check_resumed(ran: Ran, before: History, after: History) -> None:
    """What a resumed job says of itself: how much was done already, and every end that came since."""
    for start in ran.of("job_start"):
        job = start["job"]
        in_doubt = sum(1 for one in before.operations if one["job"] == job and one["state"] == "in_doubt")
        assert before.finished(job) <= start["resumed_from"] <= before.finished(job) + in_doubt
        assert len(ran.of("op_end")) == after.finished(job) - start["resumed_from"]


class Places:
    """Two places for scenes, so that two run at a time; each scene leaves its place behind."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._free = [folder / "one", folder / "two"]

    @contextmanager
    def scene(self, stock: Stock) -> Iterator[Scene]:
        """Lend a place."""
        root = self._free.pop()
        try:
            yield Scene(root, stock)
        finally:
            self._free.append(root)

    def play(self, stock: Stock, stories: Sequence[tuple[str, Callable[[Scene], None]]]) -> None:
        """Play every story in a scene of its own, two at a time, and tell of all that went wrong."""
        from concurrent.futures import ThreadPoolExecutor

        def one(story: tuple[str, Callable[[Scene], None]]) -> str:
            name, play = story
            with self.scene(stock) as scene:
                try:
                    play(scene)
                except Exception as error:
                    return f"{name}: {''.join(traceback.format_exception(error)[-2:])}"
            return ""

        with ThreadPoolExecutor(2) as pool:
            wrong = [told for told in pool.map(one, stories) if told]
        assert not wrong, "\n\n".join(wrong)


def wait_for(condition: Callable[[], bool], process: Running) -> bool:
    """Wait until something is so; False when the process ends before."""
    while not condition():
        if process.poll() is not None:
            return False
        time.sleep(0.001)
    return True


def _plain(row: sqlite3.Row) -> Line:
    return {name: os.fsdecode(row[name]) if isinstance(row[name], bytes) else row[name] for name in row.keys()}  # noqa: SIM118


def _sha(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
