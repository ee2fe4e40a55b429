"""Errors as a person reads them, on standard error."""

from __future__ import annotations

import contextlib
import os
import sys
from pathlib import Path

from synctui.cli.arguments import Arguments
from synctui.errors import SyncTuiError
from synctui.text import display


def complain(error: SyncTuiError) -> None:
    """Say on standard error what went wrong and what to do."""
    lines = [f"synctui: {display(str(error))}"]
    candidates: tuple[str, ...] = getattr(error, "candidates", ())
    lines += [f"   {display(candidate)}" for candidate in candidates[:20]]
    if error.hint:
        lines.append(f"   {display(error.hint)}")
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write("\n".join(lines) + "\n")


def complain_of_bug(error: Exception, *, verbose: bool, arguments: Arguments | None = None) -> None:
    """Say on standard error that we are at fault, and where the report is; `verbose` shows the traceback."""
    import traceback

    report = _report(error, arguments)
    with contextlib.suppress(OSError, ValueError):
        if verbose:
            sys.stderr.write("".join(traceback.format_exception(error)))
        at = traceback.extract_tb(error.__traceback__)[-1:]
        where = f" ({Path(at[0].filename).name}:{at[0].lineno})" if at else ""
        what = display(f"{type(error).__name__}: {error}", 300)
        send = f"please report it with {display(str(report))}" if report else "please report it, with what -v shows"
        sys.stderr.write(f"synctui: a fault in SyncTUI: {what}{where}\n   {send}\n")


def _report(error: Exception, arguments: Arguments | None) -> Path | None:
    """Return the report of a fault, None where it cannot be written: that must not hide the fault itself."""
    try:
        from synctui.cli.places import flags_of, paths_of
        from synctui.config.load import Loaded, load
        from synctui.reports import write_report

        if arguments is None:
            return None
        paths = paths_of(arguments)
        loaded: Loaded | None = None
        with contextlib.suppress(SyncTuiError):
            loaded = load(file=arguments.config, paths=paths, environment=os.environ, flags=flags_of(arguments))
        return write_report(paths, loaded, error)
    except Exception:
        return None
