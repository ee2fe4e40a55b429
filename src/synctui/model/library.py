"""The library in values: files, what belongs together, and the rows that a subtitle operation leaves behind.

Paths are `str` with surrogate escapes (`os.fsdecode`); the store keeps them as bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from synctui.model.catalog import CatalogRow
from synctui.model.json import Fields
from synctui.model.players import PlayerItem, PlayerSeen, PlayerSynced
from synctui.model.root import LibraryKind, LibraryRoot
from synctui.model.states import SubtitleState

__all__ = [
    "AudioTrack",
    "Change",
    "Choice",
    "EpisodeName",
    "FileStamp",
    "LibraryKind",
    "LibraryRoot",
    "Lineage",
    "MediaFile",
    "Pairing",
    "Row",
    "Strike",
    "SubtitleName",
    "TreeCounts",
    "Verdict",
]


@dataclass(frozen=True, slots=True)
class FileStamp:
    """A file's identity without reading it: equal stamps mean an untouched file."""

    size: int
    mtime_ns: int
    inode: int = 0
    device: int = 0

    def text(self) -> str:
        """Return the stamp as stored in fingerprints (inodes change on some network mounts and are left out)."""
        return f"{self.size}:{self.mtime_ns}"

    def same_file(self, other: FileStamp) -> bool:
        """Tell whether both were taken of one file, whatever path led to it."""
        return (self.device, self.inode) == (other.device, other.inode)


@dataclass(frozen=True, slots=True)
class SubtitleName:
    """What a subtitle's name says beyond its video's stem."""

    language: str | None = None
    forced: bool = False
    hearing_impaired: bool = False
    number: int | None = None
    title: str = ""


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A video or a subtitle as found on disk."""

    path: str
    stamp: FileStamp


@dataclass(frozen=True, slots=True)
class Pairing:
    """A subtitle with the video it belongs to.

    `video` is None when there is none or several could be meant: then `reason` is `no_video` or `needs_choice` and
    `candidates` holds the videos to choose from. `siblings` are the video's other subtitles.
    """

    subtitle: MediaFile
    name: SubtitleName
    video: MediaFile | None
    reason: str = ""
    candidates: tuple[str, ...] = ()
    siblings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EpisodeName:
    """What a video's path says about its place: show, season, episode, or film and year."""

    show: str = ""
    season: int | None = None
    episode: int | None = None
    title: str = ""
    year: int | None = None


@dataclass(frozen=True, slots=True)
class AudioTrack:
    """An audio stream of a video; `index` counts audio streams from 0, `position` all streams."""

    index: int
    position: int
    codec: str = ""
    channels: int = 0
    language: str | None = None
    title: str = ""
    default: bool = False
    original: bool = False
    commentary: bool = False
    dubbed: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """A row: how a subtitle stands, and the fingerprint under which that holds.

    `subtitle` and `video` stamps let a later plan skip it without reading; `fingerprint` covers the contents, the
    engine and its parameters.
    """

    path: str
    state: SubtitleState
    reason: str
    fingerprint: str
    subtitle: FileStamp
    content: str = ""
    video: str | None = None
    video_stamp: FileStamp | None = None
    engine: str = ""
    numbers: Fields = field(default_factory=dict)
    job: int = 0
    checked_at: str = ""


@dataclass(frozen=True, slots=True)
class Lineage:
    """A row: `output` (SHA-256) was written at `path`, computed from `original`, which lies at `backup`.

    `backup` is `file:` with the path of a `.bak` file, or `vault:` with a content hash.
    """

    path: str
    output: str
    original: str
    backup: str
    operation: str = ""


@dataclass(frozen=True, slots=True)
class Strike:
    """A row: an engine failed on this content; `clear` forgets the file's strikes."""

    path: str
    engine: str
    content: str
    clear: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """A row: the user chose this video for this subtitle."""

    subtitle: str
    video: str


@dataclass(frozen=True, slots=True)
class Change:
    """A row of the change feed: what happened to a media file, and who said so; `stamp` is the file's, where it is known."""

    path: str
    change: Literal["created", "modified", "removed", "moved"]
    source: str
    previous: str | None = None
    stamp: FileStamp | None = None


Row = Verdict | Lineage | Strike | Choice | Change | PlayerItem | PlayerSeen | PlayerSynced | CatalogRow


@dataclass(frozen=True, slots=True)
class TreeCounts:
    """How many subtitles below a node are in which state."""

    subtitles: int = 0
    videos: int = 0
    by_state: Mapping[str, int] = field(default_factory=dict)
