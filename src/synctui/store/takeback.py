"""What can be taken back of files, whichever jobs did it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

from synctui.store.blobs import from_blob, path_to_blob
from synctui.store.database import Database

_CHUNK = 500


async def takeable(database: Database, files: Sequence[str]) -> dict[int, list[str]]:
    """Return, by job, the keys of the newest operation on each path that can be taken back and was not; newest job first.

    Taking back is nothing that is taken back here: asking again goes further back.
    """
    newest: dict[bytes, tuple[int, str]] = {}
    blobs = [path_to_blob(path) for path in files]
    for start in range(0, len(blobs), _CHUNK):
        chunk = blobs[start : start + _CHUNK]
        marks = ", ".join("?" * len(chunk))
        sql = (
            f"SELECT o.path, o.job, o.key FROM operations o JOIN jobs j ON j.id = o.job WHERE o.path IN ({marks})"
            " AND o.receipt IS NOT NULL AND o.undone_by IS NULL AND j.undo_of IS NULL ORDER BY o.id"
        )
        for row in await database.rows(sql, chunk):
            newest[row[0]] = (int(row[1]), from_blob(row[2]))
    found: dict[int, list[str]] = defaultdict(list)
    for job, key in newest.values():
        found[job].append(key)
    return {job: found[job] for job in sorted(found, reverse=True)}
