"""What can be done to scenes, and which of it the server notes in `updated_at`.

As measured: an update bumps even when it changes nothing; plays, o-counts and what was saved of a playback bump nothing.
"""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Literal, TypedDict, TypeVar, Unpack

from synctui.simulators.stash.rows import SceneRow
from synctui.simulators.stash.shelf import Refused, Shelf, StashIds, unique

Mode = Literal["SET", "ADD", "REMOVE"]
Links = Mapping[Literal["tags", "performers", "urls"], tuple[Mode, Sequence[Any]]]
_PARTIAL_DATE = re.compile(r"\d{4}(-\d{2})?")
Value = TypeVar("Value")


class SceneFields(TypedDict, total=False):
    """What can be said of a scene; `files` are ids of files, the primary one first."""

    title: str
    code: str
    details: str
    director: str
    date: str | None
    rating100: int | None
    organized: bool
    interactive: bool
    studio: int | None
    play_duration: float
    resume_time: float
    urls: Sequence[str]
    stash_ids: StashIds
    performers: Iterable[int]
    tags: Iterable[int]
    files: Iterable[int]


class SceneEdits(Shelf):
    """What can be done to scenes; Refused with the server's own words."""

    def scene(self, number: int) -> SceneRow:
        """Return a scene; Refused when it is not there."""
        row = self.scenes.get(number)
        if row is None:
            raise Refused(f"scene with id {number} not found")
        return row

    def create_scene(self, **fields: Unpack[SceneFields]) -> int:
        """Add a scene; without a file it needs a title."""
        now = self.clock.stamp()
        row = SceneRow(self.scenes.next_id(), now, now)
        try:
            self._fill_scene(row, fields)
        except Refused:
            self.scenes.give_back(row.id)
            raise
        self.scenes.add(row)
        for number in row.files:
            self.files[number].scene = row.id
        self.changed()
        return row.id

    def update_scene(self, number: int, **fields: Unpack[SceneFields]) -> None:
        """Change a scene; it is bumped in any case."""
        row = self.scene(number)
        self._fill_scene(row, fields)
        row.updated_at = self.clock.stamp()
        self.changed()

    def update_scenes(self, numbers: Iterable[int], fields: SceneFields, links: Links | None = None) -> None:
        """Change several scenes alike, all or none; relations are set, added or removed."""
        rows = []
        for number in unique(numbers):
            if number not in self.scenes:
                raise Refused("sql: no rows in result set")
            rows.append(self.scenes[number])
        for row in rows:
            given = fields.copy()
            for key, (mode, values) in (links or {}).items():
                given[key] = _combined(getattr(row, key), mode, values)
            self.update_scene(row.id, **given)

    def destroy_scene(self, number: int, *, delete_files: bool = False) -> None:
        """Delete a scene; its files stay known without one, unless they are deleted as well."""
        row = self.scene(number)
        for file in row.files:
            self.files[file].scene = 0
            if delete_files:
                self.files.remove(file)
        self.scenes.remove(number)
        self.changed()

    def destroy_scenes(self, numbers: Iterable[int], *, delete_files: bool = False) -> None:
        """Delete several scenes, all or none."""
        wanted = unique(numbers)
        for number in wanted:
            self.scene(number)
        for number in wanted:
            self.destroy_scene(number, delete_files=delete_files)

    def merge_scenes(
        self,
        sources: Iterable[int],
        destination: int,
        fields: SceneFields | None = None,
        *,
        plays: bool = False,
        os: bool = False,
    ) -> None:
        """Give the files of some scenes to another one, which is bumped; those are gone, their tags with them."""
        gone = unique(sources)
        if destination in gone:
            raise Refused("destination scene cannot be in source list")
        into = self.scenes.get(destination)
        if into is None:
            raise Refused(f"finding destination scene ID {destination}: scene with id {destination} not found")
        for number in gone:
            if number not in self.scenes:
                raise Refused(f"finding source scenes: scene with id {number} not found")
        files = [file for number in gone for file in self.scenes[number].files]
        self.update_scene(destination, **(fields or {}))
        for number in gone:
            source = self.scenes[number]
            into.plays += source.plays if plays else ()
            into.os += source.os if os else ()
            source.files = ()
            self.destroy_scene(number)
        into.files += tuple(files)
        for file in files:
            self.files[file].scene = destination
        self.changed()

    # what bumps nothing

    def add_play(self, number: int) -> None:
        """Note that a scene was played now."""
        self._history(number, "view").plays += (self.clock.utc(),)

    def add_o(self, number: int) -> None:
        """Count one up."""
        self._history(number, "o").os += (self.clock.utc(),)

    def save_activity(self, number: int, *, resume_time: float | None = None, play_duration: float = 0.0) -> None:
        """Note how far a scene was played (seconds), and for how long."""
        row = self.scene(number)
        row.play_duration += play_duration
        if resume_time is not None:
            row.resume_time = resume_time

    def _history(self, number: int, kind: str) -> SceneRow:
        if number not in self.scenes:
            columns = f"INTO `scenes_{kind}_dates` (`scene_id`, `{kind}_date`) VALUES ({number}, '{self.clock.utc()}')"
            raise Refused(
                f"inserting into scenes_{kind}_dates: executing `INSERT {columns}` [[]]: FOREIGN KEY constraint failed"
            )
        return self.scenes[number]

    def _fill_scene(self, row: SceneRow, fields: SceneFields) -> None:
        files = unique(fields.get("files", row.files))
        if not files and not fields.get("title", row.title):
            raise Refused("title must be set if scene has no files")
        if "date" in fields:
            check_date(fields["date"])
        performers = unique(fields.get("performers", row.performers))
        tags = unique(fields.get("tags", row.tags))
        self._linked(row.id, tags, self.tags, "scenes_tags", "tag_id")
        self._linked(row.id, performers, self.performers, "performers_scenes", "performer_id")
        studio = fields.get("studio", row.studio)
        if studio is not None and studio not in self.studios:
            said = "updating scenes: executing `UPDATE `scenes` SET `studio_id`=?,`updated_at`=? WHERE (`scenes`.`id` = ?)`"
            raise Refused(f"{said} [[{studio} {row.updated_at} {row.id}]]: FOREIGN KEY constraint failed")
        box_ids = self.box_ids(fields["stash_ids"], row.stash_ids) if "stash_ids" in fields else row.stash_ids
        for key, value in fields.items():
            setattr(row, key, value)
        row.files, row.performers, row.tags, row.stash_ids = files, performers, tags, box_ids
        row.urls = tuple(row.urls)

    @staticmethod
    def _linked(scene: int, ids: tuple[int, ...], table: Container[object], links: str, column: str) -> None:
        for number in ids:
            if number not in table:
                said = f"error executing `INSERT INTO {links} (scene_id, {column}) VALUES (?, ?)"
                said += f" ON CONFLICT (scene_id, {column}) DO NOTHING` [[{scene} {number}]]"
                raise Refused(f"{said}: FOREIGN KEY constraint failed")


def check_date(text: str | None) -> None:
    """Refuse what is neither a day, nor a month, nor a year, nor nothing."""
    if not text or _PARTIAL_DATE.fullmatch(text):
        return
    try:
        date.fromisoformat(text)
    except ValueError:
        raise Refused(f'converting date: failed to parse date "{text}"') from None


def _combined(had: Sequence[Value], mode: Mode, given: Sequence[Value]) -> tuple[Value, ...]:
    if mode == "REMOVE":
        return tuple(value for value in had if value not in given)
    wanted: list[Value] = [*had, *given] if mode == "ADD" else [*given]
    return tuple(dict.fromkeys(wanted))
