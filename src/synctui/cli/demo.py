"""`synctui --demo`: the made-up library, and where it and its data lie."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from synctui.cli.arguments import Arguments
from synctui.cli.terminal import Terminal
from synctui.errors import UsageError
from synctui.simulators.demo import build_demo
from synctui.text import display


@contextmanager
def made_up(arguments: Arguments) -> Iterator[tuple[Arguments, str, bool]]:
    """Make the demo library and yield the arguments of a run over it, its folder, and whether it stays.

    A folder that was named stays and is gone on with; a temporary one is removed when the run ends cleanly.
    """
    given = arguments.demo or ""
    kept = bool(given)
    _keep_to(os.path.join(os.path.abspath(given), "library") if kept else None, arguments.targets)
    base = Path(os.path.abspath(given)) if kept else Path(tempfile.mkdtemp(prefix="synctui-demo-"))
    library = base / "library"
    _build(library, arguments)
    yes = arguments.yes or not (arguments.dry_run or arguments.check)
    changed = replace(
        arguments,
        targets=arguments.targets or (str(library),),
        data_dir=arguments.data_dir or base / "data",
        yes=yes,
        jobs=arguments.jobs or os.cpu_count() or 1,
    )
    yield changed, str(library), kept
    if not kept:
        shutil.rmtree(base, ignore_errors=True)
        if not arguments.json:
            told = (
                f" the folder was temporary and is removed; keep one: synctui --demo={Path(tempfile.gettempdir()) / 'demo'}"
            )
            Terminal.of().write(told + "\n")


def _keep_to(library: str | None, targets: tuple[str, ...]) -> None:
    """Refuse files of the user's own: the demo asks nobody, and forgets what it did."""
    for target in targets:
        path = os.path.abspath(target)
        inside = library is not None and (path == library or path.startswith(library + os.sep))
        if (os.path.lexists(path) or os.sep in target) and not inside:
            raise UsageError(
                f"{display(target)} is not in the made-up library, and the demo touches nothing else",
                hint="a folder to make it in: --demo=DIR; your own files: synctui --run subtitles PATH",
            )


def _build(library: Path, arguments: Arguments) -> None:
    shown = Terminal.of(sys.stderr)
    speak = not arguments.quiet

    def progress(what: str, fraction: float) -> None:
        if speak and shown.live:
            shown.write(f"\r\x1b[K making a small library: {what} {round(100 * fraction)} %")

    if speak and not arguments.json:
        Terminal.of().write(f" a made-up library in {library}\n")
    try:
        build_demo(library, on_progress=progress)
    except FileExistsError as error:
        raise UsageError(str(error), hint="name a new or empty folder: --demo=DIR") from error
    finally:
        if speak and shown.live:
            shown.write("\r\x1b[K")
