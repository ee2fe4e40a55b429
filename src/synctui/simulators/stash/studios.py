"""Studios: a name is unique whatever its case, against aliases as well; when one goes, scenes are not bumped."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypedDict, Unpack

from synctui.simulators.stash.names import all_known, free_names, known, present
from synctui.simulators.stash.rows import StudioRow
from synctui.simulators.stash.shelf import Refused, Shelf, StashIds


class StudioFields(TypedDict, total=False):
    """What can be said of a studio."""

    name: str
    parent: int | None
    details: str
    rating100: int | None
    favorite: bool
    ignore_auto_tag: bool
    aliases: Sequence[str]
    urls: Sequence[str]
    stash_ids: StashIds
    tags: Iterable[int]


class StudioEdits(Shelf):
    """What can be done to studios."""

    def create_studio(self, **fields: Unpack[StudioFields]) -> int:
        """Add a studio; no other may have its name as a name or an alias."""
        now = self.clock.stamp()
        row = StudioRow(0, now, now, "")
        self._fill_studio(row, fields)
        row.id = self.studios.next_id()
        self.studios.add(row)
        self.changed()
        return row.id

    def update_studio(self, number: int, **fields: Unpack[StudioFields]) -> None:
        """Change a studio."""
        row = known(self.studios, number, "studio")
        self._fill_studio(row, fields)
        row.updated_at = self.clock.stamp()
        self.changed()

    def destroy_studio(self, number: int) -> None:
        """Delete a studio; scenes and studios below lose it without being bumped."""
        present(self.studios, number)
        self.studios.remove(number)
        for scene in self.scenes:
            if scene.studio == number:
                scene.studio = None
        for studio in self.studios:
            if studio.parent == number:
                studio.parent = None
        self.changed()

    def _fill_studio(self, row: StudioRow, fields: StudioFields) -> None:
        name, aliases = fields.get("name", row.name), tuple(fields.get("aliases", row.aliases))
        free_names(self.studios, "studio", row, name, aliases)
        above = fields.get("parent", row.parent)
        while above is not None:
            if above == row.id:
                raise Refused("studio cannot be an ancestor of itself")
            above = known(self.studios, above, "studio").parent
        tags = all_known(self.tags, fields.get("tags", row.tags), "tag")
        box_ids = self.box_ids(fields["stash_ids"], row.stash_ids) if "stash_ids" in fields else row.stash_ids
        for key, value in fields.items():
            setattr(row, key, value)
        row.aliases, row.urls, row.tags, row.stash_ids = aliases, tuple(row.urls), tags, box_ids
