"""The text of `synctui config init`: every key, its documentation and its default, made from the schema."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from textwrap import wrap
from typing import Any, Literal, get_args, get_origin

from synctui.config.schema import LATER, NAMED, SECTIONS, Setting, settings_of
from synctui.config.values import toml

_WIDTH = 100
_HEAD = """\
SyncTUI: configuration.

A line that begins with "#" and a word right after it is a default: take the "#" away and change it.
Values are looked for here, then in settings.toml (what the screens change), in the environment, on the command line; the
last one found holds. In the environment a key is SYNCTUI_SECTION__KEY, as in SYNCTUI_SUBTITLES__ENGINE=alass, and one of
a table with a name SYNCTUI_PLAYER__LIVING_ROOM__TOKEN. "synctui config show" tells where each value comes from.
A secret NAME may be given as NAME_file instead: the path of a file that holds it.
"""


def template() -> str:
    """Return the commented TOML; loading it as it is gives the defaults."""
    return "\n".join(_lines()) + "\n"


def _lines() -> Iterator[str]:
    for paragraph in _HEAD.splitlines():
        yield f"# {paragraph}".rstrip()
    for section, cls in SECTIONS.items():
        yield ""
        yield from _prose((cls.__doc__ or "").split("\n", 1)[0])
        if section in LATER:
            yield from _prose("Not used by this version yet.")
        named = section in NAMED
        yield f"#[[{section}]]" if named else f"[{section}]"
        for setting in settings_of(section).values():
            yield from _prose(sentence(setting))
            yield f"#{setting.name} = {toml(_sample(setting, named=named))}"


def sentence(setting: Setting) -> str:
    """Return what there is to say about a key: documentation, choices, limits."""
    option = setting.option
    facts = [option.doc]
    if get_origin(setting.type) is Literal:
        facts.append(f"One of {', '.join(get_args(setting.type))}.")
    if option.low is not None and option.high is not None:
        facts.append(f"From {option.low:.10g} to {option.high:.10g}.")
    if setting.secret:
        facts.append(f"Or {setting.name}_file.")
    if option.later:
        facts.append("Not used by this version yet.")
    return " ".join(facts)


def _sample(setting: Setting, *, named: bool) -> Any:
    if named and setting.option.example is not None:
        return setting.option.example
    return dict(setting.default) if isinstance(setting.default, Mapping) else setting.default


def _prose(text: str) -> Iterator[str]:
    for line in wrap(text, _WIDTH, break_long_words=False, break_on_hyphens=False):
        yield f"# {line}"
