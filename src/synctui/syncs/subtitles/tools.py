"""What the subtitle sync works with, handed in by the wiring."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path
from weakref import WeakValueDictionary

from synctui.files.vault import Vault
from synctui.model.clock import Clock, SystemClock
from synctui.model.library import LibraryRoot
from synctui.processes.workers import TaskRunner
from synctui.store.database import Database


@dataclass(frozen=True, slots=True)
class Settings:
    """The configuration of this kind; `max_offset` in seconds."""

    engine: str = "auto"
    languages: tuple[str, ...] = ()
    max_offset: float = 240.0
    detector: str = "auto"
    jobs: int = 1
    ignore: tuple[str, ...] = ()
    timeout: float = 1800.0


@dataclass(frozen=True, slots=True)
class Tools:
    """Store, workers and folders."""

    database: Database
    workers: TaskRunner
    vault: Vault
    speech: Path
    scratch: Path
    settings: Settings = field(default_factory=Settings)
    libraries: tuple[LibraryRoot, ...] = ()
    clock: Clock = field(default_factory=SystemClock)


class VideoLocks:
    """One at a time per video: the first subtitle decodes the audio, the others find its speech in the cache."""

    def __init__(self) -> None:
        # A lock lives as long as somebody holds it or waits for it.
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    def of(self, video: str) -> asyncio.Lock:
        """Return the video's lock."""
        lock = self._locks.get(video)
        if lock is None:
            lock = self._locks[video] = asyncio.Lock()
        return lock
