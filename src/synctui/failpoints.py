"""Named places where a crash test kills the process.

`SYNCTUI_FAILPOINT=name:k` ends the process with SIGKILL at the k-th passage (1-based) of the place `name`; without the
variable a passage costs one comparison.
"""

from __future__ import annotations

import os
import signal

_name, _, _count = os.environ.get("SYNCTUI_FAILPOINT", "").partition(":")
_left = int(_count) if _count.isdigit() else 1


def failpoint(name: str) -> None:
    """Die here when a crash test asked for it."""
    global _left
    if name != _name:
        return
    _left -= 1
    if _left <= 0:
        os.kill(os.getpid(), signal.SIGKILL)
