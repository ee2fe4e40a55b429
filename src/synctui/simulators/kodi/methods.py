"""The methods of the simulated Kodi."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from synctui.simulators.kodi import filters
from synctui.simulators.kodi.disk import Disk, slashed
from synctui.simulators.kodi.library import Item, Kind, Library
from synctui.simulators.kodi.rpc import Parameter, Params, Refused, checked, invalid
from synctui.simulators.kodi.scanner import Scanner, Tell

VERSION = {"major": 20, "minor": 1, "revision": "20230312-simulated", "tag": "stable"}

_STRING, _FLAG, _WHOLE, _LIST, _OBJECT = ("string",), ("boolean",), ("integer",), ("array",), ("object",)
_CONTENTS = ("video", "movies", "tvshows", "musicvideos")
_ITEM_FIELDS = frozenset(("file", "title", "playcount", "lastplayed", "resume", "userrating", "dateadded", "plot"))
_LIST_PARAMETERS = (
    Parameter("properties", _LIST, []),
    Parameter("limits", _OBJECT, {}),
    Parameter("sort", _OBJECT, {}),
    Parameter("filter", _OBJECT, None),
)


def _details(kind: Kind) -> tuple[Parameter, ...]:
    return (
        Parameter(f"{kind}id", _WHOLE, required=True),
        Parameter("title", ("null", "string")),
        Parameter("playcount", ("null", "integer")),
        Parameter("lastplayed", ("null", "string")),
        Parameter("resume", ("null", "object")),
        Parameter("userrating", ("null", "integer")),
        Parameter("dateadded", ("null", "string")),
    )


PARAMETERS: dict[str, tuple[Parameter, ...]] = {
    "JSONRPC.Ping": (),
    "JSONRPC.Version": (),
    "Application.GetProperties": (Parameter("properties", _LIST, required=True),),
    "XBMC.GetInfoBooleans": (Parameter("booleans", _LIST, required=True),),
    "Player.GetActivePlayers": (),
    "GUI.ShowNotification": (
        Parameter("title", _STRING, required=True),
        Parameter("message", _STRING, required=True),
        Parameter("image", _STRING, ""),
        Parameter("displaytime", _WHOLE, 5000, least=1500),
    ),
    "Files.GetSources": (Parameter("media", _STRING, required=True), *_LIST_PARAMETERS[1:3]),
    "Files.GetDirectory": (
        Parameter("directory", _STRING, required=True),
        Parameter("media", _STRING, "files"),
        *_LIST_PARAMETERS[:3],
    ),
    "VideoLibrary.Scan": (Parameter("directory", _STRING, ""), Parameter("showdialogs", _FLAG, True)),
    "VideoLibrary.Clean": (
        Parameter("showdialogs", _FLAG, True),
        Parameter("content", _STRING, "video", allowed=_CONTENTS),
        Parameter("directory", _STRING, ""),
    ),
    "VideoLibrary.GetMovies": (_LIST_PARAMETERS),
    "VideoLibrary.GetEpisodes": (
        Parameter("tvshowid", _WHOLE, -1),
        Parameter("season", _WHOLE, -1),
        *_LIST_PARAMETERS,
    ),
    "VideoLibrary.GetTVShows": _LIST_PARAMETERS,
    "VideoLibrary.RefreshMovie": (Parameter("movieid", _WHOLE, required=True), Parameter("ignorenfo", _FLAG, False)),
    "VideoLibrary.RefreshEpisode": (Parameter("episodeid", _WHOLE, required=True), Parameter("ignorenfo", _FLAG, False)),
    "VideoLibrary.RemoveMovie": (Parameter("movieid", _WHOLE, required=True),),
    "VideoLibrary.RemoveEpisode": (Parameter("episodeid", _WHOLE, required=True),),
    "VideoLibrary.SetMovieDetails": _details("movie"),
    "VideoLibrary.SetEpisodeDetails": _details("episode"),
}


@dataclass(slots=True)
class Methods:
    """Does what is asked, and keeps `calls`: method and parameters, in the order in which they came."""

    disk: Disk
    library: Library
    scanner: Scanner
    tell: Tell
    now: Callable[[], str]
    playing: bool = False
    calls: list[tuple[str, Params]] = field(default_factory=list)
    notices: list[tuple[str, str]] = field(default_factory=list)

    async def run(self, method: str, given: Any) -> Any:
        """Return the result of a call. Raises Refused."""
        self.calls.append((method, given if isinstance(given, dict) else {"": given}))
        known = PARAMETERS.get(method)
        if known is None:
            raise Refused(-32601, "Method not found.")
        params = checked(method, known, given)
        space, _, name = method.partition(".")
        if space == "VideoLibrary":
            return await self._library_call(method, name, params)
        handlers: dict[str, Callable[[Params], Awaitable[Any]]] = {
            "GetProperties": self._properties,
            "GetInfoBooleans": self._booleans,
            "GetActivePlayers": self._players,
            "ShowNotification": self._notice,
            "GetSources": self._sources,
            "GetDirectory": self._directory,
        }
        if space == "JSONRPC":
            return "pong" if name == "Ping" else {"version": {"major": 13, "minor": 0, "patch": 0}}
        return await handlers[name](params)

    async def _properties(self, params: Params) -> Any:
        about = {"name": "Kodi", "version": VERSION}
        return {name: about[name] for name in params["properties"] if name in about}

    async def _booleans(self, params: Params) -> Any:
        known = {"Library.IsScanningVideo": self.scanner.scanning, "Library.IsScanning": self.scanner.scanning}
        return {name: known.get(name, False) for name in params["booleans"]}

    async def _players(self, _: Params) -> Any:
        return [{"playerid": 1, "playertype": "internal", "type": "video"}] if self.playing else []

    async def _notice(self, params: Params) -> Any:
        self.notices.append((params["title"], params["message"]))
        return "OK"

    async def _sources(self, params: Params) -> Any:
        shown = self.disk.sources if params["media"] == "video" else ()
        chosen, limits = filters.limited(len(shown), params["limits"])
        return {"limits": limits, "sources": [{"file": one.root, "label": one.label} for one in shown[chosen]]}

    async def _directory(self, params: Params) -> Any:
        path = slashed(params["directory"])
        listed = self.disk.listing(path)
        if listed is None:
            raise invalid()
        entries = [
            {"file": f"{path}{name}/", "filetype": "directory", "label": name, "type": "unknown"} for name in listed.folders
        ]
        entries += [{"file": path + name, "filetype": "file", "label": name, "type": "unknown"} for name in listed.files]
        chosen, limits = filters.limited(len(entries), params["limits"])
        return {"files": entries[chosen], "limits": limits}

    async def _library_call(self, method: str, name: str, params: Params) -> Any:
        if name == "Scan":
            await self.scanner.scan(params["directory"])
            return "OK"
        if name == "Clean":
            self.scanner.clean(params["directory"], params["content"])
            return "OK"
        if name.startswith("Get"):
            return self._list(method, name, params)
        kind: Kind = "movie" if "Movie" in name else "episode"
        item = self.library.items.get((kind, params[f"{kind}id"]))
        if name.startswith("Remove"):
            if item is not None:
                self.library.remove(item)
                self.tell("OnRemove", {"id": item.id, "type": item.kind})
            return "OK"
        if item is None:
            raise invalid()
        if name.startswith("Refresh"):
            self.scanner.refresh(item)
        else:
            self._set(item, params)
        return "OK"

    def _list(self, method: str, name: str, params: Params) -> Any:
        rules = params["filter"]
        if rules is not None and not filters.known(rules):
            message = "Received value does not match any of the union type definitions"
            raise invalid(method, {"message": message, "name": "filter", "type": "object"})
        if set(params["properties"]) - _ITEM_FIELDS:
            raise invalid(method, {"message": "array element at index 0 does not match", "name": "Item.Fields.Base"})
        if name == "GetTVShows":
            shows = [show for _, show in sorted(self.library.shows.items()) if rules is None or filters.matches(rules, show)]
            chosen, limits = filters.limited(len(shows), params["limits"])
            listed = [{"file": one.path, "label": one.title, "tvshowid": one.id} for one in shows[chosen]]
            return _keyed("tvshows", listed, limits)
        kind: Kind = "movie" if name == "GetMovies" else "episode"
        items = [item for item in self.library.of(kind) if rules is None or filters.matches(rules, item)]
        chosen, limits = filters.limited(len(items), params["limits"])
        return _keyed(f"{kind}s", [self._shown(item, params["properties"]) for item in items[chosen]], limits)

    def _shown(self, item: Item, properties: list[str]) -> dict[str, Any]:
        kept = self.library.files[item.file]
        fields: dict[str, Any] = {
            "file": item.file,
            "title": item.title,
            "plot": item.nfo.plot,
            "playcount": item.playcount,
            "lastplayed": item.lastplayed,
            "resume": {"position": kept.position, "total": kept.total},
            "userrating": item.userrating,
            "dateadded": kept.dateadded,
        }
        return {"label": item.title, f"{item.kind}id": item.id, **{name: fields[name] for name in properties}}

    def _set(self, item: Item, params: Params) -> None:
        kept = self.library.files[item.file]
        told: dict[str, Any] = {"item": {"id": item.id, "type": item.kind}}
        if params["playcount"] is not None:
            item.playcount = told["playcount"] = params["playcount"]
        if params["lastplayed"]:
            item.lastplayed = params["lastplayed"]
        elif params["playcount"] or (params["lastplayed"] == "" and item.playcount):
            # What was played has been played at some time.
            item.lastplayed = self.now()
        elif params["lastplayed"] == "":
            item.lastplayed = ""
        if params["userrating"] is not None:
            item.userrating = params["userrating"] if 0 <= params["userrating"] <= 10 else 0
        if params["resume"] is not None:
            kept.position = float(int(params["resume"].get("position", 0)))
            kept.total = float(int(params["resume"].get("total", 0)))
        if params["dateadded"]:
            kept.dateadded = params["dateadded"]
        self.tell("OnUpdate", told)


def _keyed(key: str, listed: list[dict[str, Any]], limits: dict[str, int]) -> dict[str, Any]:
    return {"limits": limits, key: listed}
