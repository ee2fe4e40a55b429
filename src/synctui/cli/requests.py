"""What a command line asks of a sync kind, with the options that the kind has and no others."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping

from synctui.cli.arguments import Arguments
from synctui.cli.story import Session, absolute
from synctui.errors import UsageError
from synctui.model.json import Json
from synctui.model.plan import Request

KINDS = ("subtitles", "stash", "players")
"""The kinds that can be run, in the order in which they are told of."""

_OWN: Mapping[str, Mapping[str, str]] = {
    "subtitles": {
        "inspect": "--inspect",
        "engine": "--engine",
        "reference": "--reference",
        "video": "--video",
        "languages": "--lang",
        "max_offset": "--max-offset",
        "jobs": "--jobs",
    },
    "stash": {"mode": "--mode", "since": "--since", "only": "--only"},
    "players": {"players": "--player", "groups": "--group", "full": "--full"},
}
_SWITCHES = {"force": "force", "only_failed": "only_failed", "allow_mass_change": "allow_mass_change"}


def request_of(session: Session) -> Request:
    """Return what the command line asks. Raises UsageError for an option of another kind."""
    arguments = session.arguments
    for kind, own in _OWN.items():
        for name, option in own.items():
            if kind != arguments.kind and getattr(arguments, name):
                raise UsageError(f"{option} is an option of {kind}", hint=f"--run {arguments.kind} does not have it")
    options = _BY_KIND[arguments.kind](session)
    for name, option in _SWITCHES.items():
        if getattr(arguments, name):
            options[option] = True
    # A scene is named by its number, everything else is a path or the name of one.
    targets = arguments.targets if arguments.kind == "stash" else absolute(arguments.targets)
    return Request(arguments.kind, targets, options, profile=session.profile or None)


def _subtitles(session: Session) -> dict[str, Json]:
    arguments = session.arguments
    settings = session.services.loaded.config.subtitles
    options: dict[str, Json] = {
        "engine": settings.engine,
        "languages": list(settings.languages),
        "max_offset": settings.max_offset,
    }
    for name in ("reference", "video"):
        value = getattr(arguments, name)
        if value:
            options[name] = os.path.abspath(value)
    if arguments.allow_mass_change and looks_only(arguments):
        options["look"] = True
    if arguments.inspect:
        options["check"] = True
    return options


def _players(session: Session) -> dict[str, Json]:
    arguments = session.arguments
    options: dict[str, Json] = {}
    if arguments.players:
        options["players"] = list(arguments.players)
    if arguments.groups:
        options["groups"] = list(arguments.groups)
    if arguments.full:
        options["full"] = True
    return options


def _stash(session: Session) -> dict[str, Json]:
    arguments = session.arguments
    options: dict[str, Json] = {}
    if arguments.mode:
        options["mode"] = arguments.mode
    if arguments.since:
        options["since"] = arguments.since
    if arguments.only:
        options["only"] = list(arguments.only)
    return options


def looks_only(arguments: Arguments) -> bool:
    """Tell whether the plan is only looked at."""
    return arguments.dry_run or arguments.check


_BY_KIND: Mapping[str, Callable[[Session], dict[str, Json]]] = {
    "subtitles": _subtitles,
    "stash": _stash,
    "players": _players,
}
