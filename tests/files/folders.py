"""What lies in a folder."""

from __future__ import annotations

import os
from pathlib import Path


def names(folder: str | os.PathLike[str]) -> list[str]:
    return sorted(path.name for path in Path(folder).iterdir())
