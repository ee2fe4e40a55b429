"""Runs engines over cases and judges them: `python -m benchmarks.alignment.run --cases DIR --out results.json`.

The built-in engine goes over all cases in one run (its cost is that of the whole), each peer over one after the other.
"""

from __future__ import annotations

import argparse
import json
import math
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.alignment.contenders import (
    BUILTINS,
    ENGINES,
    Library,
    Piece,
    Result,
    find_peer,
    run_peer,
    told,
    version_of,
)
from benchmarks.alignment.measuring import describe_machine
from benchmarks.alignment.score import read_lines, score_case
from benchmarks.alignment.tables import write_tables

Case = Mapping[str, Any]
ABOUT = ("class", "language", "voices", "noise", "snr_db", "music_dominated", "ratio_name", "duration_s")
"""What of a case stands in a row of results."""


def main() -> None:
    """Run, judge, and write results and tables."""
    options = _options()
    cases = load_cases(options.cases, options.only, options.limit)
    engines = [name.strip() for name in options.engines.split(",")]
    for engine in engines:
        if engine not in ENGINES:
            raise SystemExit(f"no engine {engine}; there are {', '.join(ENGINES)}")
        if engine not in BUILTINS:
            find_peer(engine)
    known = json.loads(options.out.read_text("utf-8")) if options.add and options.out.exists() else {"rows": [], "runs": {}}
    rows = [row for row in known["rows"] if row["engine"] not in engines]
    runs = {name: run for name, run in known["runs"].items() if name not in engines}
    results: dict[str, Any] = {"machine": describe_machine(), "cases": str(options.cases.name)}
    with tempfile.TemporaryDirectory(prefix="alignment-", dir=options.scratch or options.cases) as name:
        for engine in engines:
            runs[engine] = _run(engine, cases, options.cases, Path(name), options.jobs, rows)
            results |= {"runs": runs, "rows": rows}
            options.out.write_text(json.dumps(_finite(results), indent=1) + "\n", "utf-8")
    tables = write_tables(rows, runs)
    (options.tables or options.out.with_suffix(".md")).write_text(tables, "utf-8")
    print(tables)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Run alignment engines over the benchmark's cases and judge them.")
    parser.add_argument("--cases", type=Path, required=True, help="the folder that the generator filled")
    parser.add_argument("--engines", default="builtin,alass,ffsubsync,ffsubsync-split", help=", ".join(ENGINES))
    parser.add_argument("--out", type=Path, required=True, help="results as JSON; the tables go beside it (.md)")
    parser.add_argument("--tables", type=Path, help="where the tables go")
    parser.add_argument("--only", default="", help="cases whose id this regular expression finds")
    parser.add_argument("--limit", type=int, help="the first so many of them")
    parser.add_argument("--jobs", type=int, default=1, help="subtitles at once, of the built-in engine")
    parser.add_argument("--add", action="store_true", help="keep what the results say about other engines")
    parser.add_argument("--scratch", type=Path, help="where to work (the cases' folder)")
    return parser.parse_args()


def load_cases(folder: Path, only: str = "", limit: int | None = None) -> list[Case]:
    """Return the cases of a folder whose id the regular expression finds."""
    cases = json.loads((folder / "cases.json").read_text("utf-8"))["cases"]
    return [case for case in cases if re.search(only, case["id"])][:limit]


def piece_of(case: Case, folder: Path) -> Piece:
    """Return a case's files."""
    return Piece(case["id"], (folder / case["film"]).resolve(), (folder / case["subtitle"]).resolve(), case["language"])


def _run(engine: str, cases: Sequence[Case], folder: Path, scratch: Path, jobs: int, rows: list[Any]) -> dict[str, Any]:
    """Run an engine over the cases, add their rows, and return what is known of the whole run."""
    began = time.perf_counter()
    run: dict[str, Any] = {"version": version_of(engine), "cases": len(cases), "bulk": engine in BUILTINS, "jobs": 1}
    if engine in BUILTINS:
        library = Library(scratch / engine, engine)
        paths = {case["id"]: library.put(piece_of(case, folder), f"{case['id']}/{case['id']}") for case in cases}
        ran, ends = library.run(jobs=jobs)
        for case in cases:
            path = paths[case["id"]]
            rows.append(judge(engine, case, folder, Result(path.read_text("utf-8"), told(ends.get(str(path))), None)))
        shutil.rmtree(library.folder)
        run |= {"jobs": jobs, **asdict(ran.cost)}
    else:
        for number, result in enumerate(_each(engine, cases, folder, scratch)):
            rows.append(judge(engine, cases[number], folder, result))
            print(f"{engine} {number + 1}/{len(cases)} {cases[number]['id']}: {rows[-1]['outcome']}", file=sys.stderr)
        own = rows[-len(cases) :]
        run |= {"wall_s": sum(row["wall_s"] for row in own), "cpu_s": sum(row["cpu_s"] for row in own)}
        run["peak_mb"] = max((row["peak_mb"] for row in own), default=0)
    print(f"{engine}: {len(cases)} cases in {time.perf_counter() - began:.0f} s", file=sys.stderr)
    return run


def _each(engine: str, cases: Sequence[Case], folder: Path, scratch: Path) -> Iterator[Result]:
    for case in cases:
        yield run_peer(engine, piece_of(case, folder), scratch)


def judge(engine: str, case: Case, folder: Path, result: Result) -> dict[str, Any]:
    """Return the row of results of a case."""
    before = read_lines((folder / case["subtitle"]).read_text("utf-8"))
    score = score_case(case["class"], case["truth"], before, read_lines(result.after))
    cost = asdict(result.cost) if result.cost else {}
    about = {name: case[name] for name in ABOUT}
    return {"engine": engine, "case": case["id"], **about, "breaks": len(case["breaks"]), **asdict(score), **cost,
            "said": result.said}  # fmt: skip


def _finite(value: Any) -> Any:
    """Return the value with rounded numbers, and null for what JSON has no word for."""
    if isinstance(value, float):
        return round(value, 4) if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {name: _finite(inner) for name, inner in value.items()}
    return [_finite(inner) for inner in value] if isinstance(value, list) else value


if __name__ == "__main__":
    main()
