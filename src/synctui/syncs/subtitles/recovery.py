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
        state, engine, video = SubtitleState.REFUSED, "", str(operation.payload.get("video") or "")
        fingerprint = str(operation.payload.get("fingerprint") or "")
        known_as = operation.payload.get("known_as")
        names = [str(one) for one in known_as] if isinstance(known_as, (list, tuple)) else [path]
    rows.extend(
        Verdict(
            path=one,
            state=state,
            reason=reason if operation.action == "align" else "undone",
            fingerprint=fingerprint,
            subtitle=stamp,
            content=rewrite.after,
            video=video or None,
            engine=engine,
            numbers=numbers,
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
        }
    return Outcome(Result.DONE, reason, numbers={"engine": engine, **numbers}, rows=tuple(rows), receipt=receipt)
