"""`synctui --demo`: the made-up library, and where it and its data lie."""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from synctui.cli.arguments import Arguments
from synctui.cli.places import is_path
from synctui.cli.terminal import Terminal
from synctui.config.schema import PathMap, Player, Stash
from synctui.config.secrets import Secret
from synctui.errors import UsageError
from synctui.simulators.demo import build_demo
from synctui.text import clip, display


@dataclass(slots=True)
class Made:
    """The demo's folders; `kept` says that they stay, `clean` (to be set) that a temporary one may be removed."""

    base: Path
    library: Path
    kept: bool
    clean: bool = True


@contextmanager
def demo_library(arguments: Arguments) -> Iterator[Made]:
    """Make the demo library and yield where it lies.

    A folder that was named stays and is gone on with; a temporary one is removed on a clean end, and named otherwise.
    """
    given = arguments.demo or ""
    kept = bool(given)
    _keep_to(os.path.join(os.path.abspath(given), "library") if kept else None, arguments.targets)
    base = Path(os.path.abspath(given)) if kept else Path(tempfile.mkdtemp(prefix="synctui-demo-"))
    made = Made(base, base / "library", kept)
    ended = False
    try:
        _build(made.library, arguments)
        yield made
        ended = True
    finally:
        if not kept:
            _leave(made, arguments, ended)


def _leave(made: Made, arguments: Arguments, ended: bool) -> None:
    if ended and made.clean:
        shutil.rmtree(made.base, ignore_errors=True)
        keep = Path(tempfile.gettempdir()) / "demo"
        told = f" the folder was temporary and is removed; keep one: synctui --demo={keep}"
    else:
        told = f" the demo is kept in {display(str(made.base))}: synctui --demo={display(str(made.base))} goes on with it"
    if not arguments.json:
        with contextlib.suppress(OSError):
            Terminal.of().write(told + "\n")


@contextmanager
def made_up(arguments: Arguments) -> Iterator[tuple[Arguments, Made]]:
    """Make the demo library and yield the arguments of a headless run over it, and where it lies."""
    with demo_library(arguments) as made:
        changed = replace(
            arguments,
            targets=arguments.targets or ((str(made.library),) if arguments.kind == "subtitles" else ()),
            data_dir=arguments.data_dir or made.base / "data",
            yes=arguments.yes or not (arguments.dry_run or arguments.check),
            jobs=arguments.jobs or ((os.cpu_count() or 1) if arguments.kind == "subtitles" else None),
        )
        yield changed, made


@asynccontextmanager
async def made_up_players(library: str, *, automatic: bool) -> AsyncIterator[tuple[Player, ...]]:
    """Start the made-up players over the demo library; `automatic` ones are told by themselves of what changed."""
    from synctui.simulators.players import demo_players

    async with demo_players(Path(library)) as simulated:
        yield tuple(
            Player(
                name=one.name,
                kind=one.kind,
                url=one.url,
                username=one.username,
                password=Secret(one.password),
                token=Secret(one.token),
                path_map=tuple(PathMap(*pair) for pair in one.folders),
                auto_sync=automatic,
                sync_interval=1 if automatic else 0,
            )
            for one in simulated
        )


@asynccontextmanager
async def made_up_stash(library: str) -> AsyncIterator[Stash]:
    """Start the made-up Stash over the demo library."""
    from synctui.simulators.stash.demo import demo_stash

    async with demo_stash(Path(library)) as simulated:
        yield Stash(
            url=simulated.url,
            api_key=Secret(simulated.api_key),
            path_map=tuple(PathMap(theirs, ours) for ours, theirs in simulated.folders),
        )


def _keep_to(library: str | None, targets: tuple[str, ...]) -> None:
    """Refuse files of the user's own: the demo asks nobody, and forgets what it did."""
    for target in targets:
        path = os.path.abspath(target)
        inside = library is not None and (path == library or path.startswith(library + os.sep))
        if is_path(target) and not inside:
            raise UsageError(
                f"{display(target)} is not in the made-up library, and the demo touches nothing else",
                hint="a folder to make it in: --demo=DIR; your own files: synctui --run subtitles PATH",
            )


def _build(library: Path, arguments: Arguments) -> None:
    shown = Terminal.of(sys.stderr)
    speak = not arguments.quiet

    def progress(what: str, fraction: float) -> None:
        if speak and shown.live:
            told = f" making a small library: {round(100 * fraction):>3} %  {what}"
            shown.write("\r\x1b[K" + clip(told, shown.width - 1))

    if speak and not arguments.json:
        Terminal.of().write(f" a made-up library in {library}\n")
    try:
        build_demo(library, on_progress=progress)
    except FileExistsError as error:
        raise UsageError(str(error), hint="name a new or empty folder: --demo=DIR") from error
    finally:
        if speak and shown.live:
            shown.write("\r\x1b[K")
