"""The top line: where I am, the other places, what runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synctui.jobs.board import Board
from synctui.text import cells, clip, display
from synctui.tui.draw.line import Line, Span
from synctui.words import clock_time

if TYPE_CHECKING:
    from synctui.tui.screens.place import Place

_PLACES = ("Library", "Jobs", "Settings")
_MOST_ABOUT = 32


def places_line(place: Place) -> Line:
    """Return the name and the places, the one that is shown in bold."""
    line: list[Span] = [Span(" SyncTUI", "accent")]
    for name in _PLACES:
        line += [Span("   "), Span(name, "strong" if name == place.title_word else "dim", does=name.lower())]
    if place.title_word and place.title_word not in _PLACES:
        line += [Span("   "), Span(place.title_word, "strong")]
    if place.about:
        line += [Span("  "), Span(clip(display(place.about), _MOST_ABOUT), "dim")]
    return tuple(line)


def running_line(board: Board, room: int) -> Line:
    """Return what runs, how far and how long still, or what is paused; its name is cut to fit into `room` columns."""
    running = [job for job in board.jobs if job.state.value in ("running", "planning")]
    if not running:
        paused = sum(job.state.value == "paused" for job in board.jobs)
        return (Span(f"‖ {paused} paused ", "warn", does="jobs"),) if paused else (Span(" "),)
    job = running[0]
    shown = job.snapshot
    share = f"{100 * shown.current // shown.total:>3} %" if shown.total else ""
    left = f"{clock_time(shown.eta_s)} left" if shown.eta_s is not None else ""
    more = f"  +{len(running) - 1}" if len(running) > 1 else ""
    rest = f"  {share}  {left}{more} "
    title = clip(job.title, max(len(job.request.kind), room - cells(rest) - 2))
    return (Span("▶ ", "accent", does="jobs"), Span(title + rest, does="jobs"))
