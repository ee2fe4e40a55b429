"""What the database of a Stash holds, a row for each thing; relations are ids in the server's order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple


class BoxId(NamedTuple):
    """What something is called in a stash-box; `updated_at` is UTC with nanoseconds."""

    endpoint: str
    stash_id: str
    updated_at: str = ""


@dataclass(slots=True)
class FileRow:
    """A video file; `fingerprints` are (type, value), in the order of their types."""

    id: int
    path: str
    size: int = 0
    duration: float = 0.0
    mod_time: str = ""
    created_at: str = ""
    updated_at: str = ""
    width: int = 1920
    height: int = 1080
    format: str = "mp4"
    video_codec: str = "h264"
    audio_codec: str = "aac"
    frame_rate: float = 25.0
    bit_rate: int = 0
    fingerprints: tuple[tuple[str, str], ...] = ()
    scene: int = 0

    @property
    def basename(self) -> str:
        """Return the file's name without its folder."""
        return self.path.rpartition("/")[2]

    @property
    def folder(self) -> str:
        """Return the path of its folder."""
        return self.path.rpartition("/")[0]


@dataclass(slots=True)
class SceneRow:
    """A scene; `files` are ids, the primary one first; dates and ratings that are not set are None."""

    id: int
    created_at: str
    updated_at: str
    title: str = ""
    code: str = ""
    details: str = ""
    director: str = ""
    date: str | None = None
    rating100: int | None = None
    organized: bool = False
    interactive: bool = False
    studio: int | None = None
    play_duration: float = 0.0
    resume_time: float = 0.0
    plays: tuple[str, ...] = ()
    os: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    stash_ids: tuple[BoxId, ...] = ()
    files: tuple[int, ...] = ()
    performers: tuple[int, ...] = ()
    tags: tuple[int, ...] = ()

    @property
    def last_played_at(self) -> str | None:
        """Return when it was last played, None when it never was."""
        return max(self.plays, default=None)


@dataclass(slots=True)
class PerformerRow:
    """A performer."""

    id: int
    created_at: str
    updated_at: str
    name: str
    disambiguation: str = ""
    gender: str | None = None
    birthdate: str | None = None
    death_date: str | None = None
    country: str = ""
    details: str = ""
    height_cm: int | None = None
    rating100: int | None = None
    favorite: bool = False
    ignore_auto_tag: bool = False
    aliases: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    stash_ids: tuple[BoxId, ...] = ()
    tags: tuple[int, ...] = ()


@dataclass(slots=True)
class TagRow:
    """A tag; it may lie under several others."""

    id: int
    created_at: str
    updated_at: str
    name: str
    sort_name: str = ""
    description: str = ""
    favorite: bool = False
    ignore_auto_tag: bool = False
    aliases: tuple[str, ...] = ()
    stash_ids: tuple[BoxId, ...] = ()
    parents: tuple[int, ...] = ()


@dataclass(slots=True)
class StudioRow:
    """A studio; it may belong to another one."""

    id: int
    created_at: str
    updated_at: str
    name: str
    parent: int | None = None
    details: str = ""
    rating100: int | None = None
    favorite: bool = False
    ignore_auto_tag: bool = False
    aliases: tuple[str, ...] = ()
    urls: tuple[str, ...] = ()
    stash_ids: tuple[BoxId, ...] = ()
    tags: tuple[int, ...] = ()


@dataclass(slots=True)
class LogRow:
    """A line of the server's log."""

    time: str
    level: str
    message: str


@dataclass(slots=True)
class JobRow:
    """A job of the server: `status` as GraphQL names it."""

    id: int
    description: str
    added_at: str
    status: str = "READY"
    progress: float | None = None
    started_at: str | None = None
    ended_at: str | None = None
