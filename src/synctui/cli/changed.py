"""`synctui changed PATH…`: tells the change feed about files."""

from __future__ import annotations

import os
import sys
from typing import Literal

from synctui.cli.arguments import Arguments
from synctui.cli.ndjson import JsonLines
from synctui.cli.places import paths_of
from synctui.errors import ExitCode
from synctui.model.clock import SystemClock, rfc3339
from synctui.model.library import Change
from synctui.store.database import Database
from synctui.store.rows import write_rows


async def changed(arguments: Arguments) -> ExitCode:
    """Do `changed PATH…`: what is not there any more was removed."""
    paths = paths_of(arguments)
    paths.ensure()
    rows = [Change(os.path.abspath(target), _what(target), "hook") for target in arguments.targets]
    at = rfc3339(SystemClock().now())
    async with await Database.open(paths.database) as database:
        await database.write(lambda connection: write_rows(connection, rows, job=0, at=at))
    if arguments.json:
        JsonLines().line("changed", {"changed": len(rows)})
    elif not arguments.quiet:
        sys.stdout.write(f" noted: {len(rows)}\n")
    return ExitCode.DONE


def _what(path: str) -> Literal["modified", "removed"]:
    return "modified" if os.path.lexists(path) else "removed"
