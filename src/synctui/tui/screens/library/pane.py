"""The details at the side of a wide screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from textual.events import Resize

from synctui.tui.commands.keys import shown_key
from synctui.tui.draw.line import Line, Span
from synctui.tui.widgets.lines import Lines

if TYPE_CHECKING:
    from synctui.tui.app import SyncTui
    from synctui.tui.screens.library.about import About
    from synctui.tui.screens.library.branch import Row
    from synctui.tui.screens.library.looking import Looking


class Pane(Lines):
    """Shows what is told about the row under the cursor; it waits for nothing."""

    DEFAULT_CSS = "Pane { height: 1fr; width: 40; }"

    def __init__(self) -> None:
        super().__init__(height=None)
        self._looking: Looking | None = None
        self._about: About | None = None

    def look_at(self, home: SyncTui, row: Row) -> None:
        """Tell about a row."""
        if self._looking is None:
            # Deferred: the list is there before what is told about its rows.
            from synctui.tui.screens.library.looking import Looking

            self._looking = Looking(self._told)
        self._looking.look_at(home, row)

    def look_again(self) -> None:
        """Tell again what may have changed meanwhile."""
        if self._looking is not None:
            self._looking.look_again(self.app)  # type: ignore[arg-type]

    def on_resize(self, event: Resize) -> None:
        self._draw()

    def _told(self, about: About) -> None:
        self._about = about
        self._draw()

    def _draw(self) -> None:
        width, height = self.size.width, self.size.height
        if not width or not height:
            return
        told: Sequence[Line] = ()
        if self._about is not None:
            from synctui.tui.screens.library.about import lines_of

            told = lines_of(self._about, width - 4, command_keys(self.app))  # type: ignore[arg-type]
        edge = Span(" │ ", "rule")
        lines: list[Line] = [(edge, *line) for line in told[:height]]
        self.show(*lines, *((edge,) for _ in range(height - len(lines))))


def command_keys(home: SyncTui) -> dict[str, str]:
    """Return the keys of the library's commands as a person reads them."""
    return {one.id: shown_key(one.keys[0]) for one in home.keymap.of_place("library") if one.keys}
