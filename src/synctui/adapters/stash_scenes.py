"""Scenes as Stash sends them, read row by row: the many that are as they should be quickly, the odd ones with tolerance."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import Any

from synctui.adapters import stash_fields as fields
from synctui.adapters.stash_fields import LARGEST_ID, LARGEST_NUMBER, LONGEST_LIST, Odd, Row
from synctui.errors import BadAnswer
from synctui.model.catalog import Entity, RowTrouble, Scene, SceneFile, StashId

_MOST = 1e12
"""Larger than any number of seconds or frames, and not infinite."""

_MOST_LARGE = 8
"""So many scenes may be too large for an answer; where more are, it is the server's answers that are."""

_ANY_ODDITY = (Odd, LookupError, TypeError, ValueError, AttributeError)


class SceneBook:
    """The scenes of one or several answers, each once, with what could not be read and the names that they refer to."""

    def __init__(self) -> None:
        self.scenes: dict[int, Scene] = {}
        self.troubles: list[RowTrouble] = []
        self.troubled: set[int] = set()
        self.missing: set[int] = set()
        self._large = 0
        self._studios, self._performers, self._tags = _Known(), _Known(), _Known()

    def names(self) -> dict[tuple[Entity, int], str]:
        """Return the names of the studios, performers and tags that the scenes refer to."""
        known = ((Entity.STUDIO, self._studios), (Entity.PERFORMER, self._performers), (Entity.TAG, self._tags))
        return {(entity, number): name for entity, those in known for number, name in those.names.items()}

    def read(self, rows: Sequence[object], first: int = 1, last: int = LARGEST_ID) -> int:
        """Take in rows whose ids lie in a range, and return the greatest of these ids, 0 for none.

        Raises BadAnswer for a scene that was not asked for.
        """
        studios, performers, tags, scenes = self._studios, self._performers, self._tags, self.scenes
        greatest = 0
        for row in rows:
            try:
                scene = _quick(row, studios, performers, tags)
                number = scene.id
                if number in scenes or number in self.troubled:
                    # Nobody knows which of them is the scene.
                    scenes.pop(number, None)
                    self.trouble(number, "it is in the answer twice")
                else:
                    scenes[number] = scene
            except _ANY_ODDITY:
                number = self._read_odd(row)
                if number == 0:
                    continue
            if not first <= number <= last:
                raise BadAnswer(
                    "it sends scenes that nobody asked for", hint="the server's log may say why", code="bad_list"
                )
            if number > greatest:
                greatest = number
        return greatest

    def read_one(self, number: int, row: object) -> None:
        """Take in what was said of one scene; nothing at all means that it is not there."""
        if row is None:
            self.missing.add(number)
            return
        try:
            fields.identifier(fields.row_of(row).get("id"))
        except Odd as odd:
            self.trouble(number, str(odd))
        else:
            self.read((row,), number, number)

    def trouble(self, number: int, message: str) -> None:
        """Note that a row could not be read; 0 where nobody knows which scene it is."""
        self.troubles.append(RowTrouble(Entity.SCENE, number, message))
        self.troubled.add(number)

    def too_large(self, number: int, error: BadAnswer) -> None:
        """Note that a scene by itself is larger than an answer may be. Raises `error` when that is said of too many."""
        self._large += 1
        if self._large > _MOST_LARGE:
            raise error
        self.trouble(number, error.message)

    def forget_nameless(self) -> None:
        """Take back that rows without an id could not be read, where every scene is asked for once more by itself."""
        self.troubles = [trouble for trouble in self.troubles if trouble.id]

    def _read_odd(self, row: object) -> int:
        number = 0
        try:
            fairly = fields.row_of(row)
            number = fields.identifier(fairly.get("id"))
            if self.scenes.pop(number, None) is not None:
                raise Odd("it is in the answer twice")
            self.scenes[number] = _slow(fairly, number, self._studios, self._performers, self._tags)
        except Odd as odd:
            self.trouble(number, str(odd))
        return number


class _Known:
    """Names by id, and ids by the text that they are sent as."""

    __slots__ = ("ids", "names")

    def __init__(self) -> None:
        self.ids: dict[object, int] = {}
        self.names: dict[int, str] = {}

    def learn(self, rows: Sequence[Row]) -> None:
        """Take in rows that are as they should be. Raises Odd, and other errors, for any other."""
        for row in rows:
            key, name = row["id"], row["name"]
            if type(key) is not str or type(name) is not str:
                raise Odd
            number = fields.identifier(key)
            self.ids[key] = number
            self.names.setdefault(number, name)

    def learn_fairly(self, row: Row, key: str) -> None:
        """Take in the names in a list, or in the one row, of an odd row."""
        for item in fields.rows(row, key) if isinstance(row.get(key), list) else fields.rows({key: [row.get(key)]}, key):
            if name := fields.text(item, "name"):
                self.names.setdefault(fields.identifier(item.get("id")), name)


# as it should be

_NONE = type(None)
_TEXT, _WHOLE, _REAL = frozenset((str, _NONE)), frozenset((int, _NONE)), frozenset((int, float, _NONE))
_ID, _FLAG, _LIST, _ROW = frozenset((str,)), frozenset((bool,)), frozenset((list,)), frozenset((dict, _NONE))

_SCENE = {
    "id": _ID,
    "title": _TEXT,
    "code": _TEXT,
    "details": _TEXT,
    "director": _TEXT,
    "date": _TEXT,
    "rating100": _WHOLE,
    "organized": _FLAG,
    "studio": _ROW,
    "o_counter": _WHOLE,
    "play_count": _WHOLE,
    "play_duration": _REAL,
    "resume_time": _REAL,
    "last_played_at": _TEXT,
    "interactive": _FLAG,
    "created_at": _TEXT,
    "updated_at": _TEXT,
    "urls": _LIST,
    "stash_ids": _LIST,
    "files": _LIST,
    "performers": _LIST,
    "tags": _LIST,
}
_FILE = {
    "id": _ID,
    "path": _ID,
    "size": _WHOLE,
    "duration": _REAL,
    "mod_time": _TEXT,
    "updated_at": _TEXT,
    "width": _WHOLE,
    "height": _WHOLE,
    "video_codec": _TEXT,
    "audio_codec": _TEXT,
    "frame_rate": _REAL,
    "bit_rate": _WHOLE,
    "fingerprints": _LIST,
}
_scene_values: Callable[[Any], tuple[Any, ...]] = itemgetter(*_SCENE)
_file_values: Callable[[Any], tuple[Any, ...]] = itemgetter(*_FILE)


@lru_cache(maxsize=4096)
def _shaped_as_scene(*kinds: type) -> bool:
    return all(kind in wanted for kind, wanted in zip(kinds, _SCENE.values(), strict=True))


@lru_cache(maxsize=1024)
def _shaped_as_file(*kinds: type) -> bool:
    return all(kind in wanted for kind, wanted in zip(kinds, _FILE.values(), strict=True))


def _quick(row: Any, studios: _Known, performers: _Known, tags: _Known) -> Scene:
    """Return the scene of a row that is as it should be; raises one of `_ANY_ODDITY` for any other."""
    values = _scene_values(row)
    if not _shaped_as_scene(*map(type, values)):
        raise Odd
    (
        key, title, code, details, director, date, rating, organized, studio, o_counter, play_count, play_duration,
        resume_time, last_played_at, interactive, created_at, updated_at, urls, boxes, files, cast, tagged,
    ) = values  # fmt: skip
    number = int(key)
    if str(number) != key or not 0 < number <= LARGEST_ID:
        raise Odd
    o_counter, play_count, play_duration, resume_time = o_counter or 0, play_count or 0, play_duration or 0, resume_time or 0
    if not (0 <= o_counter <= LARGEST_NUMBER and 0 <= play_count <= LARGEST_NUMBER):
        raise Odd
    if not (0 <= play_duration <= _MOST and 0 <= resume_time <= _MOST):
        raise Odd
    if len(urls) + len(boxes) + len(files) + len(cast) + len(tagged) > LONGEST_LIST:
        raise Odd
    if rating is not None and not 1 <= rating <= 100:
        rating = None
    try:
        ids = performers.ids
        cast_ids = [ids[one["id"]] for one in cast]
        ids = tags.ids
        tag_ids = [ids[one["id"]] for one in tagged]
        studio_id = None if studio is None else studios.ids[studio["id"]]
    except KeyError:
        performers.learn(cast)
        tags.learn(tagged)
        if studio is not None:
            studios.learn((studio,))
        cast_ids = [performers.ids[one["id"]] for one in cast]
        tag_ids = [tags.ids[one["id"]] for one in tagged]
        studio_id = None if studio is None else studios.ids[studio["id"]]
    if len(set(cast_ids)) != len(cast_ids) or len(set(tag_ids)) != len(tag_ids):
        raise Odd
    for url in urls:
        if type(url) is not str:
            raise Odd
    return Scene(
        number, title or "", code or "", details or "", director or "", date or "", rating, organized, studio_id, o_counter,
        play_count, float(play_duration), float(resume_time), last_played_at or "", interactive, created_at or "",
        updated_at or "", tuple(urls), tuple([_quick_box(box) for box in boxes]) if boxes else (),
        tuple([_quick_file(file) for file in files]) if len(files) < 2 else _quick_files(files),
        tuple(cast_ids), tuple(tag_ids),
    )  # fmt: skip


def _quick_box(row: Any) -> StashId:
    endpoint, stash_id = row["endpoint"], row["stash_id"]
    if type(endpoint) is not str or type(stash_id) is not str:
        raise Odd
    return StashId(endpoint, stash_id)


def _quick_files(rows: list[Any]) -> tuple[SceneFile, ...]:
    files = {file.id: file for file in map(_quick_file, rows)}
    if len(files) != len(rows):
        raise Odd
    return tuple(files.values())


def _quick_file(row: Any) -> SceneFile:
    values = _file_values(row)
    if not _shaped_as_file(*map(type, values)):
        raise Odd
    (
        key, path, size, duration, mod_time, updated_at, width, height, video_codec, audio_codec, frame_rate, bit_rate,
        marks,
    ) = values  # fmt: skip
    number = int(key)
    if str(number) != key or not 0 < number <= LARGEST_ID:
        raise Odd
    # None is no number to compare, and so another oddity.
    if not (0 <= size <= LARGEST_NUMBER and 0 <= bit_rate <= LARGEST_NUMBER):
        raise Odd
    if not (0 <= duration <= _MOST and 0 <= frame_rate <= _MOST):
        raise Odd
    if not (0 <= width <= LARGEST_NUMBER and 0 <= height <= LARGEST_NUMBER) or len(marks) > LONGEST_LIST:
        raise Odd
    prints = [(mark["type"], mark["value"]) for mark in marks]
    for kind, value in prints:
        if type(kind) is not str or type(value) is not str:
            raise Odd
    return SceneFile(
        number, path, size, float(duration), mod_time or "", updated_at or "", width, height, video_codec or "",
        audio_codec or "", float(frame_rate), bit_rate, tuple(prints),
    )  # fmt: skip


# otherwise


def _slow(row: Row, number: int, studios: _Known, performers: _Known, tags: _Known) -> Scene:
    """Return the scene of an odd row, as far as it is clear what is meant. Raises Odd."""
    scene = Scene(
        number,
        title=fields.text(row, "title"),
        code=fields.text(row, "code"),
        details=fields.text(row, "details"),
        director=fields.text(row, "director"),
        date=fields.text(row, "date"),
        rating100=fields.rating(row),
        organized=fields.flag(row, "organized"),
        studio=fields.reference(row, "studio"),
        o_counter=fields.whole(row, "o_counter"),
        play_count=fields.whole(row, "play_count"),
        play_duration=fields.real(row, "play_duration"),
        resume_time=fields.real(row, "resume_time"),
        last_played_at=fields.text(row, "last_played_at"),
        interactive=fields.flag(row, "interactive"),
        created_at=fields.text(row, "created_at"),
        updated_at=fields.text(row, "updated_at"),
        urls=fields.texts(row, "urls"),
        stash_ids=fields.stash_ids(row),
        files=_slow_files(fields.rows(row, "files")),
        performers=fields.references(row, "performers"),
        tags=fields.references(row, "tags"),
    )
    studios.learn_fairly(row, "studio")
    performers.learn_fairly(row, "performers")
    tags.learn_fairly(row, "tags")
    return scene


def _slow_files(rows: list[Row]) -> tuple[SceneFile, ...]:
    files: dict[int, SceneFile] = {}
    try:
        for file in map(_slow_file, rows):
            files.setdefault(file.id, file)
    except Odd as odd:
        raise Odd(f"one of its `files` cannot be read: {odd}") from None
    return tuple(files.values())


def _slow_file(row: Row) -> SceneFile:
    return SceneFile(
        fields.identifier(row.get("id")),
        path=fields.text(row, "path"),
        size=fields.whole(row, "size"),
        duration=fields.real(row, "duration"),
        mod_time=fields.text(row, "mod_time"),
        updated_at=fields.text(row, "updated_at"),
        width=fields.whole(row, "width"),
        height=fields.whole(row, "height"),
        video_codec=fields.text(row, "video_codec"),
        audio_codec=fields.text(row, "audio_codec"),
        frame_rate=fields.real(row, "frame_rate"),
        bit_rate=fields.whole(row, "bit_rate"),
        fingerprints=tuple(
            (fields.text(mark, "type"), fields.text(mark, "value")) for mark in fields.rows(row, "fingerprints")
        ),
    )
