"""Plex: one partial scan for each folder and each library that holds it, then a look for the parts' files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from synctui.library.paths import inside, key, name
from synctui.model.json import Fields
from synctui.model.players import Look
from synctui.syncs.players.driver import Call, Check, Intent, Shelf, Troubles
from synctui.syncs.players.drivers.folders import Holders, outermost
from synctui.syncs.players.drivers.trash import Trash
from synctui.syncs.players.errands import Errand, batches
from synctui.syncs.players.settings import PlayerSettings
from synctui.words import count

if TYPE_CHECKING:
    from synctui.adapters.http import Server
    from synctui.adapters.plex import Plex
    from synctui.adapters.plex_answers import PlexItem

_PATIENCE = 300.0
_WHOLE_EVERY = 15.0
_IDLE_S = 60.0
_EARLIER_S = 3600
_GOING = ("removed", "moved")
_KINDS: dict[str, Literal["movie", "show"]] = {"movie": "movie", "show": "show"}


class PlexDriver:
    """A Plex Media Server."""

    cheap = False
    patience = _PATIENCE

    def __init__(self, server: Server, client: Plex, settings: PlayerSettings) -> None:
        self._server = server
        self._client = client
        self._settings = settings
        self._look: Look | None = None
        self._whole_at: float | None = None
        self._idle_at: float | None = None
        self._checks = 0

    @property
    def pace(self) -> float:
        """Seconds between two looks: soon at first, then seldom."""
        return min(5.0, 0.25 * 1.5 ** min(self._checks, 12))

    async def look(self) -> Look:
        """Return version and folders, the token proven."""
        self._look = await self._client.look()
        return self._look

    async def shelf(self, errands: Sequence[Errand]) -> Shelf:
        """Return what it has of them: it finds nothing by path, so its libraries are listed."""
        return await self._shelf(errands, await self._files(errands))

    def calls(self, errands: Sequence[Errand], look: Look | None, shelf: Shelf | None) -> list[Call]:
        """Return a scan for each folder and each library that holds it."""
        left = [one for one in errands if shelf is None or not shelf.settled(one)]
        anew = [one for one in left if self._reads_anew(one)]
        asked = [(unit, one) for one in left for unit in (one.unit, one.previous_unit) if unit is not None]
        folders = outermost(unit for unit, _ in asked)
        sections = {folder: _sections(folder, look) for folder in folders}
        holders = Holders(folders)
        units: dict[tuple[str, str], dict[Errand, None]] = {}
        for unit, errand in asked:
            folder = holders.of(unit) or unit
            for section in sections.get(folder, ()):
                units.setdefault((folder, section), {})[errand] = None
        calls = [
            Call("scan", name(unit), _text(section, unit), tuple(errands), {"section": section, "folder": unit})
            for (unit, section), errands in sorted(units.items())
        ]
        calls += [
            Call("refresh", _subject(batch), f"PUT library/metadata/ID/analyze for {batch[0].remote}", batch, late=True)
            for batch in batches(anew, self._settings.batch_size)
        ]
        if self._settings.empty_trash:
            trash: dict[str, list[Errand]] = {}
            # What is known to be gone may still be in the trash.
            for one in errands:
                for section in _sections(one.previous or one.remote, look) if one.item.change in _GOING else ():
                    trash.setdefault(section, []).append(one)
            calls += [
                Call(
                    "trash",
                    f"trash of library {section}",
                    f"PUT library/sections/{section}/emptyTrash",
                    tuple(gone),
                    {"section": section},
                    late=True,
                )
                for section, gone in sorted(trash.items())
            ]
        return calls

    def _reads_anew(self, errand: Errand) -> bool:
        return self._settings.refresh_changed and errand.item.change == "modified" and not errand.item.sidecar

    def everything(self, errands: Sequence[Errand], look: Look | None) -> list[Call]:
        """Return a scan of each library that holds anything of ours."""
        keys = dict.fromkeys(key for one in errands for key in _sections(one.remote, look))
        if look is not None and not keys:
            keys = dict.fromkeys(root.key for root in look.roots)
        return [
            Call("full", f"library {key}", f"GET library/sections/{key}/refresh", tuple(errands), {"section": key})
            for key in keys
        ]

    async def ready(self) -> str:
        """Return "": a scan disturbs nobody."""
        return ""

    async def send(self, call: Call, intent: Intent) -> Troubles:
        """Make a call."""
        self._checks, self._whole_at, self._idle_at = 0, None, None
        section = str(call.facts.get("section", ""))
        if call.action == "refresh":
            return await self._analyze(call, intent)
        if call.action == "trash":
            return await self._empty(section, call, intent)
        await intent({})
        if call.action == "full":
            await self._client.refresh_everything(section)
        else:
            try:
                await self._client.refresh(section, str(call.facts.get("folder", "")))
            except ValueError as error:
                return {one.item.path: str(error) for one in call.errands}
        return {}

    async def _empty(self, section: str, call: Call, intent: Intent) -> Troubles:
        """Empty a library's trash, unless more would go with it than what was taken out here."""
        look = self._look or await self.look()
        trash = Trash(self._client, self._settings.maps, [root for root in look.roots if root.key == section])
        if why := await trash.objection(call.errands):
            return {one.item.path: why for one in call.errands}
        await intent({})
        await self._client.empty_trash(section)
        return {}

    async def _analyze(self, call: Call, intent: Intent) -> Troubles:
        files = await self._files(call.errands)
        await intent({})
        for item in {one.rating_key: one for one in files.values()}.values():
            await self._client.analyze(item.rating_key)
        return {one.item.path: "it is not in the library" for one in call.errands if key(one.remote) not in files}

    async def recover(self, call: Call, facts: Fields) -> bool:
        """Tell whether all of it is there; a scan that may not have been asked for is asked for again.

        That a file is there says nothing of whether its change was told.
        """
        if call.action != "scan" or any(one.item.change == "modified" for one in call.errands):
            return False
        shelf = await self.shelf(call.errands)
        return all(shelf.fits(one) for one in call.errands)

    async def check(self, errands: Sequence[Errand], since: datetime, waited: float) -> Check:
        """Return what it has by now: the newest items at every look, all of them seldom."""
        self._checks += 1
        final = waited >= self.patience
        created = [one for one in errands if one.item.change == "created"]
        newest = await self._files(created, newest=since.timestamp()) if created else {}
        met = {one.item.path for one in created if key(one.remote) in newest}
        left = [one for one in errands if one.item.path not in met]
        # Each time after twice as long, until it is seldom.
        late = self._whole_at is None or abs(waited - self._whole_at) >= min(_WHOLE_EVERY, max(0.2, self._whole_at))
        busy = bool(left) and await self._busy(left)
        if not left or busy:
            self._idle_at = None
        elif self._idle_at is None:
            self._idle_at = waited
        # What it does not have although it scans nothing any more will not come by itself.
        final = final or (self._idle_at is not None and waited - self._idle_at >= _IDLE_S)
        if left and (final or (late and not busy)):
            self._whole_at = waited
            shelf = await self._shelf(left, await self._files(left))
            met |= {one.item.path for one in left if shelf.fits(one)}
        return Check(frozenset(met), final=final)

    async def _busy(self, errands: Sequence[Errand]) -> bool:
        paths = [path for one in errands for path in (one.remote, one.previous) if path is not None]
        ours = {section for path in paths for section in _sections(path, self._look)}
        if any(section.refreshing for section in await self._client.sections() if section.key in ours):
            return True
        # Where Plex does not say which library it scans, it may be one of these.
        scans = [one for one in await self._client.activities() if one.type == "library.update.section"]
        return any(one.section in ours or not one.section for one in scans)

    async def _files(self, errands: Sequence[Errand], *, newest: float | None = None) -> dict[str, PlexItem]:
        """Return the items that hold files of these errands, by the file's key; with `newest`, none from long before."""
        if self._look is None:
            await self.look()
        paths = {path for one in errands for path in (one.remote, one.previous) if path is not None}
        wanted = set(map(key, paths))
        kinds = {root.key: root.content for root in self._look.roots} if self._look is not None else {}
        sections = dict.fromkeys(section for path in sorted(paths) for section in _sections(path, self._look))
        found: dict[str, PlexItem] = {}
        for section in sections:
            kind = _KINDS.get(kinds.get(section, ""))
            if kind is None:
                continue
            async for item in self._client.parts(section, kind):
                found.update((spelled, item) for spelled in map(key, item.files) if spelled in wanted)
                if newest is not None and (wanted <= found.keys() or (item.added_at or newest) < newest - _EARLIER_S):
                    break
        return found

    async def _shelf(self, errands: Sequence[Errand], files: dict[str, PlexItem]) -> Shelf:
        """Return the shelf of the files whose items are not merely waiting in the trash."""
        doubtful = {key(one.previous or one.remote) for one in errands if one.item.change in _GOING}
        held = set(files)
        for spelled in doubtful & held:
            item = await self._client.item(files[spelled].rating_key)
            if item is None or spelled in map(key, item.missing) or spelled not in map(key, item.files):
                held.discard(spelled)
        return Shelf(frozenset(held))

    def again(self, errands: Sequence[Errand]) -> list[Call]:
        """Return nothing: a scan that is queued is not made faster by another one."""
        return []

    async def tell(self, title: str, text: str) -> bool:
        """Plex has no way to show a message."""
        return False

    async def close(self) -> None:
        """Close its connections."""
        await self._server.close()


def _sections(path: str, look: Look | None) -> list[str]:
    """Return the libraries whose folders hold a path, every one of them."""
    return list(dict.fromkeys(root.key for root in (look.roots if look is not None else ()) if inside(path, root.path)))


def _subject(batch: Sequence[Errand]) -> str:
    return name(batch[0].remote) if len(batch) == 1 else count(len(batch), "file")


def _text(section: str, folder: str) -> str:
    return f"GET library/sections/{section}/refresh?path={folder}"
