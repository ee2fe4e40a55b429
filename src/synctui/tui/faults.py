"""Faults of our own: they are said and reported, and what they broke is closed; nothing else ends."""

from __future__ import annotations

import logging
from collections.abc import Hashable
from typing import TYPE_CHECKING

from synctui.errors import SyncTuiError
from synctui.tui.widgets.dialogs import Dialog

if TYPE_CHECKING:
    from synctui.tui.app import SyncTui

log = logging.getLogger(__name__)

_MOST = 20
_SETTLED_S = 0.1


class Faults:
    """What went wrong in this session: `all` are the faults, at most so many before the application gives up.

    In tests a fault ends the application at once, so that it fails loudly, unless they are `lenient`.
    """

    def __init__(self, home: SyncTui) -> None:
        self.all: list[BaseException] = []
        self.lenient = False
        self._home = home
        self._told: set[Hashable] = set()
        self._troubles: dict[str, str] = {}

    @property
    def strict(self) -> bool:
        """Tell whether the next fault ends the application."""
        return self.loud or len(self.all) >= _MOST

    @property
    def loud(self) -> bool:
        """Tell whether Textual's own way with a fault is wanted, as in tests."""
        return self._home.is_headless and not self.lenient

    def first(self, about: Hashable) -> bool:
        """Tell whether nothing was said about this before; from now on it was."""
        if about in self._told:
            return False
        self._told.add(about)
        return True

    def trouble(self, error: BaseException) -> None:
        """Say what went wrong and what to do; a fault of ours leaves a report in the log folder."""
        if isinstance(error, SyncTuiError):
            self._home.say(str(error), "error", hint=error.hint)
            return
        self.all.append(error)
        log.error("a fault", exc_info=error)
        launch = self._home.launch
        try:
            from synctui.reports import write_report  # deferred: no start should pay for it

            hint = f"report: {write_report(launch.paths, launch.loaded, error)}"
        except Exception:
            hint = f"log: {launch.paths.logs}"
        self._home.say(f"a fault in SyncTUI ({type(error).__name__})", "error", hint=hint)

    def trouble_when_new(self, about: str, error: SyncTuiError | None) -> None:
        """Say a trouble that comes again at every look when it is another than before; None: there is none any more."""
        before, self._troubles[about] = self._troubles.get(about, ""), str(error or "")
        if error is not None and str(error) != before:
            self.trouble(error)

    def handle(self, error: Exception, *, standing: bool) -> None:
        """Report a fault; give up when nothing stands yet, otherwise see what it has broken."""
        self.trouble(error)
        if not standing or self.strict:
            self._give_up()
        else:
            self._home.set_timer(_SETTLED_S, self._see_who_answers)

    def _give_up(self) -> None:
        self._home.leaving.give_up(self._home.messages.newest)
        self._home.exit()
        self._home._close_messages_no_wait()

    def _see_who_answers(self) -> None:
        """Close what no longer answers keys: a part of Textual's own ends with its first fault."""
        if not self._home.screen_stack:
            self._give_up()
            return
        screen = self._home.screen
        if not screen.is_running or not screen.children:
            if isinstance(screen, Dialog):
                screen.dismiss(None)
            elif len(self._home.screen_stack) > 1:
                self._home.pop_screen()
            else:
                self._give_up()
        elif screen.focused is not None and not screen.focused.is_running:
            screen.set_focus(None)
            if isinstance(screen, Dialog):
                screen.dismiss(None)
