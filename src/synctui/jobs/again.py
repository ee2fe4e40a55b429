"""What did not work, asked for once more."""

from __future__ import annotations

from dataclasses import replace

from synctui.errors import UsageError
from synctui.jobs.ending import taken_back
from synctui.jobs.shop import Shop
from synctui.model.json import Json
from synctui.model.plan import Request
from synctui.model.states import Result
from synctui.store import history, jobs
from synctui.store.history import OperationRecord
from synctui.store.jobs import JobRecord

_PAGE = 1000


async def retry_request(shop: Shop, job: int) -> Request:
    """See `Engine.retry_request`."""
    record, failed = await _failed(shop, job)
    if record.undo_of is not None:
        raise UsageError(f"job {job} is an undo", hint=f"undo job {record.undo_of} again: what is left of it is tried")
    paths = dict.fromkeys(one.operation.path for one in failed if one.operation.path is not None)
    if not paths:
        # Of a server the same request finds what is left to do, and that alone.
        return replace(record.request, origin="user")
    options: dict[str, Json] = {name: value for name, value in record.request.options.items() if name != "only_failed"}
    if not record.request.brings_back:
        # A person asks for it: strikes and verdicts do not count. With a restore it would mean more: overwriting changes.
        options["force"] = True
    return Request(record.kind, tuple(paths), options, profile=record.request.profile)


async def undo_keys(shop: Shop, job: int) -> tuple[int, list[str]]:
    """Return which job an undo was to take back, and the keys there of what it could not; raises UsageError."""
    record, failed = await _failed(shop, job)
    if record.undo_of is None:
        raise UsageError(f"job {job} is no undo", hint="ask for what failed in it again")
    keys: list[str] = []
    for one in failed:
        for key in taken_back(one.operation.key):
            if await history.find(shop.database, record.undo_of, key) is not None:
                keys.append(key)
                break
    return record.undo_of, keys


async def _failed(shop: Shop, job: int) -> tuple[JobRecord, list[OperationRecord]]:
    record = await jobs.get(shop.database, job)
    if record is None:
        raise UsageError(f"there is no job {job}", hint="`synctui jobs` lists them", code="no_such_job")
    found: list[OperationRecord] = []
    results = (Result.FAILED, Result.CONFLICT)
    while page := await history.list_operations(
        shop.database, job, results=results, after=found[-1].id if found else 0, limit=_PAGE
    ):
        found += page
    if not found:
        raise UsageError(f"nothing failed in job {job}", hint="there is nothing to try again", code="nothing_failed")
    return record, found
