"""What aligning costs, beside alass and ffsubsync in the same run.

`python -m benchmarks.alignment.speed --long DIR --series DIR --out FILE`. One film of 90 minutes: its first subtitle and
each further one, the engines taking turns; medians over the rounds. A series: every episode with subtitles in two languages,
the built-in engine with two jobs beside alass two at a time, and what that makes for 1,000 episodes. Both folders come from
the generator (README.md).
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from benchmarks.alignment.contenders import BUILTINS, ENGINES, Library, Result, find_peer, run_peer, told, version_of
from benchmarks.alignment.measuring import Cost, describe_machine
from benchmarks.alignment.run import Case, judge, load_cases, piece_of

MANY = 1000
_FIRST, _FURTHER = "offset", ("ratio", "drift", "in_sync")
_SERIES = (("offset", "ratio"), ("in_sync", "offset"), ("ratio", "drift"), ("offset", "in_sync"), ("offset", "offset"))
"""What is wrong with the two subtitles of an episode, in turns."""

Row = dict[str, Any]


def main() -> None:
    """Measure what was asked for, and write results and tables."""
    options = _options()
    engines = options.engines.split(",")
    for engine in engines:
        if engine not in BUILTINS:
            find_peer(engine)
    results: Row = {"machine": describe_machine(), "versions": {engine: version_of(engine) for engine in engines}}
    with tempfile.TemporaryDirectory(prefix="speed-", dir=options.scratch or options.long or options.series) as name:
        scratch = Path(name)
        if options.long:
            results["long"] = measure_long(engines, options.long, scratch, options.rounds)
            _write(results, options.out)
        if options.series:
            contenders = [engine for engine in engines if engine in BUILTINS or engine == "alass"]
            results["series"] = measure_series(contenders, options.series, scratch, options.series_rounds)
            _write(results, options.out)
    print(tables(results))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure what alignment costs, beside alass and ffsubsync.")
    parser.add_argument("--long", type=Path, help="cases of films of 90 minutes (generate --long)")
    parser.add_argument("--series", type=Path, help="cases of at least 20 episodes of 24 minutes (generate --minutes 24)")
    parser.add_argument("--engines", default="builtin,alass,ffsubsync", help=", ".join(ENGINES))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--series-rounds", type=int, default=1)
    parser.add_argument("--out", type=Path, required=True, help="results as JSON; the tables go beside it (.md)")
    parser.add_argument("--scratch", type=Path, help="where to work")
    options = parser.parse_args()
    if not (options.long or options.series):
        parser.error("--long or --series is needed")
    return options


def _write(results: Row, out: Path) -> None:
    out.write_text(json.dumps(results, indent=1) + "\n", "utf-8")
    out.with_suffix(".md").write_text(tables(results), "utf-8")


def measure_long(engines: Sequence[str], folder: Path, scratch: Path, rounds: int) -> Row:
    """Return what each engine's commands cost: for the first subtitle of a film, and for each further one."""
    cases = {case["class"]: case for case in load_cases(folder) if case["film"] == load_cases(folder)[0]["film"]}
    chosen = [cases[_FIRST], *(cases[kind] for kind in _FURTHER)]
    rows: list[Row] = []
    for number in range(rounds):
        turn = number % len(engines)
        for engine in [*engines[turn:], *engines[:turn]]:
            _warm(chosen_film(folder, chosen[0]))
            for place, (case, result) in enumerate(_one_after_another(engine, chosen, folder, scratch)):
                assert result.cost is not None
                judged = judge(engine, case, folder, result)
                row = {"engine": engine, "round": number, "what": "further" if place else "first", **asdict(result.cost)}
                rows.append({**row, "class": case["class"], "outcome": judged["outcome"], "said": result.said})
                print(f"round {number + 1} {engine} {row['what']} {case['class']}: {_told(result.cost)}", file=sys.stderr)
    return {"film_s": chosen[0]["duration_s"], "rounds": rounds, "rows": rows}


def _warm(path: Path) -> None:
    """Read a file, so that nobody pays for the disk; in pieces, for a process begins with its parent's peak of memory."""
    with path.open("rb") as file:
        while file.read(1 << 20):
            pass


def chosen_film(folder: Path, case: Case) -> Path:
    """Return the path of a case's film."""
    return folder / str(case["film"])


def _one_after_another(engine: str, cases: Sequence[Case], folder: Path, scratch: Path) -> list[tuple[Case, Result]]:
    """Align the subtitles of one film by one command each."""
    if engine not in BUILTINS:
        return [(case, run_peer(engine, piece_of(case, folder), scratch)) for case in cases]
    library, done = Library(scratch / "library", engine), []
    for number, case in enumerate(cases):
        piece = replace(piece_of(case, folder), language=("en", "de", "fr", "es")[number])
        path = library.put(piece, "Film (2020)/Film (2020)")
        ran, ends = library.run([path])
        done.append((case, Result(path.read_text("utf-8"), told(ends.get(str(path))), ran.cost)))
    shutil.rmtree(library.folder)
    return done


def measure_series(engines: Sequence[str], folder: Path, scratch: Path, rounds: int) -> Row:
    """Return what each engine costs for a whole series, two subtitles at a time."""
    pairs = _episodes(load_cases(folder))
    rows: list[Row] = []
    for number in range(rounds):
        turn = number % len(engines)
        for engine in [*engines[turn:], *engines[:turn]]:
            for pair in pairs:
                _warm(chosen_film(folder, pair[0]))
            cost, outcomes = _series(engine, pairs, folder, scratch)
            row: Row = {"engine": engine, "round": number, **asdict(cost), "right": outcomes.count("right")}
            if engine in BUILTINS:
                row |= _start(cost, [_series(engine, half, folder, scratch)[0] for half in (pairs[::2], pairs[1::2])])
            rows.append(row)
            print(f"round {number + 1} {engine} series: {_told(cost)}", file=sys.stderr)
    seconds = sum(pair[0]["duration_s"] for pair in pairs)
    return {"episodes": len(pairs), "episode_s": seconds / len(pairs), "subtitles": 2 * len(pairs), "rows": rows}


def _start(whole: Cost, halves: Sequence[Cost]) -> Row:
    """Return what one command costs however many episodes there are: two halves pay it twice, the whole pays it once."""
    cpu, wall = sum(half.cpu_s for half in halves) - whole.cpu_s, sum(half.wall_s for half in halves) - whole.wall_s
    return {"start_cpu_s": max(0.0, cpu), "start_wall_s": max(0.0, wall)}


def _episodes(cases: Sequence[Case]) -> list[tuple[Case, Case]]:
    """Return two subtitles for each film."""
    films: dict[str, dict[str, Case]] = {}
    for case in cases:
        films.setdefault(case["film"], {})[case["class"]] = case
    kinds = [_SERIES[number % len(_SERIES)] for number in range(len(films))]
    return [(film[first], film[second]) for film, (first, second) in zip(films.values(), kinds, strict=True)]


def _series(engine: str, pairs: Sequence[tuple[Case, Case]], folder: Path, scratch: Path) -> tuple[Cost, list[str]]:
    both = [(number, case, language) for number, pair in enumerate(pairs, 1)
            for case, language in zip(pair, ("en", "de"), strict=True)]  # fmt: skip
    pieces = [
        replace(piece_of(case, folder), name=f"{number}-{language}", language=language) for number, case, language in both
    ]
    if engine in BUILTINS:
        library = Library(scratch / "series", engine)
        paths = [library.put(piece, f"Show/Season 01/Show - S01E{number:02d}")
                 for piece, (number, _, _) in zip(pieces, both, strict=True)]  # fmt: skip
        ran, ends = library.run(jobs=2)
        results = [Result(path.read_text("utf-8"), told(ends.get(str(path))), None) for path in paths]
        shutil.rmtree(library.folder)
        cost = ran.cost
    else:
        began = time.perf_counter()
        with ThreadPoolExecutor(2) as pool:
            results = list(pool.map(lambda piece: run_peer(engine, piece, scratch), pieces))
        costs = [result.cost for result in results if result.cost]
        cost = Cost(time.perf_counter() - began, sum(each.cpu_s for each in costs), max(each.peak_mb for each in costs))
    return cost, [judge(engine, case, folder, result)["outcome"] for (_, case, _), result in zip(both, results, strict=True)]


def _told(cost: Cost) -> str:
    return f"{cost.cpu_s:.2f} s of CPU, {cost.wall_s:.2f} s, {cost.peak_mb:.0f} MB"


def tables(results: Mapping[str, Any]) -> str:
    """Return the results in Markdown: medians, and ratios to the first engine."""
    parts = ["# What alignment costs", "\n".join(f"- {name}: {version}" for name, version in results["versions"].items())]
    if "long" in results:
        parts += [f"## A film of {results['long']['film_s'] / 60:.0f} minutes, AAC stereo", _long_table(results["long"])]
    if "series" in results:
        series = results["series"]
        title = (
            f"## {series['episodes']} episodes of {series['episode_s'] / 60:.0f} minutes, {series['subtitles']} subtitles"
        )
        parts += [title, _series_table(series)]
    return "\n\n".join(parts) + "\n"


def _long_table(long: Mapping[str, Any]) -> str:
    lines = ["| engine | subtitle | CPU s | times | wall s | times | largest process, MB | right |",
             "|---|---|---:|---:|---:|---:|---:|---:|"]  # fmt: skip
    engines = list(dict.fromkeys(row["engine"] for row in long["rows"]))
    for what in ("first", "further"):
        base: dict[str, float] = {}
        for engine in engines:
            own = [row for row in long["rows"] if row["engine"] == engine and row["what"] == what]
            found = {name: statistics.median(row[name] for row in own) for name in ("cpu_s", "wall_s", "peak_mb")}
            base = base or found
            right = f"{sum(row['outcome'] == 'right' for row in own)}/{len(own)}"
            lines.append(
                f"| {engine} | {what} | {found['cpu_s']:.2f} | {found['cpu_s'] / base['cpu_s']:.2f} | {found['wall_s']:.2f} "
                f"| {found['wall_s'] / base['wall_s']:.2f} | {found['peak_mb']:.0f} | {right} |"
            )
    return "\n".join(lines)


def _series_table(series: Mapping[str, Any]) -> str:
    lines = [f"| engine | CPU s | wall s | CPU h for {MANY:,} episodes | wall h | largest process, MB | right |",
             "|---|---:|---:|---:|---:|---:|---:|"]  # fmt: skip
    for engine in dict.fromkeys(row["engine"] for row in series["rows"]):
        own = [row for row in series["rows"] if row["engine"] == engine]
        cpu, wall, peak = (statistics.median(row[name] for row in own) for name in ("cpu_s", "wall_s", "peak_mb"))
        right = f"{own[-1]['right']}/{series['subtitles']}"
        cpu_h, wall_h = (_of_many(series["episodes"], own, name) / 3600 for name in ("cpu_s", "wall_s"))
        lines.append(f"| {engine} | {cpu:.1f} | {wall:.1f} | {cpu_h:.3f} | {wall_h:.3f} | {peak:.0f} | {right} |")
    return "\n".join(lines)


def _of_many(episodes: int, rows: Sequence[Row], what: str) -> float:
    """Return the seconds for `MANY` episodes: one start, and what the episodes of the series cost without theirs."""
    whole = statistics.median(row[what] for row in rows)
    start = statistics.median(row.get(f"start_{what}", 0.0) for row in rows)
    return start + (whole - start) * MANY / episodes


if __name__ == "__main__":
    main()
