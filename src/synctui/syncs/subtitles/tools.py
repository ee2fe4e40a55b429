"""What the subtitle sync works with, handed in by the wiring."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

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
        self._locks: dict[str, tuple[asyncio.Lock, list[None]]] = {}

    def of(self, video: str) -> _Held:
        """Return an async context manager that holds the video's lock."""
        return _Held(self._locks, video)


class _Held:
    def __init__(self, locks: dict[str, tuple[asyncio.Lock, list[None]]], video: str) -> None:
        self._locks, self._video = locks, video

    async def __aenter__(self) -> None:
        lock, users = self._locks.setdefault(self._video, (asyncio.Lock(), []))
        users.append(None)
        try:
            await lock.acquire()
        except BaseException:
            self._leave(users)
            raise

    async def __aexit__(self, *_: object) -> None:
        lock, users = self._locks[self._video]
        lock.release()
        self._leave(users)

    def _leave(self, users: list[None]) -> None:
        users.pop()
        if not users:
            self._locks.pop(self._video, None)
