"""Errors as a person reads them, on standard error."""

from __future__ import annotations

import contextlib
import sys
from pathlib import Path

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


def complain_of_bug(error: Exception, *, verbose: bool) -> None:
    """Say on standard error that we are at fault; `verbose` shows where."""
    import traceback

    with contextlib.suppress(OSError, ValueError):
        if verbose:
            sys.stderr.write("".join(traceback.format_exception(error)))
        at = traceback.extract_tb(error.__traceback__)[-1:]
        where = f" ({Path(at[0].filename).name}:{at[0].lineno})" if at else ""
        what = display(f"{type(error).__name__}: {error}", 300)
        sys.stderr.write(f"synctui: a fault in SyncTUI: {what}{where}\n   please report it, with what -v shows\n")
