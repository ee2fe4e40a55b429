"""What the settings show: libraries, values, engines, places; one entry a row."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from synctui.adapters.engines import Engine
from synctui.config.launch import Launch
from synctui.config.load import Key, Loaded, Origin
from synctui.config.schema import LATER, NAMED, SECTIONS, Setting
from synctui.config.template import sentence
from synctui.config.values import dotted
from synctui.text import display
from synctui.tui.draw.palette import Role
from synctui.tui.screens.settings.entry import Entry
from synctui.tui.screens.settings.players import player_entries
from synctui.tui.screens.settings.wording import (
    GROUPS,
    below_words,
    label,
    origin_words,
    value_words,
    variable,
    wins,
)


@dataclass(frozen=True, slots=True)
class View:
    """What the entries are made of; `engines` is None until they were asked, `tested` what a look at a library found."""

    launch: Launch
    loaded: Loaded
    theme: str
    engines: Sequence[Engine] | None
    tested: dict[str, tuple[str, Role]]
    database_bytes: int


def entries(view: View) -> tuple[Entry, ...]:
    """Return all rows in order."""
    return (*_libraries(view), *_values(view), *_players(view), *_engines(view), *_places(view))


def _heading(text: str, *said: str) -> Entry:
    return Entry("heading", text, text, role="strong", said=said)


def _libraries(view: View) -> Iterator[Entry]:
    yield _heading("Libraries", "Folders of series or films that are kept in sync.")
    if view.launch.libraries:
        for root in view.launch.libraries:
            demo = "It belongs to the demo. Libraries of your own: start synctui without --demo."
            yield Entry("library", f"demo {root.name}", display(root.name), display(root.path), "demo", said=(demo,))
        return
    for library in view.loaded.config.library:
        key: Key = ("library", library.name, "path")
        origin = view.loaded.origins.get(key, Origin())
        found, role = view.tested.get(library.path, ("", "text"))
        said = (
            f"{display(library.path)}: {_KINDS[library.kind]}.",
            found,
            _kept(view.loaded, key, origin),
        )
        value = homely(library.path)
        yield Entry(
            "library",
            f"library {library.name}",
            display(library.name),
            value,
            origin_words(origin),
            role,
            tuple(line for line in said if line),
            key,
            True,
        )
    yield Entry("add", "add", "+ add", "a library by its path", role="dim", said=("One more folder of series or films.",))


_KINDS = {"series": "series", "movies": "films", "auto": "series and films, told apart by their names"}


def _kept(loaded: Loaded, key: Key, origin: Origin) -> str:
    if key in loaded.below:
        _, place = loaded.below[key]
        return f"It is in your configuration file ({origin_words(place)}): take it out there."
    return wins(origin) or "Added here: x takes it out again."


_LAST = {"stash": 1, "players": 2}


def offered(loaded: Loaded) -> Iterator[tuple[Key, Setting, Any]]:
    """Yield the settings that can be changed here, with their values."""
    for key, setting, value in loaded.values():
        if not (key[0] in NAMED or key[0] in LATER or setting.option.later):
            yield key, setting, value


def _values(view: View) -> Iterator[Entry]:
    section = ""
    # Servers and players have many keys, one after the other: what is looked for more often stands before them.
    for key, setting, value in sorted(offered(view.loaded), key=lambda one: _LAST.get(one[0][0], 0)):
        if key[0] != section:
            section = key[0]
            yield _heading(GROUPS.get(section, section), (SECTIONS[section].__doc__ or "").split("\n", 1)[0])
        shown, origin = _in_force(view, key, value)
        said = (
            sentence(setting),
            wins(origin),
            below_words(key, origin, view.loaded.below, setting),
            f"{dotted(key)} in the configuration file, {variable(key)} in the environment.",
        )
        yield Entry(
            "setting",
            dotted(key),
            label(key),
            value_words(key, shown, theme=view.theme),
            origin_words(origin),
            said=tuple(line for line in said if line),
            key=key,
        )


def _players(view: View) -> Iterator[Entry]:
    if view.launch.players:
        demo = "It belongs to the demo. Players of your own: start synctui without --demo."
        for player in view.launch.players:
            yield Entry("fact", f"demo {player.name}", display(player.name), display(player.url), "demo", said=(demo,))
        return
    yield from player_entries(view.loaded)
    yield Entry("add", "add player", "+ add", "a player", role="dim", said=("A Kodi, Jellyfin, Emby or Plex.",))


def _in_force(view: View, key: Key, value: Any) -> tuple[Any, Origin]:
    """Return a value and its origin with what the command line says; those options never reach the configuration."""
    launch = view.launch
    if key == ("subtitles", "jobs") and launch.jobs:
        return launch.jobs, Origin("flag", "--jobs")
    if key == ("ui", "mouse") and not launch.mouse:
        return False, Origin("flag", "--no-mouse")
    if key == ("ui", "theme") and launch.colors:
        return value, Origin("flag", f"--colors {launch.colors}")
    return value, view.loaded.origins.get(key, Origin())


def _engines(view: View) -> Iterator[Entry]:
    yield _heading(
        "Engines", "What aligns subtitles. The built-in engine needs nothing; others are used when you choose them."
    )
    said = "It hears speech itself and needs no other program. This is what auto takes."
    yield Entry("engine", "engine builtin", "builtin", "comes with SyncTUI", said=(said,))
    if view.engines is None:
        yield Entry("engine", "engine others", "others", "asking them …", role="dim")
        return
    for engine in view.engines:
        path = display(os.fspath(engine.program.path)) if engine.program is not None else ""
        if engine.available:
            place = homely(os.fspath(engine.program.path)) if engine.program is not None else ""
            said = f"{path}. Choose it as the engine above, or in the preview for single subtitles."
            yield Entry("engine", f"engine {engine.name}", engine.name, f"version {engine.version}", place, said=(said,))
        else:
            hint = f"{engine.problem}: {engine.hint}. Then t looks again."
            yield Entry("engine", f"engine {engine.name}", engine.name, engine.problem, role="dim", said=(hint,))


def _places(view: View) -> Iterator[Entry]:
    paths, loaded = view.launch.paths, view.loaded
    yield _heading("Where things lie", "Everything that SyncTUI reads and writes of its own.")
    file = os.fspath(loaded.file or view.launch.file or paths.config)
    if loaded.file is not None:
        yield _place("configuration", file, "your own file; SyncTUI never changes it.")
    else:
        said = f"{display(file)} is not there; none is needed. synctui config init writes one with comments."
        yield Entry("fact", "configuration", "configuration", "none", said=(said,))
    yield _place("settings", os.fspath(paths.settings), "what is changed here; it ranks above your file.")
    database = f"index, jobs and history, {view.database_bytes:,} bytes."
    yield _place("database", os.fspath(paths.database), database)
    yield _place("logs", os.fspath(paths.logs), "the log, and reports of faults.")
    yield _place("cache", os.fspath(paths.cache), "what was heard in videos; it can be deleted at any time.")


def _place(name: str, path: str, said: str) -> Entry:
    return Entry("fact", name, name, homely(path), said=(f"{display(path)}: {said}",), path=True)


def homely(path: str) -> str:
    """Return a displayed path with `~` for the home folder."""
    home = os.path.expanduser("~").rstrip("/")
    return display("~" + path[len(home) :] if home and path.startswith(home + "/") else path)
