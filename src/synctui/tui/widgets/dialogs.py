"""Questions over the screen: a choice, or a line of text. The safe answer has the cursor, Esc gives up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.await_complete import AwaitComplete
from textual.binding import Binding
from textual.containers import Vertical
from textual.events import Key
from textual.screen import ModalScreen
from textual.widgets import Input

from synctui.tui.draw.line import Line, Span
from synctui.tui.draw.palette import Role
from synctui.tui.draw.wrap import wrapped
from synctui.tui.widgets.field import Field
from synctui.tui.widgets.lines import Lines
from synctui.tui.widgets.rows import RowList, Rows
from synctui.tui.widgets.sturdy import Sturdy

_WIDTH, _BORDER = 76, 4
_MOST_FOUND = 5
_PATIENCE = 0.5


@dataclass(frozen=True, slots=True)
class Choice:
    """An answer: its value, the letter that gives it at once ("" for none), its word and what it means."""

    value: Any
    letter: str
    label: str
    help: str = ""
    role: Role = "text"


class _Choices(Rows):
    def __init__(self, choices: Sequence[Choice]) -> None:
        self.choices = choices
        self.wide = min(36, max((len(one.label) for one in choices), default=0) + 2)

    def count(self) -> int:
        return len(self.choices)

    def line(self, index: int, width: int) -> Line:
        one = self.choices[index]
        letters = (Span(one.letter, "accent", 3),) if any(one.letter for one in self.choices) else ()
        room = width - 3 * bool(letters)
        if not one.help:
            return (*letters, Span(one.label, one.role, room))
        return (*letters, Span(one.label, one.role, self.wide), Span(one.help, "dim", max(0, room - self.wide)))


class Dialog(Sturdy, ModalScreen[Any]):
    """A panel in the middle of the screen."""

    DEFAULT_CSS = """
    Dialog { align: center middle; background: transparent; color: $foreground; }
    Dialog > Vertical { width: 76; max-width: 96%; height: auto; max-height: 90%; background: $background; padding: 0 1; }
    Dialog > Vertical { border: round $primary 50%; }
    Dialog RowList { height: auto; }
    Dialog Lines { height: auto; }
    Dialog.-ascii > Vertical { border: ascii $primary; }
    """

    # Textual's fields take ctrl+c for copying, which nobody in a terminal means by it.
    BINDINGS: ClassVar[list[Any]] = [Binding("ctrl+c", "give_up", show=False, priority=True)]

    def __init__(self, title: str, said: Sequence[Line | str] = ()) -> None:
        super().__init__()
        self._title = title
        self._said_first = tuple(said)
        self._answered = False

    @property
    def room(self) -> int:
        """Return how many columns text has."""
        return max(10, min(_WIDTH, self.size.width * 96 // 100) - _BORDER)

    def on_mount(self) -> None:
        self.set_class(bool(self.app.ascii), "-ascii")  # type: ignore[attr-defined]
        lines: list[Line] = [(Span(self._title, "strong"),)]
        for one in self._said_first:
            lines += [(Span(part),) for part in wrapped(one, self.room)] if isinstance(one, str) else [one]
        head = self.query_one("#dialog-head", Lines)
        head.styles.height = len(lines) + 1
        head.show(*lines)

    def dismiss(self, result: Any = None) -> AwaitComplete:
        """Answer, once: a second Enter must not close the screen below."""
        if self._answered:
            return AwaitComplete()
        self._answered = True
        return super().dismiss(result)

    def action_give_up(self) -> None:
        self.dismiss(None)


class Menu(Dialog):
    """Asks for one of some choices; answers with its value, or None."""

    def __init__(self, title: str, choices: Sequence[Choice], said: Sequence[Line | str] = (), *, safe: int = 0) -> None:
        super().__init__(title, said)
        self._choices = choices
        self._safe = safe

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Lines(id="dialog-head")
            yield RowList(_Choices(self._choices), id="choices")

    def on_mount(self) -> None:
        super().on_mount()
        rows = self.query_one(RowList)
        rows.styles.height = min(len(self._choices), 14)
        rows.reload()
        rows.move_to(self._safe)
        rows.focus()

    def on_key(self, event: Key) -> None:
        event.stop()
        rows = self.query_one(RowList)
        said = event.character or ""
        given = next((one for one in self._choices if one.letter and one.letter == said), None)
        moves = {"j": 1, "down": 1, "k": -1, "up": -1, "pagedown": rows.page, "pageup": -rows.page}
        if given is not None:
            self.dismiss(given.value)
        elif event.key == "enter":
            self.dismiss(self._choices[rows.cursor].value)
        elif event.key in ("escape", "q"):
            self.dismiss(None)
        elif event.key in moves:
            rows.move(moves[event.key])

    def on_row_list_pressed(self, event: RowList.Pressed) -> None:
        event.stop()
        self.dismiss(self._choices[event.index].value)


class Prompt(Dialog):
    """Asks for a line of text; answers with it, or None.

    `check` says what is wrong with a text ("" for nothing), Tab completes with what `complete` returns.
    """

    def __init__(
        self,
        title: str,
        value: str = "",
        said: Sequence[Line | str] = (),
        *,
        check: Callable[[str], Awaitable[str]] | None = None,
        complete: Callable[[str], Awaitable[Sequence[str]]] | None = None,
        secret: bool = False,
    ) -> None:
        super().__init__(title, said)
        self._value = value
        self._check = check
        self._complete = complete
        self._secret = secret
        self._about: str | None = None
        self._asking: asyncio.Task[None] | None = None

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Lines(id="dialog-head")
            yield Field(self._value, password=self._secret, id="answer", select_on_focus=False)
            yield Lines(id="dialog-note")

    def on_mount(self) -> None:
        super().on_mount()
        self.query_one("#dialog-note", Lines).styles.height = 6 if self._complete is not None else 3
        field = self.query_one(Input)
        self.set_focus(field)
        # A field scrolls when its cursor moves: where a long text ends is where typing goes on.
        field.call_after_refresh(field.action_home)
        field.call_after_refresh(field.action_end)
        self._hint()

    def _hint(self) -> None:
        self._about = None
        self._say("enter takes it, esc gives up" + (", tab completes" if self._complete is not None else ""), "dim")

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        if self._about is not None and event.value != self._about:
            self._hint()  # what was said was about another text

    def _say(self, text: str, role: Role, more: Sequence[str] = ()) -> None:
        lines: list[Line] = [(Span(part, role),) for part in wrapped(text, self.room)] if text else []
        lines += [(Span("  " + one, "dim"),) for one in more]
        self.query_one("#dialog-note", Lines).show(*lines)

    async def on_key(self, event: Key) -> None:
        if event.key == "escape":
            event.stop()
            self.dismiss(None)
        elif event.key == "tab" and self._complete is not None:
            event.stop()
            event.prevent_default()
            await self._ask_disk(self._completed(self._complete))
        else:
            self.query_one(Field).take_ahead(event)

    async def _ask_disk(self, work: Coroutine[Any, Any, None]) -> None:
        """Ask one question at a time: what is typed ahead waits for the answer, but not for a disk that gives none."""
        if self._asking is not None and not self._asking.done():
            work.close()
            return
        self._asking = self.app.start(work, name="prompt")  # type: ignore[attr-defined]
        _, waiting = await asyncio.wait({self._asking}, timeout=_PATIENCE)
        if waiting and self.is_current:
            self._about = self.query_one(Input).value
            self._say("looking; esc gives up", "dim")

    async def _completed(self, complete: Callable[[str], Awaitable[Sequence[str]]]) -> None:
        field = self.query_one(Input)
        asked = field.value
        found = await complete(asked)
        if not self.is_current or field.value != asked:
            return  # given up, or something else was typed meanwhile
        self._about = asked
        if not found:
            self._say("nothing begins like this", "warn")
            return
        common = found[0]
        for one in found[1:]:
            while not one.startswith(common):
                common = common[:-1]
        if len(common) >= len(field.value):  # as long: with the capitals that the names have
            self._about = field.value = common
            field.cursor_position = len(common)
        if len(found) == 1:
            self._say("", "dim")
            return
        # Of a path only what comes next is news; the whole would be cut where it begins to differ.
        known = common.rfind("/") + 1
        self._say(f"{len(found)} begin like this", "dim", [one[known:] for one in found[:_MOST_FOUND]])

    async def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        if self._check is None:
            self.dismiss(event.value)
        else:
            await self._ask_disk(self._checked(self._check, event.value))

    async def _checked(self, check: Callable[[str], Awaitable[str]], text: str) -> None:
        wrong = await check(text)
        if not self.is_current or self.query_one(Input).value != text:
            return
        if wrong:
            self._about = text
            self._say(wrong, "error")
        else:
            self.dismiss(text)
