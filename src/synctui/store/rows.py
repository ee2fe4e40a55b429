"""Writes the rows that operations leave behind."""

from __future__ import annotations

from collections.abc import Iterable

import aiosqlite

from synctui.model.catalog import (
    CatalogSynced,
    NamedSynced,
    RowFailed,
    SceneLogged,
    ScenesSynced,
    Vanished,
)
from synctui.model.library import Change, Choice, Lineage, Row, Strike, Verdict
from synctui.model.players import PlayerItem, PlayerSeen, PlayerSynced
from synctui.store.catalog import write_scenes, write_vanished
from synctui.store.catalog_edits import settle_edits, write_log
from synctui.store.catalog_named import write_named
from synctui.store.catalog_state import write_failed
from synctui.store.catalog_state import write_synced as write_catalog_synced
from synctui.store.changes import write_changes
from synctui.store.choices import write_choices
from synctui.store.lineage import write_lineage
from synctui.store.player_items import write_player_items
from synctui.store.players import write_seen, write_synced
from synctui.store.strikes import write_strikes
from synctui.store.verdicts import write_verdicts


async def write_rows(connection: aiosqlite.Connection, rows: Iterable[Row], *, job: int, at: str) -> None:
    """Write the rows of one or many outcomes inside the caller's transaction; of each type in the given order.

    Choices come before verdicts, which are read in their light. `at` is RFC 3339 text.
    """
    verdicts: list[Verdict] = []
    lineages: list[Lineage] = []
    strikes: list[Strike] = []
    choices: list[Choice] = []
    changes: list[Change] = []
    items: list[PlayerItem] = []
    seen: list[PlayerSeen] = []
    synced: list[PlayerSynced] = []
    catalog: list[Row] = []
    for row in rows:
        match row:
            case Verdict():
                verdicts.append(row)
            case Lineage():
                lineages.append(row)
            case Strike():
                strikes.append(row)
            case Choice():
                choices.append(row)
            case Change():
                changes.append(row)
            case PlayerItem():
                items.append(row)
            case PlayerSeen():
                seen.append(row)
            case PlayerSynced():
                synced.append(row)
            case _:
                catalog.append(row)
    if choices:
        await write_choices(connection, choices, at=at)
    if verdicts:
        await write_verdicts(connection, verdicts, job=job, at=at)
    if lineages:
        await write_lineage(connection, lineages, job=job, at=at)
    if strikes:
        await write_strikes(connection, strikes, at=at)
    if changes:
        await write_changes(connection, changes, job=job, at=at)
    if items:
        await write_player_items(connection, items, job=job, at=at)
    if seen:
        await write_seen(connection, seen, at=at)
    if synced:
        await write_synced(connection, synced, at=at)
    if catalog:
        await _write_catalog(connection, catalog, job=job, at=at)


async def _write_catalog(connection: aiosqlite.Connection, rows: list[Row], *, job: int, at: str) -> None:
    logged: list[SceneLogged] = []
    failed: list[RowFailed] = []
    synced: list[ScenesSynced] = []
    for row in rows:
        match row:
            case NamedSynced():
                await write_named(connection, row, at=at)
            case ScenesSynced():
                synced.append(row)
            case Vanished():
                await write_vanished(connection, row, at=at)
            case CatalogSynced():
                await write_catalog_synced(connection, row, at=at)
            case SceneLogged():
                logged.append(row)
            case RowFailed():
                failed.append(row)
    for scenes in synced:
        await write_scenes(connection, scenes, at=at)
        await settle_edits(connection, scenes.scenes, scenes.strategy, job=job, at=at)
    if logged:
        await write_log(connection, logged, job=job, at=at)
    if failed:
        await write_failed(connection, failed, job=job, at=at)
