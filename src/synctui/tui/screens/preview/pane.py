"""What would be done to the row under the cursor, beside the rows where there is room."""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from textual.timer import Timer

from synctui.errors import SyncTuiError
from synctui.jobs.draft import PlannedOperation
from synctui.services import Services
from synctui.tui.draw.line import Line, Span
from synctui.tui.screens.preview.details import backup_words, detail_lines
from synctui.tui.widgets.lines import Lines

_WIDE, _WIDTH, _WIDER, _WIDER_WIDTH = 110, 44, 160, 60
_REST = 0.08
_LEAST = 10
_MOST_KEPT = 500


class DetailsPane(Lines):
    """Follows the cursor as soon as it rests.

    `under_cursor` and `services` are asked then, `start` runs what has to wait for a disk.
    """

    DEFAULT_CSS = "DetailsPane { display: none; height: 1fr; }"

    def __init__(
        self,
        under_cursor: Callable[[], PlannedOperation | None],
        services: Callable[[], Services],
        start: Callable[[Coroutine[Any, Any, None]], object],
    ) -> None:
        super().__init__(height=None)
        self._under_cursor = under_cursor
        self._services = services
        self._start = start
        self._backups: dict[str, str] = {}
        self._resting: Timer | None = None

    def fit_to(self, width: int) -> None:
        """Take over how wide the screen is."""
        wide = width >= _WIDE
        if self.display is not wide:
            self.display = wide
        self.styles.width = _WIDER_WIDTH if width >= _WIDER else _WIDTH

    def follow(self) -> None:
        """Show what is under the cursor, once it rests."""
        if not self.display:
            return
        if self._resting is not None:
            self._resting.stop()
        self._resting = self.set_timer(_REST, self._rested)

    def forget(self) -> None:
        """Ask anew: the plan was changed."""
        self._backups.clear()

    def _rested(self) -> None:
        self._resting = None
        planned = self._under_cursor()
        self._show(planned)
        if planned is not None and planned.operation.key not in self._backups:
            self._start(self._ask(planned))

    def _show(self, planned: PlannedOperation | None) -> None:
        width = self.size.width - 3
        lines: Sequence[Line] = ()
        if planned is not None and width > _LEAST:
            lines = detail_lines(planned, width, self._backups.get(planned.operation.key, ""))
        bar = Span("│ ", "rule")
        self.show(*((bar, *(lines[at] if at < len(lines) else ())) for at in range(self.size.height)))

    async def _ask(self, planned: PlannedOperation) -> None:
        key = planned.operation.key
        if len(self._backups) >= _MOST_KEPT:
            self._backups.clear()
        self._backups[key] = ""
        try:
            self._backups[key] = await backup_words(self._services(), planned.operation)
        except SyncTuiError:
            return
        if not self.is_attached:
            return
        now = self._under_cursor()
        if now is not None and now.operation.key == key:
            self._show(now)
