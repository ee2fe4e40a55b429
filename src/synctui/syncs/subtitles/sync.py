"""The sync kind `subtitles` as the engine sees it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace

from synctui.model.json import Fields
from synctui.model.outcome import Outcome, Receipt
from synctui.model.plan import Operation, PlanItem, Request
from synctui.model.sync import Lane, Run
from synctui.store.history import OperationRecord
from synctui.syncs.subtitles import plan, recovery, restore
from synctui.syncs.subtitles.apply import align, leave
from synctui.syncs.subtitles.checked import last_checked
from synctui.syncs.subtitles.details import Details, VideoFacts, Videos, look_up, spoken
from synctui.syncs.subtitles.engines import Engines
from synctui.syncs.subtitles.looking import Looking
from synctui.syncs.subtitles.options import SubtitleOptions
from synctui.syncs.subtitles.picture import Picture, draw, draw_path
from synctui.syncs.subtitles.tools import Tools


class SubtitleSync:
    """Aligns subtitles with what is said in their videos."""

    kind = "subtitles"
    title = "Subtitle timing"
    stages: Sequence[str] = ("align",)

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        self._looking = Looking(tools.workers)
        self._videos = Videos(self._looking)
        self.engines = Engines(tools)
        self.lanes: Mapping[str, Lane] = {"cpu": Lane("cpu", width=tools.settings.jobs)}

    def plan(self, request: Request) -> AsyncIterator[PlanItem]:
        """Yield an operation for every subtitle that is not known to be right, or of which it is not known."""
        options = SubtitleOptions.of(request, self._tools.settings)
        if options.restore:
            return restore.plan_restore(self._tools, request.targets, options)
        return plan.plan_alignment(self._tools, self.engines, request.targets, options)

    async def apply(self, operation: Operation, run: Run) -> Outcome:
        """Do one operation."""
        if operation.action == "restore":
            return await restore.restore(self._tools, operation, run)
        if operation.action == "skip":
            return leave(self._tools, operation)
        return await align(self._tools, self.engines, operation, run)

    async def reconcile(self, operation: Operation, intent: Fields) -> Outcome | None:
        """Find out what became of an interrupted operation."""
        return await recovery.reconcile(self._tools, operation, intent)

    def plan_undo(self, receipts: AsyncIterator[Receipt]) -> AsyncIterator[PlanItem]:
        """Yield the operations that bring the bytes before back."""
        return restore.plan_undo(receipts)

    async def details(self, path: str, *, probe: bool = True) -> Details:
        """Return what is known of a subtitle or a video; without `probe` at once, without what opening the video tells.

        Raises SyncTuiError.
        """
        found = await look_up(self._tools, path)
        if not probe or found.video is None:
            return found
        return replace(found, facts=await self.video_facts(found.video, spoken(found)))

    async def video_facts(self, video: str, languages: Sequence[str] = ()) -> VideoFacts:
        """Return what a video holds, and which audio track a subtitle of these languages would be aligned with."""
        return await self._videos.look_into(video, languages)

    async def picture(self, record: OperationRecord, bins: int) -> Picture:
        """Return what the alignment of an operation looks like; raises OperationFailed when there is nothing to show."""
        return await draw(self._tools, self._looking, record, bins)

    async def picture_of(self, path: str, bins: int) -> Picture:
        """Return what the last alignment of a subtitle looks like, or its lines beside the speech."""
        return await draw_path(self._tools, self._looking, path, bins)

    async def last_checked(self, targets: Sequence[str]) -> str:
        """Return when anything of these targets was last checked: RFC 3339 text, "" when it never was."""
        return await last_checked(self._tools, targets)
