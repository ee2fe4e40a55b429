"""The application: its services, its places, and what holds everywhere."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
from collections.abc import Coroutine
from typing import Any, ClassVar

from textual.app import App
from textual.screen import Screen

from synctui.errors import ExitCode, SyncTuiError
from synctui.jobs.board import Board
from synctui.reports import write_report
from synctui.services import Farewell, Launch, Services
from synctui.text import display
from synctui.tui.commands.keymap import Keymap
from synctui.tui.draw.line import Line, spread
from synctui.tui.house import House
from synctui.tui.messages import Messages
from synctui.tui.pulse import Pulse
from synctui.tui.screens.place import Place
from synctui.tui.theme import OWN, choose_look, color_system
from synctui.tui.topline import places_line, running_line
from synctui.tui.widgets.dialogs import Choice, Dialog, Menu

log = logging.getLogger(__name__)

_MOST_FAULTS = 20
_CODES = {signal.SIGHUP: ExitCode.SIGHUP, signal.SIGINT: ExitCode.SIGINT, signal.SIGTERM: ExitCode.SIGTERM}


class SyncTui(App[ExitCode], inherit_bindings=False):
    """The screens of SyncTUI."""

    ENABLE_COMMAND_PALETTE = False
    TITLE = "SyncTUI"
    CSS = """
    Place { background: $background; color: $foreground; }
    Input, Input:focus { border: none; height: 1; padding: 0; background: $background; color: $foreground; }
    """
    BINDINGS: ClassVar[list[Any]] = []

    def __init__(self, launch: Launch) -> None:
        super().__init__()
        self.launch = launch
        ui = launch.loaded.config.ui
        self.ascii = launch.ascii
        self.look = choose_look(ui.theme, launch.colors)
        self.palette = self.look.palette
        self.keymap = Keymap.of(ui.keys)
        self.messages = Messages()
        self.house = House(launch, self._opened)
        self.board = Board()
        self.pulse = Pulse(self._look_at_jobs, ui.refresh_hz)
        self.farewell: tuple[str, ...] = ()
        self.code = ExitCode.DONE
        self._tasks: set[asyncio.Task[Any]] = set()
        self._faults = 0
        for theme in OWN:
            self.register_theme(theme)
        self.theme = self.look.theme.name

    # life

    def get_default_screen(self) -> Screen[Any]:
        from synctui.tui.screens.library.screen import LibraryScreen

        return LibraryScreen()

    def on_mount(self) -> None:
        self.set_class(self.ascii, "-ascii")
        for problem in (*self.launch.loaded.warnings, *self.keymap.problems):
            self.messages.say(problem, "warn")
        if not self.house.begun:
            self.house.begin()
        self.pulse.begin()
        self._handle_signals()

    def on_unmount(self) -> None:
        self.pulse.end()

    @property
    def services(self) -> Services:
        """Return the open services; raises UsageError while they are being opened."""
        return self.house.services

    def _opened(self, opened: Services) -> None:
        self.launch = self.house.launch
        for warning in opened.warnings:
            self.messages.say(warning, "warn")
        for screen in self.screen_stack:
            if isinstance(screen, Place):
                screen.opened()
        self.pulse.poke()

    def _handle_signals(self) -> None:
        loop = asyncio.get_running_loop()
        for number in _CODES:
            with contextlib.suppress(ValueError, RuntimeError):  # not the main thread, as in tests
                loop.add_signal_handler(number, self._signalled, number)

    def _signalled(self, number: signal.Signals) -> None:
        if self.code is not ExitCode.DONE:
            # Asked twice: leave at once; the database stays whole, our children go with us.
            self.house.stop.hard(number.name)
            if self.house.ready:
                self.services.workers.kill()
            os._exit(int(_CODES[number]))
        self.code = _CODES[number]
        self.house.stop.graceful(number.name)
        self.exit(self.code)

    # tasks and troubles

    def start(self, work: Coroutine[Any, Any, Any], *, name: str = "") -> asyncio.Task[Any]:
        """Run something beside the screens; what it raises is shown."""
        task = asyncio.get_running_loop().create_task(self._guarded(work), name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _guarded(self, work: Coroutine[Any, Any, Any]) -> Any:
        try:
            return await work
        except Exception as error:
            self.trouble(error)
        finally:
            self.frames()
        return None

    def trouble(self, error: BaseException) -> None:
        """Say what went wrong and what to do; a fault of ours leaves a report in the log folder."""
        if isinstance(error, SyncTuiError):
            self.say(str(error), "error", hint=error.hint)
            return
        self._faults += 1
        log.error("a fault", exc_info=error)
        try:
            report = write_report(self.launch.paths, self.launch.loaded, error)
            hint = f"the report is in {report}"
        except Exception:
            hint = f"the log is in {self.launch.paths.logs}"
        self.say(f"a fault in SyncTUI ({type(error).__name__}): what you did may not have happened", "error", hint=hint)

    def _handle_exception(self, error: Exception) -> None:
        # One of Textual's own hooks: its version ends the application.
        if self._faults >= _MOST_FAULTS or not self.is_running or self.is_headless:
            self.code = ExitCode.BUG
            super()._handle_exception(error)
            return
        self.trouble(error)

    def say(self, text: str, role: Any = "text", *, hint: str = "") -> None:
        """Say something at the bottom of every screen; it stays until the next key, and among the messages."""
        self.messages.say(display(text), role, hint=display(hint) if hint else "")
        self.frames()

    def frames(self) -> None:
        """Draw the frame of the screen on top again."""
        if self.is_running and isinstance(self.screen, Place):
            self.screen.update_frame()

    # jobs

    async def _look_at_jobs(self) -> bool:
        """Take over how the jobs stand and tell the screen on top, when something changed."""
        if not self.house.ready:
            return False
        try:
            before, self.board = self.board, await self.services.engine.board()
        except SyncTuiError as error:
            self.trouble(error)
            return False
        if self.board.version != before.version and isinstance(self.screen, Place):
            self._tell_ended(before)
            self.screen.refreshed()
            self.screen.update_frame()
        return self.board.running_here

    def _tell_ended(self, before: Board) -> None:
        known = {job.id: job for job in before.jobs}
        for job in self.board.jobs:
            if job.id in known and job.state.final and not known[job.id].state.final:
                self.messages.say(f"{job.state.glyph} {job.title}: {job.result}", "good" if job.clean else "warn")

    # asking

    async def ask(self, dialog: Dialog) -> Any:
        """Show a question and return its answer; only in a task (`start`), never in a handler."""
        answered: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        def take(answer: Any) -> None:
            if not answered.done():
                answered.set_result(answer)

        await self.push_screen(dialog, take)
        return await answered

    # commands that hold everywhere

    def top_line(self, place: Place, width: int) -> Line:
        """Return the line at the top: where I am, the other places, what runs."""
        return spread(places_line(place), running_line(self.board), width)

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
        command = await self.ask(palette)
        if command is not None and self.screen is place:
            place.do(command)

    async def do_quit(self) -> None:
        """Leave; while a job runs here, ask first."""
        if self.board.running_here:
            answer = await self.ask(
                Menu(
                    "A job is running",
                    (
                        Choice(False, "s", "stay", "it goes on"),
                        Choice(True, "q", "pause and quit", "what is done is kept; the next start offers to go on"),
                    ),
                )
            )
            if not answer:
                return
        self.exit(ExitCode.DONE)


async def show(launch: Launch) -> Farewell:
    """Show the screens until the user leaves; returns the exit code and what is to be said in the shell afterwards."""
    colours = color_system(launch.colors)
    if colours:
        os.environ["TEXTUAL_COLOR_SYSTEM"] = colours
        # Textual reads it once, when it is imported.
        from textual import constants

        constants.COLOR_SYSTEM = colours  # type: ignore[misc]
    no_color = os.environ.get("NO_COLOR")
    app = SyncTui(launch)
    if no_color is not None:
        os.environ["NO_COLOR"] = no_color  # Textual takes it away; our children want it
    app.house.begin()
    mouse = launch.mouse and launch.loaded.config.ui.mouse
    trouble: SyncTuiError | None = None
    try:
        await app.run_async(mouse=mouse)
    finally:
        try:
            await app.house.close()
        except SyncTuiError as error:
            trouble = error
    if trouble is not None:
        raise trouble
    return Farewell(app.code if app.code is not ExitCode.DONE else app.return_value or ExitCode.DONE, app.farewell)
