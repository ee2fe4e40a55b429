"""When subtitles were last looked at."""

from __future__ import annotations

from synctui.store.blobs import path_to_blob
from synctui.store.database import Database
from synctui.store.states import PATH

_BELOW_NODE = f"""
    WITH RECURSIVE t(id) AS (SELECT ? UNION ALL SELECT n.id FROM nodes n JOIN t ON n.parent = t.id)
    SELECT max(v.checked_at) FROM files f JOIN directories d ON d.id = f.directory JOIN verdicts v ON v.path = {PATH}
    WHERE f.suffix IS NOT NULL AND f.node IN (SELECT id FROM t)"""
_OF_PATHS = """
    SELECT max(checked_at) FROM (SELECT checked_at FROM verdicts WHERE path = ?
    UNION ALL SELECT checked_at FROM verdicts WHERE path >= ? AND path < ?)"""


async def last_checked(
    database: Database, *, path: str | None = None, named: str | None = None, node: int | None = None
) -> str:
    """Return when anything was last checked: RFC 3339 text, "" for never.

    Meant is what lies at or below `path`, the paths that begin with `named`, or what is below a node of the tree.
    """
    if node is not None:
        row = await database.row(_BELOW_NODE, (node,))
    elif named is not None:
        prefix = path_to_blob(named) or b""
        row = await database.row(_OF_PATHS, (prefix, prefix, prefix[:-1] + bytes((prefix[-1] + 1,))))
    else:
        blob = (path_to_blob(path or "/") or b"").rstrip(b"/")
        row = await database.row(_OF_PATHS, (blob, blob + b"/", blob + b"0"))
    return str(row[0]) if row and row[0] else ""
