"""How the catalogue stands: how much is in it, when it was synced last, what waits; in a line, in a row of the library."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from synctui import words
from synctui.jobs.board import Board
from synctui.model.catalog import Entity
from synctui.model.states import JobState
from synctui.store import catalog_browse as browse
from synctui.store import catalog_state as state
from synctui.store.catalog_browse import Sums
from synctui.store.catalog_state import EntityState, ServerState
from synctui.store.database import Database
from synctui.text import cells
from synctui.tui.draw.line import Line, Span, whole
from synctui.tui.draw.times import at_time

KIND = "stash"


@dataclass(frozen=True, slots=True)
class Standing:
    """What is known of the catalogue; `configured` says that there is an address."""

    configured: bool = False
    sums: Sums = field(default_factory=Sums)
    server: ServerState = field(default_factory=ServerState)
    states: Mapping[Entity, EntityState] = field(default_factory=dict)

    @property
    def tried(self) -> str | None:
        """Return when it was last looked at, None for never."""
        return max((one.last_attempt for one in self.states.values() if one.last_attempt), default=None)

    @property
    def synced(self) -> str | None:
        """Return since when all of it is as the server had it; None while any kind of thing never was."""
        known = [one.last_success for one in self.states.values()]
        return min((at for at in known if at), default=None) if known and all(known) else None

    @property
    def exact(self) -> str | None:
        """Return when everything was compared last, None for never."""
        known = [one.last_exact for one in self.states.values()]
        return min((at for at in known if at), default=None) if known and all(known) else None

    @property
    def problem(self) -> str:
        """Return what was wrong with the last sync, "" for nothing."""
        return next((one.problem for one in self.states.values() if one.problem), "")

    @property
    def shown(self) -> bool:
        """Tell whether it is worth a row in the library."""
        return self.configured or bool(self.sums.scenes) or self.tried is not None


async def read(database: Database, *, configured: bool) -> Standing:
    """Return how the catalogue stands."""
    return Standing(
        configured,
        await browse.sums(database),
        await state.server_state(database),
        await state.entity_states(database),
    )


def syncing(board: Board) -> bool:
    """Tell whether the catalogue is being synced."""
    going = (JobState.RUNNING, JobState.PLANNING)
    return any(job.request.kind == KIND and job.state in going for job in board.jobs)


def state_word(one: Standing, *, busy: bool = False) -> Span:
    """Return how it stands in a few words, what wants a person first."""
    if busy:
        return Span("syncing", "accent")
    if one.sums.conflicts:
        return Span(words.count(one.sums.conflicts, "conflict"), "warn")
    if one.server.held_back:
        return Span(f"{one.server.held_back:,} held back", "warn")
    if not one.configured and one.tried is None:
        return Span("not configured", "dim")
    if one.problem:
        return Span("something was left out", "warn")
    if one.synced is None:
        return Span("never synced", "warn" if one.configured else "dim")
    return Span(f"synced {at_time(one.synced)}", "good")


def root_line(one: Standing, width: int, *, busy: bool = False) -> Line:
    """Return the row of the catalogue in the library."""
    said = state_word(one, busy=busy)
    count = words.count(one.sums.scenes, "scene") if one.sums.scenes else ""
    # As wide as the columns of libraries are.
    room = width - 2
    wide = room > 52
    taken = 34 if wide else 20
    line: list[Span] = [Span("▸ ", "dim"), Span("Stash", "strong", max(1, room - taken))]
    if wide:
        line.append(Span(count, "dim", 14, right=True))
    return (*line, Span(said.text, said.role, min(20, room - 1), right=True))


def answer(one: Standing, width: int, *, busy: bool = False) -> tuple[Line, Line]:
    """Return the first line above the catalogue, both sides of it."""
    if not one.configured and one.tried is None:
        return (Span("no Stash server yet", "strong"),), ()
    right: list[Span] = []
    if one.sums.conflicts and (busy or one.server.held_back):
        right.append(Span(words.count(one.sums.conflicts, "conflict"), "warn"))
    right.append(state_word(one, busy=busy))
    if one.sums.conflicts and not busy and one.synced:
        right.append(Span(f"synced {at_time(one.synced)}", "dim"))
    beside = whole(right, width // 2)
    sums = one.sums
    parts = [Span(words.count(sums.scenes, "scene"), "strong")]
    parts += [
        Span(words.count(number, noun), "text")
        for number, noun in ((sums.performers, "performer"), (sums.tags, "tag"), (sums.studios, "studio"))
        if number
    ]
    if sums.edits:
        parts.append(Span(f"{words.count(sums.edits, 'edit')} of yours", "dim"))
    return whole(parts, width - sum(cells(span.text) for span in beside) - 2), beside
