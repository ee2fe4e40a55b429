"""Jellyfin and Emby: one message with the paths of files, a time of silence, then a look at what they saved since."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from synctui.library.paths import inside, key, name
from synctui.model.json import Fields
from synctui.model.players import Look
from synctui.syncs.players.driver import Call, Check, Intent, Shelf, Troubles
from synctui.syncs.players.errands import Errand
from synctui.syncs.players.settings import PlayerSettings
from synctui.words import count

if TYPE_CHECKING:
    from synctui.adapters.http import Server
    from synctui.adapters.jellyfin import Jellyfin, UpdateType

_AFTER_SILENCE = 180.0
"""Seconds that a library may take behind the time of silence: it may be refreshing the whole folder for one new film."""

_SLACK = timedelta(seconds=5)
_LISTING_EVERY = 20.0
_REFRESH = "POST Items/ID/Refresh?metadataRefreshMode=Default&imageRefreshMode=Default for"
_KINDS: dict[str, UpdateType] = {"created": "Created", "modified": "Modified", "removed": "Deleted", "moved": "Created"}


class JellyfinDriver:
    """A Jellyfin or an Emby server."""

    cheap = False

    def __init__(self, server: Server, client: Jellyfin, settings: PlayerSettings) -> None:
        self._server = server
        self._client = client
        self._settings = settings
        self._delay: float | None = None
        self._look: Look | None = None
        self._listed_at: float | None = None
        self._listed: frozenset[str] = frozenset()

    @property
    def patience(self) -> float:
        """Seconds from sending until what is not confirmed counts as not confirmed."""
        return (60.0 if self._delay is None else self._delay) + _AFTER_SILENCE

    @property
    def pace(self) -> float:
        """Seconds between two looks."""
        delay = 60.0 if self._delay is None else self._delay
        return min(5.0, max(0.1, delay / 4))

    async def look(self) -> Look:
        """Return version and folders, the credentials proven."""
        self._look = await self._client.look()
        self._delay = await self._client.monitor_delay()
        return self._look

    async def shelf(self, errands: Sequence[Errand]) -> Shelf:
        """Return what it has of them: it finds nothing by path, so its folders are listed."""
        wanted = [path for errand in errands for path in (errand.remote, errand.previous) if path is not None]
        return Shelf.of([path async for path, _ in self._listing(wanted)])

    async def _listing(self, paths: Sequence[str]) -> AsyncIterator[tuple[str, str]]:
        look = self._look or await self.look()
        keys = dict.fromkeys(root.key for root in look.roots if any(inside(path, root.path) for path in paths))
        # A library without a key cannot be listed by itself: all of them are, once.
        for library in keys if look.roots_known and "" not in keys else [""]:
            async for path, item in self._client.listing(library):
                yield path, item

    def calls(self, errands: Sequence[Errand], look: Look | None, shelf: Shelf | None) -> list[Call]:
        """Return one message for as many paths as may stand in one."""
        open_errands = [one for one in errands if shelf is None or not shelf.settled(one)]
        anew = [one for one in open_errands if self._reads_anew(one)]
        told = [one for one in open_errands if not self._reads_anew(one)]
        calls = [
            Call("tell", count(len(batch), "file"), f"POST Library/Media/Updated {_named(batch)}", batch)
            for batch in self._batches(told)
        ]
        calls += [Call("refresh", _subject(batch), f"{_REFRESH} {_named(batch)}", batch) for batch in self._batches(anew)]
        return calls

    def _batches(self, errands: Sequence[Errand]) -> list[tuple[Errand, ...]]:
        size, ordered = self._settings.batch_size, sorted(errands, key=lambda one: one.remote)
        return [tuple(ordered[start : start + size]) for start in range(0, len(ordered), size)]

    def _reads_anew(self, errand: Errand) -> bool:
        return self._settings.refresh_changed and errand.item.change == "modified" and not errand.item.sidecar

    def everything(self, errands: Sequence[Errand], look: Look | None) -> list[Call]:
        """Return the call that has all libraries scanned, which ends a scan that is running."""
        return [Call("full", "all libraries", "POST Library/Refresh", tuple(errands))]

    async def ready(self) -> str:
        """Return "": telling it disturbs nobody."""
        return ""

    async def send(self, call: Call, intent: Intent) -> Troubles:
        """Make a call."""
        self._listed_at = None
        if call.action == "full":
            await intent({})
            await self._client.refresh_everything()
            return {}
        if call.action == "refresh":
            return await self._refresh(call, intent)
        updates: list[tuple[str, UpdateType]] = []
        for errand in call.errands:
            if errand.previous is not None:
                updates.append((errand.previous, "Deleted"))
            updates.append((errand.remote, _KINDS[errand.item.change]))
        await intent({})
        await self._client.update(updates)
        return {}

    async def _refresh(self, call: Call, intent: Intent) -> Troubles:
        wanted = {key(errand.remote): errand for errand in call.errands}
        listed = self._listing([errand.remote for errand in call.errands])
        found = {spelled: item async for path, item in listed if (spelled := key(path)) in wanted}
        await intent({})
        gone = {item for item in set(found.values()) if not await self._client.refresh_item(item)}
        return {
            errand.item.path: "it is not in the library"
            for spelled, errand in wanted.items()
            if found.get(spelled) in gone or spelled not in found
        }

    async def recover(self, call: Call, facts: Fields) -> bool:
        """Tell whether all of it is there: a message that may have been lost is sent again, which harms nothing.

        That a file is there says nothing of whether its change was told.
        """
        if call.action != "tell" or any(one.item.change == "modified" for one in call.errands):
            return False
        shelf = await self.shelf(call.errands)
        return all(shelf.fits(one) for one in call.errands)

    async def check(self, errands: Sequence[Errand], since: datetime, waited: float) -> Check:
        """Return what it saved since, and when its time of silence is over, what it has."""
        delay = 60.0 if self._delay is None else self._delay
        moment = self._client.server_now() - timedelta(seconds=waited) - _SLACK
        saved = frozenset(map(key, await self._client.saved_since(moment)))
        met = {
            one.item.path
            for one in errands
            if one.item.change in ("created", "moved", "modified") and key(one.remote) in saved and one.previous is None
        }
        left = [one for one in errands if one.item.path not in met]
        if left and waited >= delay:
            listed = await self._listed_lately(left, waited)
            shelf = Shelf(listed | saved)
            met |= {one.item.path for one in left if shelf.fits(one)}
        return Check(frozenset(met), final=waited >= self.patience)

    async def _listed_lately(self, errands: Sequence[Errand], waited: float) -> frozenset[str]:
        every = min(_LISTING_EVERY, max(0.2, 60.0 if self._delay is None else self._delay))
        if self._listed_at is None or abs(waited - self._listed_at) >= every:
            self._listed = (await self.shelf(errands)).held
            self._listed_at = waited
        return self._listed

    def again(self, errands: Sequence[Errand]) -> list[Call]:
        """Return nothing: whoever repeats a message only makes it wait longer."""
        return []

    async def tell(self, title: str, text: str) -> bool:
        """Show a message on the devices that are watched."""
        return await self._client.message(title, text) > 0

    async def close(self) -> None:
        """Close its connections."""
        await self._server.close()


def _subject(batch: Sequence[Errand]) -> str:
    return name(batch[0].remote) if len(batch) == 1 else count(len(batch), "file")


def _named(batch: Sequence[Errand]) -> str:
    first = batch[0].remote
    return first if len(batch) == 1 else f"{first} … {batch[-1].remote}"
