"""A run under strace: where it may attach to a process, to one that waits to become the command, else from the start."""

from __future__ import annotations

import functools
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests import nursery


class Traced:
    """A run that strace looks on at; it is over when strace has left as well."""

    def __init__(self, process: nursery.Copied, tracer: subprocess.Popen[bytes], gate: int) -> None:
        self._process = process
        self._tracer = tracer
        self._gate = gate

    def poll(self) -> int | None:
        """Return the exit code (negative: the signal), None while it runs."""
        return self._process.poll()

    def wait(self, timeout: float | None = None) -> int:
        """Wait for its end."""
        code = self._process.wait(timeout)
        if self._gate >= 0:
            self._tracer.communicate(timeout=timeout)
            os.close(self._gate)
            self._gate = -1
        return code

    def kill(self) -> None:
        """Kill it, unless it has ended."""
        self._process.kill()


def begin(
    strace: Sequence[str], words: Sequence[str], environment: Mapping[str, str], folder: Path, output: Path, errors: Path
) -> nursery.Running:
    """Start `synctui`, which must say nothing on standard output, with a tracer that sees all it does."""
    if attaches(strace[0]):
        return _beside(strace, words, environment, folder, output, errors)
    command = [*strace, sys.executable, "-m", "synctui", *words]
    with output.open("wb") as out, errors.open("wb") as err:
        return subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment, cwd=folder)


def _beside(
    strace: Sequence[str], words: Sequence[str], environment: Mapping[str, str], folder: Path, output: Path, errors: Path
) -> Traced:
    """Start it in a copied process. Its standard output is a pipe with a name: it waits there for the other end."""
    os.mkfifo(output)
    process = nursery.start(words, environment, folder, output, errors)
    assert isinstance(process, nursery.Copied)
    try:
        tracer = _attach(strace, process.pid)
        assert tracer is not None
        gate = os.open(output, os.O_RDONLY)
    except BaseException:
        process.kill()
        raise
    return Traced(process, tracer, gate)


@functools.cache
def attaches(program: str) -> bool:
    """Tell whether this strace may look on at a process that it did not start: not all systems let it."""
    if sys.platform != "linux":
        return False
    with subprocess.Popen(["sleep", "60"]) as other:
        tracer = _attach((program, "-o", os.devnull), other.pid)
        other.kill()
    if tracer is not None:
        tracer.communicate(timeout=60)
    return tracer is not None


def _attach(strace: Sequence[str], number: int) -> subprocess.Popen[bytes] | None:
    """Attach to a process, None if that may not be; the tracer ends with it."""
    tracer = subprocess.Popen([*strace, "-p", str(number)], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE)
    assert tracer.stderr is not None
    for line in tracer.stderr:
        if line.endswith(b" attached\n"):
            return tracer
    tracer.communicate()
    return None
