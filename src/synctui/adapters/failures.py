"""What an engine's complaint means for us."""

from __future__ import annotations

import signal
from collections.abc import Sequence
from dataclasses import dataclass

from synctui.errors import OperationFailed
from synctui.text import display

_CLIP = 300


@dataclass(frozen=True, slots=True)
class Symptom:
    """Words in an engine's output, and the reason code, message and hint that they stand for."""

    words: str
    code: str
    message: str
    hint: str


def diagnose(text: str, symptoms: Sequence[Symptom]) -> OperationFailed | None:
    """Return the failure of the first symptom found in `text`; the engine's own words are attached as a note."""
    for symptom in symptoms:
        if symptom.words in text:
            failure = OperationFailed(symptom.message, hint=symptom.hint, code=symptom.code)
            failure.add_note(display(text[:2000]))
            return failure
    return None


def first_line(text: str) -> str:
    """Return the first line of a complaint, fit to be shown."""
    return display(text.strip().partition("\n")[0], _CLIP)


def crash(engine: str, returncode: int, text: str = "") -> OperationFailed:
    """Return the failure of an engine that did not end by itself, the signal named."""
    if returncode < 0:
        try:
            how = signal.Signals(-returncode).name
        except ValueError:
            how = f"signal {-returncode}"
    else:
        how = first_line(text) or f"code {returncode}"
    hint = "perhaps out of memory: run fewer jobs" if how == "SIGKILL" else "try another engine"
    return OperationFailed(f"{engine} crashed ({how})", hint=hint, code="engine_crashed")


def no_output(engine: str, warnings: Sequence[str]) -> OperationFailed:
    """Return the failure of an engine that claims success and has nothing to show for it."""
    said = f": {display(warnings[0], _CLIP)}" if warnings else ""
    return OperationFailed(f"{engine} wrote no usable subtitle{said}", hint="try another engine", code="engine_no_output")
