"""Kodi: one writer, idle first, one scan for many folders, proof by asking for the files; what was watched stays watched.

A scan that is asked for while another runs ends that one and is itself forgotten, and the answer is "OK" all the same;
that a scan has finished says nothing about what it did (measured on Kodi 20.1).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from synctui.adapters.kodi_events import SCAN_STARTED
from synctui.adapters.kodi_items import KodiItem, Watched
from synctui.adapters.kodi_paths import key, portions
from synctui.errors import OperationFailed, ServerFailed, TimedOut
from synctui.library.paths import inside, name, parent
from synctui.model.clock import Clock
from synctui.model.json import Fields, Json
from synctui.model.players import Look
from synctui.syncs.players.driver import Call, Check, Intent, Shelf, Troubles
from synctui.syncs.players.drivers.folders import outermost
from synctui.syncs.players.drivers.watched import State, is_anew, kept, more, noted, noted_items, said, states
from synctui.syncs.players.errands import Errand, batches
from synctui.syncs.players.settings import PlayerSettings
from synctui.text import display
from synctui.words import count

if TYPE_CHECKING:
    from synctui.adapters.http import Server
    from synctui.adapters.kodi import Failures, Kodi
    from synctui.adapters.kodi_events import KodiEvents

_STARTS_S = 2.0
_READS_S = 10.0
_TRIES = 3
_POLL_S = 0.1
_IDLE_S = 300.0
_TOLD = 20
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
        return Shelf.of(await self._items(_paths(errands)), await self._client.count())

    async def _items(self, paths: Iterable[str]) -> dict[str, tuple[KodiItem, ...]]:
        """Return the items of files: several of one that holds several episodes, always in the same order."""
        wanted = {key(path): path for path in paths}
        folders = sorted({parent(path) for path in wanted.values()})
        found: dict[str, list[KodiItem]] = {}
        for item in await self._client.items(folders) if folders else ():
            for path in dict.fromkeys(wanted[key(file)] for file in item.files if key(file) in wanted):
                found.setdefault(path, []).append(item)
        return {path: tuple(sorted(held, key=lambda one: (one.title, one.id))) for path, held in found.items()}

    def calls(self, errands: Sequence[Errand], look: Look | None, shelf: Shelf | None) -> list[Call]:
        """Return one scan for all that is new, one call for all that goes, one for all that is read anew."""
        held = shelf if shelf is not None else Shelf(frozenset())
        new = [one for one in errands if one.item.change != "removed" and not held.has(one.remote)]
        moved = [one for one in errands if one.previous is not None and (shelf is None or held.has(one.previous))]
        gone = [one for one in errands if one.item.change == "removed" and (shelf is None or held.has(one.remote))]
        anew = [one for one in errands if self._reads_anew(one) and held.has(one.remote)]
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
            unseen = [folder for folder in folders if seen.get(above[folder]) is None]
            folders = [folder for folder in folders if folder not in unseen]
            troubles = {
                one.item.path: f"Kodi cannot see {above[folder]}"
                for folder in unseen
                for one in call.errands
                if inside(one.unit, folder)
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
            if self._events.seen(SCAN_STARTED, since) or await self._client.scanning():
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
        old: dict[str, tuple[KodiItem, ...]] = {}
        watched: list[State] = []
        for errand in call.errands:
            before, now = items.get(errand.previous or "", ()), items.get(errand.remote, ())
            before = tuple(one for one in before if one not in now)
            if before and not now:
                troubles[errand.item.path] = "the new file is not in the library yet: the old entry stays"
            elif before:
                old[errand.remote] = before
                watched += [(errand.remote, one.watched) for one in before]
        if not old:
            return troubles
        await intent({"watched": noted(watched)})
        lost = await self._restore(watched)
        failures = await self._client.remove([one for file, before in old.items() if file not in lost for one in before])
        lost |= {file: failures[one].message for file, before in old.items() for one in before if one in failures}
        return {**troubles, **{one.item.path: lost[one.remote] for one in call.errands if one.remote in lost}}

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
        failures = await self._client.remove(_each(items)) if items else {}
        return {**troubles, **_failed(call.errands, items, failures)}

    async def _refresh(self, call: Call, intent: Intent) -> Troubles:
        """Have items read anew; their ids change and what was watched is lost, so that is written back."""
        items = await self._items([one.remote for one in call.errands])
        troubles = {one.item.path: "it is not in the library" for one in call.errands if one.remote not in items}
        if not items:
            return troubles
        watched = [(file, one.watched) for file, held in items.items() for one in held]
        ids: dict[str, Json] = {file: [one.id for one in held] for file, held in items.items()}
        await intent({"watched": noted(watched), "ids": ids})
        failures = await self._client.refresh(_each(items))
        troubles |= _failed(call.errands, items, failures)
        await self._read_anew({file: held for file, held in items.items() if not any(one in failures for one in held)})
        lost = await self._restore(watched)
        return {**troubles, **{one.item.path: lost[one.remote] for one in call.errands if one.remote in lost}}

    async def _read_anew(self, before: Mapping[str, Sequence[KodiItem]]) -> bool:
        """Wait until items have been read anew, and tell whether they have. Raises TimedOut where one is away for long.

        One that had the highest id keeps it: that it was read shows only in what is lost, if anything is.
        """
        begun = self._clock.monotonic()
        away: dict[str, float] = {}
        while True:
            now, moment = await self._items(before), self._clock.monotonic()
            if all(is_anew(now.get(file, ()), held) for file, held in before.items()):
                return True
            precious = [file for file, held in before.items() if any(one.watched.played for one in held)]
            away = {file: away.get(file, moment) for file in precious if file not in now}
            if any(moment - since > self._settings.timeout for since in away.values()):
                raise TimedOut("it has not finished reading its items anew", hint="what was watched is written back later")
            if moment - begun > self._settings.timeout and not away:
                return False
            await self._clock.sleep(_POLL_S)

    async def _restore(self, watched: Sequence[State]) -> dict[str, str]:
        """Write back what was watched, and read it again; return what could not be written, by file."""
        states: dict[str, list[Watched]] = {}
        for file, state in watched:
            states.setdefault(file, []).append(state)
        wrong: list[tuple[str, KodiItem, Watched]] = []
        for attempt in range(2):
            items = await self._items(states)
            wrong = [
                (file, item, more(item.watched, state))
                for file, wanted in states.items()
                for item, state in zip(items.get(file, ()), wanted, strict=False)
                if not kept(item.watched, state)
            ]
            if not wrong:
                return {}
            if attempt == 0:
                await self._client.set_watched((item, state) for _, item, state in wrong)
        return {file: "what was watched of it could not be written down" for file, _, _ in wrong}

    async def recover(self, call: Call, facts: Fields) -> bool:
        """Write back what a crash left unwritten, and tell whether the rest was done."""
        watched = states(facts.get("watched"))
        if call.action == "refresh":
            try:
                # What is still to be read anew would lose afterwards what is written back now.
                anew = await self._read_anew(noted_items(watched, facts.get("ids")))
            except TimedOut:
                anew = True
                await self._called_back(call, watched)
            return not await self._restore(watched) and anew
        await self._restore(watched)
        if call.action == "full":
            return False
        await self._idle()
        shelf = Shelf.of(await self._items(_paths(call.errands)))
        if call.action == "scan":
            return all(shelf.has(one.remote) for one in call.errands)
        return all(shelf.fits(one) for one in call.errands)

    async def _called_back(self, call: Call, watched: Sequence[State]) -> None:
        """Have folders scanned whose files stayed away after they were read anew. Raises OperationFailed for what is gone.

        What was watched of that can be written nowhere: it is said, so that a person knows.
        """
        await self._idle()
        since = self._events.mark()
        await self._client.scan(outermost(one.unit for one in call.errands))
        await self._started(since, call.errands)
        await self._idle()
        there = await self._items([file for file, _ in watched])
        lost = [(file, state) for file, state in watched if file not in there and state.played]
        if lost:
            await self._restore([one for one in watched if one[0] in there])
            told = "; ".join(f"{display(name(file), 80)}: {said(state)}" for file, state in lost[:_TOLD])
            more = f"; and {len(lost) - _TOLD:,} more" if len(lost) > _TOLD else ""
            raise OperationFailed(
                f"it has not come back into the library since it was read anew; what was watched of it was {told}{more}",
                code="not_there",
            )

    # proof

    async def check(self, errands: Sequence[Errand], since: datetime, waited: float) -> Check:
        """Return what is in the library once no scan runs any more; what is not there then will not come by itself."""
        if await self._client.scanning():
            return Check(frozenset(), final=waited >= self.patience)
        shelf = Shelf.of(await self._items(_paths(errands)))
        return Check(frozenset(one.item.path for one in errands if shelf.fits(one)), final=True)

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
    folders = outermost(one.unit for one in batch)
    subject = name(folders[0]) if len(folders) == 1 else count(len(folders), "folder")
    named = folders[0] if len(folders) == 1 else f"{folders[0]} … {folders[-1]}"
    return Call("scan", subject, f"VideoLibrary.Scan {named}", batch, {"folders": folders})


def _portions(batch: tuple[Errand, ...]) -> list[tuple[Errand, ...]]:
    """Return a batch in as few parts as fit into one request each."""
    groups = [{folder.rstrip("/\\") for folder in group} for group in portions(one.unit for one in batch)]
    return [tuple(one for one in batch if one.unit.rstrip("/\\") in group) for group in groups]


def _paths(errands: Iterable[Errand]) -> list[str]:
    return [path for one in errands for path in (one.remote, one.previous) if path is not None]


def _each(items: Mapping[str, Sequence[KodiItem]]) -> list[KodiItem]:
    return list({(one.kind, one.id): one for held in items.values() for one in held}.values())


def _failed(errands: Iterable[Errand], items: Mapping[str, Sequence[KodiItem]], failures: Failures) -> dict[str, str]:
    """Return what failed with single items, by our path."""
    return {
        errand.item.path: failures[one].message
        for errand in errands
        for one in items.get(errand.remote, ())
        if one in failures and failures[one].code != "gone"
    }


def _named(batch: Sequence[Errand]) -> str:
    first = batch[0].remote
    return first if len(batch) == 1 else f"{first} … {batch[-1].remote}"


def _texts(value: Json) -> list[str]:
    if isinstance(value, str) or not isinstance(value, Collection):
        return []
    return [str(one) for one in value]
