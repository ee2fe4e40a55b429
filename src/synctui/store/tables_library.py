"""Tables of the library: the index of what is on the disks, and what is known about its subtitles.

A directory's path ends with a slash, so that a file's path is `directories.path || files.name`; both are BLOBs. The index
can be thrown away and scanned again; verdicts, lineage, strikes and choices are kept by path and survive it.

`tallies` counts the files of each node by state (the videos under the state ''). Triggers keep it right when files change or
go; new files are only ever inserted by `store.index`, which adds them in sums, because a trigger for each would make the
first scan of a large library a third slower.
"""

from __future__ import annotations

LIBRARY_SCHEMA = """
CREATE TABLE roots (
    id INTEGER PRIMARY KEY,
    path BLOB NOT NULL UNIQUE,
    name TEXT NOT NULL,
    kind TEXT NOT NULL,
    node INTEGER NOT NULL,
    scanned_at TEXT
);
CREATE TABLE directories (
    id INTEGER PRIMARY KEY,
    root INTEGER NOT NULL,
    path BLOB NOT NULL,
    mtime_ns INTEGER NOT NULL,
    ctime_ns INTEGER NOT NULL,
    mount INTEGER NOT NULL,
    rules TEXT NOT NULL,
    names BLOB NOT NULL,
    stamps BLOB NOT NULL,
    children BLOB NOT NULL,
    UNIQUE (root, path)
);
CREATE INDEX directories_by_path ON directories (path);
CREATE TABLE nodes (
    id INTEGER PRIMARY KEY,
    root INTEGER NOT NULL,
    parent INTEGER,
    kind TEXT NOT NULL,
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    label TEXT NOT NULL,
    number INTEGER,
    UNIQUE (root, key)
);
CREATE INDEX nodes_by_parent ON nodes (parent, number, label, id);
CREATE INDEX nodes_by_label ON nodes (label);
CREATE TABLE suffixes (
    id INTEGER PRIMARY KEY,
    language TEXT,
    forced INTEGER NOT NULL,
    hearing_impaired INTEGER NOT NULL,
    number INTEGER,
    title TEXT NOT NULL
);
CREATE UNIQUE INDEX suffixes_by_facts ON suffixes (
    coalesce(language, ''), forced, hearing_impaired, coalesce(number, -1), title
);
CREATE TABLE files (
    id INTEGER PRIMARY KEY,
    directory INTEGER NOT NULL,
    name BLOB NOT NULL,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    node INTEGER NOT NULL,
    video INTEGER,
    suffix INTEGER,
    reason TEXT NOT NULL,
    state TEXT NOT NULL,
    number INTEGER NOT NULL,
    label TEXT,
    UNIQUE (directory, name)
);
CREATE INDEX files_of_video ON files (video) WHERE video IS NOT NULL;
CREATE INDEX files_in_tree ON files (node, number, label) WHERE label IS NOT NULL;
CREATE TABLE tallies (
    node INTEGER NOT NULL,
    state TEXT NOT NULL,
    files INTEGER NOT NULL,
    PRIMARY KEY (node, state)
) WITHOUT ROWID;
CREATE TRIGGER files_tally_changed AFTER UPDATE OF state, node ON files
WHEN old.state IS NOT new.state OR old.node IS NOT new.node BEGIN
    UPDATE tallies SET files = files - 1 WHERE node = old.node AND state = old.state;
    INSERT INTO tallies VALUES (new.node, new.state, 1) ON CONFLICT DO UPDATE SET files = files + 1;
END;
CREATE TRIGGER files_tally_gone AFTER DELETE ON files BEGIN
    UPDATE tallies SET files = files - 1 WHERE node = old.node AND state = old.state;
    UPDATE files SET video = NULL, reason = 'no_video', state = 'no_video', label = CAST(name AS TEXT) WHERE video = old.id;
END;
CREATE TABLE verdicts (
    path BLOB PRIMARY KEY,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    content TEXT NOT NULL,
    video BLOB,
    video_size INTEGER,
    video_mtime_ns INTEGER,
    engine TEXT NOT NULL,
    numbers TEXT NOT NULL,
    job INTEGER NOT NULL,
    checked_at TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX verdicts_by_video ON verdicts (video) WHERE video IS NOT NULL;
CREATE TABLE lineage (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    path BLOB NOT NULL,
    output TEXT NOT NULL,
    original TEXT NOT NULL,
    backup BLOB NOT NULL,
    operation BLOB NOT NULL,
    job INTEGER NOT NULL,
    at TEXT NOT NULL
);
CREATE INDEX lineage_by_path ON lineage (path, id);
CREATE TABLE strikes (
    path BLOB NOT NULL,
    engine TEXT NOT NULL,
    content TEXT NOT NULL,
    count INTEGER NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (path, engine)
) WITHOUT ROWID;
CREATE TABLE choices (
    subtitle BLOB PRIMARY KEY,
    video BLOB NOT NULL,
    at TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE changes (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    path BLOB NOT NULL,
    change TEXT NOT NULL,
    previous BLOB,
    source TEXT NOT NULL,
    job INTEGER NOT NULL,
    at TEXT NOT NULL
);
"""
