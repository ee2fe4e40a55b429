"""What a child prints, kept in bounded memory however much it is."""

from __future__ import annotations

import asyncio
import os
from collections import deque
from collections.abc import Callable

_CHUNK = 256 * 1024
_LONGEST_LINE = 64 * 1024
_MOST_LINES = 200_000
_SMALL = 4096


class Capture:
    """The first and the last bytes of a stream: `cap` bytes at most, with a count of what was left out between them."""

    def __init__(self, cap: int) -> None:
        self._half = max(1, cap // 2)
        self._head = bytearray()
        self._tail: deque[bytes] = deque()
        self._held = 0
        self._seen = 0

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes."""
        self._seen += len(chunk)
        room = self._half - len(self._head)
        if room > 0:
            self._head += chunk[:room]
            chunk = chunk[room:]
        if self._tail and len(self._tail[-1]) + len(chunk) <= _SMALL:
            self._tail[-1] += chunk
        else:
            self._tail.append(chunk)
        self._held += len(chunk)
        while self._held - len(self._tail[0]) >= self._half:
            self._held -= len(self._tail.popleft())

    @property
    def dropped(self) -> int:
        """How many bytes were left out."""
        return max(0, self._seen - len(self._head) - self._half)

    def text(self) -> str:
        """Return what was kept; bytes that are not UTF-8 become surrogate escapes."""
        tail = b"".join(self._tail)[-self._half :]
        gap = f"\n[... {self.dropped} bytes left out ...]\n".encode() if self.dropped else b""
        return (bytes(self._head) + gap + tail).decode("utf-8", "surrogateescape")


class Lines:
    """Cuts a stream at every carriage return and newline; over-long lines are clipped, endless floods end in silence."""

    def __init__(self, deliver: Callable[[str], None]) -> None:
        self._deliver = deliver
        self._begun = b""
        self._left = _MOST_LINES

    def feed(self, chunk: bytes) -> None:
        """Take the next bytes and deliver the lines that they complete, without the empty ones."""
        if self._left <= 0:
            return
        first, *others = chunk.replace(b"\r", b"\n").split(b"\n")
        self._begun += first[: _LONGEST_LINE - len(self._begun)]
        if not others:
            return
        self._send(self._begun)
        for line in others[:-1]:
            self._send(line[:_LONGEST_LINE])
        self._begun = others[-1][:_LONGEST_LINE]

    def end(self) -> None:
        """Deliver a last line that had no end."""
        self._send(self._begun)
        self._begun = b""

    def _send(self, line: bytes) -> None:
        if line.strip() and self._left > 0:
            self._left -= 1
            self._deliver(line.decode("utf-8", "surrogateescape"))


class PipeReader:
    """Reads a pipe on the event loop until its end, so that the child never waits for us; owns the descriptor `fd`.

    `ended` becomes done at the end of the stream, with an exception when a receiver raised one.
    """

    def __init__(self, fd: int, receivers: tuple[Callable[[bytes], None], ...]) -> None:
        self._fd = fd
        self._receivers = receivers
        self._loop = asyncio.get_running_loop()
        self.ended: asyncio.Future[None] = self._loop.create_future()
        os.set_blocking(fd, False)
        self._loop.add_reader(fd, self._read)

    def _read(self) -> None:
        try:
            chunk = os.read(self._fd, _CHUNK)
            for receive in self._receivers if chunk else ():
                receive(chunk)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            chunk = b""
        except Exception as error:
            self.close(error)
            return
        if not chunk:
            self.close()

    def close(self, error: Exception | None = None) -> None:
        """Stop reading; more than once is harmless."""
        if self._fd < 0:
            return
        self._loop.remove_reader(self._fd)
        os.close(self._fd)
        self._fd = -1
        if not self.ended.done():
            if error is None:
                self.ended.set_result(None)
            else:
                self.ended.set_exception(error)
                self.ended.exception()
