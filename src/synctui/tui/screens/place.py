"""The anatomy of every screen: where I am, how things stand, the body, what was said, what can be done."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding
from textual.css.query import NoMatches
from textual.events import Key, Resize
from textual.screen import Screen
from textual.widget import Widget
from textual.widgets import Input

from synctui.text import cells, display
from synctui.tui.commands.command import Command
from synctui.tui.commands.keymap import shown_key
from synctui.tui.draw.line import Line, Span, fit, spread
from synctui.tui.widgets.field import Field
from synctui.tui.widgets.lines import Lines
from synctui.tui.widgets.rows import RowList
from synctui.tui.widgets.sturdy import Sturdy

if TYPE_CHECKING:
    from synctui.tui.app import SyncTui

_MOST_HINTS = 6
_LEAST_FOR_GUIDE = 16
_MOST_AHEAD, _LOOK_AHEAD = 1.0, 0.01
_THROUGH_FIELDS = ("escape", "enter", "up", "down", "ctrl+c", "ctrl+z")


class Place(Sturdy, Screen[Any]):
    """A screen with the usual frame; a subclass gives the body, the answer at the top and `do_<command>` methods.

    A `do_` method may be a coroutine: it then runs beside the screen, which goes on answering keys, and what it raises is
    shown as a message.
    """

    DEFAULT_CSS = """
    Place { layout: vertical; overflow: hidden; }
    Place > #body { height: 1fr; width: 1fr; }
    """
    place: ClassVar[str] = ""
    title_word: ClassVar[str] = ""
    about = ""
    """What it shows just now, said beside its title."""
    AUTO_FOCUS = "RowList"
    BINDINGS: ClassVar[list[Any]] = [Binding("ctrl+c", "interrupt", show=False, priority=True)]

    @property
    def home(self) -> SyncTui:
        """Return the application."""
        return self.app  # type: ignore[return-value]

    @property
    def stands(self) -> bool:
        """Tell whether its widgets are there: what a task of it finds may come after it was closed."""
        return self.is_mounted and bool(self.children) and self in self.app.screen_stack

    def compose(self) -> ComposeResult:
        yield Lines(id="frame-top")
        yield Lines(id="frame-answer")
        yield Lines(id="frame-upper")
        yield from self.body()
        yield Lines(id="frame-lower")
        yield Lines(id="frame-guide")
        yield Lines(id="frame-hints")

    # what a screen gives

    def body(self) -> Iterable[Widget]:
        """Yield the widgets between the rules."""
        return ()

    def answer(self) -> tuple[Line, Line]:
        """Return how things stand, left and right: the first line below the top one."""
        return (), ()

    def before_hints(self) -> Line:
        """Return what stands before the hints at the bottom, such as how many rows are marked."""
        return ()

    def available(self, command: Command) -> str:
        """Return the word for a command among the hints as things stand now, "" to leave it out."""
        return command.label

    def opened(self) -> None:
        """Take over that the services are there: the first time, and again after the configuration changed."""

    def refreshed(self) -> None:
        """Take over what may have changed in the store or in the jobs; called at most `refresh_hz` times a second."""

    # the frame

    def on_mount(self) -> None:
        self.update_frame()

    def on_resize(self, event: Resize) -> None:
        self.update_frame()

    def on_screen_resume(self) -> None:
        self.take_over()
        self.update_frame()

    def take_over(self) -> None:
        """Let the screen take over what changed; a fault in it is reported once."""
        try:
            self.refreshed()
        except Exception as error:
            self.home.fault(error, once=f"refreshing {type(self).__name__}")

    def update_frame(self) -> None:
        """Draw the frame's lines that changed."""
        if not self.stands:
            return
        try:
            self._draw_frame(self.size.width)
        except NoMatches:
            # It is being taken down, some of its lines are gone already.
            return
        except Exception as error:
            self.home.fault(error, once=f"frame of {type(self).__name__}")

    def _draw_frame(self, width: int) -> None:
        left, right = self._answered()
        self._line("frame-top").show(self.home.top_line(self, width))
        self._line("frame-answer").show(spread((Span(" "), *left), (*right, Span(" ")), width))
        self._line("frame-upper").show((Span("─" * width, "rule"),))
        self._line("frame-lower").show(self._said(width))
        self._show_guide(width)
        self._line("frame-hints").show(self._hints(width))

    def _answered(self) -> tuple[Line, Line]:
        try:
            return self.answer()
        except Exception as error:
            self.home.fault(error, once=f"answer of {type(self).__name__}")
            return (Span("how things stand could not be drawn", "error"),), ()

    def _show_guide(self, width: int) -> None:
        # It never takes room that the rows need more.
        lines = self.home.guide_lines(self, width) if self.size.height >= _LEAST_FOR_GUIDE else ()
        guide = self._line("frame-guide")
        if guide.display is not bool(lines):
            guide.display = bool(lines)
        if lines:
            guide.styles.height = len(lines)
            guide.show(*lines)

    def _line(self, id: str) -> Lines:
        return self.query_one("#" + id, Lines)

    def _said(self, width: int) -> Line:
        said = self.home.messages.newest
        if said is None:
            return (Span("─" * width, "rule"),)
        text = said.text + (f"; {said.hint}" if said.hint else "")
        if (
            cells(display(text)) > width - 4
            and (messages := self.home.keymap.find(self.place, "messages"))
            and messages.keys
        ):
            more = f" {shown_key(messages.keys[0])} shows all of it"
            room = max(0, width - 4 - cells(more))
            return (
                Span("── ", "rule"),
                Span(text, said.role, room, does="messages"),
                Span(more, "dim", does="messages"),
                Span(" ", "rule"),
            )
        line: Line = (Span("── ", "rule"), Span(text, said.role), Span(" ", "rule"))
        taken = sum(cells(fit(span)) for span in line)
        return (*line, Span("─" * max(0, width - taken), "rule"))

    def _hints(self, width: int) -> Line:
        line: list[Span] = [Span(" "), *self.before_hints()]
        ranked = sorted((one for one in self.home.keymap.of_place(self.place) if one.hint), key=lambda one: one.hint)
        shown, taken = 0, sum(cells(fit(span)) for span in line)
        help = next((one for one in ranked if one.id == "help"), None)
        reserve = 0 if help is None or not help.keys else cells(shown_key(help.keys[0])) + 1 + cells(help.label) + 3
        for command in ranked:
            word = self.available(command)
            if not word or not command.keys:
                continue
            key = shown_key(command.keys[0])
            size = cells(key) + 1 + cells(word) + 3
            kept = 0 if command is help else reserve
            if shown >= _MOST_HINTS - (0 if command is help else 1) or taken + size - 3 > width - kept:
                continue
            does = command.id
            line += [Span("   " if shown else ""), Span(key, "accent", does=does), Span(" " + word, "dim", does=does)]
            shown += 1
            taken += size
        return tuple(line)

    # keys

    @property
    def rows(self) -> RowList | None:
        """Return the list that moving keys move: the focused one, or the first."""
        focused = self.focused
        if isinstance(focused, RowList):
            return focused
        found = self.query(RowList)
        return found.first() if found else None

    async def on_key(self, event: Key) -> None:
        if isinstance(self.focused, Input) and event.key not in _THROUGH_FIELDS:
            if isinstance(self.focused, Field):
                self.focused.take_ahead(event)
            return
        key = event.character if event.character and event.is_printable and event.character != " " else event.key
        command = self.home.keymap.command(self.place, key)
        if command is None:
            return
        event.stop()
        event.prevent_default()
        task = self.do(command)
        # What the command is about is settled in its task's first step: the next key, typed ahead, must not move the cursor.
        await asyncio.sleep(0)
        if task is not None and not command.lasting:
            await self._led(task)

    async def _led(self, task: asyncio.Task[Any]) -> None:
        """Wait until a command has led somewhere, to its end or to a question: what is typed ahead is meant for that."""
        until = time.monotonic() + _MOST_AHEAD
        while not task.done() and self.app.screen is self and time.monotonic() < until:
            await asyncio.wait({task}, timeout=_LOOK_AHEAD)

    def action_interrupt(self) -> None:
        """Give up a field; elsewhere do what the key does."""
        command = self.home.keymap.command(self.place, "ctrl+c")
        if isinstance(self.focused, Input):
            command = self.home.keymap.find(self.place, "back")
        if command is not None:
            self.do(command)

    def do(self, command: Command) -> asyncio.Task[Any] | None:
        """Do a command, and return the task that goes on with it; what goes wrong is said and ends nothing."""
        task: asyncio.Task[Any] | None = None
        self.home.messages.clear()
        method = getattr(self, "do_" + command.id, None) or getattr(self.home, "do_" + command.id)
        try:
            result = method()
        except Exception as error:
            self.home.trouble(error)
        else:
            if inspect.iscoroutine(result):
                task = self.home.start(result, name=command.id)
            self.home.did(self.place, command)
        self.update_frame()
        return task

    def on_lines_clicked(self, event: Lines.Clicked) -> None:
        event.stop()
        if (command := self.home.keymap.find(self.place, event.does)) is not None:
            self.do(command)

    def on_row_list_pressed(self, event: RowList.Pressed) -> None:
        event.stop()
        if (command := self.home.keymap.find(self.place, "open")) is not None:
            self.do(command)

    def do_down(self) -> None:
        if self.rows is not None:
            self.rows.move(1)

    def do_up(self) -> None:
        if self.rows is not None:
            self.rows.move(-1)

    def do_first(self) -> None:
        if self.rows is not None:
            self.rows.move_to(0)

    def do_last(self) -> None:
        if self.rows is not None:
            self.rows.move_to(self.rows.source.count() - 1)

    def do_page_down(self) -> None:
        if self.rows is not None:
            self.rows.move(self.rows.page)

    def do_page_up(self) -> None:
        if self.rows is not None:
            self.rows.move(-self.rows.page)

    def do_back(self) -> None:
        self.home.back()
