"""Which operations of a job are next: tracks with their stages, stages with their queues."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from synctui.store.operations import QueueRow, Taken


@dataclass(slots=True)
class Queue:
    """The operations of one track, stage and lane; `buffer` holds the next few, `taken` those and what is in flight."""

    row: QueueRow
    buffer: deque[Taken] = field(default_factory=deque)
    taken: set[int] = field(default_factory=set)
    listed: bool = False

    @property
    def id(self) -> int:
        """The queue's number in the store."""
        return self.row.id

    @property
    def track(self) -> str:
        """The track it belongs to."""
        return self.row.track

    @property
    def finished(self) -> bool:
        """True when nothing of it is left."""
        return self.row.finished >= self.row.total


@dataclass(slots=True)
class _Track:
    stages: dict[int, list[Queue]] = field(default_factory=dict)

    def current(self) -> int | None:
        return min((stage for stage, queues in self.stages.items() if not all(one.finished for one in queues)), default=None)


class Tracks:
    """The queues of a job; within a track only those of the earliest unfinished stage are open."""

    def __init__(self, rows: Iterable[QueueRow]) -> None:
        self.queues: dict[int, Queue] = {}
        self._tracks: dict[str, _Track] = {}
        self._current: dict[str, int | None] = {}
        self._open: dict[str, deque[Queue]] = {}
        self._announced: set[tuple[str, int]] = set()
        self.remaining = 0
        self.update(rows)

    def update(self, rows: Iterable[QueueRow]) -> None:
        """Take over the counts of the store, with queues that are new."""
        for row in rows:
            if (queue := self.queues.get(row.id)) is not None:
                queue.row = row
                continue
            self.queues[row.id] = queue = Queue(row)
            self._tracks.setdefault(row.track, _Track()).stages.setdefault(row.stage, []).append(queue)
        self.remaining = sum(one.row.total - one.row.finished for one in self.queues.values())
        for track in self._tracks:
            self._advance(track)
        for queue in self.queues.values():
            self.reopen(queue.id)

    def ended(self, number: int) -> None:
        """Count an end in a queue; the next stage of its track opens when this one is through."""
        queue = self.queues[number]
        queue.row.finished += 1
        self.remaining -= 1
        if queue.finished:
            self._advance(queue.track)

    def stage(self, track: str) -> int | None:
        """Return the index of the stage that a track is in, None when it is through or unknown."""
        return self._current.get(track)

    def _advance(self, track: str) -> None:
        stage = self._tracks[track].current()
        if stage == self._current.get(track, -1):
            return
        self._current[track] = stage
        if stage is not None:
            for queue in self._tracks[track].stages[stage]:
                self.reopen(queue.id)

    def reopen(self, number: int) -> None:
        """List a queue again: something of it may be ready."""
        queue = self.queues.get(number)
        if queue is None or queue.listed or not self._is_current(queue):
            return
        queue.listed = True
        self._open.setdefault(queue.row.lane, deque()).append(queue)

    def _is_current(self, queue: Queue) -> bool:
        # What is appended to an earlier stage brings its track back there.
        return not queue.finished and self._current.get(queue.track) == queue.row.stage

    def lanes(self) -> list[str]:
        """Return the lanes in which something may be ready."""
        return [lane for lane, queues in self._open.items() if queues]

    def names(self) -> set[str]:
        """Return every lane that the job uses."""
        return {queue.row.lane for queue in self.queues.values()}

    def pop(self, lane: str) -> Queue | None:
        """Take the next open queue of a lane off the list."""
        queues = self._open.get(lane, deque())
        while queues:
            queue = queues.popleft()
            queue.listed = False
            if self._is_current(queue):
                return queue
        return None

    def push(self, queue: Queue, *, front: bool = False) -> None:
        """List a queue again, last in its lane or first."""
        if queue.listed:
            return
        queue.listed = True
        queues = self._open.setdefault(queue.row.lane, deque())
        if front:
            queues.appendleft(queue)
        else:
            queues.append(queue)

    def of(self, *, track: str | None = None, lane: str | None = None) -> Iterator[Queue]:
        """Yield the queues of a track or lane."""
        for queue in self.queues.values():
            if track in (None, queue.track) and lane in (None, queue.row.lane):
                yield queue

    def announce(self, queue: Queue) -> int | None:
        """Return the number of operations of a queue's stage the first time it is asked for, then None."""
        place = (queue.track, queue.row.stage)
        if place in self._announced:
            return None
        self._announced.add(place)
        return sum(one.row.total for one in self._tracks[queue.track].stages[queue.row.stage])
