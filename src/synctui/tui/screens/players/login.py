"""Logging in at plex.tv: shows the code, waits until somebody has typed it in there, and hands the token on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from textual.app import ComposeResult
from textual.containers import Vertical
from textual.events import Key

from synctui.config.secrets import Secret
from synctui.errors import SyncTuiError
from synctui.tui.draw.line import Line, Span
from synctui.tui.draw.wrap import wrapped
from synctui.tui.widgets.dialogs import Dialog
from synctui.tui.widgets.lines import Lines

if TYPE_CHECKING:
    from synctui.adapters.plex_pin import PinLogin

_PATIENCE_S, _EVERY_S = 900.0, 1.0
_LINES = 7


def plex_tv(client_id: str) -> PinLogin:
    """Return the login of plex.tv."""
    # Deferred: an HTTP client takes its time to be loaded.
    from synctui.adapters.plex_pin import PinLogin

    return PinLogin(client_id=client_id)


class PinDialog(Dialog):
    """Shows a code and waits; answers with the token as a secret, or None."""

    def __init__(self, opened: Callable[[], PinLogin]) -> None:
        super().__init__("Log in at plex.tv")
        self._opened = opened
        self._waiting: asyncio.Task[Any] | None = None
        self._note = Lines(id="dialog-note")

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Lines(id="dialog-head")
            yield self._note

    def on_mount(self) -> None:
        super().on_mount()
        self._note.styles.height = _LINES
        self._say((Span("asking plex.tv for a code …", "dim"),))
        self._waiting = self.app.start(self._log_in(), name="login")  # type: ignore[attr-defined]

    def on_unmount(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()

    async def _log_in(self) -> None:
        login = await asyncio.to_thread(self._opened)
        try:
            pin = await login.begin()
            where = pin.url.removeprefix("https://")
            self._say(
                (Span("On any device that is logged in to Plex open "), Span(where, "accent")),
                (),
                (Span("and type   "), Span("  ".join(pin.code.upper()), "strong")),
                (),
                (Span("waiting for it; esc gives up", "dim"),),
            )
            token = await login.wait(pin, _PATIENCE_S, every=_EVERY_S)
        except SyncTuiError as error:
            text = f"{error.message}; {error.hint}" if error.hint else error.message
            self._say(*((Span(part, "error"),) for part in wrapped(text, self.room)), (), (Span("esc goes back", "dim"),))
            return
        finally:
            await login.close()
        if self.is_current:
            self.dismiss(Secret(token))

    def _say(self, *lines: Line) -> None:
        if self.is_mounted:
            self._note.show(*lines)

    def on_key(self, event: Key) -> None:
        event.stop()
        if event.key in ("escape", "q"):
            self.dismiss(None)
