"""The scene under the cursor, beside the list on a wide screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.events import Resize

from synctui.errors import SyncTuiError
from synctui.store.catalog_browse import GroupLine, SceneLine
from synctui.tui.draw.line import Line, Span
from synctui.tui.screens.stash.about import lines_of
from synctui.tui.screens.stash.known import Known, known
from synctui.tui.widgets.lines import Lines

if TYPE_CHECKING:
    from synctui.tui.app import SyncTui


class ScenePane(Lines):
    """Shows what is told about a scene; it waits for nothing."""

    DEFAULT_CSS = "ScenePane { height: 1fr; width: 40; display: none; }"

    def __init__(self) -> None:
        super().__init__(height=None)
        self._wanted = 0
        self._known: Known | None = None

    def look_at(self, home: SyncTui, line: SceneLine | GroupLine | None) -> None:
        """Tell about a row: a scene in detail, nothing of a group."""
        if not isinstance(line, SceneLine):
            self._wanted, self._known = 0, None
            self._draw()
            return
        self._wanted = line.id
        home.start(self._look(home, line.id), name="scene")

    async def _look(self, home: SyncTui, scene: int) -> None:
        services = home.services
        try:
            found = await known(services, scene)
        except SyncTuiError:
            if home.house.ready and home.services is services:
                raise
            return
        if scene == self._wanted and self.is_attached:
            self._known = found
            self._draw()

    def on_resize(self, event: Resize) -> None:
        self._draw()

    def _draw(self) -> None:
        width, height = self.size.width, self.size.height
        if not width or not height:
            return
        home: SyncTui = self.app  # type: ignore[assignment]
        keys = {id: home.key_of("catalogue", id) for id in ("conflicts", "edit")}
        told: list[Line] = lines_of(self._known, width - 4, keys, brief=True) if self._known is not None else []
        edge = Span(" │ ", "rule")
        lines: list[Line] = [(edge, *line) for line in told[:height]]
        self.show(*lines, *((edge,) for _ in range(height - len(lines))))
