"""The demo: every error planted in its library is found, mended or refused as its table says, and can be taken back."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest

from synctui.model.states import Result
from synctui.simulators.cases import Case
from synctui.simulators.demo import DemoLibrary, build_demo
from tests.command import Finished, Row, subtitles, synctui, undo
from tests.engines import each_engine
from tests.timings import backup_of, typical_error, wordings

pytestmark = pytest.mark.slow

Stand = tuple[bytes, int]


@dataclass(frozen=True, slots=True)
class Tour:
    """A run of the demo: what was planted, what the command said, what stands there now."""

    library: DemoLibrary
    planted: dict[str, Stand]
    run: Finished

    @property
    def base(self) -> Path:
        return self.library.folder.parent

    def path(self, case: Case) -> Path:
        return self.library.folder / case.path

    def end(self, case: Case) -> Row:
        return self.run.ends[str(self.path(case))]

    def before(self, case: Case) -> bytes:
        return self.planted[case.path][0]


def _stands(library: DemoLibrary) -> dict[str, Stand]:
    found: dict[str, Stand] = {}
    for case in library.cases:
        path = library.folder / case.path
        found[case.path] = path.read_bytes(), path.stat().st_mtime_ns
    return found


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> DemoLibrary:
    """The demo library as it is made, for comparison and for copies."""
    return build_demo(tmp_path_factory.mktemp("made") / "library")


def test_the_demo_ends_as_its_table_says_and_can_be_taken_back(made: DemoLibrary, tmp_path: Path) -> None:
    """One run over the whole library, everything that is promised of it, and the way back."""
    run = synctui(f"--demo={tmp_path}")
    assert run.code == 0, run.stderr
    tour = Tour(build_demo(tmp_path / "library"), _stands(made), run)
    wrong = [
        *every_case_has_its_verdict(tour),
        *every_offset_and_ratio_is_the_planted_one(tour),
        *the_lines_come_when_they_are_spoken(tour),
    ]
    assert not wrong, "\n".join(wrong)
    what_is_changed_differs_in_its_times_alone_and_its_original_lies_beside_it(tour)
    nothing_else_is_left_in_the_library(tour, made)
    the_totals_are_those_of_the_table(tour)
    a_second_run_plans_nothing_an_undo_gives_every_byte_back_and_a_third_run_says_the_same(tour)


def every_case_has_its_verdict(tour: Tour) -> list[str]:
    assert set(tour.run.ends) == {str(tour.path(case)) for case in tour.library.cases}
    wrong: list[str] = []
    for case in tour.library.cases:
        end = tour.end(case)
        if end["outcome"] != case.result.value or end["reason"] not in case.reasons:
            wrong.append(f"{case.path}: {end['outcome']} ({end['reason']}), not {case.result.value} {case.reasons}")
    return wrong


def every_offset_and_ratio_is_the_planted_one(tour: Tour) -> list[str]:
    wrong: list[str] = []
    for case in tour.library.cases:
        if case.offsets_ms is None or case.ratio is None:
            continue
        end = tour.end(case)
        off = [found - true for found, true in zip(end["offset_ms"], case.offsets_ms, strict=True)]
        if max(map(abs, off)) > case.tolerance_ms:
            wrong.append(f"{case.path}: off by {off} ms")
        if abs(end["ratio"] - case.ratio) > 0.0004:
            wrong.append(f"{case.path}: ratio {end['ratio']}, not {case.ratio}")
    return wrong


def the_lines_come_when_they_are_spoken(tour: Tour) -> list[str]:
    return [
        f"{case.path}: {error:.0f} ms from the truth"
        for case in tour.library.cases
        if case.result is Result.DONE
        and (error := typical_error(tour.path(case).read_bytes(), tour.library.truth(case.path))) >= 100
    ]


def what_is_changed_differs_in_its_times_alone_and_its_original_lies_beside_it(tour: Tour) -> None:
    for case in tour.library.cases:
        path, before = tour.path(case), tour.before(case)
        if case.result is Result.DONE:
            assert backup_of(path).read_bytes() == before, case.path
            assert path.read_bytes() != before, case.path
            assert wordings(path.read_bytes()) == wordings(before), case.path
        else:
            assert (path.read_bytes(), path.stat().st_mtime_ns) == tour.planted[case.path], case.path
            assert not backup_of(path).exists(), case.path


def nothing_else_is_left_in_the_library(tour: Tour, made: DemoLibrary) -> None:
    def files(folder: Path) -> set[str]:
        return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}

    kept = {f"{case.path}.bak" for case in tour.library.cases if case.result is Result.DONE}
    assert files(tour.library.folder) == files(made.folder) | kept


def the_totals_are_those_of_the_table(tour: Tour) -> None:
    end = tour.run.of("job_end")[0]
    for result in Result:
        expected = sum(case.result is result for case in tour.library.cases)
        assert end["outcomes"][result.value] == expected, result
    assert end["state"] == "completed"
    assert end["total"] == len(tour.library.cases)
    assert tour.run.rows[-1] == {**tour.run.rows[-1], "type": "run_end", "exit_code": 0, "resume": None}


def a_second_run_plans_nothing_an_undo_gives_every_byte_back_and_a_third_run_says_the_same(tour: Tour) -> None:
    again = synctui(f"--demo={tour.base}")
    assert again.code == 0
    assert again.plan["total"] == 0

    back = undo(tour.base / "data", tour.run.job)
    assert back.code == 0, back.stderr
    assert back.of("job_end")[0]["done"] == sum(case.result is Result.DONE for case in tour.library.cases)
    for case in tour.library.cases:
        assert tour.path(case).read_bytes() == tour.before(case), case.path

    quiet = synctui(f"--demo={tour.base}")
    assert quiet.plan["total"] == 0, "what a person took back is not offered again"

    forced = synctui(f"--demo={tour.base}", "--force", "--jobs", "1", tour.library.folder / "Films")
    assert forced.code == 0
    assert len(forced.ends) == sum(case.path.startswith("Films/") for case in tour.library.cases)
    for path in forced.ends:
        end = tour.run.ends[path]
        for key in ("outcome", "reason", "offset_ms", "ratio", "confidence", "overlap_after", "reference"):
            assert forced.ends[path].get(key) == end.get(key), (path, key)


def test_the_summary_names_the_folder_and_the_command_that_takes_it_back(made: DemoLibrary, tmp_path: Path) -> None:
    part = tmp_path / "library" / "Films"
    shutil.copytree(made.folder / "Films" / "The Tide Table (2016)", part / "The Tide Table (2016)")
    shutil.copy2(made.folder / ".synctui-demo", tmp_path / "library")
    run = synctui(f"--demo={tmp_path}", json_lines=False)
    assert run.code == 0, run.stderr
    said = run.stdout
    assert str(tmp_path / "library") in said
    line = next(line for line in said.splitlines() if "jobs undo" in line)
    command = line[line.index("jobs undo") :].split()
    assert command[:3] == ["jobs", "undo", "1"]
    assert "--data-dir" in command
    for word in ("aligned", "right", "skipped"):
        assert word in said, said


SMALL = ("Series/The Long Orbit/Season 01", "Films/Salt (2019)")
"""Two folders that hold every kind of planted error but a change of speed."""


@pytest.mark.parametrize("engine", each_engine(("alass", "ffsubsync")))
def test_other_engines_get_the_clean_cases_right_and_make_nothing_worse(
    engine: str, made: DemoLibrary, tmp_path: Path
) -> None:
    folder = tmp_path / "library"
    for part in SMALL:
        shutil.copytree(made.folder / part, folder / part)
    cases = [case for case in made.cases if case.path.startswith(tuple(f"{part}/" for part in SMALL))]
    run = subtitles(tmp_path / "data", folder, "--engine", engine, "--jobs", str(os.cpu_count() or 1))
    assert run.code == 0, run.stderr

    wrong: list[str] = []
    for case in cases:
        path, end = folder / case.path, run.ends[str(folder / case.path)]
        planted = (made.folder / case.path).read_bytes()
        now = path.read_bytes()
        truth = made.truth(case.path)
        if engine in case.engines and (end["outcome"] != case.result.value or end["reason"] not in case.reasons):
            wrong.append(f"{case.path}: {end['outcome']} ({end['reason']}: {end.get('message')}) {end.get('offset_ms')}")
        if engine in case.engines and case.result is Result.DONE and typical_error(now, truth) >= 100:
            wrong.append(f"{case.path}: {typical_error(now, truth):.0f} ms from the truth")
        if now != planted:
            assert truth, f"{case.path}: the lines of another film were written"
            assert typical_error(now, truth) < typical_error(planted, truth), case.path
            assert wordings(now) == wordings(planted), case.path
            assert backup_of(path).read_bytes() == planted, case.path
    assert not wrong
