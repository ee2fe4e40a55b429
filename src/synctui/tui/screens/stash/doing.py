"""What is asked of the engine about the catalogue; a preview comes first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synctui.model.plan import Request
from synctui.text import display

if TYPE_CHECKING:
    from synctui.tui.app import SyncTui

_TITLE = 40


def sync_all(home: SyncTui) -> None:
    """Preview a sync of everything; where there is no server, say how to name one."""
    if not home.services.stash.tools.settings.url:
        key = home.key_of("catalogue", "configure")
        home.say("no Stash server is configured", "warn", hint=f"{key} in the catalogue names it" if key else "")
        return
    home.preview(Request("stash", (), {}), "Stash")


def sync_scene(home: SyncTui, scene: int, name: str) -> None:
    """Preview asking the server for one scene."""
    home.preview(Request("stash", (str(scene),), {}), display(name, _TITLE))


def made_up(home: SyncTui) -> bool:
    """Tell whether the server is the demo's, which cannot be changed, and say so."""
    if home.launch.stash is not None:
        home.say("the demo has a Stash of its own", "warn", hint="start synctui without --demo to name yours")
    return home.launch.stash is not None
