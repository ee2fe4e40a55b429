"""How subtitles stand, by path, and the fingerprint under which that holds."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any

import aiosqlite

from synctui.model.json import dump
from synctui.model.library import FileStamp, Verdict
from synctui.model.states import SubtitleState
from synctui.store.blobs import path_from_blob, path_to_blob
from synctui.store.database import Database
from synctui.store.states import OF_PATH, refresh_states, split

_COLUMNS = (
    "path, state, reason, fingerprint, size, mtime_ns, content,"
    " video, video_size, video_mtime_ns, engine, numbers, job, checked_at"
)
_CHUNK = 500


async def write_verdicts(connection: aiosqlite.Connection, verdicts: Sequence[Verdict], *, job: int, at: str) -> None:
    """Put verdicts in place of the earlier ones of their paths, and the index in step with them.

    What a verdict says about the subtitle's stamp is newer than the last scan, so that the index takes it over.
    """
    await connection.executemany(
        f"INSERT OR REPLACE INTO verdicts ({_COLUMNS}) VALUES ({', '.join('?' * 14)})",
        [_values(verdict, job, at) for verdict in verdicts],
    )
    places = [split(path_to_blob(verdict.path) or b"") for verdict in verdicts]
    await connection.executemany(
        f"UPDATE files AS f SET size = ?, mtime_ns = ? WHERE {OF_PATH} AND (f.size <> ? OR f.mtime_ns <> ?)",
        [
            (stamp.size, stamp.mtime_ns, *place, stamp.size, stamp.mtime_ns)
            for place, stamp in zip(places, (verdict.subtitle for verdict in verdicts), strict=True)
        ],
    )
    await connection.executemany(refresh_states(OF_PATH), places)


async def verdicts_for(database: Database, paths: Iterable[str]) -> dict[str, Verdict]:
    """Return the verdicts of those paths that have one."""
    blobs = [path_to_blob(path) for path in paths]
    found: dict[str, Verdict] = {}
    for start in range(0, len(blobs), _CHUNK):
        chunk = blobs[start : start + _CHUNK]
        sql = f"SELECT {_COLUMNS} FROM verdicts WHERE path IN ({', '.join('?' * len(chunk))})"
        for row in await database.rows(sql, chunk):
            verdict = _verdict(row)
            found[verdict.path] = verdict
    return found


async def verdict_of(database: Database, path: str) -> Verdict | None:
    """Return the verdict of a path, or None."""
    return (await verdicts_for(database, (path,))).get(path)


async def forget_verdicts(connection: aiosqlite.Connection, paths: Sequence[str]) -> None:
    """Remove the verdicts of paths, so that they count as not checked."""
    blobs = [path_to_blob(path) or b"" for path in paths]
    await connection.executemany("DELETE FROM verdicts WHERE path = ?", [(blob,) for blob in blobs])
    await connection.executemany(refresh_states(OF_PATH), [split(blob) for blob in blobs])


def _values(verdict: Verdict, job: int, at: str) -> tuple[Any, ...]:
    video = verdict.video_stamp
    return (
        path_to_blob(verdict.path),
        str(verdict.state.value),
        verdict.reason,
        verdict.fingerprint,
        verdict.subtitle.size,
        verdict.subtitle.mtime_ns,
        verdict.content,
        path_to_blob(verdict.video),
        video and video.size,
        video and video.mtime_ns,
        verdict.engine,
        dump(verdict.numbers),
        verdict.job or job,
        verdict.checked_at or at,
    )


def _verdict(row: Sequence[Any]) -> Verdict:
    return Verdict(
        path=path_from_blob(row[0]) or "",
        state=SubtitleState(row[1]),
        reason=row[2],
        fingerprint=row[3],
        subtitle=FileStamp(row[4], row[5]),
        content=row[6],
        video=path_from_blob(row[7]),
        video_stamp=None if row[8] is None else FileStamp(row[8], row[9]),
        engine=row[10],
        numbers=json.loads(row[11]),
        job=row[12],
        checked_at=row[13],
    )
