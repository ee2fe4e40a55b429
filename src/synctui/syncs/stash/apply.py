"""Applies the operations of a catalogue's sync: one page, one batch, one list at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta

from synctui.errors import BadAnswer, ConfigError, NotAuthorised, Pause, ServerFailed, Transient
from synctui.model.catalog import CatalogSynced, Entity, NamedSynced, RowFailed, RowTrouble, SceneLogged, Vanished
from synctui.model.json import Fields, Json
from synctui.model.library import Row
from synctui.model.outcome import Outcome
from synctui.model.plan import Operation
from synctui.model.states import Result
from synctui.model.sync import Run
from synctui.store import catalog_marks as marks
from synctui.store import catalog_state as state
from synctui.syncs.stash.batches import fetch_ranges, sweep_operation
from synctui.syncs.stash.client import SWEEP_PAGE, Client, Scenes
from synctui.syncs.stash.detect import as_it_was
from synctui.syncs.stash.feed import Feed, really_gone
from synctui.syncs.stash.gather import OF_SINGLE_ROWS, fetched, rescue
from synctui.syncs.stash.merge import Merger
from synctui.syncs.stash.payload import entities_in, ids_in, number_in, probe_in
from synctui.syncs.stash.probing import zones
from synctui.syncs.stash.settings import StashSettings
from synctui.syncs.stash.tools import Tools
from synctui.syncs.stash.twins import told, twins
from synctui.words import count

_TRIES = 4
"""So often a server that fails is asked again within a job, which then waits for it."""

_ALONE_S = 300.0
_HOPELESS = ("redirected", "refused_query")
"""What asking again does not mend: a person has to."""


class Puller:
    """Applies operations with one client for the whole of a job."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._client: Client | None = None
        self._merger: Merger | None = None
        self._job = 0

    async def close(self) -> None:
        """Close the client; the next operation opens one anew, which finds out anew what the server can do."""
        client, self._client, self._merger = self._client, None, None
        if client is not None:
            await client.close()

    async def apply(self, operation: Operation, run: Run) -> Outcome:
        """Do one operation. Raises Transient, and Pause for a server that goes on failing, NotAuthorised."""
        if self._job != run.job:
            await self.close()
            self._job = run.job
        try:
            if operation.payload.get("url", self._tools.settings.url) != self._tools.settings.url:
                await self._server().probe()
                return Outcome(Result.CONFLICT, "changed_since_plan", "it was planned for a server at another address")
            return await self._apply(operation, run)
        except ConfigError as error:
            raise NotAuthorised(error.message, hint=error.hint) from error
        except ServerFailed as error:
            patient = error.code not in _HOPELESS and (error.after is None or error.after <= _ALONE_S)
            if run.attempt < _TRIES and patient:
                raise Transient(error.message, error.after, error.code) from error
            if operation.action != "fetch" or error.code not in OF_SINGLE_ROWS:
                raise self._pause(error) from error
            try:
                return await self._unreadable(operation, error)
            except ServerFailed as failed:
                raise self._pause(failed) from failed

    def _pause(self, error: ServerFailed) -> Pause:
        until = self._tools.clock.now() + timedelta(seconds=max(_ALONE_S, error.after or 0.0))
        text = f"Stash: {error.message}" + (f" ({error.hint})" if error.hint else "")
        return Pause(error.code, until, "job", text)

    async def _apply(self, operation: Operation, run: Run) -> Outcome:
        if operation.action == "pull":
            return await self._pull(operation)
        if operation.action == "sweep":
            return await self._sweep(operation, run)
        if operation.action == "fetch":
            return await self._fetch(operation)
        if operation.action == "delete":
            return await self._delete(operation)
        if operation.action == "hold":
            return _held(operation)
        return await self._record(operation, run)

    def _server(self) -> Client:
        if self._client is None:
            self._client = self._tools.open()
        return self._client

    def _merging(self, payload: Fields) -> Merger:
        if self._merger is None:
            settings = self._tools.settings
            self._merger = Merger(
                self._tools.database,
                self._server(),
                Feed(settings.maps, self._tools.libraries),
                strategy=settings.strategy,
                force=payload.get("force") is True,
                silent=payload.get("silent") is True,
            )
        return self._merger

    # the stages

    async def _pull(self, operation: Operation) -> Outcome:
        entity = Entity(str(operation.payload["entity"]))
        answer = await self._server().named(entity)
        known = await marks.named_marks(self._tools.database, entity)
        force = operation.payload.get("force") is True
        created = updated = 0
        wanted = []
        for item in answer.items:
            mark = known.get(item.id)
            if mark is None or mark.deleted:
                created += 1
            elif force or not as_it_was(item, mark):
                updated += 1
            else:
                continue
            wanted.append(item)
        if self._merger is not None:
            self._merger.forget()
        numbers = _numbers(len(answer.items), created, updated, len(answer.items) - created - updated)
        rows: list[Row] = [NamedSynced(tuple(wanted))] if wanted else []
        pairs = twins(answer.items)
        if pairs:
            numbers["duplicates"] = len(pairs)
        return _with_troubles(rows, answer.troubles, numbers, told(pairs))

    async def _sweep(self, operation: Operation, run: Run) -> Outcome:
        after, seen = number_in(operation.payload, "after"), number_in(operation.payload, "seen")
        total = number_in(operation.payload, "count")
        page = await self._server().sweep(after, SWEEP_PAGE)
        ids = [swept.id for swept in page]
        names = ("force", "silent", "url")
        shared: Fields = {name: operation.payload[name] for name in names if name in operation.payload} | {"appended": True}
        if not page and seen < total and seen < (await self._server().probe()).scenes.count:
            # Some may have been deleted meanwhile: a little later it may agree with itself.
            counted = f"Stash lists {seen:,} scenes and counts {total:,}"
            if run.attempt < _TRIES:
                raise BadAnswer(counted, hint="the server's log may say why", code="bad_list")
            return Outcome(Result.FAILED, "bad_list", counted, retryable=True)
        append = list(fetch_ranges(ids, self._tools.settings.page_size, shared))
        if page and (len(page) == SWEEP_PAGE or seen + len(page) < total):
            append.append(sweep_operation(ids[-1], seen + len(page), total, shared))
        numbers: dict[str, Json] = {"listed": len(page)}
        return Outcome(Result.DONE, "listed", numbers=numbers, append=tuple(append))

    async def _fetch(self, operation: Operation) -> Outcome:
        answer = await fetched(self._server(), operation.payload)
        return await self._merge(answer, len(ids_in(operation.payload)) or len(answer.scenes), operation.payload)

    async def _merge(self, answer: Scenes, processed: int, payload: Fields) -> Outcome:
        merged = await self._merging(payload).merge(answer)
        numbers = merged.numbers(processed)
        if merged.failed:
            message = _told(answer.troubles)
            return Outcome(Result.FAILED, "bad_rows", message, numbers=numbers, rows=tuple(merged.rows), retryable=True)
        done = merged.created or merged.updated
        return Outcome(
            Result.DONE if done else Result.UNCHANGED,
            "synced" if done else "as_it_was",
            numbers=numbers,
            rows=tuple(merged.rows),
        )

    async def _unreadable(self, operation: Operation, error: ServerFailed) -> Outcome:
        """Store what can be had of a batch that cannot be answered as a whole, and list the rest."""
        payload = operation.payload
        ids = ids_in(payload)
        if not ids:
            page = await self._server().sweep(number_in(payload, "first") - 1, self._tools.settings.page_size)
            ids = [swept.id for swept in page if swept.id <= number_in(payload, "last")]
        answer = await rescue(self._server(), ids, error)
        return await self._merge(answer, len(ids), payload)

    async def _delete(self, operation: Operation) -> Outcome:
        entity = Entity(str(operation.payload["entity"]))
        ids = ids_in(operation.payload)
        if entity is Entity.SCENE:
            there = await self._server().existing(ids)
        else:
            there = frozenset(item.id for item in (await self._server().named(entity)).items)
        gone = [number for number in ids if number not in there]
        rows: list[Row] = [Vanished(entity, tuple(gone))] if gone else []
        if entity is Entity.SCENE and gone:
            rows += [SceneLogged(number, "deleted") for number in gone]
            if operation.payload.get("silent") is not True:
                rows += await self._gone_files(gone)
        numbers: dict[str, Json] = {"processed": 0, "deleted": len(gone)}
        if len(gone) < len(ids):
            text = f"{count(len(ids) - len(gone), entity.value)} came back meanwhile"
            if not gone:
                return Outcome(Result.CONFLICT, "changed_since_plan", text, numbers=numbers)
            return Outcome(Result.DONE, "marked_deleted", text, numbers=numbers, rows=tuple(rows))
        return Outcome(Result.DONE, "marked_deleted", numbers=numbers, rows=tuple(rows))

    async def _gone_files(self, scenes: Sequence[int]) -> list[Row]:
        """Return the lines of the feed about files that went with their scenes, and that no other scene has taken over."""
        feed = Feed(self._tools.settings.maps, self._tools.libraries)
        paths = await marks.file_paths(self._tools.database, scenes)
        every = sorted({path for files in paths.values() for path in files.values()})
        holders = await marks.scenes_with(self._tools.database, every)
        gone = set(scenes)
        changes = [change for path in every if not holders.get(path, set()) - gone for change in feed.gone(path)]
        return list(await really_gone(changes))

    async def _record(self, operation: Operation, run: Run) -> Outcome:
        """Note how the sync ended; one that left anything out is not what the next one starts from."""
        database, payload = self._tools.database, operation.payload
        missed, of_rows = await state.failures_within(database, run.job)
        # What was taken out of the plan is not in the job.
        missed += max(0, number_in(payload, "planned") - await state.planned_within(database, run.job))
        sums = await state.sums_of(database, run.job)
        unlisted = number_in(payload, "unlisted")
        complete, probe = missed == 0 and not unlisted, probe_in(payload)
        before = await state.server_state(database)
        whole = complete and probe is not None and payload.get("whole") is True
        # What came or went meanwhile, or was not handed out, is found by the next sync: it must not think that all is known.
        keep = whole and probe is not None and await state.agrees(database, probe)
        offsets: tuple[str, ...] = ()
        if keep and probe is not None:
            offsets = tuple(sorted({*zones(before, probe), *await marks.offsets(database)}))
        row = CatalogSynced(
            entities=entities_in(payload),
            mode=str(payload.get("mode", "")),
            complete=complete,
            # What cannot be read today cannot be read tomorrow either: it is no reason to compare everything each time.
            exact=payload.get("exact") is True and missed == of_rows and not unlisted,
            all_compared=payload.get("whole") is True and missed == of_rows,
            compared_at=str(payload.get("compared_at", "")),
            url=self._tools.settings.url if keep else "",
            probe=probe if keep else None,
            offsets=offsets,
            held_back=sums["held_back"],
            problem=_problem(missed, unlisted, sums),
        )
        numbers: Fields = {"sums": {name: value for name, value in sums.items() if value}}
        await self.close()
        return Outcome(Result.DONE, "noted", numbers=numbers, rows=(row,), alert=_contradicted(sums, self._tools.settings))


def _problem(missed: int, unlisted: int, sums: Mapping[str, int]) -> str:
    parts = []
    if unlisted:
        parts.append(f"{unlisted:,} more are counted than listed")
    if held := sums["held_back"]:
        parts.append(f"{held:,} held back by the brake")
    if failed := sums["failed_rows"]:
        parts.append(f"{count(failed, 'row')} could not be read")
    return "; ".join(parts) if parts or not missed else f"{count(missed, 'operation')} did not succeed"


def _contradicted(sums: Mapping[str, int], settings: StashSettings) -> str:
    """Return what everybody is told of edits that the server contradicts."""
    if not (number := sums["conflicts"]):
        return ""
    came = {"manual": "waits for you" if number == 1 else "wait for you", "remote_wins": "gave way"}
    what = came.get(settings.strategy, "decided by the rule that is configured")
    return f"{count(number, 'edit')} of yours that Stash changed as well: {what} (synctui conflicts list --all)"


def _held(operation: Operation) -> Outcome:
    number = number_in(operation.payload, "count")
    what = str(operation.payload.get("entity", "scene"))
    text = f"{count(number, what)} vanished from Stash at once: they stay here until somebody says so"
    return Outcome(Result.SKIPPED, "braked", text, numbers={"held_back": number}, alert=text)


def _numbers(processed: int, created: int, updated: int, skipped: int) -> dict[str, Json]:
    return {"processed": processed, "created": created, "updated": updated, "skipped": skipped, "deleted": 0}


def _with_troubles(rows: list[Row], troubles: Sequence[RowTrouble], numbers: dict[str, Json], message: str) -> Outcome:
    changed = bool(rows)
    rows += [RowFailed(trouble.entity, trouble.id, trouble.message) for trouble in troubles]
    numbers["failed_rows"] = len(troubles)
    if troubles:
        return Outcome(Result.FAILED, "bad_rows", _told(troubles), numbers=numbers, rows=tuple(rows), retryable=True)
    result, reason = (Result.DONE, "synced") if changed else (Result.UNCHANGED, "as_it_was")
    return Outcome(result, reason, message, numbers=numbers, rows=tuple(rows))


def _told(troubles: Sequence[RowTrouble]) -> str:
    first = troubles[0]
    more = f", and {len(troubles) - 1:,} more" if len(troubles) > 1 else ""
    return f"{first.entity.value} {first.id or 'without a number'}: {first.message}{more}"
