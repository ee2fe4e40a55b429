"""Kodi: one writer, idle first, one scan for many folders, proof by asking for the files; what was watched stays watched.

A scan that is asked for while another runs ends that one and is itself forgotten, and the answer is "OK" all the same;
that a scan has finished says nothing about what it did (measured on Kodi 20.1).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from synctui.adapters.kodi_items import KodiItem, Watched
from synctui.adapters.kodi_paths import portions
from synctui.errors import ServerFailed
from synctui.model.clock import Clock
from synctui.model.json import Fields, Json
from synctui.model.players import Look
from synctui.syncs.players.driver import Call, Check, Intent, Shelf, Troubles
from synctui.syncs.players.errands import Errand, batches
from synctui.syncs.players.paths import inside, name, parent
from synctui.syncs.players.settings import PlayerSettings
from synctui.words import count

if TYPE_CHECKING:
    from synctui.adapters.http import Server
    from synctui.adapters.kodi import Kodi
    from synctui.adapters.kodi_events import KodiEvents

_STARTS_S = 2.0
_READS_S = 10.0
_TRIES = 3
_POLL_S = 0.1
_IDLE_S = 300.0
_LONGEST_SCAN_S = 1800.0


class KodiDriver:
    """A Kodi with its own library."""

    cheap = True
    patience = _LONGEST_SCAN_S
    pace = 0.2

    def __init__(self, server: Server, client: Kodi, events: KodiEvents, settings: PlayerSettings, clock: Clock) -> None:
        self._server = server
        self._client = client
        self._events = events
        self._settings = settings
        self._clock = clock
        self._roots: tuple[str, ...] = ()

    async def look(self) -> Look:
        """Return version and folders, the credentials proven."""
        if not self._events.available:
            await self._events.start()
        look = await self._client.look()
        self._roots = tuple(root.path for root in look.roots)
        return look

    async def shelf(self, errands: Sequence[Errand]) -> Shelf:
        """Return what it has of them, and how much in all."""
        return Shelf(frozenset(await self._items(_paths(errands))), await self._client.count())

    async def _items(self, paths: Iterable[str]) -> dict[str, KodiItem]:
        wanted = set(paths)
        folders = sorted({parent(path) for path in wanted})
        found = await self._client.items(folders) if folders else ()
        return {file: item for item in found for file in item.files if file in wanted}

    def calls(self, errands: Sequence[Errand], look: Look | None, shelf: Shelf | None) -> list[Call]:
        """Return one scan for all that is new, one call for all that goes, one for all that is read anew."""
        held = shelf.held if shelf is not None else frozenset[str]()
        new = [one for one in errands if one.item.change != "removed" and one.remote not in held]
        moved = [one for one in errands if one.previous is not None and (shelf is None or one.previous in held)]
        gone = [one for one in errands if one.item.change == "removed" and (shelf is None or one.remote in held)]
        anew = [one for one in errands if self._reads_anew(one) and one.remote in held]
        size = self._settings.batch_size
        calls = [_scan(part) for batch in batches(new, size) for part in _portions(batch)]
        calls += [
            Call("move", count(len(batch), "item"), "VideoLibrary.Set…Details and Remove… of the old entries by id", batch)
            for batch in batches(moved, size)
        ]
        calls += [
            Call("remove", count(len(batch), "item"), f"VideoLibrary.Remove… by id: {_named(batch)}", batch)
            for batch in batches(gone, size)
        ]
        calls += [
            Call("refresh", count(len(batch), "item"), f"VideoLibrary.Refresh… by id: {_named(batch)}", batch)
            for batch in batches(anew, size)
        ]
        return calls

    def _reads_anew(self, errand: Errand) -> bool:
        return self._settings.refresh_changed and errand.item.change == "modified" and not errand.item.sidecar

    def everything(self, errands: Sequence[Errand], look: Look | None) -> list[Call]:
        """Return the call that has all folders scanned."""
        return [Call("full", "the whole library", "VideoLibrary.Scan of everything", tuple(errands))]

    async def ready(self) -> str:
        """Return `playing` while somebody watches something: nothing is changed under him."""
        return "playing" if (await self._client.state()).playing else ""

    async def send(self, call: Call, intent: Intent) -> Troubles:
        """Make a call, when no scan runs."""
        await self._idle()
        if call.action in ("scan", "full"):
            return await self._scan(call, intent)
        if call.action == "move":
            return await self._move(call, intent)
        if call.action == "remove":
            return await self._remove(call, intent)
        return await self._refresh(call, intent)

    async def _idle(self) -> None:
        """Return when nothing is scanned; whoever else has it scanned is waited for."""
        until = self._clock.monotonic() + _IDLE_S
        while await self._client.scanning():
            if self._clock.monotonic() > until:
                raise ServerFailed("it has been scanning for long", hint="it is told when it has finished", code="busy")
            await self._clock.sleep(_POLL_S)

    # scanning

    async def _scan(self, call: Call, intent: Intent) -> Troubles:
        folders = _texts(call.facts.get("folders"))
        troubles: dict[str, str] = {}
        if call.action == "scan":
            # What it lists here it also sees anew: a scan alone would take its old list of the parent for true.
            above = {folder: self._above(folder) for folder in folders}
            inner = {one.unit for one in call.errands if parent(one.remote) != one.unit}
            seen = await self._client.entries(sorted({*above.values(), *inner}))
            folders = [folder for folder in folders if seen.get(above[folder]) is not None]
            troubles = {
                one.item.path: f"Kodi cannot see {self._above(one.unit)}" for one in call.errands if one.unit not in folders
            }
            if not folders:
                return troubles
        await intent({})
        for _ in range(_TRIES):
            await self._idle()
            since = self._events.mark()
            if call.action == "full":
                await self._client.scan_everything()
            else:
                await self._client.scan(folders)
            if await self._started(since, call.errands):
                return troubles
        return troubles

    def _above(self, folder: str) -> str:
        """Return the folder in whose list another one has to appear: above a root there is nothing that Kodi lists."""
        return folder if any(inside(root, folder) for root in self._roots) else parent(folder)

    async def _started(self, since: int, errands: Sequence[Errand]) -> bool:
        """Tell whether the scan has begun; a small one is over before it can be asked for: what it brought tells."""
        until = self._clock.monotonic() + _STARTS_S
        while self._clock.monotonic() < until:
            if self._events.seen("VideoLibrary.OnScanStarted", since) or await self._client.scanning():
                return True
            if await self._arrived(errands):
                return True
            await self._clock.sleep(_POLL_S)
        return False

    async def _arrived(self, errands: Sequence[Errand]) -> bool:
        wanted = [one.remote for one in errands if one.item.change != "removed"]
        return len(await self._items(wanted)) == len(set(wanted))

    # changing what it knows

    async def _move(self, call: Call, intent: Intent) -> Troubles:
        """Hand on what was watched from an old entry to the new one, and only then take the old one out."""
        items = await self._items(_paths(call.errands))
        troubles: dict[str, str] = {}
        pairs: list[tuple[KodiItem, KodiItem]] = []
        for errand in call.errands:
            old, new = items.get(errand.previous or ""), items.get(errand.remote)
            if old is None:
                continue
            if new is None:
                troubles[errand.item.path] = "the new file is not in the library yet: the old entry stays"
            else:
                pairs.append((old, new))
        if not pairs:
            return troubles
        await intent({"watched": _noted((new.files[0], old.watched) for old, new in pairs)})
        await self._restore({new.files[0]: old.watched for old, new in pairs})
        await self._client.remove([old for old, _ in pairs])
        return troubles

    async def _remove(self, call: Call, intent: Intent) -> Troubles:
        """Take out by id what is gone, unless its root is empty or away as Kodi sees it."""
        roots = {root.path: root for root in (await self._client.look()).roots}
        entries = await self._client.entries(list(roots))
        empty = [path for path in roots if not entries.get(path)]
        troubles = {
            one.item.path: "its folder is empty or away for Kodi: nothing was taken out"
            for one in call.errands
            if any(inside(one.remote, path) for path in empty) or not any(inside(one.remote, path) for path in roots)
        }
        items = await self._items([one.remote for one in call.errands if one.item.path not in troubles])
        await intent({})
        if items:
            await self._client.remove(list({item.id: item for item in items.values()}.values()))
        return troubles

    async def _refresh(self, call: Call, intent: Intent) -> Troubles:
        """Have items read anew; their ids change and what was watched is lost, so that is written back."""
        items = await self._items([one.remote for one in call.errands])
        troubles = {one.item.path: "it is not in the library" for one in call.errands if one.remote not in items}
        if not items:
            return troubles
        watched = {file: item.watched for file, item in items.items()}
        await intent({"watched": _noted(watched.items())})
        await self._client.refresh(list(items.values()))
        await self._read_anew(items)
        lost = await self._restore(watched)
        return {**troubles, **{one.item.path: lost[one.remote] for one in call.errands if one.remote in lost}}

    async def _read_anew(self, before: Mapping[str, KodiItem]) -> None:
        """Wait until what can be lost was lost: the newest item keeps its id, so that alone does not tell."""
        at_stake = {file: item for file, item in before.items() if item.watched.played}
        until = self._clock.monotonic() + min(_READS_S, self._settings.timeout)
        while at_stake and self._clock.monotonic() < until:
            now = await self._items(at_stake)
            at_stake = {
                file: item
                for file, item in at_stake.items()
                if file not in now or (now[file].id == item.id and _kept(now[file].watched, item.watched))
            }
            if at_stake:
                await self._clock.sleep(_POLL_S)

    async def _restore(self, watched: Mapping[str, Watched]) -> dict[str, str]:
        """Write back what was watched, and read it again; return what could not be written, by file."""
        for attempt in range(2):
            items = await self._items(watched)
            wrong = [(item, watched[file]) for file, item in items.items() if not _kept(item.watched, watched[file])]
            if not wrong:
                return {}
            if attempt == 0:
                await self._client.set_watched(wrong)
        return {item.files[0]: "what was watched of it could not be written back" for item, _ in wrong}

    async def recover(self, call: Call, facts: Fields) -> bool:
        """Write back what a crash left unwritten, and tell whether the rest was done."""
        if isinstance(noted := facts.get("watched"), Sequence) and not isinstance(noted, str):
            await self._restore(_watched(noted))
        if call.action in ("full", "refresh"):
            return False
        await self._idle()
        items = frozenset(await self._items(_paths(call.errands)))
        if call.action == "scan":
            return all(one.remote in items for one in call.errands)
        return Shelf(items).settled(call.errands[0]) and all(Shelf(items).settled(one) for one in call.errands)

    # proof

    async def check(self, errands: Sequence[Errand], since: datetime, waited: float) -> Check:
        """Return what is in the library once no scan runs any more; what is not there then will not come by itself."""
        if await self._client.scanning():
            return Check(frozenset(), final=waited >= self.patience)
        shelf = Shelf(frozenset(await self._items(_paths(errands))))
        return Check(frozenset(one.item.path for one in errands if shelf.settled(one)), final=True)

    def again(self, errands: Sequence[Errand]) -> list[Call]:
        """Return a scan of each folder by itself."""
        new = [one for one in errands if one.item.change != "removed"]
        return [_scan(batch) for batch in batches(new, 1)]

    async def tell(self, title: str, text: str) -> bool:
        """Show a message, unless somebody watches something."""
        if await self.ready():
            return False
        await self._client.notify(title, text)
        return True

    async def close(self) -> None:
        """Close its connections."""
        await self._events.close()
        await self._server.close()


def _scan(batch: tuple[Errand, ...]) -> Call:
    folders = sorted({one.unit for one in batch})
    subject = name(folders[0]) if len(folders) == 1 else count(len(folders), "folder")
    named = folders[0] if len(folders) == 1 else f"{folders[0]} … {folders[-1]}"
    return Call("scan", subject, f"VideoLibrary.Scan {named}", batch, {"folders": folders})


def _portions(batch: tuple[Errand, ...]) -> list[tuple[Errand, ...]]:
    """Return a batch in as few parts as fit into one request each."""
    groups = [{folder.rstrip("/\\") for folder in group} for group in portions(one.unit for one in batch)]
    return [tuple(one for one in batch if one.unit.rstrip("/\\") in group) for group in groups]


def _paths(errands: Iterable[Errand]) -> list[str]:
    return [path for one in errands for path in (one.remote, one.previous) if path is not None]


def _named(batch: Sequence[Errand]) -> str:
    first = batch[0].remote
    return first if len(batch) == 1 else f"{first} … {batch[-1].remote}"


def _texts(value: Json) -> list[str]:
    if isinstance(value, str) or not isinstance(value, Collection):
        return []
    return [str(one) for one in value]


def _kept(now: Watched, before: Watched) -> bool:
    """Tell whether nothing of what was watched before is missing; what somebody watched since is more, not less."""
    return now == before or now.playcount > before.playcount


def _noted(watched: Iterable[tuple[str, Watched]]) -> list[Json]:
    return [[file, cast(Json, asdict(state))] for file, state in watched]


def _watched(noted: Sequence[Json]) -> dict[str, Watched]:
    found: dict[str, Watched] = {}
    for row in noted:
        if isinstance(row, Sequence) and len(row) == 2 and isinstance(row[1], Mapping):
            found[str(row[0])] = Watched(**cast(dict[str, Any], dict(row[1])))
    return found
