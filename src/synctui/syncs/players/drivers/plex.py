"""Plex: one partial scan for each folder and each library that holds it, then a look for the parts' files."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from synctui.model.json import Fields
from synctui.model.players import Look
from synctui.syncs.players.driver import Call, Check, Intent, Shelf, Troubles
from synctui.syncs.players.drivers.folders import outermost
from synctui.syncs.players.errands import Errand
from synctui.syncs.players.paths import inside, name
from synctui.syncs.players.settings import PlayerSettings

if TYPE_CHECKING:
    from synctui.adapters.http import Server
    from synctui.adapters.plex import Plex
    from synctui.adapters.plex_answers import PlexItem

_PATIENCE = 300.0
_WHOLE_EVERY = 15.0
_IDLE_S = 60.0
_EARLIER_S = 3600
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
        self._whole: dict[str, PlexItem] = {}
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
        return Shelf(await self._held(errands, await self._files(errands)))

    def calls(self, errands: Sequence[Errand], look: Look | None, shelf: Shelf | None) -> list[Call]:
        """Return a scan for each folder and each library that holds it."""
        left = [one for one in errands if shelf is None or not shelf.settled(one)]
        anew = [one for one in left if self._reads_anew(one)]
        asked = [(unit, one) for one in left for unit in (one.unit, one.previous_unit) if unit is not None]
        folders = outermost(unit for unit, _ in asked)
        units: dict[tuple[str, str], list[Errand]] = {}
        for unit, errand in asked:
            folder = next(one for one in folders if inside(unit, one))
            for section in _sections(folder, look):
                held = units.setdefault((folder, section), [])
                if errand not in held:
                    held.append(errand)
        calls = [
            Call("scan", name(unit), _text(section, unit), tuple(errands), {"section": section, "folder": unit})
            for (unit, section), errands in sorted(units.items())
        ]
        calls += [Call("refresh", name(one.remote), "PUT library/metadata/ID/analyze", (one,), late=True) for one in anew]
        gone = [one for one in left if one.item.change in ("removed", "moved")]
        if self._settings.empty_trash and gone:
            sections = sorted({key for one in gone for key in _sections(one.previous or one.remote, look)})
            calls += [
                Call(
                    "trash",
                    f"trash of library {key}",
                    f"PUT library/sections/{key}/emptyTrash",
                    tuple(one for one in gone if key in _sections(one.previous or one.remote, look)),
                    {"section": key},
                    late=True,
                )
                for key in sections
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
        await intent({})
        if call.action == "trash":
            await self._client.empty_trash(section)
        elif call.action == "full":
            await self._client.refresh_everything(section)
        else:
            try:
                await self._client.refresh(section, str(call.facts.get("folder", "")))
            except ValueError as error:
                return {one.item.path: str(error) for one in call.errands}
        return {}

    async def _analyze(self, call: Call, intent: Intent) -> Troubles:
        files = await self._files(call.errands)
        await intent({})
        for errand in call.errands:
            if (item := files.get(errand.remote)) is not None:
                await self._client.analyze(item.rating_key)
        return {one.item.path: "it is not in the library" for one in call.errands if one.remote not in files}

    async def recover(self, call: Call, facts: Fields) -> bool:
        """Tell whether all of it is there; a scan that may not have been asked for is asked for again."""
        if call.action in ("trash", "refresh"):
            return False
        shelf = await self.shelf(call.errands)
        return all(shelf.settled(one) for one in call.errands)

    async def check(self, errands: Sequence[Errand], since: datetime, waited: float) -> Check:
        """Return what it has by now: the newest items at every look, all of them seldom."""
        self._checks += 1
        final = waited >= self.patience
        created = [one for one in errands if one.item.change == "created"]
        newest = await self._files(created, newest=since.timestamp()) if created else {}
        met = {one.item.path for one in created if one.remote in newest}
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
        if left and (late or final) and not busy:
            self._whole_at, self._whole = waited, await self._files(left)
            shelf = Shelf(await self._held(left, self._whole))
            met |= {one.item.path for one in left if shelf.settled(one)}
        return Check(frozenset(met), final=final)

    async def _busy(self, errands: Sequence[Errand]) -> bool:
        keys = {key for one in errands for key in _sections(one.remote, self._look)}
        if any(section.refreshing for section in await self._client.sections() if section.key in keys):
            return True
        return any(one.type == "library.update.section" for one in await self._client.activities())

    async def _files(self, errands: Sequence[Errand], *, newest: float | None = None) -> dict[str, PlexItem]:
        """Return the items that hold files of these errands, by file; with `newest`, none that came long before then."""
        if self._look is None:
            await self.look()
        wanted = {path for one in errands for path in (one.remote, one.previous) if path is not None}
        kinds = {root.key: root.content for root in self._look.roots} if self._look is not None else {}
        keys = dict.fromkeys(key for path in wanted for key in _sections(path, self._look))
        found: dict[str, PlexItem] = {}
        for key in keys:
            kind = _KINDS.get(kinds.get(key, ""))
            if kind is None:
                continue
            async for item in self._client.parts(key, kind):
                found.update((file, item) for file in item.files if file in wanted)
                if newest is not None and (wanted <= found.keys() or (item.added_at or newest) < newest - _EARLIER_S):
                    break
        return found

    async def _held(self, errands: Sequence[Errand], files: dict[str, PlexItem]) -> frozenset[str]:
        """Return the files of items that are not merely waiting in the trash."""
        doubtful = {one.previous or one.remote for one in errands if one.item.change in ("removed", "moved")}
        held = set(files)
        for path in doubtful & held:
            item = await self._client.item(files[path].rating_key)
            if item is None or path in item.missing or path not in item.files:
                held.discard(path)
        return frozenset(held)

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


def _text(section: str, folder: str) -> str:
    return f"GET library/sections/{section}/refresh?path={folder}"
