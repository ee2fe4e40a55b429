"""Textual's driver, made to live on a line that stalls, garbles or ends."""

from __future__ import annotations

import codecs
import contextlib
import os
import selectors
import sys
from collections.abc import Callable
from typing import Any

from textual._xterm_parser import XTermParser
from textual.drivers.linux_driver import LinuxDriver

from synctui.tui.terminal.pen import Pen

_ESCAPE_S = 0.1
_CHUNK = 4096


class TerminalDriver(LinuxDriver):
    """Reads keys whatever bytes come, tells the application (`behind`, `hung_up`) of a stalled or closed terminal, and
    never waits for it.

    Textual's own asks the terminal to report every movement of the mouse; only clicks and the wheel are used here, so
    moving it sends nothing up a slow line.
    """

    def __init__(self, app: Any, **given: Any) -> None:
        super().__init__(app, **given)
        self._pen: Pen | None = None

    def start_application_mode(self) -> None:
        error = sys.__stderr__
        assert error is not None
        self._pen = Pen(error.fileno(), error.encoding, self._told("behind"), self._told("hung_up"))
        self._pen.start()
        super().start_application_mode()  # type: ignore[no-untyped-call]

    def _get_terminal_size(self) -> tuple[int, int]:
        # Textual's own believes COLUMNS and LINES first, which a shell may have exported and no resizing changes.
        for stream in (sys.__stderr__, sys.__stdout__, sys.__stdin__):
            with contextlib.suppress(OSError, ValueError, AttributeError):
                columns, rows = os.get_terminal_size(stream.fileno())  # type: ignore[union-attr]
                if columns and rows:
                    return columns, rows
        return super()._get_terminal_size()

    def resume_application_mode(self) -> None:
        super().resume_application_mode()
        self._told("behind")()

    def write(self, data: str) -> None:
        if self._pen is not None:
            self._pen.write(data)

    def close(self) -> None:
        super().close()
        if self._pen is not None:
            self._pen.stop()

    def _told(self, what: str) -> Callable[[], None]:
        def tell() -> None:
            with contextlib.suppress(RuntimeError):  # the loop has ended meanwhile
                self._loop.call_soon_threadsafe(getattr(self._app, what))

        return tell

    def _enable_mouse_support(self) -> None:
        if self._mouse:
            self.write("\x1b[?1000h\x1b[?1006h")

    def _disable_mouse_support(self) -> None:
        if self._mouse:
            self.write("\x1b[?1006l\x1b[?1000l")

    def run_input_thread(self) -> None:
        """Read keys until the end; a closed terminal reads as nothing for ever, which is an end as well."""
        parser = XTermParser(self._debug)
        decoder = codecs.getincrementaldecoder("utf-8")("replace")
        with selectors.DefaultSelector() as selector:
            selector.register(self.fileno, selectors.EVENT_READ)
            while not self.exit_event.is_set():
                if selector.select(_ESCAPE_S):
                    try:
                        data = os.read(self.fileno, _CHUNK)
                    except OSError:
                        data = b""
                    if not data:
                        self._told("hung_up")()
                        return
                    for event in parser.feed(decoder.decode(data)):
                        self.process_message(event)
                for event in parser.tick():
                    self.process_message(event)
