"""Originals that cannot lie beside their file: content-addressed in the data directory, up to a total size."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import threading
from collections.abc import Callable, Container
from typing import NoReturn

from synctui.errors import OperationFailed, StorageError
from synctui.files.faults import fail, failure
from synctui.files.temporary import remove_quietly, sweep, sync_folder, write_temp

CAP = 512 * 1024 * 1024
_SHA = re.compile(r"[0-9a-f]{64}")


class Vault:
    """Contents by their SHA-256 (hex), each a file `ab/abcd…` readable by its owner only.

    `referenced` returns the hashes that receipts and lineages still need: those are never pruned.
    """

    def __init__(self, folder: str, *, cap: int = CAP, referenced: Callable[[], Container[str]] | None = None) -> None:
        self.folder = folder
        self.cap = cap
        self._referenced = referenced
        self._lock = threading.Lock()
        # What this process put may not be referenced yet: its operation commits later.
        self._fresh: set[str] = set()
        self._total: int | None = None

    def put(self, data: bytes) -> str:
        """Keep `data` durably and return its SHA-256; what is kept already is only marked as used.

        Raises StorageError: `vault_full` when everything in it is still referenced, `disk_full`, `read_only`, `permission`.
        """
        sha = hashlib.sha256(data).hexdigest()
        with self._lock:
            self._fresh.add(sha)
            if self._intact(sha):
                with contextlib.suppress(OSError):
                    os.utime(self._path(sha))
                return sha
            self._make_room(len(data))
            path = self._path(sha)
            try:
                for folder in (self.folder, os.path.dirname(path)):
                    os.makedirs(folder, mode=0o700, exist_ok=True)
                temp = write_temp(os.path.dirname(path), data)
                try:
                    os.replace(temp, path)
                    sync_folder(os.path.dirname(path))
                    sync_folder(self.folder)
                except OSError:
                    remove_quietly(temp)
                    raise
            except OSError as error:
                _storage(failure(error, self.folder, "writing in"))
            except OperationFailed as error:
                _storage(error)
            self._total = (self._total or 0) + len(data)
        return sha

    def get(self, sha: str) -> bytes:
        """Return the content of that hash, verified.

        Raises OperationFailed: `nothing_to_restore` when it is not there, `io_error` when it is damaged.
        """
        path = self._path(sha)
        try:
            with open(path, "rb") as file:
                data = file.read()
        except FileNotFoundError:
            fail("nothing_to_restore", f"the vault does not hold {sha[:12]} any more", "its size cap may be too small")
        except OSError as error:
            raise failure(error, path, "reading") from error
        if hashlib.sha256(data).hexdigest() != sha:
            fail("io_error", f"the vault's copy {sha[:12]} is damaged")
        return data

    def has(self, sha: str) -> bool:
        """True when that content is kept (not verified: `get` does)."""
        return os.path.isfile(self._path(sha))

    def size(self) -> int:
        """Return the bytes kept."""
        return sum(size for _, size, _ in self._entries())

    def prune(self, wanted: int = 0) -> int:
        """Remove unreferenced contents, least recently used first, until `wanted` more bytes fit; return the bytes freed."""
        with self._lock:
            return self._prune(wanted)

    def sweep(self) -> list[str]:
        """Remove the temporary files of dead runs and return their paths."""
        removed: list[str] = []
        with contextlib.suppress(OSError), os.scandir(self.folder) as shelves:
            for shelf in shelves:
                removed += sweep(shelf.path)
        return removed

    def _path(self, sha: str) -> str:
        if _SHA.fullmatch(sha) is None:
            raise ValueError("not a SHA-256")
        return os.path.join(self.folder, sha[:2], sha)

    def _intact(self, sha: str) -> bool:
        try:
            return bool(self.get(sha) or True)
        except OperationFailed:
            return False

    def _entries(self) -> list[tuple[float, int, str]]:
        found: list[tuple[float, int, str]] = []
        with contextlib.suppress(OSError), os.scandir(self.folder) as shelves:
            for shelf in shelves:
                with contextlib.suppress(OSError), os.scandir(shelf.path) as entries:
                    for entry in entries:
                        if _SHA.fullmatch(entry.name):
                            state = entry.stat(follow_symlinks=False)
                            found.append((state.st_mtime, state.st_size, entry.name))
        return found

    def _make_room(self, wanted: int) -> None:
        if self._total is not None and self._total + wanted <= self.cap:
            return
        self._prune(wanted)
        self._total = self.size()
        if self._total + wanted > self.cap:
            raise StorageError(
                f"the vault of originals holds {self.cap:,} bytes, all still needed for undo",
                code="vault_full",
                hint="raise its size, or drop the history of old jobs",
            )

    def _prune(self, wanted: int) -> int:
        entries = sorted(self._entries())
        over = sum(size for _, size, _ in entries) + wanted - self.cap
        if over <= 0:
            return 0
        kept: Container[str] = self._referenced() if self._referenced is not None else ()
        freed = 0
        for _, size, sha in entries:
            if freed >= over:
                break
            if sha not in kept and sha not in self._fresh:
                remove_quietly(self._path(sha))
                freed += size
        return freed


def _storage(error: OperationFailed) -> NoReturn:
    raise StorageError(error.message, hint=error.hint, code=error.code) from error
