"""The numbers of a result as they are reported: in the journal, on the screens and in NDJSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from synctui.model.cues import Cue, Span
from synctui.model.json import Fields, Json

MOST_CUTS = 50
"""More are counted, not listed: the journal stays small whatever a file makes of us."""


def of_alignment(answer: Mapping[str, Any], label: str) -> Fields:
    """Return the numbers of the built-in engine's answer; `label` names the reference."""
    cuts = [[int(cut["at_ms"]), int(cut["by_ms"])] for cut in answer["cuts"]]
    numbers: dict[str, Json] = {
        "offset_ms": [answer["offset_first_ms"], answer["offset_middle_ms"], answer["offset_last_ms"]],
        "ratio": round(float(answer["ratio"]), 7),
        "ratio_name": answer["ratio_name"],
        "pieces": len(cuts) + 1,
        "cuts": [list(cut) for cut in cuts[:MOST_CUTS]],
        "confidence": answer["confidence"],
        "overlap_before": round(float(answer["overlap_before"]), 4),
        "overlap_after": round(float(answer["overlap_after"]), 4),
        "lines": answer["usable"],
        "reference": label,
        "detector": answer.get("detector") or "",
    }
    return numbers


def of_judgement(judgement: Mapping[str, Any], label: str, cues: Sequence[Cue], spans: Sequence[Span]) -> Fields:
    """Return the numbers of another engine's `spans`, as the judgement on them has them."""
    order = sorted(range(len(cues)), key=lambda index: cues[index].start)
    sample = (order[0], order[len(order) // 2], order[-1])
    numbers: dict[str, Json] = {
        "offset_ms": [spans[index][0] - cues[index].start for index in sample],
        "ratio": round(float(judgement["ratio"]), 7),
        "ratio_name": judgement["ratio_name"],
        "pieces": judgement["pieces"],
        "cuts": [[int(cut["at_ms"]), int(cut["by_ms"])] for cut in judgement["cuts"][:MOST_CUTS]],
        "confidence": judgement["confidence"],
        "overlap_before": round(float(judgement["overlap_before"]), 4),
        "overlap_after": round(float(judgement["overlap_after"]), 4),
        "lines": len(cues),
        "reference": label,
        "detector": judgement.get("detector") or "",
    }
    return numbers
