"""A Stash server: what it has and what changed, read over GraphQL.

It is asked in pages behind the last id, never by their numbers; an answer with an error in it is none, whatever else it has.
"""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TypeVar

from synctui.adapters import stash_answers as answers
from synctui.adapters import stash_queries as queries
from synctui.adapters.http import LARGEST, Server
from synctui.adapters.stash_answers import Data, NamedAnswer, ScenesAnswer
from synctui.adapters.stash_fields import LARGEST_ID
from synctui.adapters.stash_scenes import SceneBook
from synctui.config.secrets import MASK
from synctui.errors import BadAnswer, NotAuthorised, NotReady, ServerFailed
from synctui.model.catalog import Entity, Named, Probe, SweptScene
from synctui.model.json import Json

__all__ = ["NamedAnswer", "ScenesAnswer", "Stash", "refused", "stash_address", "stash_headers"]

T = TypeVar("T")

_GRAPHQL = "/graphql"
_LARGEST_LIST = 4 * LARGEST
"""Performers, tags and studios come in one answer, for there is no way to ask for those behind an id."""

_LONG = 1024 * 1024
_TOO_LARGE = "too_large_answer"
_SCENES_AT_ONCE, _IDS_AT_ONCE = 500, 1000
_LISTS = {Entity.PERFORMER: queries.PERFORMERS, Entity.TAG: queries.TAGS, Entity.STUDIO: queries.STUDIOS}
_SINGLE = {
    Entity.PERFORMER: queries.named_by_id("findPerformer", queries.PERFORMER),
    Entity.TAG: queries.named_by_id("findTag", queries.TAG),
    Entity.STUDIO: queries.named_by_id("findStudio", queries.STUDIO),
}
_KEY_HINT = "check `api_key`; Stash shows the key under Settings, Security"


def stash_address(url: str) -> str:
    """Return the address that a Stash's paths begin with, from what somebody wrote down for it."""
    return url.strip().rstrip("/").removesuffix(_GRAPHQL).rstrip("/")


def stash_headers(api_key: str) -> dict[str, str]:
    """Return the headers that a Stash wants. Raises NotAuthorised for a key that cannot be one.

    Only to an `Accept` of plain JSON it packs its answers.
    """
    api_key = api_key.strip()
    # What may not stand in a header would be told, key and all, by the error of the HTTP library.
    if not api_key.isascii() or not api_key.isprintable() or " " in api_key:
        raise NotAuthorised("the API key holds characters that no key of Stash has", hint="copy `api_key` again")
    return {"Accept": "application/json"} | ({"ApiKey": api_key} if api_key else {})


def refused(api_key: str, forbidden: bool = False) -> NotAuthorised:
    """Return the error of a server that refuses us."""
    if forbidden:
        return NotAuthorised(
            "it does not let us in (403)", hint="it may refuse everybody until it has a password; then set `api_key`"
        )
    return NotAuthorised(f"it {'refuses the API key' if api_key.strip() else 'wants an API key'} (401)", hint=_KEY_HINT)


class Stash:
    """The Stash at `url` (with or without `/graphql`); close it at the end.

    `timeout` is the seconds of one answer, `heard` is told how many each took; at most `in_flight` are asked for at once,
    whoever asks. Every method raises what `Server.ask` does,
    NotReady, BadAnswer (`refused_query`, `bad_list`, `not_it`) and ServerFailed (`database_locked`, `graphql_error`).
    """

    def __init__(
        self,
        url: str,
        *,
        api_key: str = "",
        timeout: float = 60.0,
        in_flight: int = 2,
        heard: Callable[[float], None] | None = None,
    ) -> None:
        self._api_key = api_key
        self._turns = asyncio.Semaphore(in_flight)
        self._server = Server(stash_address(url), timeout=timeout, headers=stash_headers(api_key), heard=heard)
        self._probe = queries.PROBE

    async def close(self) -> None:
        """Close every connection."""
        await self._server.close()

    async def probe(self) -> Probe:
        """Return how many there are of everything, and what changed last, in one request."""
        document = self._probe
        try:
            probe, date = await self._ask(document, {}, answers.probe)
        except BadAnswer as error:
            if error.code != "refused_query" or document is queries.PROBE_WITHOUT_FILES:
                raise
            probe, date = await self._ask(queries.PROBE_WITHOUT_FILES, {}, answers.probe)
            self._probe = queries.PROBE_WITHOUT_FILES
        return replace(probe, date=date)

    async def named(self, entity: Entity) -> NamedAnswer:
        """Return all performers, tags or studios. Raises KeyError for scenes."""
        answer, date = await self._ask(_LISTS[entity], {}, partial(answers.named, entity), largest=_LARGEST_LIST)
        return replace(answer, date=date)

    async def named_one(self, entity: Entity, number: int) -> Named | None:
        """Return one performer, tag or studio, None where there is none. Raises BadAnswer (`bad_row`) as well."""
        if not 0 < number <= LARGEST_ID:
            return None
        try:
            return (await self._ask(_SINGLE[entity], {"id": str(number)}, partial(answers.named_one, entity, number)))[0]
        except ServerFailed as error:
            if answers.says_missing(error):
                return None
            raise

    async def sweep(self, after: int, limit: int, *, counters: bool = False) -> tuple[SweptScene, ...]:
        """Return the next scenes behind an id, at most `limit`; with `counters` also what is counted, and their files."""
        document = queries.SWEEP_COUNTERS if counters else queries.SWEEP
        read = partial(answers.swept, after, limit, counters)
        return (await self._ask(document, {"after": after, "limit": limit}, read))[0]

    async def sweep_since(self, after: int, since: str, limit: int) -> tuple[SweptScene, ...]:
        """Return the next scenes behind an id that changed after `since`, a wall clock without a zone."""
        variables: dict[str, Json] = {"after": after, "since": since, "limit": limit}
        return (await self._ask(queries.SWEEP_SINCE, variables, partial(answers.swept, after, limit, False)))[0]

    async def changed_files(self, after: int, since: str, limit: int) -> tuple[tuple[int, tuple[tuple[int, str], ...]], ...]:
        """Return the next scenes behind an id with a file that changed after `since`: all their files, and when each did.

        The server compares times as text, so `since` is a wall clock of its own, without a zone.
        """
        variables: dict[str, Json] = {"after": after, "since": since, "limit": limit}
        return (await self._ask(queries.CHANGED_FILES, variables, partial(answers.changed_files, after, limit)))[0]

    async def hashed(self, after: int, limit: int) -> tuple[int, ...]:
        """Return the next scenes behind an id that have a perceptual hash."""
        read = partial(answers.hashed, after, limit)
        return (await self._ask(queries.HASHED, {"after": after, "limit": limit}, read))[0]

    async def scenes_between(self, first: int, last: int, limit: int = 1000) -> ScenesAnswer:
        """Return the scenes from one id to another, read in pages of `limit`, or of fewer where these are too large."""
        book, told, at = SceneBook(), "", first
        while at <= last:
            variables: dict[str, Json] = {"first": at, "last": last, "limit": limit}
            try:
                (count, greatest), date = await self._ask(queries.SCENES_BETWEEN, variables, partial(_page, book, at, last))
            except BadAnswer as error:
                if error.code != _TOO_LARGE:
                    raise
                if limit > 1:
                    limit = max(1, limit // 4)
                    continue
                # One scene alone is too large: what it is called says the sweep, and it is passed over.
                following = await self.sweep(at - 1, 1)
                if not following or following[0].id > last:
                    break
                book.too_large(following[0].id, error)
                at = following[0].id + 1
                continue
            told = told or date
            if count < limit:
                break
            if greatest < at:
                raise BadAnswer("its list does not end", hint="the server's log may say why", code="endless")
            at = greatest + 1
        return _answer(book, told)

    async def scenes(self, ids: Sequence[int]) -> ScenesAnswer:
        """Return the scenes of these ids; those that are not there are `missing`."""
        book, told = SceneBook(), ""
        book.missing.update(number for number in ids if not 0 < number <= LARGEST_ID)
        for some in _portions(ids, _SCENES_AT_ONCE):
            date = await self._some(some, book)
            told = told or date
        return _answer(book, told)

    async def existing(self, ids: Sequence[int]) -> frozenset[int]:
        """Return which of these ids are scenes."""
        found: set[int] = set()
        for some in _portions(ids, _IDS_AT_ONCE):
            there, _ = await self._ask(queries.which_scenes(some), {}, partial(answers.existing, some))
            found |= there
        return frozenset(found)

    # how

    async def _some(self, wanted: list[int], book: SceneBook) -> str:
        """Take scenes into the book; return the server's clock."""
        try:
            variables: dict[str, Json] = {"ids": [str(number) for number in wanted]}
            _, date = await self._ask(queries.SCENES_BY_ID, variables, partial(_by_ids, book, wanted))
        except ServerFailed as error:
            if error.code != _TOO_LARGE and not answers.says_missing(error):
                raise
            date = ""
        # What is not in the list may be gone, or be a row without an id: only asked by itself does it say which.
        left = [number for number in wanted if number not in book.scenes and number not in book.troubled]
        later = await self._one_by_one(left, book) if left else ""
        return date or later

    async def _one_by_one(self, wanted: list[int], book: SceneBook) -> str:
        try:
            _, date = await self._ask(queries.scenes_one_by_one(wanted), {}, partial(_each, book, wanted))
        except BadAnswer as error:
            if error.code != _TOO_LARGE:
                raise
            if len(wanted) == 1:
                book.too_large(wanted[0], error)
                return ""
            half = len(wanted) // 2
            date = await self._one_by_one(wanted[:half], book)
            later = await self._one_by_one(wanted[half:], book)
            return date or later
        return date

    async def _ask(
        self, document: str, variables: Mapping[str, Json], read: Callable[[Data], T], *, largest: int = LARGEST
    ) -> tuple[T, str]:
        """Return what `read` makes of the answer, and the server's clock."""
        asked = {"query": document, "variables": variables}
        try:
            async with self._turns:
                begun = time.monotonic()
                reply = await self._server.ask("POST", _GRAPHQL, json=asked, allow=(400, 422), largest=largest)
                taken = time.monotonic() - begun
        except NotAuthorised as error:
            raise refused(self._api_key, "(403)" in error.message) from None

        def opened() -> T:
            return read(answers.data(reply))

        try:
            # A long answer takes a while to read, and the keys are not to wait for it.
            found = await asyncio.to_thread(opened) if len(reply.body) > _LONG else opened()
        except ServerFailed as error:
            if error.code == "graphql_error" and document is not queries.STATUS and not answers.says_missing(error):
                await self._be_ready()
            self._mask(error)
            raise
        # Its clock is read when the answer is written: what was changed while it was being put together may not be in it.
        return found, answers.moment(reply, math.ceil(taken))

    def _mask(self, error: ServerFailed) -> None:
        """Take the key out of what a server, or a proxy in between, repeats of what it was sent."""
        if self._api_key:
            error.message = error.message.replace(self._api_key, MASK)
            error.args = (error.message,)

    async def _be_ready(self) -> None:
        """Raise NotReady where that is why the server failed; what it says else adds nothing."""
        try:
            await self._ask(queries.STATUS, {}, answers.check_ready)
        except NotReady:
            raise
        except (ServerFailed, NotAuthorised):
            return


def _portions(ids: Sequence[int], size: int) -> list[list[int]]:
    """Return rising ids that the server's database could have given, in portions: asked for none, it would send all."""
    wanted = sorted({number for number in ids if 0 < number <= LARGEST_ID})
    return [wanted[start : start + size] for start in range(0, len(wanted), size)]


def _page(book: SceneBook, first: int, last: int, data: Data) -> tuple[int, int]:
    """Take a page into the book; return how many rows it has, and the greatest id."""
    rows = answers.rows(data.get("found"))
    return len(rows), book.read(rows, first, last)


def _by_ids(book: SceneBook, wanted: list[int], data: Data) -> None:
    rows = answers.rows(data.get("found"))
    book.read(rows, wanted[0], wanted[-1])
    book.forget_nameless()


def _each(book: SceneBook, wanted: list[int], data: Data) -> None:
    for number in wanted:
        book.read_one(number, answers.single(data, f"s{number}"))


def _answer(book: SceneBook, date: str) -> ScenesAnswer:
    scenes = tuple(book.scenes[number] for number in sorted(book.scenes))
    return ScenesAnswer(scenes, tuple(sorted(book.missing)), tuple(book.troubles), book.names(), date)
