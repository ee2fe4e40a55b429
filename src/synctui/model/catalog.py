"""The catalogue of a Stash server in values: what it holds, what was seen of it, and what an operation leaves in the store.

Ids are the server's, as integers. Times are the server's own text, never parsed before they are stored: whether two are the
same is all that they can say for certain.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Literal

from synctui.model.json import Json


class Entity(StrEnum):
    """What a catalogue holds."""

    SCENE = "scene"
    PERFORMER = "performer"
    TAG = "tag"
    STUDIO = "studio"

    @property
    def plural(self) -> str:
        """Return what several are called, on the command line as well."""
        return f"{self.value}s"


NAMED = (Entity.TAG, Entity.STUDIO, Entity.PERFORMER)
"""What scenes refer to, in the order in which it is brought up to date."""

Mode = Literal["auto", "full", "incremental", "smart"]
MODES: tuple[Mode, ...] = ("auto", "full", "incremental", "smart")

Strategy = Literal["remote_wins", "local_wins", "newest", "manual"]

EDITABLE = ("title", "details", "rating", "tags")
"""The fields of a scene that can be edited here."""


@dataclass(frozen=True, slots=True)
class StashId:
    """What a scene, performer, tag or studio is called in a stash-box."""

    endpoint: str
    stash_id: str


@dataclass(frozen=True, slots=True)
class SceneFile:
    """A video file of a scene; `path` as the server spells it, `duration` in seconds, `fingerprints` are (type, value)."""

    id: int
    path: str
    size: int = 0
    duration: float = 0.0
    mod_time: str = ""
    updated_at: str = ""
    width: int = 0
    height: int = 0
    video_codec: str = ""
    audio_codec: str = ""
    frame_rate: float = 0.0
    bit_rate: int = 0
    fingerprints: tuple[tuple[str, str], ...] = ()

    def fingerprint(self, kind: str) -> str | None:
        """Return one fingerprint (`oshash`, `phash`, `md5`), None when there is none."""
        return next((value for name, value in self.fingerprints if name == kind), None)


@dataclass(frozen=True, slots=True)
class Scene:
    """A scene as the server has it; `rating100` from 1 to 100; `performers` and `tags` are ids in the server's order."""

    id: int
    title: str = ""
    code: str = ""
    details: str = ""
    director: str = ""
    date: str = ""
    rating100: int | None = None
    organized: bool = False
    studio: int | None = None
    o_counter: int = 0
    play_count: int = 0
    play_duration: float = 0.0
    resume_time: float = 0.0
    last_played_at: str = ""
    interactive: bool = False
    created_at: str = ""
    updated_at: str = ""
    urls: tuple[str, ...] = ()
    stash_ids: tuple[StashId, ...] = ()
    files: tuple[SceneFile, ...] = ()
    performers: tuple[int, ...] = ()
    tags: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Performer:
    """A performer; name and disambiguation together are unique."""

    id: int
    name: str
    disambiguation: str = ""
    aliases: tuple[str, ...] = ()
    gender: str = ""
    birthdate: str = ""
    death_date: str = ""
    country: str = ""
    details: str = ""
    rating100: int | None = None
    favorite: bool = False
    urls: tuple[str, ...] = ()
    stash_ids: tuple[StashId, ...] = ()
    created_at: str = ""
    updated_at: str = ""


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag; it may lie under several others."""

    id: int
    name: str
    sort_name: str = ""
    description: str = ""
    aliases: tuple[str, ...] = ()
    favorite: bool = False
    parents: tuple[int, ...] = ()
    stash_ids: tuple[StashId, ...] = ()
    created_at: str = ""
    updated_at: str = ""


@dataclass(frozen=True, slots=True)
class Studio:
    """A studio; it may belong to another one."""

    id: int
    name: str
    parent: int | None = None
    aliases: tuple[str, ...] = ()
    details: str = ""
    rating100: int | None = None
    favorite: bool = False
    urls: tuple[str, ...] = ()
    stash_ids: tuple[StashId, ...] = ()
    created_at: str = ""
    updated_at: str = ""


Named = Performer | Tag | Studio


@dataclass(frozen=True, slots=True)
class RowTrouble:
    """One row of an answer that could not be read: what it is, its id (0: unknown), and why."""

    entity: Entity
    id: int
    message: str


@dataclass(frozen=True, slots=True)
class SweptScene:
    """A scene as a sweep sees it; counters and `files` (id, `updated_at`) are None where they were not asked for."""

    id: int
    updated_at: str
    o_counter: int | None = None
    play_count: int | None = None
    play_duration: float | None = None
    resume_time: float | None = None
    files: frozenset[tuple[int, str]] | None = None


@dataclass(frozen=True, slots=True)
class Newest:
    """How many there are of something, and the text of the greatest `updated_at` by the server's own order."""

    count: int
    updated_at: str = ""


@dataclass(frozen=True, slots=True)
class Probe:
    """What one cheap question says of a server: equal probes mean, within limits, that nothing has changed.

    `date` is the server's clock when it answered (RFC 3339 UTC, whole seconds), `offset` the zone that its log was written
    in last (`-05:00`, "" when it does not say), `hashed` how many scenes have a perceptual hash (-1: unsaid).
    """

    scenes: Newest
    performers: Newest
    tags: Newest
    studios: Newest
    files: Newest
    hashed: int = -1
    date: str = ""
    offset: str = ""
    version: str = ""

    def of(self, entity: Entity) -> Newest:
        """Return what was said of one kind of thing."""
        newest: Newest = getattr(self, entity.plural)
        return newest


@dataclass(frozen=True, slots=True)
class Edit:
    """A field of a scene that a person changed here: its value, and what the server had when that was last known."""

    scene: int
    field: str
    value: Json
    base: Json
    at: str = ""


@dataclass(frozen=True, slots=True)
class Conflict:
    """A field that was changed here and on the server; `state` is `open`, `local` or `remote`."""

    id: int
    scene: int
    field: str
    base: Json
    local: Json
    remote: Json
    state: str
    strategy: str
    at: str
    decided_at: str | None = None
    title: str = ""


# rows that an operation leaves in the store


@dataclass(frozen=True, slots=True)
class ScenesSynced:
    """A row: scenes that are to be as the server has them, but for the edits that stand.

    `scenes` are written whole, `touched` are (id, `updated_at`) of those that are as they were; `hot` are the ids that were
    read in the second of their own change, and are read again the next time. `checksums` are those of the server's rows.
    `strategy` decides where an edit and the server contradict one another; `restored` says that the server has gone back in
    time, so that no timestamp proves anything until everything was compared.
    """

    scenes: tuple[Scene, ...] = ()
    touched: tuple[tuple[int, str], ...] = ()
    hot: frozenset[int] = frozenset()
    checksums: Mapping[int, bytes] = field(default_factory=dict)
    strategy: Strategy = "remote_wins"
    restored: bool = False


@dataclass(frozen=True, slots=True)
class SceneLogged:
    """A row: a line in the log of a scene; `what` is a code (`updated`, `deleted`, `returned`, `edited`, `decided`, …)."""

    scene: int
    what: str
    text: str = ""


@dataclass(frozen=True, slots=True)
class NamedSynced:
    """A row: performers, tags or studios that are to be as the server has them."""

    items: tuple[Named, ...]


@dataclass(frozen=True, slots=True)
class Vanished:
    """A row: what is not on the server any more; it is kept, and marked as deleted."""

    entity: Entity
    ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class EditSettled:
    """What becomes of a local edit when the server's value changed, or when it came to say the same.

    `keep` says that the edit stands, with `base` as the server's value from now on; `conflict` notes that both had changed
    it, with the state that it has.
    """

    scene: int
    field: str
    base: Json
    keep: bool
    conflict: Conflict | None = None


@dataclass(frozen=True, slots=True)
class RowFailed:
    """A row: one thing that could not be read or stored; the sync went on."""

    entity: Entity
    id: int
    message: str


@dataclass(frozen=True, slots=True)
class CatalogSynced:
    """A row: how a sync ended, for each kind of thing that it was about.

    `exact` says that everything was compared, and nothing but single rows failed; `complete` that nothing at all was left
    out or failed; `all_compared` that what was to be compared was, but for single rows. `probe` is what the next probe is
    compared with (None: what was known stays), with the zones that times were seen in. `compared_at` is when the server was
    asked, where that was not just now.
    """

    entities: tuple[Entity, ...]
    mode: str
    complete: bool
    exact: bool
    all_compared: bool = False
    compared_at: str = ""
    url: str = ""
    probe: Probe | None = None
    offsets: tuple[str, ...] = ()
    held_back: int = 0
    problem: str = ""


CatalogRow = ScenesSynced | NamedSynced | Vanished | RowFailed | CatalogSynced | SceneLogged
