"""A program on a pseudo terminal of its own: what it writes and when, what it costs."""

from __future__ import annotations

import fcntl
import os
import pty
import signal
import struct
import termios
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

_TICKS = os.sysconf("SC_CLK_TCK")


class Terminal:
    """Runs a command on a terminal; a thread reads, so that every chunk has the time at which it came."""

    def __init__(
        self, command: Sequence[str], *, columns: int = 140, rows: int = 45, environment: Mapping[str, str] | None = None
    ) -> None:
        self.began = time.perf_counter()
        self.process, self._master = pty.fork()
        if self.process == 0:
            os.environ.update({"TERM": "xterm-256color", "COLORTERM": "truecolor", **(environment or {})})
            os.environ.pop("NO_COLOR", None)
            fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
            os.execvp(command[0], list(command))
        self.data = bytearray()
        self.chunks: list[tuple[float, int]] = []
        self._came = threading.Condition()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        while True:
            try:
                data = os.read(self._master, 65536)
            except OSError:
                data = b""
            with self._came:
                if data:
                    self.data += data
                    self.chunks.append((time.perf_counter(), len(self.data)))
                self._came.notify_all()
            if not data:
                return

    def wait_for(self, marker: bytes, *, after: int = 0, seconds: float = 60) -> float:
        """Return when a text was complete in what came after the byte `after`."""
        deadline = time.perf_counter() + seconds
        with self._came:
            while (place := self.data.find(marker, after)) < 0:
                left = deadline - time.perf_counter()
                if left <= 0:
                    raise SystemExit(f"{marker!r} never came; the last that did: {bytes(self.data[-600:])!r}")
                self._came.wait(left)
            end = place + len(marker)
            return next(when for when, size in self.chunks if size >= end)

    def press(self, keys: str) -> tuple[float, int]:
        """Press keys; return when, and how many bytes had come by then."""
        with self._came:
            size = len(self.data)
        when = time.perf_counter()
        os.write(self._master, keys.encode())
        return when, size

    def written(self) -> int:
        """Return how many bytes have come."""
        with self._came:
            return len(self.data)

    def cpu(self) -> float:
        """Return the processor seconds of the process itself, without its children."""
        fields = Path(f"/proc/{self.process}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / _TICKS

    def memory_mb(self) -> float:
        """Return the resident memory of the process."""
        for line in Path(f"/proc/{self.process}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) / 1024
        return 0.0

    def end(self) -> None:
        """End the process, and its children with it."""
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.kill(self.process, number)
            except ProcessLookupError:
                break
            for _ in range(100):
                if os.waitpid(self.process, os.WNOHANG)[0]:
                    os.close(self._master)
                    return
                time.sleep(0.05)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value below which `share` of the values lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
