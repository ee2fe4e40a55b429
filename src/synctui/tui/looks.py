"""How the application looks and listens: the part of the configuration that holds at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synctui.tui.commands.keymap import Keymap
from synctui.tui.theme import Look, choose_look
from synctui.tui.widgets.lines import Lines
from synctui.tui.widgets.rows import RowList

if TYPE_CHECKING:
    from synctui.config.schema import Ui
    from synctui.tui.app import SyncTui


def wear(home: SyncTui, look: Look) -> None:
    """Draw everything in another look."""
    if look == home.look:
        return
    home.look = look
    home.palette = look.palette
    home.theme = look.theme.name
    for screen in home.screen_stack:
        for widget in screen.query("*"):
            if isinstance(widget, (Lines, RowList)):
                widget.refresh()


def take_over(home: SyncTui, ui: Ui) -> None:
    """Follow `[ui]`: colours, keys, how often is drawn, the mouse."""
    wear(home, choose_look(ui.theme, home.launch.colors))
    home.keymap = Keymap.of(ui.keys)
    home.pulse.hertz = ui.refresh_hz
    _use_mouse(home, home.launch.mouse and ui.mouse)
    home.frames()


def _use_mouse(home: SyncTui, on: bool) -> None:
    # Textual decides this once, when it starts; its driver keeps the wish in `_mouse`, without which it sends nothing.
    driver = home._driver
    if driver is None or getattr(driver, "_mouse", on) == on:
        return
    enable, disable = getattr(driver, "_enable_mouse_support", None), getattr(driver, "_disable_mouse_support", None)
    if enable is None or disable is None:
        return
    if on:
        driver._mouse = True
        enable()
    else:
        disable()
        driver._mouse = False
