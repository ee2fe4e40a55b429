"""Asking for the new value of a setting; what is not valid is said and asked again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, get_args, get_origin

from synctui.config.load import Key, Loaded
from synctui.config.schema import PathMap, Setting, settings_of
from synctui.config.secrets import Secret
from synctui.config.template import sentence
from synctui.config.values import Wrong, convert, from_environment, suggest
from synctui.text import display
from synctui.tui.draw.line import Line, Span
from synctui.tui.draw.wrap import wrapped
from synctui.tui.flows import choose_engine
from synctui.tui.looks import wear
from synctui.tui.screens.settings.players import value_of
from synctui.tui.screens.settings.wording import label, listed, map_of, value_words
from synctui.tui.theme import NAMES, choose_look
from synctui.tui.widgets.dialogs import Choice, Menu, Prompt
from synctui.tui.widgets.rows import RowList

if TYPE_CHECKING:
    from synctui.tui.app import SyncTui

_WIDE = 70


async def asked(home: SyncTui, key: Key, warning: str) -> object | None:
    """Return the value that the user gives a setting, None when it stays as it is; `warning` is said with the question."""
    setting, value = _current(home.launch.loaded, key)
    said = [*_prose(sentence(setting)), *_prose(warning, "warn")]
    if key == ("ui", "theme"):
        return await _theme(home, str(value), said)
    if key == ("subtitles", "engine"):
        return await choose_engine(home, str(value), [display(warning)] if warning else ())
    if setting.type is bool:
        return not value
    if get_origin(setting.type) is Literal:
        words = get_args(setting.type)
        word: str | None = await home.ask(
            Menu(label(key), [Choice(one, "", one) for one in words], said, safe=words.index(value))
        )
        return word
    return await _typed(home, key, setting, value, said)


def _current(loaded: Loaded, key: Key) -> tuple[Setting, Any]:
    if key[0] in ("player", "group"):
        return settings_of(key[0])[key[2]], value_of(loaded, key)[0]
    return next((setting, value) for known, setting, value in loaded.values() if known == key)


def _prose(text: str, role: Any = "dim") -> list[Line]:
    return [(Span(part, role),) for part in wrapped(text, _WIDE)] if text else []


async def _typed(home: SyncTui, key: Key, setting: Setting, value: Any, said: list[Line]) -> object | None:
    many = isinstance(value, tuple)

    async def check(text: str) -> str:
        try:
            wanted = convert(setting, read(setting, text))
        except Wrong as wrong:
            return f"{wrong.message}; {wrong.hint}" if wrong.hint else wrong.message
        if not wanted and setting.option.required:
            return "it wants something here"
        return _nobody(home, key, wanted)

    if setting.secret:
        kept = "It is kept in a file that only you can read, and never shown. Nothing at all takes it away."
        answer = await home.ask(Prompt(label(key), "", [*said, *_prose(kept)], check=check, secret=True))
        return None if answer is None else Secret(str(answer).strip())
    now = listed(value) if many else f"{value:g}" if isinstance(value, (int, float)) else str(value)
    if many:
        said = [*said, (Span(f"Several are parted by commas; none at all means {value_words(key, ())}.", "dim"),)]
    answer = await home.ask(Prompt(label(key), display(now) if now else "", said, check=check))
    return None if answer is None else convert(setting, read(setting, str(answer)))


def _nobody(home: SyncTui, key: Key, wanted: object) -> str:
    """Return which names of a group are no players, in words."""
    if key[0] != "group" or key[-1] != "players" or not isinstance(wanted, tuple):
        return ""
    known = [player.name for player in home.launch.loaded.config.player]
    missing = next((name for name in wanted if name not in known), None)
    return (
        ""
        if missing is None
        else f"there is no player {display(str(missing), 40)}; {suggest(str(missing), known)}".rstrip("; ")
    )


def read(setting: Setting, text: str) -> object:
    """Return what a typed text means for a setting, still to be checked: a list's items are parted by commas."""
    text = text.strip()
    if get_args(setting.type)[:1] == (PathMap,) and not text.startswith("["):
        return [map_of(part) or part for part in text.split(",") if part.strip()]
    if get_origin(setting.type) is tuple and not text.startswith("["):
        return [part.strip() for part in text.split(",") if part.strip()]
    return from_environment(setting, text)


class _Themes(Menu):
    """The theme under the cursor is worn at once."""

    def on_row_list_moved(self, event: RowList.Moved) -> None:
        event.stop()
        home: Any = self.app
        wear(home, choose_look(str(self._choices[event.index].value), home.launch.colors))


async def _theme(home: SyncTui, now: str, said: list[Line]) -> str | None:
    help = {
        "": "light or dark, as far as it tells",
        "dark": "",
        "light": "",
        "terminal": "its own sixteen colours and background",
    }
    choices = [Choice(name, "", name or "by the terminal", help.get(name, "")) for name in ("", *NAMES)]
    before = home.look
    answer = await home.ask(_Themes("colours", choices, said, safe=("", *NAMES).index(now) if now in NAMES else 0))
    if answer is None or answer == now:
        wear(home, before)
        return None
    return str(answer)
