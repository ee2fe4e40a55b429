"""Which players have a video, or the videos of a show, in lines."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from synctui.model.players import ItemState
from synctui.store.player_items import QueueRow
from synctui.tui.draw.line import Line, Span
from synctui.tui.draw.times import at_time
from synctui.tui.screens.players.wording import item_word, state_role


def holder_lines(holders: Sequence[QueueRow], label: int) -> list[Line]:
    """Return how a video stands with each player: `Living room ✓ confirmed 14:02`; the first is labelled."""
    lines: list[Line] = [()] if holders else []
    for at, row in enumerate(holders):
        item = row.item
        when = at_time(row.last_synced if item.state is ItemState.CONFIRMED else None)
        said = f"{item.player} {item.state.glyph} {item_word(item)} {when}".rstrip()
        lines.append((Span("players" if not at else "", "dim", label), Span(said, state_role(item.state))))
    return lines


def held_lines(held: Mapping[str, Mapping[str, int]]) -> list[Line]:
    """Return how many videos each player has confirmed, and how many it has not."""
    lines: list[Line] = [()] if held else []
    for player, states in held.items():
        confirmed = states.get(ItemState.CONFIRMED, 0)
        parts = [f"{confirmed:,} confirmed"] if confirmed else []
        for state in ItemState:
            if state is not ItemState.CONFIRMED and (number := states.get(state.value, 0)):
                parts.append(f"{number:,} {state.word}")
        lines.append((Span(player), Span("  " + ", ".join(parts), "good" if set(states) == {"confirmed"} else "warn")))
    return lines
