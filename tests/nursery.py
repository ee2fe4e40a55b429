"""Starts the command without the half second that Python needs to load it: a loaded process is copied for each run.

What runs is the command all the same, in a process of its own that can be killed at any moment, with workers that it starts
itself. Only Linux copies a process safely; elsewhere, and under a tracer, the command is started in the common way.
"""

from __future__ import annotations

import atexit
import functools
import gc
import importlib
import json
import os
import pkgutil
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

ROOT = Path(__file__).parents[1]
HEAVY = ("tui", "timing", "simulators", "__main__")
"""Rooms that the command itself never loads while it syncs."""


class Running(Protocol):
    """A process that was started, as `subprocess.Popen` has it."""

    def poll(self) -> int | None:
        """Return the exit code (negative: the signal), None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end."""

    def kill(self) -> None:
        """Kill it, unless it has ended."""


class Copied:
    """A run in a copied process; a keeper, its parent, tells over a socket how it ends."""

    def __init__(self, keeper: socket.socket) -> None:
        self._keeper = keeper
        self._told = keeper.makefile("rb")
        self.pid = int(self._told.readline())
        self._code: int | None = None

    def poll(self) -> int | None:
        """Return the exit code (negative: the signal), None while it runs."""
        if self._code is None and select.select([self._keeper], [], [], 0)[0]:
            self._hear()
        return self._code

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end."""
        if self._code is None:
            if not select.select([self._keeper], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired("synctui", timeout or 0)
            self._hear()
        assert self._code is not None
        return self._code

    def kill(self) -> None:
        """Kill it, unless it has ended."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGKILL)

    def _hear(self) -> None:
        self._code = int(self._told.readline())
        self._told.close()
        self._keeper.close()


def start(words: Sequence[str], environment: Mapping[str, str], folder: Path, output: Path, errors: Path) -> Running:
    """Start `synctui` with these words, environment and working folder; both streams go to files."""
    if sys.platform != "linux":
        with output.open("wb") as out, errors.open("wb") as err:
            return subprocess.Popen(
                [sys.executable, "-m", "synctui", *words],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                env=environment,
                cwd=folder,
            )
    for file in (output, errors):
        file.touch()
    order = {
        "words": list(words),
        "environment": dict(environment),
        "folder": str(folder),
        "output": str(output),
        "errors": str(errors),
    }
    keeper = socket.socket(socket.AF_UNIX)
    keeper.connect(_address())
    keeper.sendall(json.dumps(order).encode() + b"\n")
    return Copied(keeper)


@functools.cache
def _address() -> str:
    """Start the process that is copied; it ends with this one."""
    folder = tempfile.TemporaryDirectory(prefix="synctui-tests-")
    address = f"{folder.name}/nursery"
    original = subprocess.Popen(
        [sys.executable, "-m", "tests.nursery", address],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=ROOT,
    )
    assert original.stdin is not None
    assert original.stdout is not None
    assert original.stdout.readline() == b"ready\n"
    atexit.register(folder.cleanup)
    atexit.register(original.wait)
    atexit.register(original.stdin.close)
    return address


# the process that is copied


def _load() -> None:
    import synctui

    for module in pkgutil.walk_packages(synctui.__path__, "synctui."):
        if module.name.split(".")[1] not in HEAVY:
            importlib.import_module(module.name)


def _serve(address: str) -> dict[str, Any]:
    """Copy this process for every order; only a copy that is to become the command returns."""
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(address)
        listener.listen(16)
        print("ready", flush=True)
        while True:
            ready, _, _ = select.select([listener.fileno(), 0], [], [])
            if 0 in ready:
                os._exit(0)
            connection, _ = listener.accept()
            if os.fork() == 0:
                break
            connection.close()
            _collect()
    with connection:
        order: dict[str, Any] = json.loads(connection.makefile("rb").readline())
        if (child := os.fork()) == 0:
            return order
        try:
            connection.sendall(b"%d\n" % child)
            _, status = os.waitpid(child, 0)
            connection.sendall(b"%d\n" % os.waitstatus_to_exitcode(status))
        finally:
            os._exit(0)


def _collect() -> None:
    """Let keepers go that are done."""
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        pass


def _become(order: dict[str, Any]) -> int:
    """Be the command from here on."""
    from synctui import __main__, failpoints

    for stream, (path, flags) in enumerate(
        [(os.devnull, os.O_RDONLY), (order["output"], os.O_WRONLY), (order["errors"], os.O_WRONLY)]
    ):
        file = os.open(path, flags | (os.O_CREAT | os.O_TRUNC if stream else 0), 0o644)
        os.dup2(file, stream)
        os.close(file)
    os.chdir(order["folder"])
    os.environ.clear()
    os.environ.update(order["environment"])
    # It reads the environment once, when it is loaded.
    importlib.reload(failpoints)
    sys.argv = [str(__main__.__file__), *order["words"]]
    return __main__.main()


if __name__ == "__main__":
    _load()
    gc.collect()
    gc.freeze()
    sys.exit(_become(_serve(sys.argv[1])))
