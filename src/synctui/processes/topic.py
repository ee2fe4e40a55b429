"""Lines through a Dask cluster: what is heard of a task, as events of one topic."""

from __future__ import annotations

import asyncio
import contextlib
import importlib
import json
import time
import uuid
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from synctui.processes.executors import Lines
from synctui.processes.workers import Progress

# One name for all who use a cluster: its scheduler never forgets a topic, and keeps the last events of each.
_TOPIC = "synctui"
_APART_S = 0.5
_MOST_PLACES = 4096


class Switchboard:
    """The near ends of all lines through a client of Dask; remembers at which worker each subject was last worked on."""

    def __init__(self, client: Any) -> None:
        self._near: dict[str, _Near] = {}
        self._places: OrderedDict[str, str] = OrderedDict()
        client.subscribe_topic(_TOPIC, self._hear)

    def place(self, subject: str) -> str:
        """Return the address of the worker that had this subject, "" where none is known."""
        return self._places.get(subject, "") if subject else ""

    def lines(self, subject: str) -> Lines:
        """Return what lays lines to tasks about a subject."""
        return _Laying(self, subject)

    @contextlib.contextmanager
    def laid(self, subject: str, progress: Progress | None) -> Iterator[TopicLine]:
        """Return the context that holds a line."""
        line = TopicLine(uuid.uuid4().hex, progress is not None)
        self._near[line.name] = _Near(asyncio.get_running_loop(), subject, progress)
        try:
            yield line
        finally:
            del self._near[line.name]

    def _hear(self, event: tuple[float, str]) -> None:
        # In the client's thread, also for tasks of others who use this cluster.
        name, *said = json.loads(event[1])
        near = self._near.get(name)
        if near is not None:
            with contextlib.suppress(RuntimeError):  # the loop was closed meanwhile
                near.loop.call_soon_threadsafe(self._pass_on, near, said)

    def _pass_on(self, near: _Near, said: list[Any]) -> None:
        if len(said) == 2 and near.progress is not None:
            near.progress(said[0], said[1])
        elif len(said) == 1 and near.subject:
            self._places[near.subject] = said[0]
            self._places.move_to_end(near.subject)
            if len(self._places) > _MOST_PLACES:
                self._places.popitem(last=False)


@dataclass(frozen=True, slots=True)
class _Near:
    loop: asyncio.AbstractEventLoop
    subject: str
    progress: Progress | None


@dataclass(frozen=True, slots=True)
class _Laying:
    switchboard: Switchboard
    subject: str

    def laid(self, progress: Progress | None) -> contextlib.AbstractContextManager[TopicLine]:
        """Return the context that holds a line."""
        return self.switchboard.laid(self.subject, progress)


@dataclass(frozen=True, slots=True)
class TopicLine:
    """A line by its name among all of the topic; `heard` is False when nobody listens to progress."""

    name: str
    heard: bool

    def pick_up(self) -> TopicEnd:
        """Return the far end, in a thread of a Dask worker."""
        return TopicEnd(self, importlib.import_module("distributed").get_worker())


class TopicEnd:
    """The far end of a line: says where it is, then progress at most twice a second."""

    def __init__(self, line: TopicLine, worker: Any) -> None:
        self._line, self._worker = line, worker
        self._key = worker.get_current_task()
        self._told = ("", 0.0)
        self._say(worker.address)

    def tell(self, phase: str, fraction: float | None) -> None:
        """Pass progress on; a new phase at once."""
        now = time.monotonic()
        if self._line.heard and (phase != self._told[0] or now - self._told[1] >= _APART_S):
            self._told = (phase, now)
            self._say(phase, fraction)

    def given_up(self) -> bool:
        """Return whether the worker was told to forget the task, or is about to end itself."""
        task = self._worker.state.tasks.get(self._key)
        return task is None or task.state == "cancelled" or self._worker.status.name in ("closing", "closed", "failed")

    def _say(self, *said: str | float | None) -> None:
        self._worker.log_event(_TOPIC, json.dumps([self._line.name, *said]))
