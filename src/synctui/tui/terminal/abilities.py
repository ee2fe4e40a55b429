"""What the terminal can show, as the environment tells."""

from __future__ import annotations

import os
from collections.abc import Mapping

_COERCED = ("C.UTF-8", "C.utf8")
"""What Python itself puts into LC_CTYPE where no locale was chosen: no wish of the user's."""


def speaks_unicode(encoding: str | None, environment: Mapping[str, str] | None = None) -> bool:
    """Tell whether our signs can be shown: what is written is UTF-8, and no locale was chosen that is not.

    `encoding` is the stream's. Where no locale is set at all (a container, a bare login) the terminal is taken for a modern
    one.
    """
    env = os.environ if environment is None else environment
    if not _names_utf8(encoding or "ascii"):
        return False
    kind = env.get("LC_CTYPE", "")
    chosen = env.get("LC_ALL") or (kind if kind not in _COERCED else "") or env.get("LANG") or ""
    return not chosen or _names_utf8(chosen)


def _names_utf8(name: str) -> bool:
    return "utf8" in name.lower().replace("-", "")
