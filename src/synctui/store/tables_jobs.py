"""Tables of the jobs: what was asked, planned, done and said.

Text that comes from outside (keys, tracks, subjects, paths) is BLOB, because a name need not be UTF-8; times are RFC 3339
UTC text; JSON is ASCII text.
"""

from __future__ import annotations

OPERATION_COLUMNS = """
    key BLOB NOT NULL,
    action TEXT NOT NULL,
    subject BLOB NOT NULL,
    path BLOB,
    reason TEXT NOT NULL DEFAULT '',
    cost INTEGER NOT NULL DEFAULT 0,
    estimate REAL NOT NULL DEFAULT 0,
    payload TEXT NOT NULL DEFAULT '{}',
    precondition TEXT NOT NULL DEFAULT '',
    needs TEXT NOT NULL DEFAULT '[]',
    continue_on_error INTEGER NOT NULL DEFAULT 1,
    undoable INTEGER NOT NULL DEFAULT 1"""
"""The columns of an operation that a plan and a job have in common."""

JOBS_SCHEMA = f"""
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    request TEXT NOT NULL,
    asks TEXT NOT NULL,
    fingerprint TEXT NOT NULL DEFAULT '',
    confirm INTEGER NOT NULL DEFAULT 0,
    undo_of INTEGER REFERENCES jobs(id),
    state TEXT NOT NULL,
    pause_reason TEXT,
    pause_until TEXT,
    paused_by_person INTEGER NOT NULL DEFAULT 0,
    message TEXT NOT NULL DEFAULT '',
    plan TEXT NOT NULL DEFAULT '{{}}',
    created_at TEXT NOT NULL,
    started_at TEXT,
    completed_at TEXT,
    total INTEGER NOT NULL DEFAULT 0,
    done INTEGER NOT NULL DEFAULT 0,
    unchanged INTEGER NOT NULL DEFAULT 0,
    refused INTEGER NOT NULL DEFAULT 0,
    skipped INTEGER NOT NULL DEFAULT 0,
    deferred INTEGER NOT NULL DEFAULT 0,
    failed INTEGER NOT NULL DEFAULT 0,
    conflict INTEGER NOT NULL DEFAULT 0,
    snapshot TEXT
);
CREATE INDEX jobs_kind ON jobs (kind, id);
CREATE INDEX jobs_unfinished ON jobs (state, id) WHERE state NOT IN ('completed', 'failed', 'cancelled');

-- What runs in order: the operations of one track, stage and lane, counted as they finish.
CREATE TABLE queues (
    id INTEGER PRIMARY KEY,
    job INTEGER NOT NULL REFERENCES jobs(id) ON DELETE CASCADE,
    track BLOB NOT NULL,
    stage INTEGER NOT NULL,
    stage_name TEXT NOT NULL,
    lane TEXT NOT NULL,
    total INTEGER NOT NULL DEFAULT 0,
    finished INTEGER NOT NULL DEFAULT 0,
    UNIQUE (job, track, stage, lane)
);

CREATE TABLE operations (
    id INTEGER PRIMARY KEY,
    job INTEGER NOT NULL REFERENCES jobs(id) ON DELETE CASCADE,
    queue INTEGER NOT NULL REFERENCES queues(id) ON DELETE CASCADE,{OPERATION_COLUMNS},
    state TEXT NOT NULL DEFAULT 'pending',
    waits INTEGER NOT NULL DEFAULT 0,
    needed INTEGER NOT NULL DEFAULT 0,
    doomed INTEGER NOT NULL DEFAULT 0,
    attempts INTEGER NOT NULL DEFAULT 0,
    not_before TEXT NOT NULL DEFAULT '',
    intent TEXT,
    result TEXT,
    result_reason TEXT NOT NULL DEFAULT '',
    message TEXT NOT NULL DEFAULT '',
    retryable INTEGER NOT NULL DEFAULT 0,
    numbers TEXT NOT NULL DEFAULT '{{}}',
    receipt TEXT,
    undone_by INTEGER,
    started_at TEXT,
    finished_at TEXT,
    ended INTEGER
);
CREATE UNIQUE INDEX operations_key ON operations (job, key);
CREATE INDEX operations_job ON operations (job);
CREATE INDEX operations_queue ON operations (queue);
CREATE INDEX operations_ready ON operations (queue, not_before, id) WHERE state <> 'finished' AND waits = 0;
CREATE INDEX operations_in_doubt ON operations (job) WHERE state = 'in_doubt';
CREATE INDEX operations_result ON operations (job, result) WHERE result IS NOT NULL;
CREATE INDEX operations_receipt ON operations (job, ended) WHERE receipt IS NOT NULL;

-- Operations that another one waits for; `operations.waits` counts those not finished yet.
CREATE TABLE operation_after (
    operation INTEGER NOT NULL REFERENCES operations(id) ON DELETE CASCADE,
    needs INTEGER NOT NULL REFERENCES operations(id) ON DELETE CASCADE,
    PRIMARY KEY (operation, needs)
) WITHOUT ROWID;
CREATE INDEX operation_after_needs ON operation_after (needs);

-- Tracks and lanes of a job that wait; a pause of the job itself stands in its own row.
CREATE TABLE pauses (
    job INTEGER NOT NULL REFERENCES jobs(id) ON DELETE CASCADE,
    scope TEXT NOT NULL,
    name BLOB NOT NULL,
    reason TEXT NOT NULL,
    until TEXT,
    message TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (job, scope, name)
) WITHOUT ROWID;

CREATE TABLE journal (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    job INTEGER REFERENCES jobs(id) ON DELETE CASCADE,
    at TEXT NOT NULL,
    type TEXT NOT NULL,
    fields TEXT NOT NULL
);
CREATE INDEX journal_job ON journal (job);

-- What other processes ask of the one that executes.
CREATE TABLE controls (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    job INTEGER NOT NULL REFERENCES jobs(id) ON DELETE CASCADE,
    action TEXT NOT NULL,
    asked_by TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    applied_at TEXT
);
CREATE INDEX controls_open ON controls (id) WHERE applied_at IS NULL;

CREATE TABLE budgets (
    lane TEXT NOT NULL,
    day TEXT NOT NULL,
    used INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (lane, day)
) WITHOUT ROWID;
"""
