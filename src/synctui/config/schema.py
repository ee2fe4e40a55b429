"""The configuration in types: every key with its default, its limits and the sentence that documents it.

`Config` mirrors the TOML file: a section is a dataclass, a table that occurs by name (`[[player]]`) a tuple of them.
`config init`, `config show`, validation and the environment's names are all derived from these fields.
"""

# ruff: noqa: RUF009 (`option` makes a field, a new one for every key)

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from functools import cache
from types import NoneType, UnionType
from typing import Any, Literal, TypeVar, cast, get_args, get_origin, get_type_hints

from synctui.config.secrets import Secret
from synctui.model.json import Fields, Json, digest
from synctui.model.root import LibraryKind, LibraryRoot

T = TypeVar("T")
Engine = Literal["auto", "builtin", "alass", "ffsubsync"]
Detector = Literal["auto", "bands", "silero"]
SyncKind = Literal["subtitles", "stash", "players", "playlists", "metadata"]
SYNC_KINDS: tuple[str, ...] = ("subtitles", "stash", "players", "playlists", "metadata")


@dataclass(frozen=True, slots=True)
class Option:
    """What is known of a key besides its type: documentation, limits, how its text must look (`form`, see `values`).

    `flag` is the command line's option for it, `example` what the template shows in a table that occurs by name,
    `later` is true while no part of this version reads it.
    """

    doc: str
    low: float | None = None
    high: float | None = None
    form: str = ""
    required: bool = False
    flag: str = ""
    example: Any = None
    later: bool = False


def option(default: T, doc: str, **facts: Any) -> T:
    """Return a dataclass field with an `Option` beside it."""
    metadata = {"option": Option(doc, **facts)}
    if isinstance(default, dict):
        return cast(T, field(default_factory=dict, metadata=metadata))
    return field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class PathMap:
    """A folder here and what another machine calls it."""

    source: str
    target: str


@dataclass(frozen=True, slots=True)
class Library:
    """A folder of series or films that is kept in sync; one such table for each."""

    name: str = option("", "What you call it: --run subtitles NAME.", required=True, form="name", example="Series")
    path: str = option("", "Its folder: absolute, or beginning with ~.", required=True, form="path", example="/media/series")
    kind: LibraryKind = option("auto", "What is in it.", example="series")


@dataclass(frozen=True, slots=True)
class Subtitles:
    """How the timing of subtitles is corrected."""

    engine: Engine = option("auto", "Which engine aligns; auto takes the best one that is installed.", flag="--engine")
    languages: tuple[str, ...] = option(
        (), 'Only these languages, as in ["en", "de"]; [] is all.', form="language", flag="--lang"
    )
    max_offset: float = option(240.0, "Seconds; a result that shifts by more is refused.", low=1, high=7200)
    jobs: int = option(
        0,
        "Subtitles worked on at once; 0 is half of the processor's cores, or all threads of the cluster.",
        low=0,
        high=256,
        flag="--jobs",
    )
    ignore: tuple[str, ...] = option((), 'Files and folders to leave alone, as in ["*.forced.srt", "Extras"].', form="glob")
    detector: Detector = option(
        "auto",
        "What hears speech: bands (built in), silero (it too: pip install 'synctui[speech]'), auto (it in doubt).",
    )
    cluster: str = option(
        "",
        'Scheduler of a Dask cluster that listens and aligns, as in "tcp://nas:8786"; "" works on this machine.',
        form="scheduler",
    )


@dataclass(frozen=True, slots=True)
class Stash:
    """The Stash server whose catalogue is mirrored."""

    url: str = option("", 'Address, as in "http://localhost:9999"; "" for none.', form="url")
    api_key: Secret = option(Secret(), "API key.")
    path_map: tuple[PathMap, ...] = option(
        (), "Folders as Stash calls them (from) and as they are here (to).", example=(PathMap("/data", "/media"),)
    )
    conflict: Literal["remote_wins", "local_wins", "newest", "manual"] = option(
        "remote_wins", "Which side wins where both changed a field."
    )
    full_schedule: str = option("", 'When to sync all, as a cron expression: "30 4 * * 0"; "" never.', form="cron")
    incremental_interval: int = option(0, "Minutes between syncs of what changed; 0 never.", low=0, high=525600)
    on_scan: bool = option(False, "Sync soon after each scan that Stash has made (it says so over a websocket).")
    page_size: int = option(500, "Scenes in one answer; more costs the server memory.", low=10, high=2000)
    in_flight: int = option(2, "Questions asked at once; more than two make no server faster.", low=1, high=8)
    brake_share: float = option(
        0.2, "Where more than this share vanishes at once, a person is asked first.", low=0.0, high=1.0
    )
    timeout: float = option(60.0, "Seconds to wait for an answer.", low=1, high=3600)


@dataclass(frozen=True, slots=True)
class Players:
    """What holds for every player."""

    enabled: bool = option(True, "Tell players what changed at all.")
    auto_sync: bool = option(False, "Tell them after each job that changed files.")
    sync_interval: int = option(0, "Minutes between syncs by themselves; 0 never.", low=0, high=525600)
    targeted_updates: bool = option(True, "Name exactly what changed instead of scanning everything.")
    clean_deleted: bool = option(False, "Take items out of a player whose files are gone.")
    send_notifications: bool = option(False, "Show a message to the people watching.")
    batch_size: int = option(100, "Files or folders in one call.", low=1, high=10000)
    timeout: float = option(30.0, "Seconds to wait for an answer.", low=1, high=3600)
    retry_attempts: int = option(3, "Further tries after a passing fault.", low=0, high=100)
    refresh_changed: bool = option(
        False, "Have items read anew whose video or NFO changed; what was watched is kept (Plex: analyze)."
    )
    empty_trash: bool = option(
        False, "Plex: empty the trash of a section from which files were taken, if its folders are there."
    )


def inherited(name: str) -> Any:
    """Return a field of a player that is as in [players] where it is not given."""
    general = next(item for item in fields(Players) if item.name == name)
    known = cast(Option, general.metadata["option"])
    doc = f"Instead of {name} in [players]."
    return option(None, doc, low=known.low, high=known.high, example=general.default)


@dataclass(frozen=True, slots=True)
class Player:
    """A media player or media server; one such table for each."""

    name: str = option("", "What you call it: --player NAME.", required=True, form="name", example="Living Room")
    kind: Literal["kodi", "jellyfin", "emby", "plex"] = option("kodi", "What it is.", required=True, example="kodi")
    url: str = option("", "Address.", required=True, form="url", example="http://192.168.1.20:8080")
    username: str = option("", "User, where it wants one (Kodi).", form="line")
    password: Secret = option(Secret(), "Password, where it wants one (Kodi).")
    token: Secret = option(Secret(), "Token or API key (Jellyfin, Emby, Plex).")
    enabled: bool = option(True, "Set to false to leave it alone for a while.")
    priority: int = option(0, "Lower ones are told first.", low=-1000, high=1000)
    path_map: tuple[PathMap, ...] = option(
        (),
        "Folders as they are here (from) and as the player calls them (to).",
        example=(PathMap("/media", "smb://nas/media"),),
    )
    auto_sync: bool | None = inherited("auto_sync")
    sync_interval: int | None = inherited("sync_interval")
    targeted_updates: bool | None = inherited("targeted_updates")
    clean_deleted: bool | None = inherited("clean_deleted")
    send_notifications: bool | None = inherited("send_notifications")
    batch_size: int | None = inherited("batch_size")
    timeout: float | None = inherited("timeout")
    retry_attempts: int | None = inherited("retry_attempts")
    refresh_changed: bool | None = inherited("refresh_changed")
    empty_trash: bool | None = inherited("empty_trash")


@dataclass(frozen=True, slots=True)
class Group:
    """Players that are told together; one such table for each."""

    name: str = option("", "What you call it: --group NAME.", required=True, form="name", example="Upstairs")
    players: tuple[str, ...] = option((), "Their names.", required=True, form="name", example=("Living Room",))
    mode: Literal["parallel", "sequential"] = option("parallel", "All at once, or one after another.")
    continue_on_error: bool = option(True, "In a sequence: go on with the next player when one fails.")


@dataclass(frozen=True, slots=True)
class Youtube:
    """The YouTube account whose playlists are kept in order."""

    client_id: str = option("", "OAuth client of your own Google project.", form="line")
    client_secret: Secret = option(Secret(), "Its secret.")
    daily_limit: int = option(10000, "Quota units that the project has a day.", low=0, high=100_000_000)
    reserve: int = option(1000, "Units of it that are left for other uses.", low=0, high=100_000_000)
    protected: tuple[str, ...] = option((), "Playlists, by id or title, that are never changed.", form="line")


@dataclass(frozen=True, slots=True)
class Metadata:
    """The Plex server that gets the catalogue's metadata."""

    url: str = option("", 'Address, as in "http://localhost:32400"; "" for none.', form="url")
    token: Secret = option(Secret(), "Token.")
    sections: tuple[str, ...] = option((), "Its libraries to write to, by name; [] is all that hold the files.", form="line")
    strict_matching: bool = option(True, "Leave items alone that cannot be matched for certain.")
    preserve_plex_edits: bool = option(False, "Leave fields alone that were edited in Plex.")


@dataclass(frozen=True, slots=True)
class Job:
    """A job with a name: what --run NAME and the scheduler run; one such table for each."""

    name: str = option("", "What you call it: --run NAME.", required=True, form="name", example="nightly")
    kind: SyncKind = option("subtitles", "What it syncs.", required=True, example="subtitles")
    targets: tuple[str, ...] = option((), "As on the command line; [] is everything.", form="target", example=("Series",))
    options: Fields = option({}, 'The options of its kind, as in {engine = "alass"}.')
    schedule: str = option("", 'When to run, as a cron expression: "30 3 * * *"; "" only by hand.', form="cron", later=True)
    confirm: bool = option(True, "Wait for a person to confirm the plan of a scheduled run.", later=True)
    then: tuple[str, ...] = option((), "Jobs or kinds to run after it has changed something.", form="line", later=True)


@dataclass(frozen=True, slots=True)
class Ui:
    """The screens."""

    theme: str = option("", 'Colours: dark, light, terminal (its own 16), and others; "" is by the terminal.', form="line")
    keys: Mapping[str, str] = option({}, 'Keys of commands, as in {sync = "f6", "jobs.undo" = "U"}; several by blanks.')
    refresh_hz: float = option(4.0, "How often progress is drawn, a second; less saves traffic over SSH.", low=0.2, high=30)
    mouse: bool = option(True, "Let the mouse be used.")


@dataclass(frozen=True, slots=True)
class Config:
    """The whole configuration, valid in itself."""

    library: tuple[Library, ...] = ()
    subtitles: Subtitles = Subtitles()
    stash: Stash = Stash()
    players: Players = Players()
    player: tuple[Player, ...] = ()
    group: tuple[Group, ...] = ()
    youtube: Youtube = Youtube()
    metadata: Metadata = Metadata()
    job: tuple[Job, ...] = ()
    ui: Ui = field(default_factory=Ui)

    def roots(self) -> tuple[LibraryRoot, ...]:
        """Return the configured libraries in the library's own words."""
        return tuple(LibraryRoot(table.name, table.path, table.kind) for table in self.library)

    def digest(self, *sections: str) -> str:
        """Return a SHA-256 (hex) over `sections` (none: all but `ui`): part of a plan's fingerprint.

        Secrets count, by their value or, where that cannot be read, by where it would be read from.
        """
        names = sections or tuple(name for name in SECTIONS if name != "ui")
        return digest({name: _plain(getattr(self, name)) for name in names})


SECTIONS: Mapping[str, type[Any]] = {
    "library": Library,
    "subtitles": Subtitles,
    "stash": Stash,
    "players": Players,
    "player": Player,
    "group": Group,
    "youtube": Youtube,
    "metadata": Metadata,
    "job": Job,
    "ui": Ui,
}
NAMED = frozenset(("library", "player", "group", "job"))
"""The tables that occur by name, each as often as wanted."""

LATER = frozenset(("youtube", "metadata"))
"""The sections that no part of this version reads yet."""


@dataclass(frozen=True, slots=True)
class Setting:
    """A key of a section: its name, resolved type, default and `Option`."""

    name: str
    type: Any
    default: Any
    option: Option

    @property
    def secret(self) -> bool:
        """True when its value is never shown, and may be given as `NAME_file`."""
        return self.type is Secret


@cache
def settings_of(section: str) -> Mapping[str, Setting]:
    """Return the keys of a section, in the order of the file."""
    cls = SECTIONS[section]
    hints = get_type_hints(cls)
    sample = cls()
    return {
        item.name: Setting(item.name, _certain(hints[item.name]), getattr(sample, item.name), item.metadata["option"])
        for item in fields(cls)
    }


def _certain(kind: Any) -> Any:
    """Return the type of a key that is given: `int` of `int | None`."""
    if get_origin(kind) is UnionType:
        return next(one for one in get_args(kind) if one is not NoneType)
    return kind


def _plain(value: Any) -> Json:
    if isinstance(value, Secret):
        return value.identity()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if hasattr(value, "__dataclass_fields__"):
        return {item.name: _plain(getattr(value, item.name)) for item in fields(value)}
    return cast(Json, value)
