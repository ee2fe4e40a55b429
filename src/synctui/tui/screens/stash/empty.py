"""What stands where there are no scenes: how to name a server, how to sync it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from synctui.tui.draw.line import Line, Span
from synctui.tui.draw.wrap import wrapped
from synctui.tui.screens.stash.standing import Standing

_MOST = 68
_WHAT = (
    "SyncTUI can keep an exact copy of a Stash server's catalogue: scenes, performers, tags, studios. It is browsed and"
    " searched here, whether the server is on or not."
)


def empty_lines(one: Standing, gone: bool, key_of: Callable[[str, str], str], width: int) -> Sequence[Line]:
    """Return what is said instead of rows."""
    room = max(20, min(_MOST, width - 8))

    def said(text: str) -> list[Line]:
        return [(Span("   "), Span(part)) for part in wrapped(text, room)]

    def key(place: str, id: str, text: str) -> list[Line]:
        first, *rest = wrapped(text, room - 6)
        shown = key_of(place, id) or ":"
        return [(Span("   "), Span(shown, "accent", 6), Span(first)), *((Span(" " * 9), Span(part)) for part in rest)]

    if gone:
        return [(), *said("Nothing is gone: every scene that was ever here is on the server still.")]
    if not one.configured and one.tried is None:
        return [
            (),
            (Span("   No Stash server is configured.", "strong"),),
            (),
            *said(_WHAT),
            (),
            *key("catalogue", "configure", "its address in the settings; or in your configuration file:"),
            (),
            (Span("         [stash]", "dim"),),
            (Span('         url = "http://localhost:9999"', "dim"),),
            (Span('         api_key = "…"', "dim"), Span("      where it wants one", "dim")),
            (),
            (Span("   Nothing is ever changed on the server.", "dim"),),
        ]
    if one.tried is None:
        return [
            (),
            (Span("   This Stash was never synced.", "strong"),),
            (),
            *said(_WHAT),
            (),
            *key("catalogue", "sync", "asks it what there is; a preview comes first."),
            (),
            (Span("   Nothing is ever changed on the server.", "dim"),),
        ]
    if one.synced is None:
        lines = [(), (Span("   The first sync is not complete yet.", "strong"),), ()]
        return [*lines, *key("", "jobs", "shows how far it is."), *key("catalogue", "sync", "syncs what is missing.")]
    return [(), (Span("   The server has no scenes.", "strong"),), (), *key("catalogue", "sync", "looks again.")]
