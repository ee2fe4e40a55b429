"""Standard output as NDJSON: the journal, printed."""

from __future__ import annotations

import json
import sys
from typing import TextIO

from synctui import __version__
from synctui.cli.terminal import ClosedPipe
from synctui.model.clock import Clock, SystemClock, rfc3339
from synctui.model.events import Event
from synctui.model.json import Fields

VERSION = 1


class JsonLines:
    """Writes one object a line, flushed; every line has `v`, `t`, a rising `seq`, `type`, and `job` once there is one."""

    def __init__(self, stream: TextIO | None = None, clock: Clock | None = None) -> None:
        self._stream = stream or sys.stdout
        self._clock = clock or SystemClock()
        self._seq = 0
        self.closed = False

    def start(self, kind: str) -> None:
        """Write the first line."""
        self.line("run_start", {"kind": kind, "version": __version__})

    def event(self, event: Event) -> None:
        """Write a journal event."""
        self.line(event.type, event.fields, job=event.job, at=event.at)

    def end(self, exit_code: int, resume: str | None) -> None:
        """Write the last line."""
        self.line("run_end", {"exit_code": int(exit_code), "resume": resume})

    def line(self, type_: str, fields: Fields, *, job: int | None = None, at: str = "") -> None:
        """Write one line; raises ClosedPipe once, later lines go nowhere."""
        if self.closed:
            return
        self._seq += 1
        head: dict[str, object] = {"v": VERSION, "t": at or rfc3339(self._clock.now()), "seq": self._seq, "type": type_}
        if job is not None:
            head["job"] = job
        try:
            self._stream.write(json.dumps({**head, **fields}, ensure_ascii=True, default=dict) + "\n")
            self._stream.flush()
        except (BrokenPipeError, ValueError) as error:
            self.closed = True
            raise ClosedPipe from error
        except OSError:
            self.closed = True
            raise
