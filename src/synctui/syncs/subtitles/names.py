"""What a subtitle is called in lists."""

from __future__ import annotations

import os


def subject_of(path: str, root: str | None = None) -> str:
    """Return the path below its root where that is known, else the file's name with its folder's."""
    if root:
        inside = os.path.relpath(path, root)
        if not inside.startswith(os.pardir):
            return inside if inside != os.curdir else os.path.basename(path)
    return os.path.basename(path)
