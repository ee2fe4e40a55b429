"""Changing a scene here: which field, what it is to be; and letting it be the server's again."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from synctui.model.json import Json
from synctui.store import catalog_browse as browse
from synctui.store.catalog_edits import set_edit, tag_named
from synctui.text import clip, display
from synctui.tui.draw.line import Line
from synctui.tui.screens.stash.known import Known, known
from synctui.tui.screens.stash.wording import FIELDS, value_words
from synctui.tui.widgets.dialogs import Choice, Menu, Prompt
from synctui.tui.widgets.field import seen

if TYPE_CHECKING:
    from synctui.tui.app import SyncTui

_MOST_TYPED = 4000
_SHOWN = 44
_LETTERS = {"title": "t", "details": "d", "rating": "r", "tags": "g"}


async def edit_scene(home: SyncTui, number: int) -> bool:
    """Ask which field of a scene is to be what, and write it down here; returns whether anything changed."""
    one = await _there(home, number)
    if one is None:
        return False
    choices = [
        Choice(field, _LETTERS[field], label, clip(display(_now(one, field), 200), _SHOWN) or "nothing")
        for field, label in FIELDS.items()
    ]
    said = ["Only here: the server keeps its own. The next sync tells where both were changed."]
    field = await home.ask(Menu(f"Change {display(one.name, 40)}", choices, said))
    if field is None:
        return False
    changed, value = await _asked(home, one, str(field))
    if not changed:
        return False
    if not await set_edit(home.services.database, number, {str(field): value}):
        home.say("this scene is not there any more", "warn")
        return False
    home.say(f"{FIELDS[str(field)]} changed here: {display(one.name, 40)}")
    return True


async def put_back(home: SyncTui, number: int) -> bool:
    """Ask which edited field is to be the server's again; returns whether one is."""
    one = await _there(home, number)
    if one is None:
        return False
    if not one.edits:
        home.say("nothing of this scene was changed here")
        return False
    choices = [
        Choice(
            edit.field,
            _LETTERS.get(edit.field, ""),
            FIELDS.get(edit.field, edit.field),
            "the server's: " + (clip(display(value_words(edit.field, edit.base, one.tags), 200), _SHOWN) or "nothing"),
        )
        for edit in one.edits
    ]
    field = await home.ask(Menu("Let it be the server's again", choices))
    base = next((edit.base for edit in one.edits if edit.field == field), None)
    if field is None or not await set_edit(home.services.database, number, {str(field): base}):
        return False
    home.say(f"{FIELDS.get(str(field), str(field))} is the server's again")
    return True


async def _there(home: SyncTui, number: int) -> Known | None:
    one = await known(home.services, number)
    if one is None or one.deleted_at is not None:
        home.say("this scene is gone from the server", "warn", hint="what is gone is not changed any more")
        return None
    return one


def _now(one: Known, field: str) -> str:
    scene = one.scene
    if field == "tags":
        return ", ".join(one.tags.get(number, f"tag {number}") for number in scene.tags)
    if field == "rating":
        return "" if scene.rating100 is None else f"{scene.rating100}"
    return str(getattr(scene, field))


async def _asked(home: SyncTui, one: Known, field: str) -> tuple[bool, Json]:
    """Return whether there is a new value, and which."""
    if field == "tags":
        return await _tags(home, one)
    if field == "rating":
        return await _rating(home, one)
    return await _text(home, one, field)


async def _text(home: SyncTui, one: Known, field: str) -> tuple[bool, Json]:
    now = str(getattr(one.scene, field))
    if len(now) > _MOST_TYPED:
        are = "are" if field == "details" else "is"
        home.say(f"its {field} {are} too long for a line", "warn", hint=f'synctui scene set {one.scene.id} "{field}=…"')
        return False, None
    shown = _typed(now)
    escapes = field == "details" or "\\" in shown
    said: Sequence[Line | str] = ("A new line is typed as \\n, a backslash as \\\\.",) if escapes else ()
    answer = await home.ask(Prompt(f"The {field} of {display(one.name, 40)}", shown, said))
    if answer is None:
        return False, None
    value = _meant(str(answer))
    # What cannot be typed is lost in the field: untouched, it stays.
    return value != now and str(answer) != seen(shown), value


def _typed(text: str) -> str:
    return text.replace("\\", "\\\\").replace("\r\n", "\n").replace("\n", "\\n").replace("\t", "\\t")


def _meant(text: str) -> str:
    parts = text.split("\\\\")
    return "\\".join(part.replace("\\n", "\n").replace("\\t", "\t") for part in parts)


async def _rating(home: SyncTui, one: Known) -> tuple[bool, Json]:
    now = one.scene.rating100

    async def check(text: str) -> str:
        text = text.strip()
        fits = not text or (text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= 100)
        return "" if fits else "from 1 to 100; nothing at all for none"

    said = ("From 1 to 100; nothing at all for none.",)
    answer = await home.ask(Prompt("The rating", "" if now is None else f"{now}", said, check=check))
    if answer is None:
        return False, None
    value = int(str(answer)) if str(answer).strip() else None
    return value != now, value


async def _tags(home: SyncTui, one: Known) -> tuple[bool, Json]:
    database = home.services.database

    async def complete(text: str) -> Sequence[str]:
        before, comma, last = text.rpartition(",")
        if not last.strip():
            return ()
        found = await browse.tag_names(database, last.strip())
        return [f"{before}{comma}{' ' if comma else ''}{_quoted(display(name, 200))}" for name in found]

    own = {display(one.tags.get(number, "")): number for number in one.scene.tags}
    shown = ", ".join(_quoted(name) for name in own if name)
    said = ("Names, parted by commas; one that has a comma stands between quotes.",)
    answer = await home.ask(Prompt("The tags", shown, said, complete=complete))
    if answer is None or str(answer) == shown:
        return False, None
    names = names_in(str(answer))
    ids = await _ids_of(home, names, own)
    if ids is None:
        return False, None
    return ids != list(one.scene.tags), [*ids]


async def _ids_of(home: SyncTui, names: Sequence[str], own: Mapping[str, int]) -> list[int] | None:
    """Return the tags that names mean; None when one is unknown and is not to be made."""
    database = home.services.database
    there = await browse.tags_by_name(database, [name for name in names if name not in own])
    unknown = [name for name in names if name not in own and name.casefold() not in there]
    if unknown:
        told = ", ".join(display(name, 40) for name in unknown[:4]) + (" …" if len(unknown) > 4 else "")
        choices = (
            Choice(False, "l", "leave it", "nothing changes"),
            Choice(True, "m", "make them" if len(unknown) > 1 else "make it", "here alone: the server does not know it"),
        )
        if not await home.ask(Menu(f"There is no tag {told}", choices)):
            return None
    ids: list[int] = []
    for name in names:
        number = own.get(name) or there.get(name.casefold())
        ids.append(number if number is not None else await tag_named(database, name))
    return list(dict.fromkeys(ids))


def names_in(text: str) -> list[str]:
    """Return the names in a list parted by commas; one between quotes may have commas itself."""
    found = next(csv.reader([text], skipinitialspace=True), [])
    return list(dict.fromkeys(name.strip() for name in found if name.strip()))


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"' if "," in name or '"' in name else name
