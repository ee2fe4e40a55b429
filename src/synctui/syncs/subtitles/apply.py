"""Aligns one subtitle: read, ask the engine, pass the gate, write; a check does the same but writing."""

from __future__ import annotations

import asyncio
import hashlib
import os
from dataclasses import replace

from synctui.errors import OperationFailed, Pause
from synctui.files.reading import Content, read_capped
from synctui.files.subtitle import Subtitle, parse_subtitle, retime, same_but_times
from synctui.model.clock import rfc3339
from synctui.model.cues import Span
from synctui.model.json import Fields
from synctui.model.library import Choice, FileStamp, Lineage, Row, Strike, Verdict
from synctui.model.outcome import Outcome
from synctui.model.plan import Operation
from synctui.model.reasons import sentence
from synctui.model.states import OFF, Result, SubtitleState
from synctui.model.sync import Run
from synctui.store.lineage import lineage_of_output
from synctui.store.verdicts import verdict_of
from synctui.syncs.subtitles.endings import STRIKES, ending
from synctui.syncs.subtitles.engines import Engines
from synctui.syncs.subtitles.gate import TOLERANCE_MS
from synctui.syncs.subtitles.growth import Growth
from synctui.syncs.subtitles.mounts import seems_unmounted
from synctui.syncs.subtitles.payload import Alignment
from synctui.syncs.subtitles.proposal import Proposal, Question
from synctui.syncs.subtitles.recovery import settled
from synctui.syncs.subtitles.rewrite import Rewrite, exchange, fetch
from synctui.syncs.subtitles.tools import Tools
from synctui.text import display

_SCAN_FAILURES = frozenset(("unreadable_dir", "io_error", "path_too_long", "not_mounted", "permission"))


def leave(tools: Tools, operation: Operation) -> Outcome:
    """Do an operation of the action `skip`: say why, and remember it so that it is not said again."""
    wanted = Alignment.of(operation.payload)
    reason = wanted.skip
    if reason in _SCAN_FAILURES:
        return Outcome(Result.FAILED, reason, operation.reason or sentence(reason), retryable=True)
    result, state = ending(reason)
    message = sentence(reason)
    if wanted.candidates:
        message += ": " + ", ".join(os.path.basename(path) for path in wanted.candidates[:5])
    path = operation.path or ""
    verdict = _verdict(tools, wanted, path, state or SubtitleState.UNSUPPORTED, reason, _stamp(operation), "", {})
    return Outcome(result, reason, message, rows=(verdict,))


class Source:
    """A subtitle as it stands, and the pristine original that every alignment starts from."""

    def __init__(self, content: Content, original: bytes, lineage: Lineage | None, path: str) -> None:
        self.content = content
        self.original = original
        self.lineage = lineage
        self.subtitle: Subtitle = parse_subtitle(original, path)

    @property
    def pristine(self) -> bool:
        """True when what stands at the path is itself an original."""
        return self.lineage is None

    def standing(self, path: str) -> list[Span]:
        """Return the spans as they stand now."""
        now = self.subtitle if self.pristine else parse_subtitle(self.content.data, path)
        return [(cue.start, cue.end) for cue in now.cues]


async def align(tools: Tools, engines: Engines, operation: Operation, run: Run) -> Outcome:
    """Do an operation of the action `align`, or `check`, which writes nothing."""
    wanted = Alignment.of(operation.payload)
    try:
        run.progress("reading")
        source = await _read(tools, operation, wanted)
        if not await asyncio.to_thread(wanted.video_is_there):
            raise OperationFailed("the video is not there any more", code="gone")
        growth = await Growth.begin(wanted.video)
        question = Question(
            subtitle=source.subtitle,
            path=operation.path or "",
            video=wanted.video,
            languages=wanted.languages,
            reference=wanted.reference,
            max_offset=wanted.max_offset,
            stream=None if wanted.audio is None else wanted.audio - 1,
        )
        proposal = await (await engines.of(wanted.engine)).align(question, run)
        await growth.check()
        return await _conclude(tools, operation, wanted, source, proposal, run)
    except OperationFailed as error:
        if error.code == "video_unreadable" and not await asyncio.to_thread(
            os.path.exists, wanted.reference or wanted.video
        ):
            # A disk that went away meanwhile: a verdict would hold when it is back.
            error = OperationFailed("the video is not there any more", code="gone")
        if error.code == "gone" and wanted.roots and await asyncio.to_thread(seems_unmounted, wanted.roots[0]):
            raise Pause("not_mounted", message=f"{display(wanted.roots[0])} is gone: is its disk mounted?") from error
        return await _refused(tools, operation, wanted, error)


async def _read(tools: Tools, operation: Operation, wanted: Alignment) -> Source:
    path = operation.path or ""
    content = await asyncio.to_thread(read_capped, path, roots=wanted.roots)
    if operation.action == "check":
        # How does stand what stands there now, whoever wrote it and when: there is nothing to protect.
        return await asyncio.to_thread(Source, content, content.data, None, path)
    lineage = await lineage_of_output(tools.database, content.target, content.sha256)
    # What we wrote ourselves meanwhile, through another link to the same file, is no conflict.
    if operation.precondition and content.stamp.text() != operation.precondition and lineage is None:
        raise OperationFailed("the subtitle was written to since the plan was made", code="changed_since_plan")
    original = content.data
    if lineage is not None:
        kept = await asyncio.to_thread(fetch, lineage.backup, lineage.original, tools.vault)
        # Without its original, our own output is the best original there is.
        original, lineage = (content.data, None) if kept is None else (kept, lineage)
    return await asyncio.to_thread(Source, content, original, lineage, path)


async def _conclude(
    tools: Tools, operation: Operation, wanted: Alignment, source: Source, proposal: Proposal, run: Run
) -> Outcome:
    path = operation.path or ""
    if proposal.spans is None:
        return await _outcome(tools, operation, wanted, proposal.reason, proposal.message, proposal.numbers, source.content)
    standing = source.standing(path)
    if max((abs(new[0] - old[0]) for new, old in zip(proposal.spans, standing, strict=True)), default=0) < TOLERANCE_MS:
        return await _outcome(tools, operation, wanted, "already_in_sync", "", proposal.numbers, source.content)
    if operation.action == "check":
        return await _outcome(tools, operation, wanted, _found(proposal.numbers), "", proposal.numbers, source.content)
    data = await asyncio.to_thread(retime, source.subtitle, proposal.spans)
    if not await asyncio.to_thread(same_but_times, source.original, data, path):
        raise OperationFailed("the result would differ in more than its times", code="text_changed")
    rewrite = Rewrite(
        path=source.content.target,
        before=source.content.sha256,
        after=hashlib.sha256(data).hexdigest(),
        original=source.content.sha256 if source.lineage is None else source.lineage.original,
        backup="" if source.lineage is None else source.lineage.backup,
        keep="original" if source.lineage is None else "vault",
    )
    run.progress("writing")
    await run.intent({**rewrite.facts(), "reason": "aligned", "numbers": proposal.numbers})
    kept, stamp = await asyncio.to_thread(exchange, rewrite, source.content, data, tools.vault)
    at = rfc3339(tools.clock.now())
    return settled(operation, rewrite, kept, stamp, reason="aligned", numbers=proposal.numbers, at=at)


def _found(numbers: Fields) -> str:
    """Return the reason code of a subtitle that would have to be moved."""
    pieces = numbers.get("pieces")
    if isinstance(pieces, int) and pieces > 1:
        return "found_cut"
    return "found_shifted" if numbers.get("ratio_name") in (None, "1") else "found_stretched"


async def _refused(tools: Tools, operation: Operation, wanted: Alignment, error: OperationFailed) -> Outcome:
    content: Content | None = None
    if error.code not in ("gone", "not_regular_file", "symlink_outside_root", "too_large", "permission"):
        try:
            content = await asyncio.to_thread(read_capped, operation.path or "", roots=wanted.roots)
        except OperationFailed:
            content = None
    message = error.message + (f"; {error.hint}" if error.hint else "")
    return await _outcome(tools, operation, wanted, error.code, message, {}, content)


async def _outcome(
    tools: Tools,
    operation: Operation,
    wanted: Alignment,
    reason: str,
    message: str,
    numbers: Fields,
    content: Content | None,
) -> Outcome:
    """Return the end of an operation that wrote nothing, with the verdict that spares the next run the work."""
    result, state = ending(reason)
    rows: list[Row] = []
    path = operation.path or ""
    if state is not None:
        stamp = content.stamp if content is not None else _stamp(operation)
        sha = content.sha256 if content is not None else ""
        verdict = _verdict(tools, wanted, path, state, reason, stamp, sha, numbers)
        if operation.action == "check":
            verdict = await _left_alone(tools, verdict)
        rows.append(verdict)
        if reason in STRIKES:
            rows.append(Strike(path, wanted.engine, sha))
        elif state is SubtitleState.IN_SYNC:
            rows.append(Strike(path, wanted.engine, sha, clear=True))
    if state is not SubtitleState.NO_VIDEO:
        rows.extend(_choice(wanted, path))
    return Outcome(
        result=result,
        reason=reason,
        message=message or sentence(reason),
        numbers={"engine": wanted.engine, **numbers},
        rows=tuple(rows),
        retryable=result is Result.FAILED,
        found=state in OFF,
    )


async def _left_alone(tools: Tools, verdict: Verdict) -> Verdict:
    """Return the verdict of a check; what a person took back stays so, or the next run would do it again."""
    known = await verdict_of(tools.database, verdict.path)
    if known is None or known.state is not SubtitleState.TAKEN_BACK or known.content != verdict.content:
        return verdict
    if verdict.state not in (*OFF, SubtitleState.REFUSED, SubtitleState.FAILED):
        return verdict
    numbers = verdict.numbers if verdict.state in OFF else known.numbers
    return replace(verdict, state=known.state, reason=known.reason, fingerprint=known.fingerprint, numbers=numbers)


def _verdict(
    tools: Tools,
    wanted: Alignment,
    path: str,
    state: SubtitleState,
    reason: str,
    stamp: FileStamp,
    content: str,
    numbers: Fields,
) -> Verdict:
    return Verdict(
        path=path,
        state=state,
        reason=reason,
        fingerprint=wanted.fingerprint,
        subtitle=stamp,
        content=content,
        video=wanted.video or None,
        engine=wanted.engine,
        numbers=numbers,
        checked_at=rfc3339(tools.clock.now()),
    )


def _choice(wanted: Alignment, path: str) -> list[Choice]:
    return [Choice(path, wanted.video)] if wanted.chosen else []


def _stamp(operation: Operation) -> FileStamp:
    size, _, mtime = operation.precondition.partition(":")
    return FileStamp(int(size or 0), int(mtime or 0))
