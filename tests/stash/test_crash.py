"""SIGKILL at any moment of a sync, again and again: what is here is right at each instant, and all of it is in the end."""

from __future__ import annotations

import asyncio
import json
import shutil
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from random import Random

import pytest

from synctui.simulators.web import Answer, Ask
from tests.nursery import Running
from tests.stash.comparing import compare, compare_strictly
from tests.stash.editing import Editor
from tests.stash.scene import KILLED, Ran, Scene, scene_in

RESUME = ("--run", "stash", "--resume")
AGAIN = ("--run", "stash", "--yes")


@contextmanager
def copied(scene: Scene) -> Iterator[Path]:
    """Lend a copy of the database as it is, log and all, so that nobody mends it before the program does."""
    with tempfile.TemporaryDirectory() as folder:
        for suffix in ("", "-wal"):
            source = Path(f"{scene.database}{suffix}")
            if source.exists():
                shutil.copy(source, Path(folder) / f"copy.db{suffix}")
        yield Path(folder) / "copy.db"


def check_standing(scene: Scene) -> None:
    """What must hold right after a death: the database is whole, each batch is there wholly or not at all."""
    if not scene.database.exists() or not scene.database.stat().st_size:
        return
    with copied(scene) as database:
        with closing(sqlite3.connect(database)) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            if not connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'jobs'").fetchone()[0]:
                return
            check_history(connection)
            marked = {row[0] for row in connection.execute("SELECT id FROM catalog_scene WHERE deleted = 1")}
        assert not marked & set(scene.library.scenes.ids()), "what is there is never marked as deleted"


def check_history(connection: sqlite3.Connection) -> None:
    """What the jobs say of themselves is what their operations and the journal say."""
    connection.row_factory = sqlite3.Row
    for job in connection.execute("SELECT * FROM jobs").fetchall():
        own = connection.execute("SELECT * FROM operations WHERE job = ?", (job["id"],)).fetchall()
        finished = [one for one in own if one["state"] == "finished"]
        events = connection.execute("SELECT fields FROM journal WHERE job = ? AND type = 'op_end'", (job["id"],)).fetchall()
        ends = Counter(json.loads(event["fields"])["key"] for event in events)
        assert ends == {one["key"].decode(): 1 for one in finished}, "an end is missing from the journal, or is there twice"
        assert len({one["key"] for one in own}) == len(own) == job["total"]
        results = Counter(one["result"] for one in finished)
        assert all(job[result] == results[result] for result in ("done", "unchanged", "skipped", "failed", "conflict"))
        if job["state"] == "completed":
            assert len(finished) == len(own)


def check_finished(scene: Scene, *, order: bool = False) -> None:
    """What must hold at the end: the catalogue is the server's, nothing waits, and no file was left behind."""
    check_standing(scene)
    wrong = compare(scene.database, scene.truth) + compare_strictly(scene.database, scene.truth, order=order)
    assert not wrong, wrong[:5]
    assert not scene.rows("SELECT id FROM jobs WHERE state NOT IN ('completed', 'cancelled', 'failed')")
    for folder in ("drafts", "scratch"):
        place = scene.data / "cache" / folder
        assert not place.exists() or not list(place.iterdir())


async def check_quiet(scene: Scene) -> None:
    """Another resume and another run find nothing to do, with one question."""
    scene.time.tick(7205)
    await scene.command()
    for words in (RESUME, AGAIN):
        asked, content = len(scene.server.asked), scene.content()
        ran = await scene.run(*words)
        assert (ran.code, ran.planned, len(scene.server.asked) - asked) == (0, 0, int(words is AGAIN)), ran
        assert not ran.of("job_start")
        assert words is AGAIN or scene.content() == content


class Killer:
    """Kills the program at a moment of chance: after so many questions, or so long after it began to work."""

    def __init__(self, scene: Scene, chance: Random, questions: int, span: float) -> None:
        self.scene, self.chance = scene, chance
        self.questions, self.span = questions, span
        self.kills = 0

    async def run(self, *words: str) -> Ran:
        """Run the command and kill it, unless it ends before."""
        process, output = await asyncio.to_thread(self.scene.start, *words)
        waiting = asyncio.ensure_future(asyncio.to_thread(process.wait, 120))
        good = self.scene.server.web.answer
        if self.chance.random() < 0.5:
            kill_when(self.scene, process, self.chance.randint(1, self.questions), before=self.chance.random() < 0.5)
        else:
            await self._after_a_while(output, waiting)
            process.kill()
        await waiting
        self.scene.server.web.answer = good
        ran = self.scene.ended(process, output)
        assert ran.code in (KILLED, 0), ran
        self.kills += ran.code == KILLED
        check_standing(self.scene)
        return ran

    async def _after_a_while(self, output: Path, waiting: asyncio.Future[int]) -> None:
        begun = self.chance.random() < 0.7
        if begun:
            await asyncio.to_thread(wait_for, lambda: waiting.done() or b'"job_start"' in output.read_bytes())
        await asyncio.sleep(self.chance.uniform(0, self.span))


def wait_for(condition: Callable[[], bool]) -> None:
    """Wait until something is so."""
    while not condition():
        time.sleep(0.002)


def kill_when(scene: Scene, process: Running, number: int, *, before: bool, what: bytes = b"") -> None:
    """Kill the program at the `number`-th question of a kind from now, before or after it has its answer."""
    good, left = scene.server.web.answer, [number]

    async def answer(ask: Ask) -> Answer:
        if what not in ask.body:
            return await good(ask)
        left[0] -= 1
        if left[0]:
            return await good(ask)
        scene.server.web.answer = good
        if before:
            process.kill()
            return Answer(0)
        said = await good(ask)
        asyncio.get_running_loop().call_later(0.003, process.kill)
        return said

    scene.server.web.answer = answer


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(1, 6))
async def test_ten_kills_of_a_full_pull(tmp_path: Path, seed: int) -> None:
    """Five stories of ten: 150 batches, gone on with by `--resume` or by the same command again."""
    chance = Random(f"kill {seed}")
    async with scene_in(tmp_path, scenes=1500, page_size=10, zone="America/New_York", seed=seed) as scene:
        killer = Killer(scene, chance, 25, 0.4)
        words: tuple[str, ...] = AGAIN
        for _ in range(40):
            ran = await killer.run(*words)
            if killer.kills >= 10:
                break
            if ran.code == 0 and not scene.wrong():
                # It got through too early: the next kills hit a pull of everything anew.
                words = (*AGAIN, "--force")
            else:
                words = RESUME if chance.random() < 0.6 else AGAIN
        assert killer.kills == 10
        ran = await scene.run(*RESUME)
        assert ran.code == 0, ran
        if scene.wrong():
            assert (await scene.command()).code == 0
        check_finished(scene)
        await check_quiet(scene)


@pytest.mark.slow
@pytest.mark.parametrize("mode", ["auto", "smart", "full"])
async def test_kills_while_changes_are_brought(tmp_path: Path, mode: str) -> None:
    """The server is edited on between the deaths, more than would go without a question at the usual brake."""
    chance = Random(f"kill {mode}")
    async with (
        scene_in(tmp_path, scenes=400, page_size=10, zone="America/New_York", brake_share=0.9) as scene,
        Editor(scene.server.url, f"kill {mode}") as editor,
    ):
        assert (await scene.command()).code == 0
        killer = Killer(scene, chance, 12, 0.25)
        scene.time.tick()
        await editor.update_scenes(await editor.some("scenes", 200))
        words: tuple[str, ...] = (*AGAIN, "--mode", mode)
        for _ in range(8):
            if killer.kills < 6:
                await editor.round()
            scene.time.tick(chance.choice((0.0, 3.0)))
            await killer.run(*words)
            words = RESUME if chance.random() < 0.5 else (*AGAIN, "--mode", mode)
        assert killer.kills > 2
        ran = await scene.run(*RESUME)
        assert ran.code in (0, 3), ran
        scene.time.tick()
        assert (await scene.command()).code == 0
        check_finished(scene)
        await check_quiet(scene)


QUESTIONS = (
    (b"query Probe", 1),
    (b"query Tags", 1),
    (b"query Sweep", 1),
    (b"query Scenes(", 1),
    (b"query Scenes(", 4),
    (b"query ScenesById", 1),
    (b"query WhichScenes", 1),
)


@pytest.mark.slow
@pytest.mark.parametrize("first", [True, False], ids=["first", "later"])
@pytest.mark.parametrize("before", [True, False], ids=["before its answer", "after its answer"])
async def test_killed_at_each_kind_of_question(tmp_path: Path, before: bool, first: bool) -> None:
    """Each begins a stage: nobody has ended the one before, or all of it is done."""
    async with (
        scene_in(tmp_path, scenes=120, page_size=20, brake_share=0.9) as scene,
        Editor(scene.server.url, f"questions {before} {first}") as editor,
    ):
        good, killed = scene.server.web.answer, 0
        if not first:
            assert (await scene.command()).code == 0
        for what, number in QUESTIONS:
            if first:
                shutil.rmtree(scene.data, ignore_errors=True)
            else:
                await editor.round()
                await editor.update_scenes(await editor.some("scenes", 30))
            scene.time.tick()
            process, output = await asyncio.to_thread(scene.start, *AGAIN)
            kill_when(scene, process, number, before=before, what=what)
            await asyncio.to_thread(process.wait, 60)
            scene.server.web.answer = good
            killed += scene.ended(process, output).code == KILLED
            check_standing(scene)
            assert (await scene.run(*RESUME)).code == 0
            assert (await scene.command()).code == 0
            check_finished(scene)
        assert killed >= 5


POINTS = (
    "submit.before_commit:1",
    "submit.after_commit:1",
    "job.claimed:1",
    *(f"{name}:{at}" for name in ("op.started", "outcome.before", "outcome.after") for at in (1, 2, 4, 5, 9)),
    "append.before:1",
    "append.after:1",
    "job.before_end:1",
    "job.after_end:1",
)


@pytest.mark.slow
@pytest.mark.parametrize("point", POINTS)
async def test_killed_at_a_named_place_of_a_full_pull(tmp_path: Path, point: str) -> None:
    """What is left is gone on with by `--resume`, and then, as it was, by the same command again."""
    async with scene_in(tmp_path, scenes=100, page_size=10) as scene:
        assert (await scene.command(failpoint=point)).code == KILLED
        check_standing(scene)
        left = scene.data.rename(tmp_path / "left")
        for mode in (RESUME, AGAIN):
            shutil.copytree(left, scene.data)
            assert (await scene.run(*mode)).code == 0
            if mode is RESUME and point.startswith("submit.before"):
                assert (await scene.command()).code == 0
            check_finished(scene, order=True)
            assert (await scene.command()).planned == 0
            shutil.rmtree(scene.data)


@pytest.mark.slow
@pytest.mark.parametrize("point", [one for one in POINTS if not one.startswith("append")])
async def test_killed_at_a_named_place_while_changes_are_brought(tmp_path: Path, point: str) -> None:
    async with scene_in(tmp_path, scenes=100, page_size=10) as scene, Editor(scene.server.url, point) as editor:
        assert (await scene.command()).code == 0
        await editor.round()
        await editor.update_scenes(await editor.some("scenes", 40))
        scene.time.tick()
        assert (await scene.command(failpoint=point)).code == KILLED
        check_standing(scene)
        await editor.round()
        scene.time.tick()
        assert (await scene.run(*RESUME)).code in (0, 3)
        scene.time.tick(7205)
        assert (await scene.command()).code == 0
        check_finished(scene)
        assert (await scene.command()).planned == 0
