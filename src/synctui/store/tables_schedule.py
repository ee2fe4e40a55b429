"""What the schedule knows of its cron expressions.

`until` is the time (RFC 3339) up to which all due times of an expression are dealt with: submitted, caught up, or never to
be. `ahead` is such a time as well, noted by a clock that went further than it has gone since.
"""

from __future__ import annotations

SCHEDULE_SCHEMA = """
CREATE TABLE schedule (
    name BLOB NOT NULL,
    cron TEXT NOT NULL,
    until TEXT NOT NULL,
    ahead TEXT,
    PRIMARY KEY (name, cron)
) WITHOUT ROWID;
"""
