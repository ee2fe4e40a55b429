"""Brings back what stood before: the undo of operations, and `synctui restore`."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Sequence

from synctui.errors import OperationFailed, TargetNotFound
from synctui.files.backups import originals
from synctui.files.reading import Content, read_capped
from synctui.files.subtitle import same_but_times
from synctui.files.vault import Vault
from synctui.library.names import kind_of
from synctui.model.clock import rfc3339
from synctui.model.json import Fields
from synctui.model.library import Lineage, Pairing
from synctui.model.outcome import Outcome, Receipt
from synctui.model.plan import Notice, Operation, PlanItem, Tally
from synctui.model.reasons import sentence
from synctui.model.states import Result
from synctui.model.sync import Run
from synctui.store.lineage import lineage_history
from synctui.store.verdicts import verdicts_for
from synctui.syncs.subtitles.candidates import Found, candidates, of_files
from synctui.syncs.subtitles.names import subject_of
from synctui.syncs.subtitles.options import SubtitleOptions
from synctui.syncs.subtitles.recovery import settled
from synctui.syncs.subtitles.rewrite import Keep, Rewrite, exchange, fetch
from synctui.syncs.subtitles.targets import Scope, resolve, together
from synctui.syncs.subtitles.tools import Tools
from synctui.text import display

_CARRIED = ("engine", "numbers", "aligned", "again")
"""What the receipt of an alignment knows about what is brought back, and hands on however often it is taken back."""

_MOST_NAMED = 20

UNTOUCHED = "untouched"
"""The tally of subtitles that there is nothing to bring back for: we never wrote them, or their original stands there."""


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
                "known_as": receipt.operation.payload.get("known_as") or [receipt.operation.path],
                **{name: facts[name] for name in _CARRIED if name in facts},
            },
        )


async def plan_restore(tools: Tools, targets: tuple[str, ...], options: SubtitleOptions) -> AsyncIterator[PlanItem]:
    """Yield an operation per subtitle that brings its `options.to`-th original back.

    Of a subtitle that is a target itself there must be one, or TargetNotFound is raised; with `options.leave_missing` a
    warning names it and the others are planned. Of a folder, a video, a show or a library those that we wrote are meant; the
    others are left as they are, with a tally.
    """
    seen: set[str] = set()
    places: list[str] = []
    missing = 0
    for target in dict.fromkeys(targets):
        if await asyncio.to_thread(_is_place, target):
            places.append(target)
            continue
        try:
            item = await _plan_file(tools, target, options, named=True)
        except TargetNotFound as error:
            if not options.leave_missing:
                raise
            missing += 1
            if missing <= _MOST_NAMED:
                yield Notice("warning", error.message)
            continue
        seen.add(target)
        if item is not None:
            yield item
    if missing > _MOST_NAMED:
        yield Notice("warning", f"{missing - _MOST_NAMED:,} more have no original that could be brought back")
    for part in together(await resolve(tools.database, places, tools.libraries)) if places else ():
        async for found in _held(tools, part, options):
            if isinstance(found, Notice):
                yield found
            elif isinstance(found, Pairing) and found.subtitle.path not in seen:
                seen.add(found.subtitle.path)
                yield await _plan_file(tools, found.subtitle.path, options, named=False) or Tally(UNTOUCHED)


async def _held(tools: Tools, part: list[Scope], options: SubtitleOptions) -> AsyncIterator[Found]:
    if part[0].file:
        async for _, items in of_files(tools, [scope.path for scope in part]):
            for item in items:
                yield item
        return
    async for found in candidates(tools, part[0], allow_mass_change=options.allow_mass_change, look=True):
        yield found


def _is_place(target: str) -> bool:
    """Return whether a target means what lies in it: anything but a subtitle, or the path of what is not there."""
    if os.path.isdir(target) or kind_of(os.path.basename(target)) == "video":
        return True
    return not os.path.lexists(target) and not os.path.isabs(target)


async def _plan_file(tools: Tools, path: str, options: SubtitleOptions, *, named: bool) -> Operation | None:
    """Return the operation for a subtitle, None where the original stands already, or (not `named`) none of ours is kept."""
    if not named and not await lineage_history(tools.database, await asyncio.to_thread(os.path.realpath, path)):
        return None
    try:
        content = await asyncio.to_thread(read_capped, path)
    except OperationFailed as error:
        if not named:
            return None
        raise TargetNotFound(error.message) from error
    lineages = await lineage_history(tools.database, content.target)
    kept = await asyncio.to_thread(kept_original, tools.vault, content, lineages, options.to)
    if kept is None:
        if not named:
            return None
        message = f"{display(path)}: no original number {options.to} is kept"
        raise TargetNotFound(message, hint="list the .bak files beside it")
    place, original = kept
    if original == content.sha256:
        return None
    ours = {lineage.output for lineage in lineages} | {lineage.original for lineage in lineages}
    return Operation(
        key=f"restore:{path}",
        action="restore",
        subject=subject_of(path),
        path=content.target,
        reason="brings the original back",
        # A file that we did not write was changed by someone since: the operation will find that out and refuse.
        precondition=content.sha256 if options.force or content.sha256 in ours else "not ours",
        payload={
            "before": original,
            "place": place,
            "video": None,
            "fingerprint": "",
            "keep": "vault" if content.sha256 in ours else "original",
            "known_as": await _names(tools, path, content.target, lineages),
            **await _measured(tools, path, content, lineages, original),
        },
    )


async def _measured(tools: Tools, path: str, content: Content, lineages: Sequence[Lineage], original: str) -> Fields:
    """Return how the original stands, as far as the alignment that is there now has told."""
    if not any(lineage.output == content.sha256 and lineage.original == original for lineage in lineages):
        return {}
    for verdict in (await verdicts_for(tools.database, (path, content.target))).values():
        if verdict.content == content.sha256 and verdict.reason == "aligned":
            return {"engine": verdict.engine, "numbers": verdict.numbers}
    return {}


def kept_original(vault: Vault, content: Content, lineages: Sequence[Lineage], number: int) -> tuple[str, str] | None:
    """Return where the original of that number lies, and its SHA-256; None when it is not kept.

    The first one is what the lineage says, wherever that lies: a `.bak` that it does not speak of, and that holds other
    words than the file, is another program's.
    """
    beside = next((backup.path for backup in originals(content.target) if backup.number == number), None)
    found: Content | None = None
    if beside is not None:
        with contextlib.suppress(OperationFailed):
            found = read_capped(beside)
    if found is not None:
        recorded = any(found.sha256 == lineage.original for lineage in lineages)
        if number or not lineages or recorded or same_but_times(found.data, content.data, content.path):
            return f"file:{beside}", found.sha256
    if number or not lineages:
        return None
    first = lineages[-1].original
    places = (lineage.backup for lineage in lineages if lineage.original == first)
    return next(((place, first) for place in places if fetch(place, first, vault) is not None), None)


async def _names(tools: Tools, path: str, target: str, lineages: Sequence[Lineage]) -> list[str]:
    """Return the paths by which plans know the file: links that were followed when it was aligned, or looked at."""
    looked_at = await verdicts_for(tools.database, (path, target))
    aligned = [lineage.operation.removeprefix("align:") for lineage in lineages if lineage.operation.startswith("align:")]
    return list(dict.fromkeys((*aligned, *looked_at))) or [path]


async def restore(tools: Tools, operation: Operation, run: Run) -> Outcome:
    """Do an operation of the action `restore`; refused as a conflict when the file changed since."""
    path = operation.path or ""
    wanted = str(operation.payload["before"])
    try:
        content = await asyncio.to_thread(read_capped, path)
    except OperationFailed as error:
        # Not brought back, whether a person deleted it or its disk is away: it can be asked for again.
        result = Result.CONFLICT if error.code == "gone" else Result.FAILED
        return Outcome(result, error.code, error.message)
    if content.sha256 == wanted:
        return Outcome(Result.UNCHANGED, "restored", "it is the original already")
    if content.sha256 != operation.precondition:
        return Outcome(Result.CONFLICT, "changed_since_plan", "someone changed the subtitle since: left as it is")
    data = await asyncio.to_thread(fetch, str(operation.payload["place"]), wanted, tools.vault)
    if data is None:
        return Outcome(Result.FAILED, "nothing_to_restore", sentence("nothing_to_restore"))
    # What someone else wrote is an original of its own; our own outputs and the originals that lie beside go to the vault.
    keep: Keep = "original" if operation.payload.get("keep") == "original" else "vault"
    rewrite = Rewrite(path=path, before=content.sha256, after=wanted, original="", backup="", keep=keep)
    await run.intent({**rewrite.facts(), "reason": "restored", "numbers": {}})
    kept, stamp = await asyncio.to_thread(exchange, rewrite, content, data, tools.vault)
    return settled(operation, rewrite, kept, stamp, reason="restored", numbers={}, at=rfc3339(tools.clock.now()))
