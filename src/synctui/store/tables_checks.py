"""The third step of the schema: what a check finds, what was taken back, when jobs ended, and what is no refusal."""

from __future__ import annotations

CHECKS_SCHEMA = """
ALTER TABLE jobs ADD COLUMN found INTEGER NOT NULL DEFAULT 0;
ALTER TABLE jobs ADD COLUMN undone INTEGER NOT NULL DEFAULT 0;
UPDATE jobs SET undone = (SELECT count(*) FROM operations o WHERE o.job = jobs.id AND o.undone_by IS NOT NULL)
    WHERE id IN (SELECT undo_of FROM jobs WHERE undo_of IS NOT NULL);
CREATE TABLE last_ids (
    of TEXT PRIMARY KEY,
    id INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX jobs_completed ON jobs (completed_at, id) WHERE completed_at IS NOT NULL;
UPDATE verdicts SET state = 'taken_back' WHERE state = 'refused' AND reason = 'undone';
UPDATE verdicts SET state = 'unsupported' WHERE state = 'refused' AND reason IN ('forced_sparse', 'too_sparse');
UPDATE files AS f SET state = v.state FROM directories d, verdicts v
    WHERE f.state = 'refused' AND f.suffix IS NOT NULL AND d.id = f.directory AND v.path = CAST(d.path || f.name AS BLOB)
    AND v.state IN ('taken_back', 'unsupported');
"""
