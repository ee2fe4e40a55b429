"""The top line: where I am, the other places, what runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synctui.jobs.board import Board, BoardJob
from synctui.text import cells, clip, display
from synctui.tui.draw.line import Line, Span
from synctui.words import clock_time

if TYPE_CHECKING:
    from synctui.tui.screens.place import Place

_PLACES = ("Library", "Jobs", "Players", "Stash", "Settings")
_MOST_ABOUT = 32
_WIDE = 100
_RAREST = "Settings"
_STASH = "Stash"


def places_line(place: Place, width: int, *, busy: bool = False, stash: bool = False) -> Line:
    """Return the name and the places, the one that is shown in bold; that of a Stash only where there is one (`stash`).

    Where there is little room the rarest give way to what runs (`busy`), and all others to the one that is shown.
    """
    line: list[Span] = [Span(" SyncTUI", "accent")]
    aside = place.title_word not in _PLACES
    rare = {_RAREST, _STASH} if busy else {_RAREST} if aside and place.title_word != _RAREST else set()
    places = [name for name in _PLACES if stash or name != _STASH or place.title_word == _STASH]
    named = [name for name in places if width >= _WIDE or name not in rare or name == place.title_word]
    if cells(" SyncTUI") + sum(3 + cells(name) for name in named) > width:
        named = [name for name in named if name == place.title_word]
    for name in named:
        line += [Span("   "), Span(name, "strong" if name == place.title_word else "dim", does=name.lower())]
    if place.title_word and aside:
        line += [Span("   "), Span(place.title_word, "strong")]
    if place.about:
        line += [Span("  "), Span(clip(display(place.about), _MOST_ABOUT), "dim")]
    return tuple(line)


def job_title(job: BoardJob) -> str:
    """Return what a job does, as it is said in passing: `subtitles Series`, `tell 3 players`, `tell players of Salt`."""
    if job.request.kind != "players":
        return job.title
    return f"tell players of {job.what}" if job.request.targets else f"tell {job.what}"


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
    title = clip(job_title(job), max(len(job.request.kind), room - cells(rest) - 2))
    return (Span("▶ ", "accent", does="jobs"), Span(title + rest, does="jobs"))
