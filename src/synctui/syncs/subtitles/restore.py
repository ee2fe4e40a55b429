"""Brings back what stood before: the undo of operations, and `synctui restore`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from synctui.errors import OperationFailed, TargetNotFound
from synctui.files.backups import originals
from synctui.files.reading import read_capped
from synctui.model.clock import rfc3339
from synctui.model.outcome import Outcome, Receipt
from synctui.model.plan import Operation, PlanItem
from synctui.model.reasons import sentence
from synctui.model.states import Result
from synctui.model.sync import Run
from synctui.store.lineage import lineage_history
from synctui.syncs.subtitles.names import subject_of
from synctui.syncs.subtitles.options import SubtitleOptions
from synctui.syncs.subtitles.recovery import settled
from synctui.syncs.subtitles.rewrite import Rewrite, exchange, fetch
from synctui.syncs.subtitles.tools import Tools


async def plan_undo(receipts: AsyncIterator[Receipt]) -> AsyncIterator[PlanItem]:
    """Yield an operation that takes each receipt back."""
    async for receipt in receipts:
        facts = receipt.facts
        yield Operation(
            key=f"undo:{receipt.operation.key}",
            action="restore",
            subject=receipt.operation.subject,
            path=str(facts["path"]),
            reason=f"brings back the bytes before job {receipt.job}",
            precondition=str(facts["after"]),
            payload={
                "before": facts["before"],
                "place": facts["previous"],
                "video": facts.get("video"),
                "fingerprint": facts.get("fingerprint"),
            },
        )


async def plan_restore(tools: Tools, targets: tuple[str, ...], options: SubtitleOptions) -> AsyncIterator[PlanItem]:
    """Yield an operation per subtitle that brings its `options.to`-th original back.

    Raises TargetNotFound for a path without such an original.
    """
    for path in targets:
        try:
            content = await asyncio.to_thread(read_capped, path)
        except OperationFailed as error:
            raise TargetNotFound(error.message) from error
        backups = {backup.number: backup.path for backup in await asyncio.to_thread(originals, content.target)}
        lineages = await lineage_history(tools.database, content.target)
        place = f"file:{backups[options.to]}" if options.to in backups else ""
        if not place and options.to == 0 and lineages:
            place = lineages[-1].backup
        if not place:
            raise TargetNotFound(f"{path}: no original number {options.to} is kept", hint="list the .bak files beside it")
        original = await asyncio.to_thread(_sha_at, place)
        if original == content.sha256:
            continue
        ours = {lineage.output for lineage in lineages} | {lineage.original for lineage in lineages}
        yield Operation(
            key=f"restore:{path}",
            action="restore",
            subject=subject_of(path),
            path=content.target,
            reason="brings the original back",
            # A file that we did not write was changed by someone since: the operation will find that out and refuse.
            precondition=content.sha256 if options.force or content.sha256 in ours else "not ours",
            payload={"before": original, "place": place, "video": None, "fingerprint": ""},
        )


def _sha_at(place: str) -> str:
    scheme, _, name = place.partition(":")
    return name if scheme == "vault" else read_capped(name).sha256


async def restore(tools: Tools, operation: Operation, run: Run) -> Outcome:
    """Do an operation of the action `restore`; refused as a conflict when the file changed since."""
    path = operation.path or ""
    wanted = str(operation.payload["before"])
    try:
        content = await asyncio.to_thread(read_capped, path)
    except OperationFailed as error:
        result = Result.SKIPPED if error.code == "gone" else Result.FAILED
        return Outcome(result, error.code, error.message)
    if content.sha256 == wanted:
        return Outcome(Result.UNCHANGED, "restored", "it is the original already")
    if content.sha256 != operation.precondition:
        return Outcome(Result.CONFLICT, "changed_since_plan", "someone changed the subtitle since: left as it is")
    data = await asyncio.to_thread(fetch, str(operation.payload["place"]), wanted, tools.vault)
    if data is None:
        return Outcome(Result.FAILED, "nothing_to_restore", sentence("nothing_to_restore"))
    rewrite = Rewrite(path=path, before=content.sha256, after=wanted, original="", backup="", keep="vault")
    await run.intent({**rewrite.facts(), "reason": "restored", "numbers": {}})
    kept = await asyncio.to_thread(exchange, rewrite, content, data, tools.vault)
    return settled(operation, rewrite, kept, None, reason="restored", numbers={}, at=rfc3339(tools.clock.now()))
