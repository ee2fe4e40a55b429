"""What is true of a simulated Stash, in the words of a catalogue: what a perfect copy of it would hold."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from synctui.model.catalog import Performer, Scene, SceneFile, StashId, Studio, Tag
from synctui.simulators.stash.rows import BoxId, FileRow, PerformerRow, SceneRow, StudioRow, TagRow
from synctui.simulators.stash.shelf import Shelf


@dataclass(frozen=True, slots=True)
class Truth:
    """Everything by its id, what is not set as "".

    Relations are in the order in which the server lists them now; see `Shelf` for those whose order may change.
    """

    scenes: Mapping[int, Scene]
    performers: Mapping[int, Performer]
    tags: Mapping[int, Tag]
    studios: Mapping[int, Studio]


def truth_of(shelf: Shelf) -> Truth:
    """Return the truth of a shelf as it is now."""
    return Truth(
        {row.id: _scene(shelf, row) for row in shelf.scenes},
        {row.id: _performer(shelf, row) for row in shelf.performers},
        {row.id: _tag(shelf, row) for row in shelf.tags},
        {row.id: _studio(shelf, row) for row in shelf.studios},
    )


def _scene(shelf: Shelf, row: SceneRow) -> Scene:
    return Scene(
        id=row.id,
        title=row.title,
        code=row.code,
        details=row.details,
        director=row.director,
        date=row.date or "",
        rating100=row.rating100,
        organized=row.organized,
        studio=row.studio,
        o_counter=len(row.os),
        play_count=len(row.plays),
        play_duration=row.play_duration,
        resume_time=row.resume_time,
        last_played_at=row.last_played_at or "",
        interactive=row.interactive,
        created_at=row.created_at,
        updated_at=row.updated_at,
        urls=row.urls,
        stash_ids=_boxes(shelf, row.stash_ids),
        files=tuple(_file(shelf.files[number]) for number in row.files),
        performers=tuple(shelf.listed(row.performers)),
        tags=tuple(shelf.tag_order(row.tags)),
    )


def _file(row: FileRow) -> SceneFile:
    return SceneFile(
        id=row.id,
        path=row.path,
        size=row.size,
        duration=row.duration,
        mod_time=row.mod_time,
        updated_at=row.updated_at,
        width=row.width,
        height=row.height,
        video_codec=row.video_codec,
        audio_codec=row.audio_codec,
        frame_rate=row.frame_rate,
        bit_rate=row.bit_rate,
        fingerprints=row.fingerprints,
    )


def _performer(shelf: Shelf, row: PerformerRow) -> Performer:
    return Performer(
        id=row.id,
        name=row.name,
        disambiguation=row.disambiguation,
        aliases=tuple(shelf.listed(row.aliases)),
        gender=row.gender or "",
        birthdate=row.birthdate or "",
        death_date=row.death_date or "",
        country=row.country,
        details=row.details,
        rating100=row.rating100,
        favorite=row.favorite,
        urls=row.urls,
        stash_ids=_boxes(shelf, row.stash_ids),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _tag(shelf: Shelf, row: TagRow) -> Tag:
    return Tag(
        id=row.id,
        name=row.name,
        sort_name=row.sort_name,
        description=row.description,
        aliases=tuple(shelf.listed(row.aliases)),
        favorite=row.favorite,
        parents=tuple(shelf.tag_order(row.parents)),
        stash_ids=_boxes(shelf, row.stash_ids),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _studio(shelf: Shelf, row: StudioRow) -> Studio:
    return Studio(
        id=row.id,
        name=row.name,
        parent=row.parent,
        aliases=tuple(shelf.listed(row.aliases)),
        details=row.details,
        rating100=row.rating100,
        favorite=row.favorite,
        urls=row.urls,
        stash_ids=_boxes(shelf, row.stash_ids),
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def _boxes(shelf: Shelf, ids: Sequence[BoxId]) -> tuple[StashId, ...]:
    return tuple(StashId(box.endpoint, box.stash_id) for box in shelf.listed(ids))
