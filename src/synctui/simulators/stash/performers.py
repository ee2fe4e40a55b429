"""Performers: told apart by name and disambiguation; when they go, scenes lose them without being bumped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypedDict, Unpack

from synctui.simulators.stash.names import all_known, distinct, known, present
from synctui.simulators.stash.rows import PerformerRow
from synctui.simulators.stash.shelf import Refused, Shelf, StashIds, unique


class PerformerFields(TypedDict, total=False):
    """What can be said of a performer."""

    name: str
    disambiguation: str
    gender: str | None
    birthdate: str | None
    death_date: str | None
    country: str
    details: str
    height_cm: int | None
    rating100: int | None
    favorite: bool
    ignore_auto_tag: bool
    aliases: Sequence[str]
    urls: Sequence[str]
    stash_ids: StashIds
    tags: Iterable[int]


class PerformerEdits(Shelf):
    """What can be done to performers."""

    def create_performer(self, **fields: Unpack[PerformerFields]) -> int:
        """Add a performer; name and disambiguation together must be new."""
        now = self.clock.stamp()
        row = PerformerRow(0, now, now, "")
        self._fill_performer(row, fields)
        row.id = self.performers.next_id()
        self.performers.add(row)
        self.changed()
        return row.id

    def update_performer(self, number: int, **fields: Unpack[PerformerFields]) -> None:
        """Change a performer."""
        row = known(self.performers, number, "performer")
        self._fill_performer(row, fields)
        row.updated_at = self.clock.stamp()
        self.changed()

    def destroy_performer(self, number: int) -> None:
        """Delete a performer; scenes lose it without being bumped."""
        present(self.performers, number)
        self.performers.remove(number)
        for scene in self.scenes:
            if number in scene.performers:
                scene.performers = tuple(other for other in scene.performers if other != number)
        self.changed()

    def merge_performers(self, sources: Iterable[int], destination: int, **fields: Unpack[PerformerFields]) -> None:
        """Put one performer in the place of others, which go; only the one is bumped."""
        gone = unique(sources)
        known(self.performers, destination, "performer")
        if destination in gone:
            raise Refused("cannot merge where source == destination")
        for number in gone:
            if number not in self.performers:
                raise Refused(f"finding source performers: performer with id {number} not found")
        for scene in self.scenes:
            if any(number in gone for number in scene.performers):
                scene.performers = unique(destination if one in gone else one for one in scene.performers)
        for number in gone:
            self.performers.remove(number)
        self.update_performer(destination, **fields)

    def _fill_performer(self, row: PerformerRow, fields: PerformerFields) -> None:
        name, aliases = fields.get("name", row.name), tuple(fields.get("aliases", row.aliases))
        disambiguation = fields.get("disambiguation", row.disambiguation)
        if not name:
            raise Refused("performer name must not be blank")
        wanted = (name.casefold(), disambiguation.casefold())
        for other in self.performers:
            if other is not row and (other.name.casefold(), other.disambiguation.casefold()) == wanted:
                more = f" and disambiguation '{disambiguation}'" if disambiguation else ""
                raise Refused(f"performer with name '{name}'{more} already exists")
        distinct("performer", name, aliases)
        tags = all_known(self.tags, fields.get("tags", row.tags), "tag")
        box_ids = self.box_ids(fields["stash_ids"], row.stash_ids) if "stash_ids" in fields else row.stash_ids
        for key, value in fields.items():
            setattr(row, key, value)
        row.aliases, row.urls, row.tags, row.stash_ids = aliases, tuple(row.urls), tags, box_ids
