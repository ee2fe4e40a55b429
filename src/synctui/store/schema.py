"""The schema of the database, as the steps that lead to it."""

from __future__ import annotations

from synctui.store.migrations import Step
from synctui.store.tables_catalog import CATALOG_SCHEMA
from synctui.store.tables_checks import CHECKS_SCHEMA
from synctui.store.tables_decisions import DECISIONS_SCHEMA
from synctui.store.tables_jobs import JOBS_SCHEMA
from synctui.store.tables_library import LIBRARY_SCHEMA
from synctui.store.tables_players import PLAYERS_SCHEMA
from synctui.store.tables_schedule import SCHEDULE_SCHEMA

MIGRATIONS: tuple[Step, ...] = (
    Step(1, JOBS_SCHEMA + LIBRARY_SCHEMA),
    Step(2, DECISIONS_SCHEMA),
    Step(3, CHECKS_SCHEMA),
    Step(4, PLAYERS_SCHEMA),
    Step(5, CATALOG_SCHEMA + SCHEDULE_SCHEMA),
)

SCHEMA_VERSION = MIGRATIONS[-1].version
