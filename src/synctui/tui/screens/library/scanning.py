"""The look at the disks that goes on behind: one library after the other, and what it had to say."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

from synctui.library.index import Refreshed, refresh
from synctui.model.library import LibraryRoot
from synctui.model.plan import Notice
from synctui.model.reasons import sentence
from synctui.store.database import Database
from synctui.store.index import keep_roots
from synctui.text import display


class Scanning:
    """Brings the index up to date; `files` counts those seen so far, `brakes` holds why a library was left as it was."""

    def __init__(
        self, database: Database, libraries: Sequence[LibraryRoot], ignore: Sequence[str], on_progress: Callable[[], None]
    ) -> None:
        self.files = 0
        self.running = False
        self.brakes: dict[str, Notice] = {}
        self._database = database
        self._libraries = libraries
        self._ignore = ignore
        self._on_progress = on_progress
        self._stopped = False

    def stop(self) -> None:
        """End after the folder that is being read."""
        self._stopped = True

    async def run(self, say: Callable[[str, str], None], *, believe: bool = False) -> None:
        """Look at every library; `say` is told what went wrong with what to do about it. Raises SyncTuiError.

        `believe` takes it as true that much is gone: a person said so.
        """
        self.running, self._stopped, self.files = True, False, 0
        try:
            kept = [os.path.abspath(library.path) for library in self._libraries]
            await self._database.write(lambda connection: keep_roots(connection, kept))
            for library in self._libraries:
                if self._stopped:
                    return
                await self._look(library, say, believe)
        finally:
            self.running = False
            self._on_progress()

    async def _look(self, library: LibraryRoot, say: Callable[[str, str], None], believe: bool) -> None:
        before = self.files

        def progress(files: int) -> None:
            self.files = before + files
            self._on_progress()

        report = await refresh(
            self._database,
            library,
            ignore=self._ignore,
            allow_mass_change=believe,
            stop=lambda: self._stopped,
            progress=progress,
        )
        self.files = before + report.files
        self.brakes.pop(library.path, None)
        if report.brakes:
            self.brakes[library.path] = report.brakes[0]
        self._tell(library, report, say)

    def _tell(self, library: LibraryRoot, report: Refreshed, say: Callable[[str, str], None]) -> None:
        if report.brakes:
            say(f"{display(library.name)}: {report.brakes[0].message}", "nothing was removed; R looks again")
        problems = [one for one in report.problems if one.reason in ("unreadable_dir", "io_error", "path_too_long")]
        if problems:
            first = problems[0]
            more = f", and {len(problems) - 1} more" if len(problems) > 1 else ""
            say(f"{display(first.path)}: {first.message or sentence(first.reason)}{more}", "the rest was read")
