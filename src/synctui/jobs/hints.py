"""Hints from outside that something may have changed: each nudges an entry of the schedule."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Callable, Sequence
from dataclasses import dataclass

from synctui.errors import NotAuthorised

log = logging.getLogger(__name__)

_FIRST_WAIT_S, _LONGEST_WAIT_S = 5.0, 300.0


@dataclass(frozen=True, slots=True)
class Hint:
    """What says by itself that the entry called `entry` is worth submitting: `listen` yields whenever it does."""

    entry: str
    listen: Callable[[], AsyncGenerator[None, None]]


async def follow(hints: Sequence[Hint], nudge: Callable[[str], None]) -> None:
    """Listen to all of them until cancelled; a connection that is lost is made again, after longer and longer waits."""
    async with asyncio.TaskGroup() as group:
        for hint in hints:
            group.create_task(_follow(hint, nudge), name=f"hints for {hint.entry}")


async def _follow(hint: Hint, nudge: Callable[[str], None]) -> None:
    wait = _FIRST_WAIT_S
    while True:
        try:
            async with contextlib.aclosing(hint.listen()) as said:
                async for _ in said:
                    wait = _FIRST_WAIT_S
                    nudge(hint.entry)
        except NotAuthorised as error:
            log.warning("no hints for %s: %s", hint.entry, error)
            return
        except Exception as error:
            # A hint is a convenience: the interval and the cron expression do without.
            log.info("no hints for %s now: %s", hint.entry, error)
        await asyncio.sleep(wait)
        wait = min(_LONGEST_WAIT_S, wait * 2)
