"""What a preview is of: a request, or the undoing of a job."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from synctui.jobs.draft import Draft
from synctui.jobs.engine import Engine
from synctui.model.json import Fields
from synctui.model.plan import PlanTotals, Request


@dataclass(frozen=True, slots=True)
class Wanted:
    """Either a request, or a job that is taken back: all of it, or the operations with these keys."""

    request: Request | None = None
    job: int = 0
    keys: tuple[str, ...] | None = None

    @property
    def undoes(self) -> bool:
        """Tell whether a job is taken back."""
        return self.request is None

    @property
    def aligns(self) -> bool:
        """Tell whether subtitles are to be aligned: with an engine, against something."""
        return self.request is not None and self.request.kind == "subtitles" and not self.request.brings_back

    @property
    def tells(self) -> bool:
        """Tell whether players are told something: no file changes."""
        return self.request is not None and self.request.kind == "players"

    @property
    def pulls(self) -> bool:
        """Tell whether the catalogue of a Stash is brought up to date: no file changes, the server is only read."""
        return self.request is not None and self.request.kind == "stash"

    @property
    def checks(self) -> bool:
        """Tell whether it is only found out how subtitles stand: nothing is written."""
        return self.request is not None and self.request.checks

    @property
    def brings_back(self) -> bool:
        """Tell whether what stood there before is brought back: an undo, or a restore."""
        return self.request is None or self.request.brings_back

    def option(self, name: str) -> object:
        """Return an option of the request, None when it does not say."""
        return None if self.request is None else self.request.options.get(name)

    def with_options(self, options: Fields) -> Wanted:
        """Return the same with other options; an undo has none."""
        if self.request is None:
            return self
        return replace(self, request=replace(self.request, options={**self.request.options, **options}))

    async def plan(
        self, engine: Engine, *, on_item: Callable[[PlanTotals], None], on_draft: Callable[[Draft], None]
    ) -> Draft:
        """Return the plan; cancelling leaves nothing behind. Raises what the engine does."""
        if self.request is None:
            return await engine.plan_undo(self.job, self.keys, on_item=on_item, on_draft=on_draft)
        return await engine.plan(self.request, on_item=on_item, on_draft=on_draft)
