"""The fourth step of the schema: media players, and how each item stands with each of them.

`players` holds what was seen of a player and what its syncs came to; `cursor` is the line of the change feed up to which it
was told. `player_items` has one row for each player and file that it was told of, or is to be.
"""

from __future__ import annotations

PLAYERS_SCHEMA = """
ALTER TABLE changes ADD COLUMN size INTEGER;
ALTER TABLE changes ADD COLUMN mtime_ns INTEGER;
CREATE INDEX changes_by_path ON changes (path, id);
CREATE INDEX changes_by_previous ON changes (previous, id) WHERE previous IS NOT NULL;
CREATE TABLE players (
    name BLOB PRIMARY KEY,
    cursor INTEGER NOT NULL DEFAULT 0,
    state TEXT NOT NULL DEFAULT 'unknown',
    version TEXT NOT NULL DEFAULT '',
    title TEXT NOT NULL DEFAULT '',
    seen_at TEXT,
    code TEXT NOT NULL DEFAULT '',
    message TEXT NOT NULL DEFAULT '',
    failed_at TEXT,
    refused TEXT NOT NULL DEFAULT '',
    failures INTEGER NOT NULL DEFAULT 0,
    not_before TEXT NOT NULL DEFAULT '',
    syncs INTEGER NOT NULL DEFAULT 0,
    successes INTEGER NOT NULL DEFAULT 0,
    items INTEGER NOT NULL DEFAULT 0,
    confirmed INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    waited_s REAL NOT NULL DEFAULT 0,
    busy_s REAL NOT NULL DEFAULT 0,
    answers INTEGER NOT NULL DEFAULT 0,
    answers_s REAL NOT NULL DEFAULT 0,
    latencies TEXT NOT NULL DEFAULT '[]',
    last_sync TEXT,
    last_success TEXT
) WITHOUT ROWID;
CREATE TABLE player_items (
    id INTEGER PRIMARY KEY,
    player BLOB NOT NULL,
    path BLOB NOT NULL,
    remote BLOB,
    change TEXT NOT NULL,
    previous BLOB,
    sidecar INTEGER NOT NULL,
    grouped BLOB NOT NULL,
    state TEXT NOT NULL,
    reason TEXT NOT NULL,
    message TEXT NOT NULL,
    tries INTEGER NOT NULL DEFAULT 0,
    not_before TEXT NOT NULL,
    feed INTEGER NOT NULL,
    job INTEGER NOT NULL,
    changed_at TEXT NOT NULL,
    created_at TEXT NOT NULL,
    sent_at TEXT,
    processed_at TEXT,
    last_synced TEXT,
    UNIQUE (player, path)
);
CREATE INDEX player_items_open ON player_items (player, id) WHERE state NOT IN ('confirmed', 'skipped');
CREATE INDEX player_items_skipped ON player_items (player, reason) WHERE state = 'skipped';
CREATE INDEX player_items_by_state ON player_items (player, state);
CREATE INDEX player_items_by_job ON player_items (job, player);
CREATE INDEX player_items_by_path ON player_items (path);
"""
