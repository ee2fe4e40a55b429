"""`synctui changed PATH…` and `synctui changed --from-env`: tells the change feed about files."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from typing import Literal

from synctui.adapters.arr import told
from synctui.cli.arguments import Arguments
from synctui.cli.ndjson import JsonLines
from synctui.cli.places import paths_of
from synctui.errors import ExitCode
from synctui.model.clock import SystemClock, rfc3339
from synctui.model.library import Change
from synctui.store.database import Database
from synctui.store.player_items import paths_below
from synctui.store.rows import write_rows
from synctui.store.videos import videos_below
from synctui.text import display
from synctui.words import count


async def changed(arguments: Arguments) -> ExitCode:
    """Do `changed`: what is not there any more was removed, and with a folder every video that was known in it."""
    paths = paths_of(arguments)
    event = ""
    if arguments.from_env:
        said = told(os.environ)
        event, asked = f"{said.app}: {said.event}", said.changes
    else:
        asked = tuple(Change(os.path.abspath(path), _what(path), "hook") for path in arguments.targets)
    paths.ensure()
    at = rfc3339(SystemClock().now())
    async with await Database.open(paths.database) as database:
        rows = [row for change in asked for row in await _spelled_out(database, change)]
        if rows:
            await database.write(lambda connection: write_rows(connection, rows, job=0, at=at))
    if arguments.json:
        JsonLines().line("changed", {"changed": len(rows), **({"event": display(event)} if event else {})})
    elif not arguments.quiet:
        sys.stdout.write(f" noted: {count(len(rows), 'file')}{f' ({display(event)})' if event else ''}\n")
    return ExitCode.DONE


async def _spelled_out(database: Database, change: Change) -> Sequence[Change]:
    """Return a folder's change with those of the videos that were known in it and are gone."""
    if change.change not in ("modified", "removed") or os.path.isfile(change.path):
        return (change,)
    known = [*await videos_below(database, change.path), *await paths_below(database, change.path)]
    gone = [path for path in dict.fromkeys(known) if not os.path.lexists(path)]
    return (*(Change(path, "removed", change.source) for path in gone), change)


def _what(path: str) -> Literal["modified", "removed"]:
    return "modified" if os.path.lexists(path) else "removed"
