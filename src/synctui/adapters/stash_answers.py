"""What Stash answers, read with mistrust: its errors are ours, and a row that cannot be read spoils no other.

A list that is not what was asked for is never taken for an empty one: whoever reads it concludes what has vanished.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from synctui.adapters import stash_fields as fields
from synctui.adapters.http import Reply
from synctui.adapters.stash_fields import Odd, Row
from synctui.errors import BadAnswer, NotReady, ServerFailed
from synctui.model.catalog import Entity, Named, Newest, Performer, Probe, RowTrouble, Scene, Studio, SweptScene, Tag
from synctui.text import display

Data = Mapping[str, object]

_REFUSED = ("GRAPHQL_VALIDATION_FAILED", "GRAPHQL_PARSE_FAILED")
_LOCKED = re.compile(r"database (table )?is locked|SQLITE_BUSY", re.IGNORECASE)
_OFFSET = re.compile(r"(?:Z|[+-]\d\d:\d\d)$", re.ASCII)
_LONGEST_COMPLAINT, _LONGEST_VERSION = 200, 100
_NO_LIST = "its list is not what was asked for"
_LEADS = "does `url` lead to Stash itself?"
_LOG = "the server's log may say why"
_VERSION = "this version of Stash may be too old, or too new"


@dataclass(frozen=True, slots=True)
class ScenesAnswer:
    """Scenes by rising id, each once; `missing` were asked for by id and are not there; `troubles` could not be read.

    `names` are those of the studios, performers and tags that the scenes refer to; `date` is the server's clock when it
    was asked first (RFC 3339 UTC, whole seconds; "" where it says none).
    """

    scenes: tuple[Scene, ...]
    missing: tuple[int, ...] = ()
    troubles: tuple[RowTrouble, ...] = ()
    names: Mapping[tuple[Entity, int], str] = field(default_factory=dict)
    date: str = ""


@dataclass(frozen=True, slots=True)
class NamedAnswer:
    """Performers, tags or studios, each once; `troubles` could not be read; `date` as in `ScenesAnswer`."""

    items: tuple[Named, ...]
    troubles: tuple[RowTrouble, ...] = ()
    date: str = ""


# the whole of an answer


def data(reply: Reply) -> Data:
    """Return what was asked for; an answer with errors counts as failed, whatever else it holds.

    Raises BadAnswer (`refused_query` where the question is not understood) and ServerFailed (`database_locked`,
    `graphql_error`).
    """
    refused = reply.status in (400, 422)
    try:
        answer = reply.json()
    except BadAnswer:
        if refused:
            raise _refusal(f"status {reply.status}") from None
        raise
    if fields.suspicious(reply.body):
        answer = fields.cleaned(answer)
    errors = answer.get("errors") if isinstance(answer, dict) else None
    if refused or errors:
        raise _failure(errors, refused, reply.status)
    found = answer.get("data") if isinstance(answer, dict) else None
    if not isinstance(found, dict):
        raise BadAnswer("its answer is not what was asked for", hint=_LEADS, code="not_it")
    return found


def says_missing(error: ServerFailed) -> bool:
    """Return whether an error says that something was asked for which is not there."""
    return error.code == "graphql_error" and ("not found" in error.message or "no rows" in error.message)


def rows(found: object, key: str = "rows") -> list[object]:
    """Return the rows of a list that was found. Raises BadAnswer where there is none."""
    listed = found.get(key) if isinstance(found, dict) else None
    if not isinstance(listed, list):
        raise BadAnswer(_NO_LIST, hint=_LEADS, code="bad_list")
    return listed


def single(answer: Data, key: str) -> object:
    """Return what was found under one name, None for nothing. Raises BadAnswer where nothing is said of it."""
    if key not in answer:
        raise BadAnswer(_NO_LIST, hint=_LEADS, code="bad_list")
    return answer[key]


def moment(reply: Reply, before: int = 0) -> str:
    """Return the server's clock so many seconds before it answered, as RFC 3339 UTC text; empty where it says none."""
    try:
        told = parsedate_to_datetime(reply.headers.get("date", ""))
        utc = (told.replace(tzinfo=UTC) if told.tzinfo is None else told.astimezone(UTC)) - timedelta(seconds=before)
    except (ValueError, TypeError, OverflowError, IndexError):
        return ""
    return utc.strftime("%Y-%m-%dT%H:%M:%SZ") if utc.year >= 1970 else ""


def _failure(errors: object, refused: bool, status: int) -> ServerFailed:
    first = errors[0] if isinstance(errors, list) and errors else errors
    more = first.get("extensions") if isinstance(first, dict) else None
    told = first.get("message") if isinstance(first, dict) else first
    message = display(told, _LONGEST_COMPLAINT) if isinstance(told, str) and told else "no reason is given"
    if refused or (isinstance(more, dict) and more.get("code") in _REFUSED):
        return _refusal(message if isinstance(told, str) and told else f"status {status}")
    if isinstance(told, str) and _LOCKED.search(told):
        return ServerFailed("its database is locked", hint="Stash is busy, a scan perhaps", code="database_locked")
    return ServerFailed(f"it reports an error: {message}", hint="its log says more", code="graphql_error")


def _refusal(message: str) -> BadAnswer:
    return BadAnswer(f"it refuses what it was asked: {message}", hint=_VERSION, code="refused_query")


# what it is, and what it has


def check_ready(answer: Data) -> None:
    """Raise NotReady where the server says that it waits for its owner."""
    told = answer.get("systemStatus")
    status = told.get("status") if isinstance(told, dict) else None
    if status == "SETUP":
        raise NotReady("it waits for its first set-up", hint="open Stash in a browser, and set it up there")
    if status == "NEEDS_MIGRATION":
        raise NotReady(
            "its database waits for a migration", hint="open Stash in a browser, and let it migrate its database there"
        )
    if status != "OK":
        raise BadAnswer("it does not say whether it is ready", hint=_LEADS, code="not_it")


def probe(answer: Data) -> Probe:
    """Return what a probe says, but for the time. Raises NotReady and BadAnswer."""
    check_ready(answer)
    return Probe(
        scenes=_newest(answer, "scenes"),
        performers=_newest(answer, "performers"),
        tags=_newest(answer, "tags"),
        studios=_newest(answer, "studios"),
        files=_newest(answer, "files") if "files" in answer else Newest(0),
        hashed=_count(answer.get("hashed")) if "hashed" in answer else -1,
        offset=_offset(answer.get("logs")),
        version=_lenient_text(answer.get("version"), "version")[:_LONGEST_VERSION],
    )


def _newest(answer: Data, key: str) -> Newest:
    found = answer.get(key)
    listed = rows(found, key)
    return Newest(_count(found), _lenient_text(listed[0], "updated_at") if listed else "")


def _count(found: object) -> int:
    count = found.get("count") if isinstance(found, dict) else None
    if type(count) is not int or not 0 <= count <= fields.LARGEST_ID:
        raise BadAnswer("it does not say how many there are", hint=_LEADS, code="bad_list")
    return count


def _offset(logs: object) -> str:
    """Return the zone of the newest line of a log."""
    newest: tuple[datetime, str] | None = None
    for entry in logs[: fields.LONGEST_LIST] if isinstance(logs, list) else ():
        time = _lenient_text(entry, "time")
        try:
            at = datetime.fromisoformat(time)
        except ValueError:
            continue
        found = _OFFSET.search(time)
        if found and (newest is None or at > newest[0]):
            newest = at, found[0]
    return "" if newest is None else newest[1].replace("Z", "+00:00")


def _lenient_text(row: object, key: str) -> str:
    value = row.get(key) if isinstance(row, dict) else None
    return value if isinstance(value, str) else ""


# what scenes refer to


def named(entity: Entity, answer: Data) -> NamedAnswer:
    """Return all performers, tags or studios. Raises BadAnswer where the list is not as long as it says."""
    found = answer.get("found")
    listed = rows(found)
    count = found.get("count") if isinstance(found, dict) else None
    if count is not None and count != len(listed):
        raise BadAnswer("its list is not as long as it says", hint=_LOG, code="bad_list")
    items: dict[int, Named] = {}
    troubles: list[RowTrouble] = []
    for row in listed:
        number = 0
        try:
            fairly = fields.row_of(row)
            number = fields.identifier(fairly.get("id"))
            if number in items:
                raise Odd("it is in the answer twice")
            items[number] = _NAMED[entity](number, fairly)
        except Odd as odd:
            troubles.append(RowTrouble(entity, number, str(odd)))
    return NamedAnswer(tuple(items.values()), tuple(troubles))


def named_one(entity: Entity, number: int, answer: Data) -> Named | None:
    """Return one performer, tag or studio, None where there is none. Raises BadAnswer for what cannot be read."""
    found = single(answer, "found")
    if found is None:
        return None
    try:
        fairly = fields.row_of(found)
        if fields.identifier(fairly.get("id")) != number:
            raise Odd(f"another {entity.value} was sent for it")
        return _NAMED[entity](number, fairly)
    except Odd as odd:
        raise BadAnswer(f"{entity.value} {number} cannot be read: {odd}", hint=_LOG, code="bad_row") from None


def _performer(number: int, row: Row) -> Performer:
    return Performer(
        number,
        fields.text(row, "name"),
        disambiguation=fields.text(row, "disambiguation"),
        aliases=fields.texts(row, "alias_list"),
        gender=fields.text(row, "gender"),
        birthdate=fields.text(row, "birthdate"),
        death_date=fields.text(row, "death_date"),
        country=fields.text(row, "country"),
        details=fields.text(row, "details"),
        rating100=fields.rating(row),
        favorite=fields.flag(row, "favorite"),
        urls=fields.texts(row, "urls"),
        stash_ids=fields.stash_ids(row),
        created_at=fields.text(row, "created_at"),
        updated_at=fields.text(row, "updated_at"),
    )


def _tag(number: int, row: Row) -> Tag:
    return Tag(
        number,
        fields.text(row, "name"),
        sort_name=fields.text(row, "sort_name"),
        description=fields.text(row, "description"),
        aliases=fields.texts(row, "aliases"),
        favorite=fields.flag(row, "favorite"),
        parents=fields.references(row, "parents"),
        stash_ids=fields.stash_ids(row),
        created_at=fields.text(row, "created_at"),
        updated_at=fields.text(row, "updated_at"),
    )


def _studio(number: int, row: Row) -> Studio:
    return Studio(
        number,
        fields.text(row, "name"),
        parent=fields.reference(row, "parent_studio"),
        aliases=fields.texts(row, "aliases"),
        details=fields.text(row, "details"),
        rating100=fields.rating(row),
        favorite=fields.flag(row, "favorite"),
        urls=fields.texts(row, "urls"),
        stash_ids=fields.stash_ids(row),
        created_at=fields.text(row, "created_at"),
        updated_at=fields.text(row, "updated_at"),
    )


_NAMED: dict[Entity, Callable[[int, Row], Named]] = {Entity.PERFORMER: _performer, Entity.TAG: _tag, Entity.STUDIO: _studio}


# which scenes there are


def swept(after: int, limit: int, counters: bool, answer: Data) -> tuple[SweptScene, ...]:
    """Return a page of a sweep. Raises BadAnswer for any other ids than rising ones behind `after`, at most `limit`."""
    found = []
    for number, row in _rising(rows(answer.get("found")), after, limit):
        try:
            updated_at = fields.text(row, "updated_at")
            if counters:
                times, plays = fields.whole(row, "o_counter"), fields.whole(row, "play_count")
                lasted, resume = fields.real(row, "play_duration"), fields.real(row, "resume_time")
                found.append(SweptScene(number, updated_at, times, plays, lasted, resume, frozenset(_files(row).items())))
            else:
                found.append(SweptScene(number, updated_at))
        except Odd as odd:
            raise BadAnswer(f"scene {number} cannot be read: {odd}", hint=_LOG, code="bad_list") from None
    return tuple(found)


def changed_files(after: int, limit: int, answer: Data) -> tuple[tuple[int, tuple[tuple[int, str], ...]], ...]:
    """Return a page of scenes, each with the ids of its files and when these changed. Raises BadAnswer as `swept` does.

    Files that cannot be read are left out: a scene whose files seem others than they were is read anew as a whole.
    """
    found = []
    for number, row in _rising(rows(answer.get("found")), after, limit):
        found.append((number, tuple(_files(row).items())))
    return tuple(found)


def hashed(after: int, limit: int, answer: Data) -> tuple[int, ...]:
    """Return a page of ids. Raises BadAnswer as `swept` does."""
    return tuple(number for number, _ in _rising(rows(answer.get("found")), after, limit))


def _files(row: Data) -> dict[int, str]:
    files: dict[int, str] = {}
    try:
        for file in fields.rows(row, "files"):
            files.setdefault(fields.identifier(file.get("id")), fields.text(file, "updated_at"))
    except Odd:
        files.clear()
    return files


def existing(wanted: Sequence[int], answer: Data) -> set[int]:
    """Return which scenes are there. Raises BadAnswer where it does not say so of each."""
    found = set()
    for number in wanted:
        if (row := single(answer, f"s{number}")) is not None:
            try:
                right = fields.identifier(fields.row_of(row).get("id")) == number
            except Odd:
                right = False
            if not right:
                raise BadAnswer(_NO_LIST, hint=_LEADS, code="bad_list")
            found.add(number)
    return found


def _rising(listed: Sequence[object], after: int, limit: int) -> list[tuple[int, Row]]:
    if len(listed) > limit:
        raise BadAnswer("its list is longer than what was asked for", hint=_LOG, code="bad_list")
    found = []
    for row in listed:
        try:
            fairly = fields.row_of(row)
            number = fields.identifier(fairly.get("id"))
        except Odd as odd:
            if fields.beyond_ids(row):
                continue
            raise BadAnswer(f"a scene in its list cannot be read: {odd}", hint=_LOG, code="bad_list") from None
        if number <= after:
            raise BadAnswer("its list of scenes is not in the order of their ids", hint=_LOG, code="bad_list")
        found.append((number, fairly))
        after = number
    return found
