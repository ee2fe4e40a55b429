"""Doing something as a user without privileges, whatever the tests run as."""

from __future__ import annotations

import os
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

NOBODY = 65534


def as_nobody(folder: Path, action: Callable[[], Any]) -> Any:
    """Return what `action` returns in a child process that is not root; everything in `folder` becomes its own."""
    if os.geteuid() != 0:
        return action()
    for place in (folder, *folder.rglob("*")):
        os.chown(place, NOBODY, NOBODY, follow_symlinks=False)

    def drop() -> None:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)

    return in_child(action, drop)


def in_child(action: Callable[[], Any], first: Callable[[], None] = lambda: None) -> Any:
    """Return what `action` returns in a forked child, after `first` changed what should not be changed here."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            first()
            answer = pickle.dumps((True, action()))
        except BaseException as error:
            answer = pickle.dumps((False, repr(error)))
        os.write(writer, answer)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        well, value = pickle.loads(pipe.read())
    os.waitpid(child, 0)
    assert well, value
    return value
