"""The fifth step of the schema: the catalogue of a Stash server, and the views of it that are anybody's to read.

What vanished on the server is marked, never removed. Scenes hold what counts here: where a person edited a field, its value,
with the server's beside it in `stash_edits`. Ids below 0 are tags that exist here alone.
"""

from __future__ import annotations

CATALOG_SCHEMA = """
CREATE TABLE stash_scenes (
    id INTEGER PRIMARY KEY,
    title TEXT NOT NULL,
    code TEXT NOT NULL,
    details TEXT NOT NULL,
    director TEXT NOT NULL,
    date TEXT NOT NULL,
    rating100 INTEGER,
    organized INTEGER NOT NULL,
    studio_id INTEGER,
    o_counter INTEGER NOT NULL,
    play_count INTEGER NOT NULL,
    play_duration REAL NOT NULL,
    resume_time REAL NOT NULL,
    last_played_at TEXT NOT NULL,
    interactive INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    urls TEXT NOT NULL,
    stash_ids TEXT NOT NULL,
    name TEXT NOT NULL,
    checksum BLOB NOT NULL,
    hot INTEGER NOT NULL,
    added_at TEXT NOT NULL,
    synced_at TEXT NOT NULL,
    deleted INTEGER NOT NULL DEFAULT 0,
    deleted_at TEXT
);
CREATE INDEX stash_scenes_by_studio ON stash_scenes (studio_id, name COLLATE NOCASE, id) WHERE deleted = 0;
CREATE INDEX stash_scenes_by_name ON stash_scenes (name COLLATE NOCASE, id) WHERE deleted = 0;
CREATE INDEX stash_scenes_gone ON stash_scenes (name COLLATE NOCASE, id) WHERE deleted = 1;
CREATE INDEX stash_scenes_hot ON stash_scenes (id) WHERE hot = 1;
CREATE TABLE stash_files (
    scene_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    id INTEGER NOT NULL,
    path TEXT NOT NULL,
    size INTEGER NOT NULL,
    duration REAL NOT NULL,
    mod_time TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    video_codec TEXT NOT NULL,
    audio_codec TEXT NOT NULL,
    frame_rate REAL NOT NULL,
    bit_rate INTEGER NOT NULL,
    oshash TEXT,
    phash TEXT,
    fingerprints TEXT NOT NULL,
    PRIMARY KEY (scene_id, position)
) WITHOUT ROWID;
CREATE INDEX stash_files_by_path ON stash_files (path);
CREATE TABLE stash_scene_performers (
    scene_id INTEGER NOT NULL,
    performer_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (scene_id, performer_id)
) WITHOUT ROWID;
CREATE INDEX stash_scene_performers_back ON stash_scene_performers (performer_id);
CREATE TABLE stash_scene_tags (
    scene_id INTEGER NOT NULL,
    tag_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (scene_id, tag_id)
) WITHOUT ROWID;
CREATE INDEX stash_scene_tags_back ON stash_scene_tags (tag_id);
CREATE TABLE stash_performers (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    disambiguation TEXT NOT NULL,
    aliases TEXT NOT NULL,
    gender TEXT NOT NULL,
    birthdate TEXT NOT NULL,
    death_date TEXT NOT NULL,
    country TEXT NOT NULL,
    details TEXT NOT NULL,
    rating100 INTEGER,
    favorite INTEGER NOT NULL,
    urls TEXT NOT NULL,
    stash_ids TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    checksum BLOB NOT NULL,
    synced_at TEXT NOT NULL,
    deleted INTEGER NOT NULL DEFAULT 0,
    deleted_at TEXT
);
CREATE TABLE stash_tags (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    sort_name TEXT NOT NULL,
    description TEXT NOT NULL,
    aliases TEXT NOT NULL,
    favorite INTEGER NOT NULL,
    stash_ids TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    checksum BLOB NOT NULL,
    synced_at TEXT NOT NULL,
    deleted INTEGER NOT NULL DEFAULT 0,
    deleted_at TEXT
);
CREATE TABLE stash_tag_parents (
    tag_id INTEGER NOT NULL,
    parent_id INTEGER NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (tag_id, parent_id)
) WITHOUT ROWID;
CREATE INDEX stash_tag_parents_back ON stash_tag_parents (parent_id);
CREATE TABLE stash_studios (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL,
    parent_id INTEGER,
    aliases TEXT NOT NULL,
    details TEXT NOT NULL,
    rating100 INTEGER,
    favorite INTEGER NOT NULL,
    urls TEXT NOT NULL,
    stash_ids TEXT NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL,
    checksum BLOB NOT NULL,
    synced_at TEXT NOT NULL,
    deleted INTEGER NOT NULL DEFAULT 0,
    deleted_at TEXT
);
CREATE TABLE stash_names (
    entity TEXT NOT NULL,
    name TEXT NOT NULL COLLATE NOCASE,
    id INTEGER NOT NULL,
    alias INTEGER NOT NULL,
    PRIMARY KEY (entity, name, id)
) WITHOUT ROWID;
CREATE INDEX stash_names_of ON stash_names (entity, id);
CREATE VIRTUAL TABLE stash_search USING fts5(name, text, tokenize = 'unicode61 remove_diacritics 2');
CREATE TABLE stash_edits (
    scene_id INTEGER NOT NULL,
    field TEXT NOT NULL,
    value TEXT NOT NULL,
    base TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (scene_id, field)
) WITHOUT ROWID;
CREATE TABLE stash_conflicts (
    id INTEGER PRIMARY KEY,
    scene_id INTEGER NOT NULL,
    field TEXT NOT NULL,
    base TEXT NOT NULL,
    local TEXT NOT NULL,
    remote TEXT NOT NULL,
    state TEXT NOT NULL,
    strategy TEXT NOT NULL,
    job INTEGER NOT NULL,
    at TEXT NOT NULL,
    decided_at TEXT
);
CREATE INDEX stash_conflicts_open ON stash_conflicts (scene_id, field) WHERE state = 'open';
CREATE INDEX stash_conflicts_of ON stash_conflicts (scene_id);
CREATE TABLE stash_log (
    id INTEGER PRIMARY KEY,
    scene_id INTEGER NOT NULL,
    job INTEGER NOT NULL,
    at TEXT NOT NULL,
    what TEXT NOT NULL,
    text TEXT NOT NULL
);
CREATE INDEX stash_log_of ON stash_log (scene_id, id);
CREATE TABLE stash_errors (
    id INTEGER PRIMARY KEY,
    job INTEGER NOT NULL,
    entity TEXT NOT NULL,
    entity_id INTEGER NOT NULL,
    message TEXT NOT NULL,
    at TEXT NOT NULL
);
CREATE INDEX stash_errors_by_job ON stash_errors (job, id);
CREATE TABLE stash_state (
    entity TEXT PRIMARY KEY,
    last_attempt TEXT,
    last_success TEXT,
    last_exact TEXT,
    problem TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE TABLE stash_server (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    url TEXT NOT NULL DEFAULT '',
    version TEXT NOT NULL DEFAULT '',
    probe TEXT NOT NULL DEFAULT '',
    probed_at TEXT NOT NULL DEFAULT '',
    offsets TEXT NOT NULL DEFAULT '[]',
    held_back INTEGER NOT NULL DEFAULT 0,
    restored INTEGER NOT NULL DEFAULT 0,
    tags_made INTEGER NOT NULL DEFAULT 0
);
CREATE VIEW catalog_scene AS
    SELECT id, title, details, nullif(date, '') AS date, rating100, organized, studio_id, updated_at, deleted, synced_at
    FROM stash_scenes;
CREATE VIEW catalog_performer AS SELECT id, name, deleted, synced_at FROM stash_performers;
CREATE VIEW catalog_tag AS SELECT id, name, deleted, synced_at FROM stash_tags;
CREATE VIEW catalog_studio AS SELECT id, name, parent_id, deleted, synced_at FROM stash_studios;
CREATE VIEW catalog_scene_performer AS
    SELECT r.scene_id, r.performer_id FROM stash_scene_performers r
    JOIN stash_scenes s ON s.id = r.scene_id AND s.deleted = 0
    JOIN stash_performers p ON p.id = r.performer_id AND p.deleted = 0;
CREATE VIEW catalog_scene_tag AS
    SELECT r.scene_id, r.tag_id FROM stash_scene_tags r
    JOIN stash_scenes s ON s.id = r.scene_id AND s.deleted = 0
    JOIN stash_tags t ON t.id = r.tag_id AND t.deleted = 0;
CREATE VIEW catalog_tag_parent AS
    SELECT r.tag_id, r.parent_id FROM stash_tag_parents r
    JOIN stash_tags t ON t.id = r.tag_id AND t.deleted = 0
    JOIN stash_tags p ON p.id = r.parent_id AND p.deleted = 0;
CREATE VIEW catalog_scene_file AS
    SELECT f.scene_id, f.path, f.size, f.oshash, f.phash FROM stash_files f JOIN
        stash_scenes s ON s.id = f.scene_id AND s.deleted = 0;
"""
