"""Every subtitle of a root in the index, with the video it belongs to."""

from __future__ import annotations

from collections.abc import AsyncIterator

from synctui.model.library import FileStamp, MediaFile, Pairing, SubtitleName
from synctui.store.blobs import path_from_blob
from synctui.store.database import Database

_SQL = """
SELECT s.id, ds.path || s.name, s.size, s.mtime_ns, s.reason, x.language, x.forced, x.hearing_impaired, x.number, x.title,
       dv.path || v.name, v.size, v.mtime_ns
FROM files s JOIN directories ds ON ds.id = s.directory JOIN suffixes x ON x.id = s.suffix
LEFT JOIN files v ON v.id = s.video LEFT JOIN directories dv ON dv.id = v.directory
WHERE ds.root = :root AND s.id > :after ORDER BY s.id LIMIT :page
"""


async def pairings_of(database: Database, root: int) -> AsyncIterator[Pairing]:
    """Yield the pairings of a root, in the order in which they came into the index; candidates are not kept there."""
    async for row in database.stream(_SQL, {"root": root}):
        video = None if row[10] is None else MediaFile(path_from_blob(row[10]) or "", FileStamp(row[11], row[12]))
        yield Pairing(
            subtitle=MediaFile(path_from_blob(row[1]) or "", FileStamp(row[2], row[3])),
            name=SubtitleName(row[5], bool(row[6]), bool(row[7]), row[8], row[9]),
            video=video,
            reason=row[4],
        )
