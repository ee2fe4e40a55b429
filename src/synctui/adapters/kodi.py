"""Kodi over HTTP: what it has, what it is doing, and the few things it is asked to do.

What is said here about its behaviour was measured on Kodi 20.1. A scan asked for during another one cancels that one and is
itself forgotten, and Kodi says OK to both; so who writes here must be alone, and look afterwards.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from synctui.adapters.http import Server
from synctui.adapters.kodi_items import PROPERTIES, ItemKind, KodiItem, Watched, item, page, text, whole
from synctui.adapters.kodi_paths import apart, folder, key, lies_in, portions, together
from synctui.adapters.kodi_rpc import INVALID_PARAMS, Call, Refusal, Rpc
from synctui.errors import BadAnswer, OperationFailed
from synctui.model.json import Json
from synctui.model.players import Look, PlayerRoot

_PAGE = 1_000
_MOST_PAGES = 200
_SCANNING = "Library.IsScanningVideo"
_SHORTEST_NOTICE = 1_500
_METHODS: Mapping[ItemKind, str] = {"movie": "Movie", "episode": "Episode"}
_LISTS: Mapping[ItemKind, str] = {"movie": "movies", "episode": "episodes"}
_KINDS: tuple[ItemKind, ...] = ("movie", "episode")

Failures = Mapping[KodiItem, OperationFailed]


@dataclass(frozen=True, slots=True)
class KodiState:
    """What Kodi is doing: reading folders into its library, playing a video."""

    scanning: bool
    playing: bool


class Kodi:
    """A Kodi behind its web server; every method is one request, as long as that has no more than 64 KiB.

    All raise what `Server.ask` raises, and BadAnswer for an answer that is not Kodi's.
    """

    def __init__(self, server: Server) -> None:
        self._rpc = Rpc(server)

    async def look(self) -> Look:
        """Return its version and the folders of its video sources."""
        about, sources = await self._rpc.results(
            [
                Call("Application.GetProperties", {"properties": ["name", "version"]}),
                Call("Files.GetSources", {"media": "video"}),
            ]
        )
        if not isinstance(about, dict):
            raise BadAnswer("it does not say which version it is", hint="does `url` lead to Kodi itself?")
        return Look(_version(about.get("version")), text(about.get("name"), 100, cut=True), tuple(_roots(sources)))

    async def state(self) -> KodiState:
        """Return whether it scans and whether a video plays."""
        scanning, playing = await self._rpc.results([_scanning_call(), Call("Player.GetActivePlayers")])
        return KodiState(_flag(scanning), _plays_video(playing))

    async def scanning(self) -> bool:
        """Return whether its video library is being scanned."""
        return _flag(await self._rpc.call("XBMC.GetInfoBooleans", {"booleans": [_SCANNING]}))

    async def playing(self) -> bool:
        """Return whether a video plays, or is paused."""
        return _plays_video(await self._rpc.call("Player.GetActivePlayers"))

    async def entries(self, directories: Sequence[str]) -> dict[str, int | None]:
        """Return how many entries Kodi sees in each folder, None where it sees no such folder among its sources.

        Kodi looks at the disk for this, and remembers: a new folder is skipped by a scan as long as Kodi remembers its
        parent without it, so this is also what makes it notice new folders in the ones asked.
        """
        first: dict[str, Json] = {"media": "files", "limits": {"start": 0, "end": 1}}
        asked = list(dict.fromkeys(directories))
        calls = [Call("Files.GetDirectory", {"directory": folder(path), **first}) for path in asked]
        found: dict[str, int | None] = {}
        for path, answer in zip(asked, await self._rpc.batch(calls), strict=True):
            if isinstance(answer, Refusal):
                if answer.code != INVALID_PARAMS:
                    raise answer.error()
                found[path] = None
            else:
                found[path] = page(answer, "files").total
        return found

    async def scan(self, directories: Sequence[str]) -> None:
        """Have these folders, and those in them, read for new films and episodes, in one scan.

        That it is accepted means nothing: see the library afterwards. Raises OperationFailed `unsupported_path` when there
        is no folder, or one that cannot be named to Kodi, and `too_large_request` for more than one of `portions`.
        """
        await self._rpc.call("VideoLibrary.Scan", {"directory": together(directories), "showdialogs": False})

    async def scan_everything(self) -> None:
        """Have all sources read for new films and episodes."""
        await self._rpc.call("VideoLibrary.Scan", {"showdialogs": False})

    async def items(self, directories: Sequence[str]) -> tuple[KodiItem, ...]:
        """Return the films and episodes whose file lies directly in one of the folders.

        More than a thousand of a kind in two hundred folders take further requests.
        """
        wanted = [(kind, rules, 0) for rules in _filters(directories) for kind in _KINDS]
        # Kodi's filter takes `_` and `%` in a name for any character, and small letters for capital ones.
        asked = {key(folder(path)) for path in directories}
        found: dict[tuple[ItemKind, int], KodiItem] = {}
        for _ in range(_MOST_PAGES):
            if not wanted:
                return tuple(found.values())
            answers = await self._rpc.results([_listing(*want) for want in wanted])
            further = []
            for (kind, rules, start), answer in zip(wanted, answers, strict=True):
                listed = page(answer, _LISTS[kind])
                for entry in listed.entries:
                    read = item(kind, entry)
                    if read and any(key(lies_in(path)) in asked for path in read.files):
                        found[kind, read.id] = read
                if start < listed.end < listed.total:
                    further.append((kind, rules, listed.end))
            wanted = further
        raise BadAnswer("its list of films and episodes has no end")

    async def shows(self, directories: Sequence[str]) -> dict[str, int | None]:
        """Return the id of the show that each folder is, None where Kodi knows none."""
        asked = list(dict.fromkeys(directories))
        bounds: dict[str, Json] = {"limits": {"start": 0, "end": _PAGE}, "properties": ["file"]}
        calls = [Call("VideoLibrary.GetTVShows", {**bounds, "filter": rules}) for rules in _filters(asked)]
        known: dict[str, int] = {}
        for answer in await self._rpc.results(calls):
            for entry in page(answer, "tvshows").entries:
                number, path = whole(entry.get("tvshowid")), entry.get("file")
                if number is not None and isinstance(path, str):
                    known.update(dict.fromkeys(map(key, apart(path)), number))
        return {path: known.get(key(folder(path))) for path in asked}

    async def count(self) -> int:
        """Return how many films and episodes the library has."""
        only: dict[str, Json] = {"limits": {"start": 0, "end": 1}}
        answers = await self._rpc.results([Call(f"VideoLibrary.Get{_METHODS[kind]}s", only) for kind in _KINDS])
        return sum(page(answer, _LISTS[kind]).total for kind, answer in zip(_KINDS, answers, strict=True))

    async def remove(self, items: Sequence[KodiItem]) -> Failures:
        """Take items out of the library, not off the disk; return what failed. What is already gone counts as removed.

        A later scan of the folder brings back those whose file is there, unwatched and unrated.
        """
        return await self._each(items, lambda one: Call(f"VideoLibrary.Remove{_METHODS[one.kind]}", _named(one)))

    async def refresh(self, items: Sequence[KodiItem]) -> Failures:
        """Have items read anew, with their NFO and pictures; return what failed.

        Kodi does so afterwards, one by one, in one queue with scans: when a scan that was asked for later is over, so are
        they. Each item gets another id, except the newest, and loses playcount, last played and rating unless its NFO has
        them; without an NFO, nothing happens at all.
        """
        return await self._each(
            items,
            lambda one: Call(f"VideoLibrary.Refresh{_METHODS[one.kind]}", {**_named(one), "ignorenfo": False}),
        )

    async def set_watched(self, states: Iterable[tuple[KodiItem, Watched]]) -> Failures:
        """Write how far each item was seen; return what failed."""
        wanted = dict(states)
        return await self._each(
            list(wanted),
            lambda one: Call(f"VideoLibrary.Set{_METHODS[one.kind]}Details", {**_named(one), **wanted[one].fields()}),
        )

    async def notify(self, title: str, message: str, *, seconds: float = 5.0) -> None:
        """Show a short notice on Kodi's screen."""
        shown = max(_SHORTEST_NOTICE, round(min(seconds, 60.0) * 1000))
        await self._rpc.call(
            "GUI.ShowNotification", {"title": title, "message": message, "displaytime": shown, "image": "info"}
        )

    async def _each(self, items: Sequence[KodiItem], call: Callable[[KodiItem], Call]) -> Failures:
        asked = list(dict.fromkeys(items))
        answers = await self._rpc.batch([call(one) for one in asked])
        return {one: answer.failure() for one, answer in zip(asked, answers, strict=True) if isinstance(answer, Refusal)}


def _named(one: KodiItem) -> dict[str, Json]:
    return {f"{one.kind}id": one.id}


def _filters(directories: Sequence[str]) -> list[Json]:
    return [
        {"or": [{"field": "path", "operator": "is", "value": path} for path in group]} for group in portions(directories)
    ]


def _listing(kind: ItemKind, rules: Json, start: int) -> Call:
    return Call(
        f"VideoLibrary.Get{_METHODS[kind]}s",
        {"filter": rules, "properties": list(PROPERTIES), "limits": {"start": start, "end": start + _PAGE}},
    )


def _scanning_call() -> Call:
    return Call("XBMC.GetInfoBooleans", {"booleans": [_SCANNING]})


def _flag(answer: object) -> bool:
    value = answer.get(_SCANNING) if isinstance(answer, dict) else None
    if not isinstance(value, bool):
        raise BadAnswer("it does not say whether it is scanning")
    return value


def _plays_video(answer: object) -> bool:
    if not isinstance(answer, list):
        raise BadAnswer("it does not say what is playing")
    return any(isinstance(player, dict) and player.get("type") == "video" for player in answer)


def _version(value: object) -> str:
    if not isinstance(value, dict):
        return ""
    major, minor = whole(value.get("major")), whole(value.get("minor"))
    return "" if major is None else f"{major}.{minor or 0}"


def _roots(answer: object) -> Iterator[PlayerRoot]:
    sources = answer.get("sources") if isinstance(answer, dict) else None
    for source in sources if isinstance(sources, list) else ():
        if not isinstance(source, dict):
            continue
        label = text(source.get("label"), 200, cut=True)
        for path in apart(text(source.get("file"), 32_768)):
            if path:
                yield PlayerRoot(path, label)
