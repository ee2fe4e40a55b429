"""Job profiles of the configuration file as command lines: every option takes effect, or is refused."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from synctui.cli.arguments import Arguments
from synctui.cli.places import paths_of
from synctui.cli.readings import duration
from synctui.config.schema import Job
from synctui.config.values import suggest
from synctui.errors import ConfigError, UsageError
from synctui.services import configuration
from synctui.text import display

Reader = Callable[[object], Any]


def _text(value: object) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError("takes a text")
    return value


def _file(value: object) -> str:
    path = os.path.expanduser(_text(value))
    if not os.path.isabs(path):
        raise ValueError("takes an absolute path, or one that begins with ~")
    return path


def _texts(value: object) -> tuple[str, ...]:
    if isinstance(value, (list, tuple)) and all(isinstance(one, str) for one in value):
        return tuple(value)
    raise ValueError('takes a list, as in ["en", "de"]')


def _switch(value: object) -> bool:
    if isinstance(value, bool):
        return value
    raise ValueError("takes true or false")


def _count(value: object) -> int:
    if isinstance(value, int) and not isinstance(value, bool) and value > 0:
        return value
    raise ValueError("takes a number from 1 on")


def _seconds(value: object) -> float:
    if isinstance(value, (int, float)) and not isinstance(value, bool) and value >= 0:
        return float(value)
    raise ValueError("takes a number of seconds")


def _duration(value: object) -> float:
    try:
        return duration(value) if isinstance(value, str) else _seconds(value)
    except Exception as error:
        raise ValueError('takes a duration, as in "2h"') from error


_GENERAL: Mapping[str, Reader] = {
    "force": _switch,
    "only_failed": _switch,
    "limit": _count,
    "max_duration": _duration,
    "wait_lock": _duration,
}
OPTIONS: Mapping[str, Mapping[str, Reader]] = {
    "subtitles": {
        "engine": _text,
        "reference": _file,
        "video": _file,
        "languages": _texts,
        "max_offset": _seconds,
        "inspect": _switch,
        "jobs": _count,
        **_GENERAL,
    },
    "stash": {"mode": _text, "since": _text, "only": _texts, **_GENERAL},
    "players": {"players": _texts, "groups": _texts, "full": _switch, **_GENERAL},
}
"""What a profile of each kind may hold, by the names of `Arguments`."""


def of_profile(arguments: Arguments, kinds: tuple[str, ...]) -> tuple[Arguments, str]:
    """Return the arguments that `--run NAME` means, and the name; what the command line says itself goes before.

    Raises UsageError for a name that is none, ConfigError for an option that the kind does not have.
    """
    loaded = configuration(file=arguments.config, paths=paths_of(arguments))
    profiles = {profile.name: profile for profile in loaded.config.job}
    profile = profiles.get(arguments.kind)
    if profile is None:
        names = (*kinds, *(one.name for one in profiles.values() if one.kind in kinds))
        hint = suggest(arguments.kind, names) or "known: " + ", ".join(display(name) for name in names)
        raise UsageError(f"nothing to run is called {display(arguments.kind)!r}", hint=hint)
    if profile.kind not in kinds:
        raise _wrong(profile, "kind", f"this version does not sync {profile.kind} yet")
    if profile.then:
        raise _wrong(profile, "then", "this version runs nothing after a job yet: run it by its name")
    values: dict[str, Any] = {}
    for name, value in profile.options.items():
        own = OPTIONS[profile.kind]
        reader = own.get(name)
        if reader is None:
            known = suggest(name, own) or "known: " + ", ".join(own)
            raise _wrong(profile, f"options.{name}", f"is no option of {profile.kind}", known)
        try:
            values[name] = reader(value)
        except ValueError as error:
            raise _wrong(profile, f"options.{name}", str(error)) from error
    nothing = Arguments(command="run")
    changes = {name: value for name, value in values.items() if getattr(arguments, name) == getattr(nothing, name)}
    return replace(
        arguments,
        kind=profile.kind,
        targets=arguments.targets or profile.targets,
        yes=arguments.yes or not profile.confirm,
        **changes,
    ), profile.name


def _wrong(profile: Job, key: str, message: str, hint: str = "") -> ConfigError:
    return ConfigError(message, key=f"job.{display(profile.name)}.{key}", hint=hint)
