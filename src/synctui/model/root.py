"""A configured library; apart from the library's other values, because every start needs it and none of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

LibraryKind = Literal["series", "movies", "auto"]


@dataclass(frozen=True, slots=True)
class LibraryRoot:
    """A configured library."""

    name: str
    path: str
    kind: LibraryKind = "auto"
