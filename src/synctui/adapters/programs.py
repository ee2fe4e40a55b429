"""Programs of others: where they are, and how they are called."""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

_MISREAD = frozenset(("Cc", "Cs", "Zl", "Zp"))
_VERSION = re.compile(r"\b(\d+(?:\.\d+)+)\b")


@dataclass(frozen=True, slots=True)
class Program:
    """A program by name, and the absolute path it was found at."""

    name: str
    path: str


@dataclass(frozen=True, slots=True)
class Invocation:
    """What to run: an argument list whose first entry is an absolute path, and additions to the environment."""

    argv: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MediaTools:
    """The programs that engines decode media with."""

    ffmpeg: Program
    ffprobe: Program


def find_program(names: Sequence[str], path_env: str | None = None) -> Program | None:
    """Return the first of `names` on PATH (or `path_env`).

    Relative and empty entries of PATH are passed over: they mean the folder we happen to be in, where a download may have
    put a program of the same name.
    """
    raw = os.environ.get("PATH", "") if path_env is None else path_env
    folders = [entry for entry in raw.split(os.pathsep) if os.path.isabs(entry)]
    for name in names:
        for folder in folders:
            path = os.path.join(folder, name)
            if os.path.isfile(path) and os.access(path, os.X_OK):
                return Program(name, os.path.normpath(path))
    return None


def find_media_tools(path_env: str | None = None) -> MediaTools | None:
    """Return ffmpeg and ffprobe, or None when one is missing."""
    ffmpeg, ffprobe = find_program(("ffmpeg",), path_env), find_program(("ffprobe",), path_env)
    return MediaTools(ffmpeg, ffprobe) if ffmpeg is not None and ffprobe is not None else None


def parse_version(output: str) -> str | None:
    """Return the first dotted number of what a program prints about itself."""
    match = _VERSION.search(output[:4096])
    return match.group(1) if match else None


def checked_path(path: str) -> str:
    """Return a path as it may stand in an argument list; raises ValueError for one that an engine could misread.

    Engines print the names that they are given among their results, and alass dies of a name that is not UTF-8: they
    only ever get absolute paths without control characters. `exchange.stage_reference` makes such a name for any file.
    """
    if not os.path.isabs(path):
        raise ValueError("an engine needs absolute paths")
    if any(unicodedata.category(char) in _MISREAD for char in path):
        raise ValueError("an engine must not see control or undecodable characters in a path")
    return path
