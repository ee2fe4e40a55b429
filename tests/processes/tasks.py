"""What the worker tests have their workers do."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from synctui.errors import DependencyMissing, OperationFailed, Transient

Progress = Callable[[str, float | None], None]
Fields = dict[str, Any]


def echo(arguments: Fields, progress: Progress) -> Fields:
    return {"pid": os.getpid(), **arguments}


def announce(arguments: Fields, progress: Progress) -> Fields:
    """Report steadily for as long as asked."""
    sent = 0
    end = time.monotonic() + arguments["seconds"]
    while time.monotonic() < end:
        progress("counting", sent / 1e9)
        sent += 1
    progress("closing", None)
    return {"calls": sent}


def sleep(arguments: Fields, progress: Progress) -> Fields:
    progress(f"pid {os.getpid()}", None)
    time.sleep(arguments["seconds"])
    return {"pid": os.getpid()}


def spin(arguments: Fields, progress: Progress) -> Fields:
    """Hold the interpreter for ever, with a child of its own."""
    child = os.fork()
    if child == 0:
        time.sleep(60)
        os._exit(0)
    Path(arguments["pids"]).write_text(f"{os.getpid()} {child}\n")
    while True:
        pass


def crash(arguments: Fields, progress: Progress) -> Fields:
    sys.stderr.write("last words\n")
    sys.stderr.flush()
    os.kill(os.getpid(), getattr(signal, arguments["signal"]))
    time.sleep(10)
    return {}


def wild_pointer(arguments: Fields, progress: Progress) -> Fields:
    ctypes.string_at(8)
    return {}


def leave(arguments: Fields, progress: Progress) -> Fields:
    sys.exit(7)


def chatter(arguments: Fields, progress: Progress) -> Fields:
    print("a stray print" * 10_000)
    os.write(1, b"\x00\x00\x00\x05hello" * 1000)
    os.write(2, b"x" * 300_000)
    return {"fine": True}


def refuse(arguments: Fields, progress: Progress) -> Fields:
    raise OperationFailed("no speech in it", hint="another track?", code="no_speech")


def missing(arguments: Fields, progress: Progress) -> Fields:
    raise DependencyMissing("no such engine", hint="install it")


def later(arguments: Fields, progress: Progress) -> Fields:
    raise Transient("the share is away", after=30.0, code="temporary")


def blunder(arguments: Fields, progress: Progress) -> Fields:
    return {"never": 1 // 0}


def no_dict(arguments: Fields, progress: Progress) -> Any:
    return [1, 2, 3]


def no_json(arguments: Fields, progress: Progress) -> Fields:
    return {"object": object()}


def hoard(arguments: Fields, progress: Progress) -> Fields:
    return {"size": len(bytearray(arguments["bytes"]))}


def settle(arguments: Fields, progress: Progress) -> Fields:
    return {"nice": os.getpriority(os.PRIO_PROCESS, 0), "session": os.getsid(0), "env": dict(os.environ), "cwd": os.getcwd()}
