"""How players and groups stand, as values: what the store knows of each, and the word that a row shows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from synctui.model.clock import Clock, rfc3339
from synctui.model.players import TITLES, ItemState, PlayerState
from synctui.store import player_items
from synctui.store.changes import last_change
from synctui.store.database import Database
from synctui.store.players import PlayerRecord, players
from synctui.syncs.players.settings import PlayerSettings
from synctui.syncs.players.tools import Tools
from synctui.text import display
from synctui.tui.draw.palette import Role
from synctui.words import count

_WAITING = (ItemState.PENDING, ItemState.SENT, ItemState.ACCEPTED)
_WRONG = (ItemState.FAILED, ItemState.UNCONFIRMED)
_TOLD = (ItemState.SENT, ItemState.ACCEPTED, ItemState.CONFIRMED, ItemState.UNCONFIRMED)


@dataclass(frozen=True, slots=True)
class Known:
    """What the store knows of all players at one moment: `newest` is the newest line of the change feed."""

    records: Mapping[str, PlayerRecord] = field(default_factory=dict)
    counts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    newest: int = 0
    now: str = ""


async def read(database: Database, clock: Clock) -> Known:
    """Return what the store knows now."""
    newest, _ = await last_change(database)
    return Known(await players(database), await player_items.counts(database), newest, rfc3339(clock.now()))


@dataclass(frozen=True, slots=True)
class Standing:
    """A row: one player, or a group of several.

    `word` says how it stands, `doing` what it is being asked just now ("" for nothing); `confirmed`, `failed`, `queue` and
    `told` count items. `latencies` are seconds, the newest last. `left_alone` says why nobody asks it, "" when it is asked.
    """

    name: str
    what: str
    word: str
    role: Role = "text"
    queue: int = 0
    confirmed: int = 0
    failed: int = 0
    told: int = 0
    latencies: tuple[float, ...] = ()
    last: str | None = None
    players: tuple[str, ...] = ()
    group: bool = False
    doing: str = ""
    online: bool = False
    enabled: bool = True
    state: PlayerState = PlayerState.UNKNOWN
    settings: PlayerSettings | None = None
    record: PlayerRecord | None = None
    left_alone: str = ""

    @property
    def key(self) -> tuple[bool, str]:
        """Return what tells it from all others."""
        return self.group, self.name


def standings(tools: Tools, known: Known, doing: Mapping[str, str]) -> tuple[Standing, ...]:
    """Return the rows: players in their order, then the groups; `doing` says what players are being asked now."""
    singles = tuple(_player(one, known, doing.get(display(one.name), ""), tools) for one in tools.players)
    by_name = {one.name: one for one in singles}
    groups = [_group(name, [by_name[one] for one in names if one in by_name]) for name, names in tools.groups.items()]
    return (*singles, *groups)


def _player(settings: PlayerSettings, known: Known, doing: str, tools: Tools) -> Standing:
    record = known.records.get(settings.name, PlayerRecord(settings.name))
    items = known.counts.get(settings.name, {})
    queue, failed = _sum(items, _WAITING), _sum(items, _WRONG)
    refused = bool(record.refused) and record.refused == settings.credentials
    enabled = settings.enabled and tools.enabled
    word, role = _word(settings, record, queue + failed, known, refused=refused)
    return Standing(
        settings.name,
        _what(settings, record),
        word if enabled else "disabled",
        "accent" if doing and enabled else role if enabled else "dim",
        queue,
        items.get(ItemState.CONFIRMED, 0),
        failed,
        _sum(items, _TOLD),
        record.latencies,
        record.last_sync,
        (settings.name,),
        doing=doing,
        online=record.state is PlayerState.ONLINE and not refused,
        enabled=enabled,
        state=PlayerState.REFUSED if refused else record.state,
        settings=settings,
        record=record,
        left_alone=_left_alone(record, known, refused=refused),
    )


def _word(settings: PlayerSettings, record: PlayerRecord, waiting: int, known: Known, *, refused: bool) -> tuple[str, Role]:
    if refused:
        return PlayerState.REFUSED.word, "error"
    match record.state:
        case PlayerState.OFFLINE:
            return PlayerState.OFFLINE.word, "warn"
        case PlayerState.FAILING:
            return PlayerState.FAILING.word, "error"
        case PlayerState.ONLINE:
            if waiting:
                return "waiting", "warn"
            return ("behind", "text") if record.cursor < known.newest else ("up to date", "good")
    return "not asked", "dim"


def _left_alone(record: PlayerRecord, known: Known, *, refused: bool) -> str:
    if refused:
        return "it refused us: left alone until its user, password or token changes"
    if record.not_before > known.now:
        return f"it failed {record.failures} times in a row" if record.failures > 1 else "it failed"
    return ""


def _what(settings: PlayerSettings, record: PlayerRecord) -> str:
    version = ".".join(record.version.split(".")[:2])
    return f"{TITLES[settings.kind]} {version}".rstrip()


def _group(name: str, members: Sequence[Standing]) -> Standing:
    enabled = [one for one in members if one.enabled]
    online = sum(one.online for one in enabled)
    times = [one.last for one in members if one.last]
    return Standing(
        name,
        count(len(members), "player"),
        f"{online}/{len(enabled)} online",
        "good" if online == len(enabled) and enabled else "warn" if enabled else "dim",
        sum(one.queue for one in members),
        sum(one.confirmed for one in members),
        sum(one.failed for one in members),
        sum(one.told for one in members),
        last=max(times, default=None),
        players=tuple(one.name for one in members),
        group=True,
        doing=next((one.doing for one in members if one.doing), ""),
        enabled=bool(enabled),
    )


def _sum(items: Mapping[str, int], states: Sequence[ItemState]) -> int:
    return sum(items.get(state.value, 0) for state in states)
