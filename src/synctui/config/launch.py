"""What the screens are opened with, and what they leave behind: light values, so that the first picture is quick."""

from __future__ import annotations

import shlex
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from synctui.config.load import Loaded
from synctui.config.paths import Paths
from synctui.config.schema import Player, Stash
from synctui.errors import ExitCode
from synctui.model.root import LibraryRoot


@dataclass(frozen=True, slots=True)
class Launch:
    """What the command line asks of the screens.

    `file` and `flags` are what the configuration was read from besides `paths`, to read it again. `libraries`, `players`
    and `stash` stand in for the configured ones, `jobs` overrides how many subtitles are worked on at once. `demo` is the
    folder of the demo (None: no demo), removed on a clean exit unless `demo_kept`. `colors` is `256`, `16`, `none` or ""
    (whatever the terminal can).
    `program` and `options` are the words around those of a command that speaks of the same data.
    """

    paths: Paths
    file: Path | None
    loaded: Loaded
    flags: Mapping[str, object] = field(default_factory=dict)
    libraries: tuple[LibraryRoot, ...] = ()
    players: tuple[Player, ...] = ()
    stash: Stash | None = None
    jobs: int | None = None
    demo: Path | None = None
    demo_kept: bool = True
    mouse: bool = True
    ascii: bool = False
    colors: str = ""
    program: tuple[str, ...] = ("synctui",)
    options: tuple[str, ...] = ()

    def command(self, *words: str) -> str:
        """Return a command line that speaks of the same data, from whatever folder it is typed in."""
        return shlex.join((*self.program, *words, *self.options))


@dataclass(frozen=True, slots=True)
class Farewell:
    """How the screens ended: the exit code, and lines for the shell (ready to be shown)."""

    code: ExitCode = ExitCode.DONE
    lines: tuple[str, ...] = ()


Screens = Callable[[Launch], Awaitable[Farewell]]
"""Shows the screens until the user leaves."""
