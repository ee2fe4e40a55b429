"""When what a request speaks of was last checked."""

from __future__ import annotations

import os
from collections.abc import Sequence

from synctui.errors import SyncTuiError
from synctui.library.names import kind_of
from synctui.store import checked
from synctui.syncs.subtitles.targets import Scope, resolve
from synctui.syncs.subtitles.tools import Tools

_MOST_TARGETS = 50


async def last_checked(tools: Tools, targets: Sequence[str]) -> str:
    """Return when anything that targets speak of was last checked: RFC 3339 text, "" when it never was or is not known.

    Of very many targets the first ones answer for all.
    """
    try:
        scopes = await resolve(tools.database, targets[:_MOST_TARGETS], tools.libraries)
    except SyncTuiError:
        return ""
    return max([await _of(tools, scope) for scope in scopes], default="")


async def _of(tools: Tools, scope: Scope) -> str:
    if scope.node is not None:
        return await checked.last_checked(tools.database, node=scope.node)
    path = scope.path or scope.root
    if scope.file and kind_of(os.path.basename(path)) == "video":
        # Its subtitles are called like it.
        return await checked.last_checked(tools.database, named=os.path.splitext(path)[0] + ".")
    return await checked.last_checked(tools.database, path=path)
