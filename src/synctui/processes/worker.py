"""The inside of a worker process: `python -m synctui.processes.worker FD [MEMORY]`.

It answers tasks that arrive over the socket FD, one after the other, until the other end closes. Standard output and
error lead elsewhere, so a stray print cannot disturb the conversation. Signals that end a terminal session or a service
are left to the process that owns the worker: it decides what becomes of the work in flight, and the group's guard ends
the worker when its owner dies.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from synctui.processes.replies import failed
from synctui.processes.wire import HEADER, Message, decode, encode, length

Progress = Callable[[str, float | None], None]

_A_SECOND = 10
_APART = 1.0 / _A_SECOND


class Coalesced:
    """Progress that is sent at most ten times a second; a new phase goes out at once as long as that allows."""

    def __init__(self, send: Callable[[Message], None]) -> None:
        self._send = send
        self._phase: str | None = None
        self._sent: deque[float] = deque(maxlen=_A_SECOND)

    def __call__(self, phase: str, fraction: float | None = None) -> None:
        """Report where a task stands; `fraction` from 0 to 1 when known."""
        now = time.monotonic()
        crowded = len(self._sent) == _A_SECOND and now - self._sent[0] < 1.0
        if crowded or (phase == self._phase and self._sent and now - self._sent[-1] < _APART):
            return
        self._phase = phase
        self._sent.append(now)
        self._send({"progress": phase, "fraction": fraction})


def serve(fd: int) -> None:
    """Answer tasks from the socket `fd` until its other end closes."""
    while (message := _receive(fd)) is not None:
        _answer(message, lambda reply: _send(fd, reply))


def _answer(message: Message, send: Callable[[Message], None]) -> None:
    try:
        module, _, name = str(message["function"]).partition(":")
        function = getattr(importlib.import_module(module), name)
        result: Any = function(message["arguments"], Coalesced(send))
        reply: Message = {"result": result}
        if not isinstance(result, dict):
            raise TypeError(f"{message['function']} returned {type(result).__name__}, not a dict")
        encode(reply)
    except Exception as error:
        reply = failed(error)
    send(reply)


def _receive(fd: int) -> Message | None:
    header = _exactly(fd, HEADER)
    if header is None:
        return None
    body = _exactly(fd, length(header))
    return None if body is None else decode(body)


def _exactly(fd: int, size: int) -> bytes | None:
    data = bytearray()
    while len(data) < size:
        part = os.read(fd, min(size - len(data), 1 << 20))
        if not part:
            return None
        data += part
    return bytes(data)


def _send(fd: int, message: Message) -> None:
    data = memoryview(encode(message))
    while data:
        data = data[os.write(fd, data) :]


def _limit_memory(size: int) -> None:
    import resource

    with contextlib.suppress(ValueError, OSError):
        _, hard = resource.getrlimit(resource.RLIMIT_AS)
        resource.setrlimit(resource.RLIMIT_AS, (size, hard))


def main() -> None:
    """Serve the socket that the command line names."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    fd = int(sys.argv[1])
    os.set_inheritable(fd, False)
    if len(sys.argv) > 2:
        _limit_memory(int(sys.argv[2]))
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):
        serve(fd)


if __name__ == "__main__":
    main()
