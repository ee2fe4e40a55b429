"""Which studios lie in which, and which tags: what stands at the top, and what is found below each."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from synctui.model.catalog import Entity
from synctui.store.catalog_browse import GroupLine

NO_STUDIO = GroupLine(Entity.STUDIO, 0, "no studio")


@dataclass(frozen=True, slots=True)
class Family:
    """Groups of one kind: `roots` at the top, `below` by the id of what they lie in, `scenes` by id (None: not counted)."""

    roots: tuple[GroupLine, ...] = ()
    below: Mapping[int, tuple[GroupLine, ...]] = field(default_factory=dict)
    scenes: Mapping[int, int] | None = None

    def count(self, group: GroupLine) -> int | None:
        """Return how many scenes a group has, those of what lies in a studio too; None while they are being counted."""
        if self.scenes is None:
            return None
        if group.entity is not Entity.STUDIO:
            return self.scenes.get(group.id, 0)
        return sum(self.scenes.get(number, 0) for number in _inside(group.id, self.below))


def family(entity: Entity, lines: Sequence[GroupLine], scenes: Mapping[int, int] | None) -> Family:
    """Return how groups lie in one another; one that is gone is shown only while scenes still name it.

    A server may say that two lie in each other: nothing is shown in itself, and everything is shown somewhere.
    """
    shown = [one for one in lines if not one.deleted or (scenes or {}).get(one.id)]
    if entity is Entity.STUDIO and scenes is not None:
        known = {one.id for one in shown}
        shown += [GroupLine(entity, number, f"studio {number}") for number in scenes if number and number not in known]
    there = {one.id for one in shown}
    below: dict[int, list[GroupLine]] = {}
    roots: list[GroupLine] = []
    for one in shown:
        parents = [above for above in dict.fromkeys(one.parents) if above in there and above != one.id]
        for above in parents:
            below.setdefault(above, []).append(one)
        if not parents:
            roots.append(one)
    reached = _reached([one.id for one in roots], below)
    for one in shown:
        if one.id not in reached:
            roots.append(one)
            reached |= _reached([one.id], below)
    if entity is Entity.STUDIO and (scenes is None or scenes.get(0)):
        roots.append(NO_STUDIO)
    return Family(tuple(roots), {above: tuple(found) for above, found in below.items()}, scenes)


def _reached(start: Iterable[int], below: Mapping[int, Sequence[GroupLine]]) -> set[int]:
    found: set[int] = set()
    waiting = list(start)
    while waiting:
        number = waiting.pop()
        if number not in found:
            found.add(number)
            waiting += [one.id for one in below.get(number, ())]
    return found


def _inside(number: int, below: Mapping[int, Sequence[GroupLine]]) -> set[int]:
    return _reached([number], below)
