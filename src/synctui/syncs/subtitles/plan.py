"""Plans alignments and checks: which subtitles are not known to be right, and against what each would be aligned."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from synctui import words
from synctui.errors import OperationFailed, TargetNotFound, UsageError
from synctui.files.reading import read_capped
from synctui.library.decisions import natural
from synctui.library.languages import wanted as wanted_language
from synctui.library.listing import Problem
from synctui.library.names import kind_of
from synctui.model.library import FileStamp, MediaFile, Pairing, Verdict
from synctui.model.plan import Operation, PlanItem, Tally
from synctui.model.reasons import sentence
from synctui.model.states import OFF, SubtitleState
from synctui.store.ignored import ignored_among
from synctui.store.strikes import struck_out
from synctui.store.verdicts import verdicts_for
from synctui.syncs.subtitles.candidates import Found, candidates, media_file, of_files
from synctui.syncs.subtitles.endings import MOST_STRIKES
from synctui.syncs.subtitles.engines import Engines
from synctui.syncs.subtitles.fingerprint import Conditions, holds
from synctui.syncs.subtitles.listening import Listening
from synctui.syncs.subtitles.names import subject_of
from synctui.syncs.subtitles.options import SubtitleOptions
from synctui.syncs.subtitles.payload import Alignment
from synctui.syncs.subtitles.targets import Scope, resolve, together
from synctui.syncs.subtitles.tools import Tools
from synctui.text import display

_BATCH = 200
_MOST_LOOKS = 100
_ALIGNING_S, _OPENING_S, _BYTES_A_SECOND = 0.4, 0.3, 250e6
"""Rough costs on one core: aligning a subtitle, opening a video, and reading it through for its sound."""


async def plan_alignment(
    tools: Tools, engines: Engines, targets: tuple[str, ...], options: SubtitleOptions
) -> AsyncIterator[PlanItem]:
    """Yield an operation for each subtitle that is not known to be right, and a tally for each that is.

    With `options.check` it is one that only finds out how the subtitle stands, where that is not known.
    Raises DependencyMissing for an engine that is not there, TargetNotFound, UsageError.
    """
    scopes = await resolve(tools.database, targets, tools.libraries)
    if options.video is not None and (len(scopes) != 1 or not scopes[0].file):
        raise UsageError("--video goes with one subtitle", hint="name the subtitle file as the only target")
    if options.video is not None and kind_of(os.path.basename(options.video)) == "subtitle":
        raise UsageError(f"--video {display(options.video)}: a subtitle is no video", hint="--reference takes a subtitle")
    named = frozenset(scope.path for scope in scopes if scope.file)
    if options.audio is not None and options.reference is not None:
        raise UsageError("an audio track and another reference cannot both be meant", hint="choose one of them")
    planner = await _Planner.of(tools, engines, options, named)
    seen: set[str] = set()
    for part in together(scopes):
        scope = part[0]
        async for batch in _batches(_held(tools, part, options)):
            files = await asyncio.to_thread(planner.look_at, batch)
            meant: list[Found] = []
            for found in batch:
                if isinstance(found, Pairing):
                    file = files[found.subtitle.path]
                    if file.path in seen or not (planner.speaks(found) or found.subtitle.path in named):
                        continue
                    if file.is_reference:
                        # It would only confirm itself.
                        if [scope.path for scope in scopes] == [found.subtitle.path]:
                            raise UsageError(f"{display(scope.path)} is its own --reference", hint="name another file")
                        continue
                    seen.add(file.path)
                meant.append(found)
            async with aclosing(planner.decide(_in_order(meant), scope, files)) as items:
                async for item in items:
                    yield item


async def _batches(all_found: AsyncIterator[Found]) -> AsyncIterator[list[Found]]:
    batch: list[Found] = []
    async for found in all_found:
        batch.append(found)
        if len(batch) >= _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch


async def _held(tools: Tools, part: list[Scope], options: SubtitleOptions) -> AsyncIterator[Found]:
    """Yield what a part of the scopes holds; raises TargetNotFound for a file that no subtitle belongs to."""
    if part[0].file:
        async for path, items in of_files(tools, [scope.path for scope in part]):
            if not items:
                raise TargetNotFound(f"{display(path)}: no subtitle belongs to it")
            for item in items:
                yield item
        return
    scope = part[0]
    async for found in candidates(tools, scope, allow_mass_change=options.allow_mass_change, look=options.look):
        yield found


def _in_order(batch: list[Found]) -> list[Found]:
    """Return what was found as a person would list it: episodes by their numbers, the subtitles of a video together."""
    return sorted(batch, key=lambda found: natural(_path_of(found)))


def _path_of(found: Found) -> str:
    if isinstance(found, Pairing):
        return found.subtitle.path
    return found.path if isinstance(found, Problem) else ""


class _Looked(NamedTuple):
    """What a subtitle's path leads to: planned once, however many links beside videos lead to it."""

    path: str
    is_reference: bool


@dataclass(slots=True)
class _Planner:
    tools: Tools
    options: SubtitleOptions
    engine: str
    version: str
    reference: MediaFile | None
    video: MediaFile | None
    struck: dict[str, str]
    named: frozenset[str]
    listening: Listening
    last_video: str = ""
    looked: int = 0
    found: dict[str, str] = field(default_factory=dict)

    @classmethod
    async def of(
        cls, tools: Tools, engines: Engines, options: SubtitleOptions, named: frozenset[str] = frozenset()
    ) -> _Planner:
        program = await engines.resolve(options.engine)
        reference = await asyncio.to_thread(_existing, options.reference, "--reference")
        video = await asyncio.to_thread(_existing, options.video, "--video")
        struck = await struck_out(tools.database, program.name, MOST_STRIKES)
        return cls(tools, options, program.name, program.version, reference, video, struck, named, engines.listening)

    def speaks(self, pairing: Pairing) -> bool:
        """Return whether the subtitle is in one of the languages asked for."""
        return wanted_language(pairing.name.language, self.options.languages)

    def look_at(self, batch: list[Found]) -> dict[str, _Looked]:
        """Return what the paths of subtitles lead to; the disks are asked, so only in a thread."""
        return {found.subtitle.path: self._looked(found) for found in batch if isinstance(found, Pairing)}

    def _looked(self, pairing: Pairing) -> _Looked:
        path = pairing.subtitle.path
        linked = pairing.video is not None and os.path.islink(path)
        file = media_file(path) if self.reference is not None else None
        refers = file is not None and self.reference is not None and file.stamp.same_file(self.reference.stamp)
        return _Looked(os.path.realpath(path) if linked else path, refers)

    async def decide(self, batch: list[Found], scope: Scope, files: Mapping[str, _Looked]) -> AsyncGenerator[PlanItem, None]:
        """Yield what to do about each of a batch; `files` are what the paths of its subtitles lead to."""
        paths = [found.subtitle.path for found in batch if isinstance(found, Pairing)]
        verdicts = await verdicts_for(self.tools.database, paths)
        ignored = await ignored_among(self.tools.database, {*paths, *(files[path].path for path in paths)})
        items: list[PlanItem] = []
        for found in batch:
            if isinstance(found, Pairing):
                path = found.subtitle.path
                alone = path not in self.named and not ignored.isdisjoint((path, files[path].path))
                known = Tally(SubtitleState.IGNORED.value)
                items.append(known if alone else await self._pairing(found, verdicts.get(path), scope))
            elif isinstance(found, Problem):
                items.extend(await self._problem(found, scope))
            else:
                items.append(found)
        async with aclosing(self._with_tracks(items)) as told:
            async for item in told:
                yield item

    async def _with_tracks(self, items: list[PlanItem]) -> AsyncGenerator[PlanItem, None]:
        """Say of the first videos which audio track would be listened to; looking into each would make planning slow.

        Each is yielded as soon as it is known: whoever looks on need not wait for all.
        """
        asked: dict[str, asyncio.Task[str]] = {}
        for item in items:
            if isinstance(item, Operation) and item.action != "skip" and self.reference is None:
                wanted = Alignment.of(item.payload)
                key = f"{wanted.languages}{wanted.video}"
                if key not in asked and self.looked < _MOST_LOOKS:
                    self.looked += 1
                    told_of = self.listening.preview(wanted.video, wanted.languages, wanted.audio)
                    asked[key] = asyncio.create_task(told_of)
        try:
            for item in items:
                if isinstance(item, Operation) and item.action != "skip":
                    wanted = Alignment.of(item.payload)
                    task = asked.get(f"{wanted.languages}{wanted.video}")
                    item = replace(item, reason=self._reason(item, await task)) if task is not None else item
                yield item
        finally:
            # A plan that is given up must leave nothing behind that still reads videos.
            for task in asked.values():
                task.cancel()

    async def _pairing(self, pairing: Pairing, verdict: Verdict | None, scope: Scope) -> PlanItem:
        if self.video is not None:
            pairing = replace(pairing, video=self.video, reason="", candidates=())
        conditions = self._conditions(pairing)
        path, stamp = pairing.subtitle.path, pairing.subtitle.stamp
        if self.options.only_failed:
            if verdict is None or verdict.state is not SubtitleState.FAILED:
                return Tally("not_failed")
        elif not self.options.force and verdict is not None:
            failed = verdict.state is SubtitleState.FAILED
            if failed and self.struck.get(path) == verdict.content and verdict.subtitle.text() == stamp.text():
                return Tally("three_strikes")
            if not failed and await self._still_holds(verdict, conditions, pairing.subtitle):
                if self.options.check or verdict.state not in OFF:
                    return Tally(verdict.state.value)
                self.found[path] = words.measured(verdict.numbers)
        return self._operation(pairing, conditions, scope)

    def _reason(self, operation: Operation, against: str) -> str:
        """Return why: what a check has found, and against what it is aligned."""
        found = self.found.get(operation.path or "")
        return f"{found}, {against}" if found else against

    async def _still_holds(self, verdict: Verdict, conditions: str, subtitle: MediaFile) -> bool:
        if holds(verdict, conditions, subtitle.stamp):
            return True
        if verdict.fingerprint not in (conditions, "") or not verdict.content:
            return False
        # Touched, perhaps not changed: its content tells. What a person took back is known by its content alone.
        try:
            content = await asyncio.to_thread(read_capped, subtitle.path)
        except OperationFailed:
            return False
        if not verdict.fingerprint:
            return verdict.reason == "undone" and content.sha256 == verdict.content
        return holds(verdict, conditions, subtitle.stamp, content.sha256)

    def _conditions(self, pairing: Pairing) -> str:
        video = pairing.video
        return Conditions(
            engine=self.engine,
            version=self.version,
            video=video.path if video is not None else pairing.reason,
            video_stamp=video.stamp if video is not None else None,
            reference=self.reference.path if self.reference is not None else None,
            reference_stamp=self.reference.stamp if self.reference is not None else None,
            max_offset=self.options.max_offset,
            audio=self.options.audio,
        ).fingerprint()

    def _operation(self, pairing: Pairing, conditions: str, scope: Scope) -> Operation:
        path = pairing.subtitle.path
        video = pairing.video
        skip = "" if video is not None or (self.reference is not None and not pairing.candidates) else pairing.reason
        if not skip and pairing.name.forced and self.reference is None:
            skip = "forced_sparse"
        payload = Alignment(
            video=video.path if video is not None else "",
            engine=self.engine,
            fingerprint=conditions,
            roots=(scope.root,),
            languages=(pairing.name.language,) if pairing.name.language else (),
            reference=self.reference.path if self.reference is not None else None,
            audio=self.options.audio,
            max_offset=self.options.max_offset,
            chosen=self.video is not None,
            skip=skip,
            candidates=pairing.candidates,
        )
        # What a check has heard is in the speech cache.
        same = path in self.found or (video is not None and video.path == self.last_video)
        self.last_video = video.path if video is not None else ""
        heard = "the audio" if payload.audio is None else f"audio {payload.audio}"
        against = f"against {os.path.basename(payload.reference) if payload.reference else heard}"
        action = "check" if self.options.check else "align"
        planned = Operation(
            key=f"{action}:{path}",
            action="skip" if skip else action,
            subject=subject_of(path, scope.root),
            path=path,
            reason=sentence(skip) if skip else against,
            estimate=0.0 if skip else self._seconds(video, known=same),
            payload=payload.facts(),
            precondition=pairing.subtitle.stamp.text(),
            undoable=not (skip or self.options.check),
        )
        return planned if skip else replace(planned, reason=self._reason(planned, against))

    def _seconds(self, video: MediaFile | None, *, known: bool) -> float:
        """Return roughly how long an operation takes; only the built-in engine keeps what it has `known` of a sound."""
        hears = video is not None and self.reference is None and not (known and self.engine in ("auto", "builtin"))
        listening = _OPENING_S + video.stamp.size / _BYTES_A_SECOND if hears and video is not None else 0.0
        return (_ALIGNING_S + listening) / self.tools.settings.jobs

    async def _problem(self, problem: Problem, scope: Scope) -> list[PlanItem]:
        """Return the operation that reports what could not be looked at, once where it stays as it is."""
        conditions = Conditions(self.engine, self.version, problem.reason, None, None, None, 0).fingerprint()
        file = await asyncio.to_thread(media_file, problem.path)
        stamp = file.stamp if file is not None else FileStamp(0, 0)
        known = (await verdicts_for(self.tools.database, [problem.path])).get(problem.path)
        settled = known is not None and known.state is not SubtitleState.FAILED and holds(known, conditions, stamp)
        if known is not None and settled and not self.options.force:
            return [Tally(known.state.value)]
        payload = Alignment("", self.engine, conditions, roots=(scope.root,), skip=problem.reason)
        return [
            Operation(
                key=f"look:{problem.path}",
                action="skip",
                subject=subject_of(problem.path, scope.root),
                path=problem.path,
                reason=problem.message or sentence(problem.reason),
                payload=payload.facts(),
                precondition=stamp.text(),
                undoable=False,
            )
        ]


def _existing(path: str | None, option: str) -> MediaFile | None:
    if path is None:
        return None
    file = media_file(path)
    if file is None:
        raise TargetNotFound(f"{option} {display(path)}: there is no such file")
    if not os.path.isfile(path):
        raise UsageError(f"{option} {display(path)}: not a regular file")
    return file
