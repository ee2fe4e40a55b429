"""What the library looked like when it was last on the screen: drawn again at once, before anything is read."""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from synctui.tui.draw.line import Line, Span
from synctui.tui.draw.palette import Role

if TYPE_CHECKING:
    from synctui.config.launch import Launch

_VERSION = 1
_LARGEST = 512 * 1024
_MOST_ROWS = 200
_MOST_OPEN = 500
_ROLES = frozenset(get_args(Role))
_TEMPORARY = ".library-"


@dataclass(frozen=True, slots=True)
class Memory:
    """The rows from `top` on as they were drawn `width` columns wide, what was open, and which row had the cursor.

    `answer` is the line above them. `cursor` counts from the first row of the list, of which there were `count`. `opened`
    are the open nodes, each a pair of its number and those that are open in it.
    """

    width: int
    count: int
    top: int
    cursor: int
    answer: Line
    rows: tuple[Line, ...]
    opened: tuple[Any, ...] = ()

    def shown(self, index: int) -> Line:
        """Return a row by its place in the list; what was not on the screen is empty."""
        place = index - self.top
        return self.rows[place] if 0 <= place < len(self.rows) else ()


def recall(launch: Launch) -> Memory | None:
    """Return what was last on the screen of these libraries, or None: nothing can be relied on but its being harmless."""
    try:
        with _file(launch).open("rb") as stream:
            raw = json.loads(stream.read(_LARGEST))
        if raw["version"] != _VERSION or raw["libraries"] != _libraries(launch):
            return None
        return Memory(
            width=int(raw["width"]),
            count=max(0, int(raw["count"])),
            top=max(0, int(raw["top"])),
            cursor=max(0, int(raw["cursor"])),
            answer=_line(raw["answer"]),
            rows=tuple(_line(row) for row in raw["rows"][:_MOST_ROWS]),
            opened=_opened(raw["opened"], [_MOST_OPEN]),
        )
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return None


def keep(launch: Launch, memory: Memory) -> None:
    """Keep what is on the screen for the next start; a disk that takes nothing is no reason to complain."""
    file = _file(launch)
    text = json.dumps(
        {
            "version": _VERSION,
            "libraries": _libraries(launch),
            "width": memory.width,
            "count": memory.count,
            "top": memory.top,
            "cursor": memory.cursor,
            "answer": _spans(memory.answer),
            "rows": [_spans(row) for row in memory.rows[:_MOST_ROWS]],
            "opened": memory.opened,
        }
    )
    temporary = file.with_name(f"{_TEMPORARY}{os.getpid()}")
    with contextlib.suppress(OSError):
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        with open(descriptor, "w", encoding="ascii") as stream:
            stream.write(text)
        temporary.replace(file)


def _file(launch: Launch) -> Path:
    return launch.paths.cache / "library.json"


def _libraries(launch: Launch) -> list[list[str]]:
    """Return what a memory is of: other libraries, or another database, make it worthless."""
    roots = launch.libraries or launch.loaded.config.roots()
    try:
        made = str(launch.paths.database.stat().st_ino)
    except OSError:
        made = ""
    return [[made], *([root.name, root.path, root.kind] for root in roots)]


def _spans(line: Line) -> list[list[object]]:
    return [[span.text, span.role, span.width, span.right] for span in line]


def _line(raw: Sequence[Sequence[Any]]) -> Line:
    return tuple(_span(*one) for one in raw)


def _span(text: object, role: object, width: object, right: object) -> Span:
    if not isinstance(text, str) or role not in _ROLES or not (width is None or isinstance(width, int)):
        raise ValueError("not a span")
    return Span(text, role, width, right is True)  # type: ignore[arg-type]


def _opened(raw: Sequence[Any], left: list[int]) -> tuple[Any, ...]:
    found = []
    for node, below in raw:
        left[0] -= 1
        if left[0] < 0:
            break
        found.append((int(node), _opened(below, left)))
    return tuple(found)
