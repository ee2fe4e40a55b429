"""Environment variables as configuration: `SYNCTUI_SECTION__KEY`, `SYNCTUI_PLAYER__LIVING_ROOM__TOKEN`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from synctui.config.schema import NAMED, SECTIONS, settings_of
from synctui.config.values import from_environment, nearest, suggest
from synctui.errors import ConfigError
from synctui.text import display

PREFIX = "SYNCTUI_"
Found = tuple[str, tuple[str, ...], object, ConfigError | None]


def spelled(name: str) -> str:
    """Return how a table's name is written in a variable: upper case, `_` for anything but ASCII letters and digits."""
    return "".join(char.upper() if char.isascii() and char.isalnum() else "_" for char in name)


def environment_values(environment: Mapping[str, str], names: Mapping[str, Sequence[str]]) -> Iterator[Found]:
    """Yield each variable that is configuration, with its key and value, or with what is wrong with it.

    Variables without a double underscore after the prefix are other things (`SYNCTUI_FAILPOINT`); an empty one counts as
    not set. `names` are the known tables of each section that occurs by name.
    """
    for variable in sorted(environment):
        words = variable.removeprefix(PREFIX)
        if words == variable or "__" not in words or not environment[variable]:
            continue
        try:
            key = _key(words, names)
        except ConfigError as error:
            error.key = f"environment {display(variable, 120)}"
            yield variable, (), None, error
            continue
        known = settings_of(key[0])
        value: object = environment[variable]
        if key[-1] in known:
            value = from_environment(known[key[-1]], environment[variable])
        yield variable, key, value, None


def _key(words: str, names: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    head, _, rest = words.partition("__")
    section = head.lower()
    if section not in SECTIONS or head != head.upper():
        near = nearest(section, SECTIONS)
        raise ConfigError("unknown section", hint=f"did you mean {PREFIX}{near.upper()}__…?" if near else "")
    if section not in NAMED:
        return section, _field(section, rest)
    middle, _, field = rest.rpartition("__")
    if not middle:
        raise ConfigError("the name is missing", hint=f"as in {PREFIX}{head}__NAME__{rest}")
    meant = [name for name in names.get(section, ()) if spelled(name) == middle]
    if len(meant) > 1:
        listed = " and ".join(display(name, 60) for name in meant)
        raise ConfigError(f"could mean {listed}", hint="rename one of them, or set it in a file")
    if not meant:
        known = {spelled(name): name for name in names.get(section, ())}
        raise ConfigError(f"there is no [[{section}]] with this name", hint=suggest(middle, known))
    return section, meant[0], _field(section, field)


def _field(section: str, word: str) -> str:
    known = settings_of(section)
    name = word.lower()
    if section in NAMED and name == "name":
        raise ConfigError("a table's name cannot be changed")
    if word == word.upper() and (name in known or (name.endswith("_file") and name.removesuffix("_file") in known)):
        return name
    raise ConfigError("unknown key", hint=suggest(name, known))
