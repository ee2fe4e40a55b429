"""`synctui scene` and `synctui conflicts`: what is edited in the catalogue, and who is right where the server differs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from synctui.cli.arguments import Arguments
from synctui.cli.ndjson import JsonLines
from synctui.cli.places import paths_of
from synctui.cli.terminal import Terminal
from synctui.errors import ExitCode, TargetNotFound, UsageError
from synctui.model.catalog import EDITABLE, Conflict, Edit, Entity, Scene
from synctui.model.json import Json
from synctui.store import catalog_edits as edits
from synctui.store import catalog_marks as marks
from synctui.store.catalog import shown_name
from synctui.store.database import Database
from synctui.text import clip, display, pad

_LONGEST = 100_000


async def scene(arguments: Arguments) -> ExitCode:
    """Do `scene show ID` and `scene set ID FIELD=VALUE…`. Raises TargetNotFound, UsageError."""
    paths = paths_of(arguments)
    number = _number(arguments.job, "scene")
    readonly = arguments.action == "show" or not paths.database.exists()
    async with await Database.open(paths.database, readonly=readonly) as database:
        found = (await marks.whole_scenes(database, [number])).get(number)
        if found is None or not await marks.known_ids(database, Entity.SCENE, [number]):
            raise TargetNotFound(
                f"there is no scene {number} in the catalogue", hint="synctui --run stash brings it in step"
            )
        if arguments.action == "set":
            await edits.set_edit(database, number, await _values(database, found, arguments.targets))
            found = (await marks.whole_scenes(database, [number]))[number]
        document = await _document(database, found)
    if arguments.json:
        JsonLines().line("scene", document)
    elif not arguments.quiet:
        Terminal.of().write(_text(document))
    return ExitCode.DONE


async def _values(database: Database, found: Scene, words: Sequence[str]) -> dict[str, Json]:
    values: dict[str, Json] = {}
    for word in words:
        field, equals, text = word.partition("=")
        if not equals or field not in EDITABLE:
            known = ", ".join(EDITABLE)
            raise UsageError(f"{display(word)!r} is no FIELD=VALUE", hint=f"fields that can be edited: {known}")
        if len(text) > _LONGEST:
            raise UsageError(f"the {field} is longer than {_LONGEST:,} characters", hint="make it shorter")
        values[field] = await _value(database, field, text)
    if not values:
        raise UsageError("scene set needs FIELD=VALUE", hint='as in synctui scene set 12 "title=A better one" rating=80')
    return values


async def _value(database: Database, field: str, text: str) -> Json:
    if field == "rating":
        if text == "":
            return None
        if not (text.isascii() and text.isdigit() and len(text) < 4 and 1 <= int(text) <= 100):
            raise UsageError(f"{display(text)!r} is no rating", hint="from 1 to 100; rating= takes it away")
        return int(text)
    if field == "tags":
        names = [name.strip() for name in text.split(",") if name.strip()]
        return list(dict.fromkeys([await edits.tag_named(database, name) for name in names]))
    return text


async def conflicts(arguments: Arguments) -> ExitCode:
    """Do `conflicts [list]` and `conflicts take ID local|remote`. Raises TargetNotFound, UsageError."""
    paths = paths_of(arguments)
    readonly = arguments.action == "list" or not paths.database.exists()
    async with await Database.open(paths.database, readonly=readonly) as database:
        if arguments.action == "list":
            found = await edits.conflicts(database, only_open=not arguments.force)
            documents = [await _conflict(database, one) for one in found]
        else:
            number = _number(arguments.job, "conflict")
            if await edits.conflict(database, number) is None:
                raise TargetNotFound(f"there is no conflict {number}", hint="synctui conflicts lists them")
            if not await edits.decide(database, number, arguments.side):
                raise UsageError(f"a newer conflict about the same field came after {number}", hint="synctui conflicts")
            decided = await edits.conflict(database, number)
            documents = [await _conflict(database, decided)] if decided is not None else []
    if arguments.json:
        lines = JsonLines()
        for document in documents:
            lines.line("conflict", document)
        return ExitCode.DONE
    terminal = Terminal.of()
    if not documents:
        terminal.write(" no conflicts wait\n")
    for document in documents:
        terminal.write(_conflict_text(document))
    return ExitCode.DONE


async def _conflict(database: Database, one: Conflict) -> dict[str, Any]:
    return {
        "id": one.id,
        "scene": one.scene,
        "name": display(one.title),
        "field": one.field,
        "base": await _told(database, one.field, one.base),
        "local": await _told(database, one.field, one.local),
        "remote": await _told(database, one.field, one.remote),
        "state": one.state,
        "strategy": one.strategy,
        "at": one.at,
        "decided_at": one.decided_at,
    }


def _conflict_text(document: dict[str, Any]) -> str:
    state = "" if document["state"] == "open" else f"   decided: {document['state']}"
    lines = [f" {document['id']}  scene {document['scene']} {clip(document['name'], 50)}   {document['field']}{state}"]
    for name, word in (("base", "before"), ("local", "yours"), ("remote", "Stash")):
        value = document[name]
        told = ", ".join(value) if isinstance(value, list) else "nothing" if value in (None, "") else str(value)
        lines.append(f"    {word:<7} {clip(display(told), 100)}")
    return "\n".join(lines) + "\n"


async def _document(database: Database, found: Scene) -> dict[str, Any]:
    own: list[Edit] = (await edits.edits_of(database, [found.id])).get(found.id, [])
    return {
        "id": found.id,
        "name": display(shown_name(found)),
        "title": display(found.title),
        "details": display(found.details),
        "rating": found.rating100,
        "date": found.date or None,
        "tags": await _told(database, "tags", list(found.tags)),
        "performers": [await _name(database, Entity.PERFORMER, number) for number in found.performers],
        "studio": None if found.studio is None else await _name(database, Entity.STUDIO, found.studio),
        "files": [display(file.path) for file in found.files],
        "updated_at": found.updated_at,
        "edited": {one.field: await _told(database, one.field, one.base) for one in own},
        "log": [
            {"at": line.at, "what": line.what, "text": display(line.text), "job": line.job or None}
            for line in await edits.log_of(database, found.id, limit=20)
        ],
    }


def _text(document: dict[str, Any]) -> str:
    lines = [f" scene {document['id']}  {document['name']}"]
    for name in ("title", "details", "rating", "date", "studio", "performers", "tags", "files"):
        value = document[name]
        told = ", ".join(value) if isinstance(value, list) else "" if value is None else str(value)
        edited = ""
        if name in document["edited"]:
            before = document["edited"][name]
            was = ", ".join(before) if isinstance(before, list) else before
            edited = f"   (edited; Stash has {clip(str(was) if was not in (None, '') else 'nothing', 40)})"
        lines.append(f"   {pad(name, 11)} {clip(told, 100)}{edited}")
    for line in document["log"]:
        lines.append(f"   {line['at'][:16].replace('T', ' ')}  {line['what']}  {clip(line['text'], 80)}")
    return "\n".join(lines) + "\n"


async def _told(database: Database, field: str, value: Json) -> Json:
    if field == "tags" and isinstance(value, Sequence) and not isinstance(value, str):
        return [await _name(database, Entity.TAG, number) for number in value if isinstance(number, int)]
    return display(value) if isinstance(value, str) else value


async def _name(database: Database, entity: Entity, number: int) -> str:
    return display(await marks.name_of(database, entity, number) or f"{entity.value} {number}")


def _number(text: str, what: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise UsageError(
            f"{display(text)!r} is no {what}'s number",
            hint=f"synctui {'conflicts' if what != 'scene' else 'scene set 12 title=…'}",
        )
    return int(text)
