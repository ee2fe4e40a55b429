"""What the answers to one request are made of: the catalogue, the server about it, and the address that was asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from synctui.simulators.stash.library import Library

State = Literal["OK", "SETUP", "NEEDS_MIGRATION"]


@dataclass(slots=True)
class About:
    """The server itself, to be changed while it runs; `scan` is called when a scan is asked for, and returns a job's id."""

    version: str
    schema: int
    scan: Callable[[], int]
    state: State = "OK"
    api_key: str = ""
    folder: str = "/data"


@dataclass(frozen=True, slots=True)
class Scope:
    """What a request is answered from; `base` is the server's address as the client spelled it."""

    library: Library
    about: About
    base: str
