"""The end of a rewrite, whether just done or found done after a crash."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Mapping

from synctui.errors import OperationFailed, Transient
from synctui.files.reading import read_capped
from synctui.files.replacement import sweep
from synctui.model.clock import rfc3339
from synctui.model.json import Fields
from synctui.model.library import Change, Choice, FileStamp, Lineage, Row, Strike, Verdict
from synctui.model.outcome import Outcome
from synctui.model.plan import Operation
from synctui.model.states import Result, SubtitleState
from synctui.syncs.subtitles.mounts import seems_unmounted
from synctui.syncs.subtitles.payload import Alignment
from synctui.syncs.subtitles.rewrite import Kept, Rewrite, kept
from synctui.syncs.subtitles.tools import Tools


async def reconcile(tools: Tools, operation: Operation, intent: Fields) -> Outcome | None:
    """Find out what became of an interrupted rewrite, by what stands at its path; removes its temporary file."""
    rewrite = Rewrite.of(intent)
    await asyncio.to_thread(sweep, os.path.dirname(rewrite.path))
    try:
        content = await asyncio.to_thread(read_capped, rewrite.path)
    except OperationFailed as error:
        if error.code != "gone" or await asyncio.to_thread(seems_unmounted, os.path.dirname(rewrite.path)):
            # What cannot be looked at now stays in doubt: whether it was rewritten is still to be found out.
            raise Transient(error.message, code=error.code) from error
        return Outcome(Result.SKIPPED, "gone", "the subtitle vanished while the operation was interrupted")
    if content.sha256 == rewrite.before:
        return None
    if content.sha256 != rewrite.after:
        return Outcome(Result.CONFLICT, "changed_since_plan", "another program wrote the subtitle meanwhile")
    found = await asyncio.to_thread(kept, rewrite, tools.vault)
    numbers = intent.get("numbers")
    return settled(
        operation,
        rewrite,
        found,
        content.stamp,
        reason=str(intent["reason"]),
        numbers=numbers if isinstance(numbers, Mapping) else {},
        at=rfc3339(tools.clock.now()),
    )


def settled(
    operation: Operation,
    rewrite: Rewrite,
    found: Kept | None,
    stamp: FileStamp,
    *,
    reason: str,
    numbers: Fields,
    at: str,
) -> Outcome:
    """Return the outcome of a rewrite that is in place; `stamp` is the new file's, not of what may stand there by now."""
    rows: list[Row] = [Change(rewrite.path, "modified", "subtitles")]
    path = operation.path or rewrite.path
    payload = operation.payload
    told = numbers
    if operation.action == "align":
        wanted = Alignment.of(operation.payload)
        state, fingerprint, engine, video = SubtitleState.IN_SYNC, wanted.fingerprint, wanted.engine, wanted.video
        names = [path]
        rows.append(Strike(path, engine, rewrite.after, clear=True))
        if wanted.chosen:
            rows.append(Choice(path, video))
        if found is not None and found.backup:
            rows.append(Lineage(rewrite.path, rewrite.after, rewrite.original, found.backup, operation.key))
    else:
        # What a person took back is left alone from now on, or the next nightly run would do it again.
        again = payload.get("again") is True
        state = SubtitleState.IN_SYNC if again else SubtitleState.TAKEN_BACK
        engine, video = str(payload.get("engine") or ""), str(payload.get("video") or "")
        fingerprint = str(payload.get("fingerprint") or "")
        told = _mapping(payload.get("numbers"))
        known_as = payload.get("known_as")
        names = [str(one) for one in known_as] if isinstance(known_as, (list, tuple)) else [path]
    rows.extend(
        Verdict(
            path=one,
            state=state,
            reason="aligned" if state is SubtitleState.IN_SYNC else "undone",
            fingerprint=fingerprint,
            subtitle=stamp,
            content=rewrite.after,
            video=video or None,
            engine=engine,
            numbers=told,
            checked_at=at,
        )
        for one in names
    )
    receipt: Fields | None = None
    if found is not None:
        receipt = {
            **rewrite.facts(),
            "previous": found.previous,
            "fingerprint": fingerprint,
            "video": video,
            "engine": engine,
        }
        if operation.action == "align":
            # Measured on the original: they say how that stands when it is brought back.
            receipt = {**receipt, "aligned": True, "numbers": numbers if rewrite.before == rewrite.original else {}}
        elif payload.get("aligned") is True:
            receipt = {**receipt, "aligned": True, "numbers": told, "again": not again}
    asked = engine if operation.action == "align" else ""
    return Outcome(Result.DONE, reason, numbers={"engine": asked, **numbers}, rows=tuple(rows), receipt=receipt)


def _mapping(value: object) -> Fields:
    return value if isinstance(value, Mapping) else {}
