"""Names that must not clash, and rows that must be there; what is refused is refused in the server's own words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from synctui.simulators.stash.rows import PerformerRow, StudioRow, TagRow
from synctui.simulators.stash.shelf import Refused, unique
from synctui.simulators.stash.tables import Table

Named = TypeVar("Named", PerformerRow, TagRow, StudioRow)


def known(table: Table[Named], number: int, kind: str) -> Named:
    """Return a row; Refused when it is not there."""
    row = table.get(number)
    if row is None:
        raise Refused(f"{kind} with id {number} not found")
    return row


def present(table: Table[Named], number: int) -> None:
    """Refuse to delete what is not there."""
    if number not in table:
        raise Refused(f"id {number} does not exist in {table.name}")


def all_known(table: Table[Named], ids: Iterable[int], kind: str) -> tuple[int, ...]:
    """Return ids without repetition; Refused when one of them is not there."""
    wanted = unique(ids)
    for number in wanted:
        known(table, number, kind)
    return wanted


def distinct(kind: str, name: str, aliases: Sequence[str]) -> None:
    """Refuse an alias that is said twice, or is the name."""
    taken = {name.casefold()}
    for alias in aliases:
        if alias.casefold() in taken:
            raise Refused(f"{kind} contains duplicate alias '{alias}'")
        taken.add(alias.casefold())


def free_names(table: Table[Named], kind: str, row: Named, name: str, aliases: Sequence[str]) -> None:
    """Refuse names that another one has, as its name or as an alias, in whatever case."""
    if not name.strip():
        raise Refused(f"{kind} name must not be blank")
    others = [other for other in table if other is not row]
    for wanted in (name, *aliases):
        folded = wanted.casefold()
        for other in others:
            if other.name.casefold() == folded:
                raise Refused(f"{kind} with name '{wanted}' already exists")
        for other in others:
            if any(alias.casefold() == folded for alias in other.aliases):
                raise Refused(f"name '{wanted}' is used as alias for '{other.name}'")
