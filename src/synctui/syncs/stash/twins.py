"""Performers, tags and studios that a server should not have twice, and has: both are kept, and it is said."""

from __future__ import annotations

from collections.abc import Sequence

from synctui.model.catalog import Named, Performer, Tag

_SHOWN = 3


def twins(items: Sequence[Named]) -> list[tuple[Named, Named]]:
    """Return pairs of the same name in any case (of performers with the same disambiguation, of tags by aliases as well)."""
    first: dict[tuple[str, str], Named] = {}
    found: list[tuple[Named, Named]] = []
    for item in items:
        detail = item.disambiguation.casefold() if isinstance(item, Performer) else ""
        names = (item.name, *item.aliases) if isinstance(item, Tag) else (item.name,)
        for name in dict.fromkeys(one.casefold() for one in names if one):
            other = first.setdefault((name, detail), item)
            if other is not item and (other, item) not in found[-1:]:
                found.append((other, item))
    return found


def told(pairs: Sequence[tuple[Named, Named]]) -> str:
    """Return such pairs as a person reads them, "" for none."""
    if not pairs:
        return ""
    names = [f"{one.name} ({one.id} and {other.id})" for one, other in pairs[:_SHOWN]]
    more = f", and {len(pairs) - _SHOWN:,} more" if len(pairs) > _SHOWN else ""
    return f"there twice, both are kept: {', '.join(names)}{more}"
