"""Tags: a name is unique whatever its case, against aliases as well; one may lie under several others.

As measured: nothing that happens to a tag bumps a scene, the parent of a tag, or the tag that others are merged into.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypedDict, Unpack

from synctui.simulators.stash.names import all_known, free_names, known, present
from synctui.simulators.stash.rows import TagRow
from synctui.simulators.stash.shelf import Refused, Shelf, StashIds, unique


class TagFields(TypedDict, total=False):
    """What can be said of a tag; `children` are tags that are put below it."""

    name: str
    sort_name: str
    description: str
    favorite: bool
    ignore_auto_tag: bool
    aliases: Sequence[str]
    stash_ids: StashIds
    parents: Iterable[int]
    children: Iterable[int]


class TagEdits(Shelf):
    """What can be done to tags."""

    def create_tag(self, **fields: Unpack[TagFields]) -> int:
        """Add a tag; no other may have its name as a name or an alias."""
        now = self.clock.stamp()
        row = TagRow(0, now, now, "")
        children = self._fill_tag(row, fields)
        row.id = self.tags.next_id()
        self.tags.add(row)
        self._adopt(row.id, children)
        self.changed()
        return row.id

    def update_tag(self, number: int, **fields: Unpack[TagFields]) -> None:
        """Change a tag; its parents and children are not bumped."""
        row = known(self.tags, number, "tag")
        children = self._fill_tag(row, fields)
        self._adopt(number, children)
        row.updated_at = self.clock.stamp()
        self.changed()

    def destroy_tag(self, number: int) -> None:
        """Delete a tag; whatever had it loses it without being bumped."""
        present(self.tags, number)
        self._replace_tags({number}, None)
        self.tags.remove(number)
        self.changed()

    def merge_tags(self, sources: Iterable[int], destination: int) -> None:
        """Put one tag in the place of others, which go and leave it their names as aliases; nothing is bumped."""
        gone = unique(sources)
        into = known(self.tags, destination, "tag")
        if destination in gone:
            raise Refused("cannot merge where source == destination")
        for number in gone:
            present(self.tags, number)
        family = {destination, *gone}
        parents = [parent for number in (destination, *gone) for parent in self.tags[number].parents]
        for child in self.tags:
            if child.id not in family and family.intersection(child.parents):
                child.parents = unique(destination if one in gone else one for one in child.parents)
        into.parents = unique(parent for parent in parents if parent not in family)
        aliases = [alias for number in gone for alias in (self.tags[number].name, *self.tags[number].aliases)]
        into.aliases = tuple(dict.fromkeys((*into.aliases, *aliases)))
        boxes = {(box.endpoint, box.stash_id): box for one in (*gone, destination) for box in self.tags[one].stash_ids}
        into.stash_ids = tuple(boxes.values())
        self._replace_tags(set(gone), destination)
        for number in gone:
            self.tags.remove(number)
        self.changed()

    def _replace_tags(self, gone: set[int], by: int | None) -> None:
        for table in (self.scenes, self.performers, self.studios):
            for row in table:
                if not gone.isdisjoint(row.tags):
                    kept = (by if number in gone else number for number in row.tags)
                    row.tags = unique(number for number in kept if number is not None)
        for tag in self.tags:
            if by is None and not gone.isdisjoint(tag.parents):
                tag.parents = tuple(parent for parent in tag.parents if parent not in gone)

    def _fill_tag(self, row: TagRow, fields: TagFields) -> tuple[int, ...] | None:
        name, aliases = fields.get("name", row.name).strip(), tuple(fields.get("aliases", row.aliases))
        free_names(self.tags, "tag", row, name, aliases)
        for alias in aliases:
            if aliases.count(alias) > 1:
                said = (
                    f"inserting into tag_aliases: executing `INSERT INTO `tag_aliases` (`tag_id`, `alias`) VALUES ({row.id}"
                )
                raise Refused(f"{said}, '{alias}')` [[]]: UNIQUE constraint failed: tag_aliases.alias")
        parents = all_known(self.tags, fields.get("parents", row.parents), "tag")
        children = all_known(self.tags, fields["children"], "tag") if "children" in fields else None
        for parent in parents:
            if row.id and self._is_below(parent, row.id):
                raise _circle(self.tags[parent].name, name, "parent", "descendant")
        for child in children or ():
            if any(child == parent or self._is_below(parent, child) for parent in parents) or child == row.id:
                raise _circle(self.tags[child].name, name, "child", "ancestor")
        box_ids = self.box_ids(fields["stash_ids"], row.stash_ids) if "stash_ids" in fields else row.stash_ids
        for key, value in fields.items():
            if key != "children":
                setattr(row, key, value)
        row.name, row.aliases, row.parents, row.stash_ids = name, aliases, parents, box_ids
        return children

    def _is_below(self, number: int, above: int) -> bool:
        return number == above or any(self._is_below(parent, above) for parent in self.tags[number].parents)

    def _adopt(self, parent: int, children: tuple[int, ...] | None) -> None:
        if children is not None:
            for tag in self.tags:
                if (parent in tag.parents) != (tag.id in children):
                    others = tuple(one for one in tag.parents if one != parent)
                    tag.parents = (*others, parent) if tag.id in children else others


def _circle(other: str, name: str, place: str, already: str) -> Refused:
    return Refused(f'cannot apply tag "{other}" as a {place} of "{name}" as it is already a {already} ({name})')
