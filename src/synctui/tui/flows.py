"""Questions that several screens ask in the same way: which engine, which file."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from synctui.adapters.engines import ENGINES, Engine, find_engine
from synctui.library.completion import completions, meant
from synctui.text import display
from synctui.tui.draw.line import Line, Span
from synctui.tui.widgets.dialogs import Choice, Menu, Prompt

if TYPE_CHECKING:
    from synctui.tui.app import SyncTui

_PATIENCE = 0.25
_LETTERS = {"auto": "a", "builtin": "b", "alass": "l", "ffsubsync": "f"}


async def choose_engine(home: SyncTui, now: str, said: Sequence[str] = ()) -> str | None:
    """Return the engine that is chosen (`auto`, `builtin`, `alass`, `ffsubsync`), or None; `now` is the one in force.

    One that is missing is shown with how to get it, and cannot be chosen.
    """
    engines = await _engines(home)
    wrong: Line = ()
    while True:
        choices = [
            Choice("auto", _LETTERS["auto"], "auto", "the best that is there: the built-in one"),
            Choice("builtin", _LETTERS["builtin"], "built-in", "comes with SyncTUI, hears speech itself"),
            *(_choice(engine) for engine in engines),
        ]
        names = [str(choice.value) for choice in choices]
        lines: list[Line | str] = [*said, *((wrong,) if wrong else ())]
        answer = await home.ask(Menu("Engine", choices, lines, safe=names.index(now) if now in names else 0))
        missing = next((one for one in engines if one.name == answer and not one.available), None)
        if missing is None:
            return None if answer is None else str(answer)
        wrong = (Span(f"{missing.name}: {missing.problem}; {missing.hint}", "warn"),)


def _choice(engine: Engine) -> Choice:
    if not engine.available:
        return Choice(engine.name, _LETTERS[engine.name], engine.name, f"{engine.problem}; {engine.hint}", "dim")
    return Choice(engine.name, _LETTERS[engine.name], engine.name, f"version {engine.version}" if engine.version else "here")


async def _engines(home: SyncTui) -> Sequence[Engine]:
    """Return the engines of others; one that takes its time to tell its version is shown without."""
    asked = asyncio.ensure_future(home.services.subtitles.engines.all())
    try:
        async with asyncio.timeout(_PATIENCE):
            return await asyncio.shield(asked)
    except TimeoutError:
        home.start(_settled(asked), name="engines")
        return await asyncio.to_thread(lambda: [find_engine(name) for name in ENGINES])


async def _settled(asked: asyncio.Future[Sequence[Engine]]) -> None:
    await asked


async def choose_file(
    home: SyncTui, title: str, start: str, said: Sequence[str] = (), *, wanted: Callable[[str], bool], what: str
) -> str | None:
    """Return the path of an existing file whose name is `wanted` (`what` says which are), typed with completion, or None."""

    async def check(text: str) -> str:
        return await asyncio.to_thread(_wrong_with, text, wanted, what)

    async def complete(text: str) -> Sequence[str]:
        return await asyncio.to_thread(completions, text, wanted=wanted)

    answer = await home.ask(Prompt(title, display(start), said, check=check, complete=complete))
    return None if answer is None else await asyncio.to_thread(meant, str(answer))


def _wrong_with(text: str, wanted: Callable[[str], bool], what: str) -> str:
    if not text.strip():
        return f"the path of {what}"
    path = meant(text)
    if not os.path.isabs(path):
        return "a whole path, from / or ~"
    if not os.path.isfile(path):
        return "there is no such file"
    return "" if wanted(os.path.basename(path)) else f"it is not {what}"
