"""A subtitle's state in the index: what its verdict says, as long as nothing changed since and nobody said to ignore it."""

from __future__ import annotations

PATH = "CAST(d.path || f.name AS BLOB)"
"""A file's path, for a query over `files f` and `directories d`."""

_VIDEO_PATH = "CASE WHEN w.id IS NULL THEN c.video ELSE CAST(e.path || w.name AS BLOB) END"

_STATE = f"""CASE
    WHEN g.path IS NOT NULL THEN 'ignored'
    WHEN v.path IS NULL OR v.state IN ('not_checked', 'no_video', 'needs_choice')
        THEN CASE f.reason WHEN '' THEN 'not_checked' ELSE f.reason END
    WHEN f.reason <> '' AND v.video IS NOT NULL THEN f.reason
    WHEN v.size <> f.size OR v.mtime_ns <> f.mtime_ns THEN 'changed'
    WHEN v.video IS NULL THEN v.state
    WHEN v.video <> {_VIDEO_PATH} THEN 'changed'
    WHEN v.video_size <> w.size OR v.video_mtime_ns <> w.mtime_ns THEN 'changed'
    ELSE v.state
END"""


def refresh_states(where: str) -> str:
    """Return the statement that brings the states of the subtitles `f` that fit `where` up to date."""
    return f"""
        WITH fresh AS (
            SELECT f.id AS id, {_STATE} AS state
            FROM files f JOIN directories d ON d.id = f.directory
            LEFT JOIN verdicts v ON v.path = {PATH}
            LEFT JOIN choices c ON c.subtitle = {PATH}
            LEFT JOIN ignored g ON g.path = {PATH}
            LEFT JOIN files w ON w.id = f.video
            LEFT JOIN directories e ON e.id = w.directory
            WHERE f.suffix IS NOT NULL AND {where}
        )
        UPDATE files SET state = fresh.state FROM fresh WHERE files.id = fresh.id AND files.state <> fresh.state"""


OF_PATH = "f.directory IN (SELECT id FROM directories WHERE path = ?) AND f.name = ?"
"""Selects the file at a path, which is given as `split(path)`."""


def split(path: bytes) -> tuple[bytes, bytes]:
    """Return a path's directory, with its slash, and its name."""
    directory, slash, name = path.rpartition(b"/")
    return directory + slash, name
