"""From place to place: the main screens, what lies above them, and what is found by its name."""

from __future__ import annotations

from collections.abc import Coroutine, Sequence
from typing import TYPE_CHECKING, Any

from textual.app import App

from synctui.errors import ExitCode
from synctui.tui.screens.place import Place
from synctui.tui.widgets.sturdy import Sturdy

if TYPE_CHECKING:
    import asyncio

    from synctui.model.plan import Request
    from synctui.tui.widgets.dialogs import Dialog


class Ways(Sturdy, App[ExitCode], inherit_bindings=False):
    """The part of the application that goes from one screen to another."""

    def start(self, work: Coroutine[Any, Any, Any], *, name: str = "") -> asyncio.Task[Any]:
        """Run something beside the screens."""
        raise NotImplementedError

    async def ask(self, dialog: Dialog) -> Any:
        """Show a question and return its answer."""
        raise NotImplementedError

    def back(self) -> None:
        """Go back to the screen before, if there is one."""
        if len(self.screen_stack) > 1:
            self.pop_screen()

    def show(self, place: Place) -> None:
        """Put a screen on top."""
        self.push_screen(place)

    def go(self, kind: type[Place]) -> None:
        """Go to one of the main places: what lies above it is closed."""
        for index, screen in enumerate(self.screen_stack):
            if type(screen) is kind:
                for _ in range(len(self.screen_stack) - index - 1):
                    self.pop_screen()
                return
        while len(self.screen_stack) > 1:
            self.pop_screen()
        self.push_screen(kind())

    def do_library(self) -> None:
        from synctui.tui.screens.library.screen import LibraryScreen

        self.go(LibraryScreen)

    def do_jobs(self) -> None:
        from synctui.tui.screens.jobs.screen import JobsScreen

        self.go(JobsScreen)

    def do_players(self) -> None:
        from synctui.tui.screens.players.screen import PlayersScreen

        self.go(PlayersScreen)

    def do_stash(self) -> None:
        from synctui.tui.screens.stash.screen import CatalogueScreen

        self.go(CatalogueScreen)

    def do_settings(self) -> None:
        from synctui.tui.screens.settings.screen import SettingsScreen

        self.go(SettingsScreen)

    def do_messages(self) -> None:
        from synctui.tui.screens.messages import MessagesScreen

        self.show(MessagesScreen())

    def do_help(self) -> None:
        from synctui.tui.screens.help import HelpScreen

        place = self.screen
        if isinstance(place, Place) and not isinstance(place, HelpScreen):
            self.show(HelpScreen(place))

    def do_palette(self) -> None:
        from synctui.tui.screens.palette import PaletteScreen

        place = self.screen
        if isinstance(place, Place):
            self.start(self._palette(place, PaletteScreen(place)))

    async def _palette(self, place: Place, palette: Any) -> None:
        from synctui.tui.screens.palette import SETTING

        command = await self.ask(palette)
        if command is None or self.screen is not place:
            return
        if command.place == SETTING:
            self.show_setting(command.id)
        else:
            place.do(command)

    def show_setting(self, id: str) -> None:
        """Go to the settings, and there to one of them."""
        from synctui.tui.screens.settings.screen import SettingsScreen

        self.go(SettingsScreen)
        for screen in self.screen_stack:
            if isinstance(screen, SettingsScreen):
                screen.point_at(id)

    # what a plan is looked at with before it runs

    def preview(self, request: Request, title: str) -> None:
        """Show what a request would do; nothing happens before it is confirmed there."""
        from synctui.tui.screens.preview.screen import PreviewScreen
        from synctui.tui.screens.preview.wanted import Wanted

        self.show(PreviewScreen(Wanted(request), title))

    def preview_undo(self, job: int, keys: Sequence[str] | None, title: str) -> None:
        """Show what taking back a job, or some of its operations, would do."""
        from synctui.tui.screens.preview.screen import PreviewScreen
        from synctui.tui.screens.preview.wanted import Wanted

        self.show(PreviewScreen(Wanted(job=job, keys=None if keys is None else tuple(keys)), title))
