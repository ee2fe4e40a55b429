"""The fields of journal events, exactly as the NDJSON contract names them."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence

from synctui.model.json import Fields, Json
from synctui.model.outcome import Outcome
from synctui.model.plan import Operation
from synctui.model.states import Result
from synctui.store.blobs import clean, to_blob
from synctui.store.history import Trouble
from synctui.store.jobs import JobRecord
from synctui.text import display, path_fields

ERRORS = 1000
"""So many errors stand in a `job_end`; the store has all of them."""


def completed(counts: Mapping[str, int]) -> int:
    """Return how many operations reached what they were for."""
    return counts[Result.DONE] + counts[Result.UNCHANGED]


def skipped(counts: Mapping[str, int]) -> int:
    """Return how many were left alone."""
    return counts[Result.SKIPPED] + counts[Result.REFUSED] + counts[Result.DEFERRED]


def failed(counts: Mapping[str, int]) -> int:
    """Return how many went wrong."""
    return counts[Result.FAILED] + counts[Result.CONFLICT]


def key_fields(key: str) -> dict[str, Json]:
    """Return the JSON fields of a key: `key`, and `key_b64` where it is not clean UTF-8."""
    if clean(key) == key:
        return {"key": key}
    return {"key": clean(key), "key_b64": base64.b64encode(to_blob(key)).decode("ascii")}


def operation_fields(operation: Operation) -> dict[str, Json]:
    """Return what `op_start` and `op_end` have in common."""
    fields: dict[str, Json] = {
        **key_fields(operation.key),
        "track": display(operation.track),
        "stage": operation.stage,
        "action": operation.action,
        "subject": display(operation.subject),
    }
    if operation.path is not None:
        fields.update(path_fields(operation.path))
    return fields


def end_fields(operation: Operation, outcome: Outcome, total: int, counts: Mapping[str, int]) -> Fields:
    """Return an `op_end`; the contract's own names win over a kind's numbers."""
    fields = {**outcome.numbers, **operation_fields(operation)}
    fields.update(outcome=outcome.result.value, reason=outcome.reason)
    if outcome.message:
        fields["message"] = display(outcome.message)
    if outcome.result is Result.FAILED:
        fields["retryable"] = outcome.retryable
    fields.update(current=sum(counts.values()), total=total, completed=completed(counts), failed=failed(counts))
    return fields


def job_end_fields(
    job: JobRecord, state: str, at: str, troubles: Sequence[Trouble], message: str = "", sums: Fields | None = None
) -> Fields:
    """Return a `job_end`.

    `skipped` and `failed` are the contract's sums, `outcomes` has the seven outcomes one by one, `sums` are a kind's own.
    """
    own = dict(sums or {})
    rows = own.pop("row_errors", None)
    row_errors = list(rows) if isinstance(rows, Sequence) and not isinstance(rows, str) else []
    counts = job.counts
    errors: list[Json] = [
        {
            "stage": one.stage,
            "kind": one.kind,
            **{name.replace("key", "id"): value for name, value in key_fields(one.id).items()},
            "reason": one.reason,
            "message": display(one.message),
            "timestamp": one.timestamp,
        }
        for one in troubles
    ]
    errors += row_errors[: max(0, ERRORS - len(errors))]
    if message:
        errors.append({"stage": "", "kind": job.kind, "id": "", "message": display(message), "timestamp": at})
    return {
        **own,
        "kind": job.kind,
        "state": state,
        "started_at": job.started_at,
        "completed_at": at,
        "total": job.total,
        "completed": completed(counts),
        "skipped": skipped(counts),
        "failed": failed(counts),
        "done": counts[Result.DONE],
        "unchanged": counts[Result.UNCHANGED],
        "refused": counts[Result.REFUSED],
        "deferred": counts[Result.DEFERRED],
        "conflict": counts[Result.CONFLICT],
        "outcomes": dict(counts),
        "found": job.found,
        "errors": errors,
        "errors_total": failed(counts) + len(row_errors) + bool(message),
    }
