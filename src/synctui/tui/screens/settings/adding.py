"""Adding a library: its folder with completion, its name, what is in it; then it is looked at and shown."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from synctui.config.schema import settings_of
from synctui.config.values import Wrong, convert
from synctui.library.completion import completions, meant
from synctui.library.prospect import Prospect, look
from synctui.model.library import LibraryRoot
from synctui.text import display
from synctui.tui.draw.line import Line, Span
from synctui.tui.draw.palette import Role
from synctui.tui.screens.settings.saving import save
from synctui.tui.widgets.dialogs import Choice, Menu, Prompt
from synctui.words import count

if TYPE_CHECKING:
    from synctui.tui.app import SyncTui

_PATIENCE = 8.0


async def add_library(home: SyncTui) -> bool:
    """Ask for a library and add it; returns whether there is one more. Goes to the library, which is being looked at."""
    if home.launch.libraries:
        home.say("the demo has a library of its own", "warn", hint="start synctui without --demo to add yours")
        return False
    known = home.launch.loaded.config.roots()
    found = await asked_folder(home, "Where is it?", "", known)
    if found is None:
        return False
    name = await _name(home, found, known)
    if name is None:
        return False
    kind = await asked_kind(home, found, f"What is in {display(name, 40)}?")
    if kind is None:
        return False
    await save(home, ("library", name), {"path": found.path, "kind": kind})
    home.do_library()
    home.say(f"{display(name)} added: {found_words(found)}", "good", hint="its subtitles are being looked for")
    return True


async def asked_folder(home: SyncTui, title: str, start: str, known: Sequence[LibraryRoot]) -> Prospect | None:
    """Ask for a folder that can be a library beside `known`; returns what is in it, or None."""
    seen: dict[str, Prospect] = {}

    async def check(text: str) -> str:
        if not text.strip():
            return "the path of a folder, as in /media/series"
        try:
            async with asyncio.timeout(_PATIENCE):
                path = await asyncio.to_thread(meant, text)
                found = seen[text] = await asyncio.to_thread(look, path, libraries=known)
        except TimeoutError:
            return "its disk does not answer; is it mounted?"
        return f"{found.problem}; {found.hint}" if found.problem else ""

    async def complete(text: str) -> Sequence[str]:
        try:
            async with asyncio.timeout(_PATIENCE):
                return await asyncio.to_thread(completions, text)
        except TimeoutError:
            return ()

    said = "The folder of your series or films. Nothing in it is changed until you say so."
    answer = await home.ask(Prompt(title, display(start) if start else "", [said], check=check, complete=complete))
    return None if answer is None else seen[str(answer)]


async def _name(home: SyncTui, found: Prospect, known: Sequence[LibraryRoot]) -> str | None:
    setting = settings_of("library")["name"]
    taken = {library.name for library in known}

    async def check(text: str) -> str:
        try:
            name = str(convert(setting, text.strip()))
        except Wrong as wrong:
            return f"{wrong.message}; {wrong.hint}" if wrong.hint else wrong.message
        return "it wants a name" if not name else "there is a library with this name" if name in taken else ""

    proposed = base = display(os.path.basename(found.path)).strip()[:80] or "Library"
    number = 2
    while proposed in taken:
        proposed, number = f"{base} {number}", number + 1
    said: list[Line | str] = [(Span(display(found.path), "dim"),), (Span(found_words(found), found_role(found)),)]
    answer = await home.ask(Prompt("What do you call it?", proposed, said, check=check))
    return None if answer is None else str(answer).strip()


async def asked_kind(home: SyncTui, found: Prospect, title: str) -> str | None:
    """Ask what is in a library, with what its names suggest as the first answer."""
    choices = {
        "series": Choice("series", "s", "series", "shows with seasons and episodes"),
        "movies": Choice("movies", "m", "films", "each on its own"),
        "auto": Choice("auto", "a", "both", "told apart by their names"),
    }
    ordered = sorted(choices.values(), key=lambda choice: choice.value != found.kind)
    said: list[Line | str] = [(Span(found_words(found), found_role(found)),)]
    if found.videos:
        many = "most" if found.kind == "series" else "hardly any" if found.kind == "movies" else "some"
        said.append((Span(f"{many} of its videos have season and episode in their names", "dim"),))
    answer = await home.ask(Menu(title, ordered, said))
    return None if answer is None else str(answer)


def found_words(found: Prospect) -> str:
    """Return what a look at a folder found, in one line."""
    if found.problem:
        return f"{found.problem}; {found.hint}"
    more = "" if found.complete else "more than "
    if not found.videos:
        words = "no video found in it; is its disk mounted?" if found.complete else "no video found in it so far"
    else:
        words = f"{more}{count(found.videos, 'video')}, {count(found.subtitles, 'subtitle')}"
    return words if found.writable else f"{words}; it cannot be written to: subtitles can be checked, not corrected"


def found_role(found: Prospect) -> Role:
    """Return how serious that is."""
    return "error" if found.problem else "good" if found.videos and found.writable else "warn"
