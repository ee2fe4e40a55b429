"""The tables of the benchmark in Markdown, made of the rows of results."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from statistics import median
from typing import Any

from benchmarks.alignment.distortions import CLASSES

Row = Mapping[str, Any]
Runs = Mapping[str, Mapping[str, Any]]


def write_tables(rows: Sequence[Row], runs: Runs) -> str:
    """Return everything: right cases by class, by noise and distance; harm; precision; what it costs."""
    engines = list(runs)
    timed = [row for row in rows if row["class"] != "wrong"]
    parts = [
        "# Alignment: the built-in engine beside others",
        "\n".join(f"- {engine}: {run['version']}, {run['cases']} cases" for engine, run in runs.items()),
        "## Right, by what was wrong with the subtitle",
        _right(rows, engines, "class", CLASSES, "all"),
        "## Right, by what is heard behind the speech (without `wrong`)",
        _right(timed, engines, "noise", _values(timed, "noise"), "all"),
        "## Right, by the distance of speech and background, dB (without `wrong`)",
        _right(timed, engines, "snr_db", sorted(_values(timed, "snr_db"), reverse=True), "all"),
        "## Right, by voices (without `wrong`)",
        _right(timed, engines, "voices", _values(timed, "voices"), ""),
        _right(timed, engines, "language", _values(timed, "language"), ""),
        "## Outcomes and harm",
        _outcomes(rows, engines),
        "## What it costs",
        _costs(rows, runs),
    ]
    return "\n\n".join(parts) + "\n"


def _values(rows: Sequence[Row], field: str) -> list[Any]:
    return sorted({row[field] for row in rows})


def _table(head: Sequence[str], body: Sequence[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|---|" + "---:|" * (len(head) - 1)]
    return "\n".join([*lines, *("| " + " | ".join(cells) + " |" for cells in body)])


def _right(rows: Sequence[Row], engines: Sequence[str], field: str, values: Sequence[Any], total: str) -> str:
    body = [_right_row(str(value), [row for row in rows if row[field] == value], engines) for value in values]
    if total:
        body.append(_right_row(f"**{total}**", rows, engines))
    return _table([field, *engines], [cells for cells in body if any(cell != "–" for cell in cells[1:])])


def _right_row(title: str, rows: Sequence[Row], engines: Sequence[str]) -> list[str]:
    cells = [title]
    for engine in engines:
        own = [row for row in rows if row["engine"] == engine]
        cells.append(f"{sum(row['outcome'] == 'right' for row in own)}/{len(own)}" if own else "–")
    return cells


def _outcomes(rows: Sequence[Row], engines: Sequence[str]) -> str:
    counts: dict[str, Callable[[list[Row], list[Row]], str]] = {
        "right": lambda timed, other: _share(timed, "right"),
        "wrong (written, not right)": lambda timed, other: _share(timed, "wrong"),
        "refused (left as it was)": lambda timed, other: _share(timed, "refused"),
        "**harmful** (worse than before)": lambda timed, other: f"{sum(row['harmful'] for row in timed)}/{len(timed)}",
        "another film's subtitle accepted": lambda timed, other: _share(other, "accepted"),
        "lines lost": lambda timed, other: str(sum(row["lost"] for row in [*timed, *other])),
        "median distance where right, ms": lambda timed, other: _distance(timed),
    }
    body = []
    for title, count in counts.items():
        cells = [title]
        for engine in engines:
            own = [row for row in rows if row["engine"] == engine]
            timed, other = ([row for row in own if (row["class"] == "wrong") is wrong] for wrong in (False, True))
            cells.append(count(timed, other))
        body.append(cells)
    return _table(["", *engines], body)


def _share(rows: Sequence[Row], outcome: str) -> str:
    return f"{sum(row['outcome'] == outcome for row in rows)}/{len(rows)}"


def _distance(rows: Sequence[Row]) -> str:
    """The median over the cases of their median, without the subtitles that were in sync all along."""
    values = [row["median_ms"] for row in rows if row["outcome"] == "right" and row["class"] != "in_sync"]
    finite = [value for value in values if value is not None and math.isfinite(value)]
    return f"{median(finite):.0f}" if finite else "–"


def _costs(rows: Sequence[Row], runs: Runs) -> str:
    """CPU and wall per case; in a run over all cases speech is heard once for each film."""
    body = []
    for engine, run in runs.items():
        cases = max(1, run["cases"])
        each = [row for row in rows if row["engine"] == engine and row.get("cpu_s") is not None]
        how = f"one run, {run['jobs']} at a time" if run["bulk"] else "one run for each case"
        largest = max([row["peak_mb"] for row in each], default=run["peak_mb"])
        body.append([engine, how, f"{run['cpu_s'] / cases:.2f}", f"{run['wall_s'] / cases:.2f}", f"{largest:.0f}"])
    return _table(["engine", "how", "CPU s a case", "wall s a case", "largest process, MB"], body)
