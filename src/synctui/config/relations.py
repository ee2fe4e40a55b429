"""What must fit together in a configuration whose single values are right."""

from __future__ import annotations

import os
from collections.abc import Iterator

from synctui.config.schema import SYNC_KINDS, Config
from synctui.config.values import suggest
from synctui.text import display

Finding = tuple[tuple[str, ...], str, str]
"""The key, what is wrong, and a hint."""


def check_relations(config: Config) -> Iterator[Finding]:
    """Yield names that lead nowhere, jobs that cannot be told from kinds, and chains of jobs that never end."""
    yield from _libraries(config)
    players = [player.name for player in config.player]
    for group in config.group:
        for name in group.players:
            if name not in players:
                yield ("group", group.name, "players"), f"there is no player {display(name, 60)}", suggest(name, players)
    jobs = {job.name: job for job in config.job}
    for job in config.job:
        if job.name in SYNC_KINDS:
            yield ("job", job.name), "is the name of a sync kind", "choose another name: --run could not tell them apart"
        for name in job.then:
            if name not in jobs and name not in SYNC_KINDS:
                yield (
                    ("job", job.name, "then"),
                    f"there is no job or kind {display(name, 60)}",
                    suggest(name, [*jobs, *SYNC_KINDS]),
                )
        if _returns(config, job.name):
            yield ("job", job.name, "then"), "the jobs that follow lead back to it", "break the circle"


def doubts(config: Config) -> Iterator[str]:
    """Yield sentences about what works, but hardly as it was meant."""
    for library in config.library:
        for other in config.library:
            if library is not other and library.path != other.path and lies_in(library.path, other.path):
                yield (
                    f"library {display(library.name, 60)} lies in library {display(other.name, 60)}:"
                    " what is in both is looked at twice"
                )


def lies_in(path: str, folder: str) -> bool:
    """Tell whether a path is a folder or lies in it, as their texts say (both absolute and normalised)."""
    return path == folder or path.startswith(folder.rstrip(os.sep) + os.sep)


def _libraries(config: Config) -> Iterator[Finding]:
    seen: dict[str, str] = {}
    for library in config.library:
        if library.path in seen:
            yield ("library", library.name, "path"), f"is the folder of {display(seen[library.path], 60)} too", ""
        seen[library.path] = library.name


def _returns(config: Config, name: str) -> bool:
    following = {job.name: job.then for job in config.job}
    reached: set[str] = set()
    waiting = list(following[name])
    while waiting:
        current = waiting.pop()
        if current == name:
            return True
        if current not in reached:
            reached.add(current)
            waiting.extend(following.get(current, ()))
    return False
