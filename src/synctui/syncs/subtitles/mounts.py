"""Is a file gone, or only the disk that it lies on?"""

from __future__ import annotations

import os


def seems_unmounted(folder: str) -> bool:
    """Return whether what lies in a folder may be missing only because its disk is: it is not there, or empty."""
    try:
        with os.scandir(folder) as entries:
            return next(entries, None) is None
    except OSError:
        return True
