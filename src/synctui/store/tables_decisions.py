"""The second step of the schema: what people decide about subtitles, and the history of a file.

A subtitle hangs where its video hangs, also when the video was chosen for it in another folder; once that video is gone, the
subtitle's own folder has to be looked at again to know where it belongs.
"""

from __future__ import annotations

DECISIONS_SCHEMA = """
CREATE TABLE ignored (
    path BLOB PRIMARY KEY,
    at TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX operations_path ON operations (path) WHERE path IS NOT NULL;
DROP TRIGGER files_tally_gone;
CREATE TRIGGER files_tally_gone AFTER DELETE ON files BEGIN
    UPDATE tallies SET files = files - 1 WHERE node = old.node AND state = old.state;
    UPDATE directories SET mtime_ns = 0, ctime_ns = 0
        WHERE id IN (SELECT directory FROM files WHERE video = old.id AND directory <> old.directory);
    UPDATE files SET video = NULL, reason = 'no_video', state = 'no_video', label = CAST(name AS TEXT) WHERE video = old.id;
END;
UPDATE files AS f SET node = (SELECT w.node FROM files w WHERE w.id = f.video)
    WHERE f.video IS NOT NULL AND f.node <> (SELECT w.node FROM files w WHERE w.id = f.video);
"""
