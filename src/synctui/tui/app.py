"""The application: its services, its places, and what holds everywhere."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import sys
from collections.abc import Coroutine, Hashable
from typing import TYPE_CHECKING, Any, ClassVar

from textual.events import DescendantFocus
from textual.filter import NoColor
from textual.screen import Screen
from textual.widgets import Input

from synctui.config.launch import Farewell, Launch
from synctui.errors import DatabaseClosed, ExitCode, UsageError
from synctui.jobs.board import Board
from synctui.model.states import JobState
from synctui.text import cells, display
from synctui.tui.commands.command import Command
from synctui.tui.commands.keymap import Keymap, shown_key
from synctui.tui.draw.line import Line, spread, text_of
from synctui.tui.faults import Faults
from synctui.tui.guide import TOUR, Guide
from synctui.tui.house import House
from synctui.tui.leaving import Leaving, farewell, interrupted
from synctui.tui.messages import Messages
from synctui.tui.pulse import Pulse
from synctui.tui.screens.place import Place
from synctui.tui.terminal.abilities import speaks_unicode
from synctui.tui.terminal.driver import TerminalDriver
from synctui.tui.theme import OWN, choose_look, color_system, unknown_theme
from synctui.tui.topline import places_line, running_line
from synctui.tui.watch import Watch
from synctui.tui.ways import Ways
from synctui.tui.widgets.dialogs import Choice, Dialog, Menu

if TYPE_CHECKING:
    from synctui.services import Services
    from synctui.syncs.players.asking import Asked

log = logging.getLogger(__name__)


class SyncTui(Ways, inherit_bindings=False):
    """The screens of SyncTUI."""

    ENABLE_COMMAND_PALETTE = False
    TITLE = "SyncTUI"
    CSS = """
    Place { background: $background; color: $foreground; }
    Input, Input:focus { border: none; height: 1; padding: 0; background: $background; color: $foreground; }
    Input:ansi > .input--cursor { background: ansi_default; color: ansi_default; text-style: reverse; }
    """
    BINDINGS: ClassVar[list[Any]] = []

    def __init__(self, launch: Launch) -> None:
        super().__init__(driver_class=TerminalDriver)
        self.animation_level = "none"
        self.launch = launch
        ui = launch.loaded.config.ui
        self.ascii = launch.ascii or not speaks_unicode(sys.__stderr__.encoding if sys.__stderr__ is not None else None)
        self.look = choose_look(ui.theme, launch.colors)
        if self.look.mono:
            # Textual chose a filter of greys before it knew the theme: on the terminal's own colours that is black on black.
            self._filters = [NoColor()]
        self.palette = self.look.palette
        self.keymap = Keymap.of(ui.keys)
        self.messages = Messages()
        self.house = House(launch, self._tell_opened, self.exit)
        self.leaving = Leaving(self.house, self.exit, self._restore_terminal)
        self.guide = Guide(launch.paths.data / "tour", self.key_of) if launch.demo is not None else None
        self.faults = Faults(self)
        self.watch_on_jobs = Watch(self)
        self.pulse = Pulse(self.watch_on_jobs.look, ui.refresh_hz)
        self.asked_players: dict[str, Asked] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._welcomed = False
        self._standing = False
        for theme in OWN:
            self.register_theme(theme)
        self.theme = self.look.theme.name

    # life

    def get_default_screen(self) -> Screen[Any]:
        from synctui.tui.screens.library.screen import LibraryScreen

        return LibraryScreen()

    def on_mount(self) -> None:
        self.set_class(self.ascii, "-ascii")
        theme = unknown_theme(self.launch.loaded.config.ui.theme)
        for problem in (*self.launch.loaded.warnings, *((theme,) if theme else ()), *self.keymap.problems):
            self.messages.say(problem, "warn")
        if not self.house.begun:
            self.house.begin()
        if self.house.failed:
            self.exit()
        self.pulse.begin()
        self._standing = True

    def on_unmount(self) -> None:
        self.pulse.end()

    @property
    def services(self) -> Services:
        """Return the open services; raises UsageError while they are being opened."""
        return self.house.services

    @property
    def has_stash(self) -> bool:
        """Tell whether there is a Stash server."""
        return self.launch.stash is not None or bool(self.launch.loaded.config.stash.url)

    def _tell_opened(self, opened: Services) -> None:
        # The house is begun outside the application; what is started from there, screens above all, would hear no keys.
        self.call_later(self._opened, opened)

    def _opened(self, opened: Services) -> None:
        if not self.house.ready or self.house.services is not opened:
            return  # opened anew meanwhile, which is told as well
        self.asked_players.clear()
        said, self.launch = self.launch.loaded.warnings, self.house.launch
        for warning in opened.warnings:
            if warning not in said:
                self.messages.say(warning, "warn")
        for screen in self.screen_stack:
            if isinstance(screen, Place):
                screen.opened()
        if not (opened.libraries or self.launch.libraries or self._welcomed):
            from synctui.tui.screens.settings.welcome import first_start

            first_start(self)
        self._welcomed = True
        self.pulse.poke()

    def hung_up(self) -> None:
        """Leave: the terminal is gone."""
        self.leaving.hung_up()

    def _restore_terminal(self) -> None:
        if isinstance(self._driver, TerminalDriver):
            self._driver.suspend_application_mode()

    def behind(self) -> None:
        """Draw everything anew: the terminal could not take what was drawn meanwhile."""
        self.refresh()

    def on_descendant_focus(self, event: DescendantFocus) -> None:
        # A cursor that blinks sends something up the line all the time.
        if isinstance(event.widget, Input):
            event.widget.cursor_blink = False

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
        except DatabaseClosed:
            log.debug("given up: the library was opened anew meanwhile")
        except Exception as error:
            self.trouble(error)
        finally:
            self.frames()
        return None

    def trouble(self, error: BaseException) -> None:
        """Say what went wrong and what to do; a fault of ours leaves a report in the log folder."""
        self.faults.trouble(error)

    def fault(self, error: Exception, *, once: Hashable = None) -> None:
        """Say and report a fault of ours where it cannot go further up; what is drawn again and again is told `once`."""
        if once is None or self.faults.first(once):
            self._handle_exception(error)

    def _handle_exception(self, error: Exception) -> None:
        # One of Textual's own hooks: its version ends the application, with the values of all variables on the terminal.
        if self.faults.loud:
            super()._handle_exception(error)
        else:
            self.faults.handle(error, standing=self._standing)

    def say(self, text: str, role: Any = "text", *, hint: str = "") -> None:
        """Say something at the bottom of every screen; it stays until the next key, and among the messages."""
        self.messages.say(display(text), role, hint=display(hint) if hint else "")
        self.frames()

    def frames(self) -> None:
        """Draw the frame of the screen on top again."""
        if self.is_running and self.screen_stack and isinstance(self.screen, Place):
            self.screen.update_frame()

    @property
    def board(self) -> Board:
        """Return how the jobs stood at the last look."""
        return self.watch_on_jobs.board

    # asking

    async def ask(self, dialog: Dialog) -> Any:
        """Show a question and return its answer; only in a task (`start`), never in a handler."""
        answered: asyncio.Future[Any] = asyncio.get_running_loop().create_future()

        def take(answer: Any) -> None:
            if not answered.done():
                answered.set_result(answer)

        await self.push_screen(dialog, take)
        return await answered

    # the guided tour

    def guide_lines(self, place: Place, width: int) -> tuple[Line, ...]:
        """Return what the guided tour says on a screen; nothing outside the demo."""
        guide = self.guide
        if guide is None:
            return ()
        if self.watch_on_jobs.looked and guide.look(place.place, self.board):
            self.start(asyncio.to_thread(guide.keep))
        return () if guide.over else guide.lines(width)

    def did(self, place: str, command: Command) -> None:
        """Take over that a command was done."""
        if self.guide is not None and self.guide.did(place, command.id):
            self.start(asyncio.to_thread(self.guide.keep))

    def offers(self, command: Command) -> bool:
        """Tell whether a command has a meaning now: those of the tour have one in the demo only."""
        return self.guide is not None or command.id not in TOUR

    def key_of(self, place: str, id: str) -> str:
        """Return the key of a command as a person reads it, "" when it has none."""
        command = self.keymap.find(place, id)
        return shown_key(command.keys[0]) if command is not None and command.keys else ""

    # commands that hold everywhere

    def top_line(self, place: Place, width: int) -> Line:
        """Return the line at the top: where I am, the other places, what runs."""
        places = places_line(place, width, busy=self.board.running > 0, stash=self.has_stash)
        return spread(places, running_line(self.board, width - cells(text_of(places)) - 2), width)

    async def do_resume(self) -> None:
        """Let what was interrupted go on; otherwise what a person paused."""
        engine = self.services.engine
        # The board of the last look may show a job as interrupted that has come to its end since.
        board = await engine.board()
        paused = [job for job in board.jobs if job.state is JobState.PAUSED]
        gone_on: list[str] = []
        for job in [job for job in paused if interrupted(job)] or paused:
            with contextlib.suppress(UsageError):
                await engine.resume(job.id)
                gone_on.append(job.title)
        self.say(f"goes on: {', '.join(gone_on)}" if gone_on else "nothing waits to go on")
        self.pulse.poke()

    def do_tour(self) -> None:
        if self.guide is None:
            self.say("the tour is part of the demo", hint="synctui --demo")
            return
        self.guide.turn()
        self.start(asyncio.to_thread(self.guide.keep))

    def do_tour_next(self) -> None:
        if self.guide is not None:
            self.guide.skip()
            self.start(asyncio.to_thread(self.guide.keep))

    def do_suspend(self) -> None:
        self.action_suspend_process()

    async def do_quit(self) -> None:
        """Leave; while a job runs here, ask first."""
        if self.board.running_here:
            if isinstance(self.screen, Dialog):
                return
            answer = await self.ask(
                Menu(
                    "A job is running",
                    (
                        Choice(False, "s", "stay", "it goes on"),
                        Choice(True, "q", "pause and quit", "what is done is kept; it can go on later"),
                    ),
                )
            )
            if not answer:
                return
        self.exit()


async def show(launch: Launch) -> Farewell:
    """Show the screens until the user leaves; returns the exit code and what is to be said in the shell afterwards.

    Raises what the services could not be opened for: StorageError, DatabaseUnusable.
    """
    colours = color_system(launch.colors)
    if colours:
        os.environ["TEXTUAL_COLOR_SYSTEM"] = colours
        # Textual reads it once, when it is imported.
        from textual import constants

        constants.COLOR_SYSTEM = colours  # type: ignore[misc]
    app = SyncTui(launch)
    app.leaving.handle_signals()
    app.house.begin()
    mouse = launch.mouse and launch.loaded.config.ui.mouse
    try:
        await app.run_async(mouse=mouse)
    finally:
        if app.board.running_here:
            app.leaving.waiting()
        await app.house.close()
    gone = launch.demo is not None and not launch.demo_kept and app.leaving.code is ExitCode.DONE
    return Farewell(app.leaving.code, () if gone else (*app.leaving.told, *farewell(app.house.board, launch)))
