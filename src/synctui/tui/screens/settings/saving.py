"""Changing the configuration from a screen: written to settings.toml, read again, followed at once."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from synctui.config.load import Key, Origin
from synctui.config.settings import Settings
from synctui.config.values import dotted
from synctui.tui.looks import take_over
from synctui.tui.screens.settings.wording import wins

if TYPE_CHECKING:
    from synctui.tui.app import SyncTui


async def save(home: SyncTui, key: Key, value: object) -> None:
    """Set a value, or a whole table. Raises ConfigError, StorageError: then nothing has changed."""
    await home.house.read_again()  # a file that was damaged meanwhile is told before anything is written
    settings = Settings(home.launch.paths)
    await asyncio.to_thread(settings.put, dotted(key), value)
    await _follow(home, key)


async def put_back(home: SyncTui, key: Key) -> bool:
    """Let the user's file or the default hold again; returns whether anything was set. Raises as `save`."""
    settings = Settings(home.launch.paths)
    found = await asyncio.to_thread(settings.put_back, dotted(key))
    if found:
        await _follow(home, key)
    return found


async def _follow(home: SyncTui, key: Key) -> None:
    await home.house.read_again()
    home.launch = home.house.launch
    if key[0] == "ui":
        take_over(home, home.launch.loaded.config.ui)
        return
    if home.board.running_here:
        home.say("saved; it holds when the job that runs is done")
    home.start(home.house.reopen(), name="reopen")


def overruled(home: SyncTui, key: Key) -> str:
    """Return what to say of a value that was set and does not hold, "" when it does."""
    origin = home.launch.loaded.origins.get(key, Origin())
    return f"saved, but {origin.detail} wins over it" if wins(origin) else ""
