"""The simulator does what Jellyfin is known to do: late, wide and silent."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from synctui.simulators.jellyfin.access import header_parts
from synctui.simulators.jellyfin.items import LibraryFolder
from synctui.simulators.jellyfin.paths import ignored, parent
from synctui.simulators.jellyfin.server import TOKEN, USER_TOKEN, JellyfinSimulator, Session
from synctui.simulators.web import Answer
from tests.players.jellyfin.house import FIRST, MOVIES, PILOT, SECOND, SHOWS, HandClock, put, simulator, touch


async def ask(
    server: JellyfinSimulator,
    method: str,
    path: str,
    *,
    token: str = TOKEN,
    json: object = None,
    content: bytes | None = None,
    headers: dict[str, str] | None = None,
) -> httpx.Response:
    """Ask without the adapter."""
    shown = {"Authorization": f'MediaBrowser Token="{token}"'} if headers is None else headers
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as client:
        return await client.request(method, path, json=json, content=content, headers=shown)


async def tell(server: JellyfinSimulator, *paths: str) -> None:
    answer = await ask(
        server,
        "POST",
        "/Library/Media/Updated",
        json={"Updates": [{"Path": path, "UpdateType": "Created"} for path in paths]},
    )
    assert (answer.status_code, answer.content) == (204, b"")


# what it makes of the disk


async def test_films_shows_and_folders_become_items(tmp_path: Path) -> None:
    put(tmp_path, "movies/loose.mp4")
    put(tmp_path, "movies/First (2001)/extras/making.mkv")
    put(tmp_path, "movies/Sample/sample.mkv")
    put(tmp_path, "movies/Hidden/.ignore")
    put(tmp_path, "movies/Hidden/Hidden.mkv")
    put(tmp_path, "tv/Show/Specials/Show S00E01.mkv")
    put(tmp_path, "tv/Show/Behind/talk.mkv")
    async with simulator(tmp_path) as server:
        kinds = {path: item.kind for path, item in server.items().items()}
        assert kinds == {
            MOVIES: "Folder",
            FIRST: "Movie",
            SECOND: "Movie",
            "/data/movies/loose.mp4": "Movie",
            "/data/movies/Sample": "Folder",
            SHOWS: "Folder",
            "/data/tv/Show": "Series",
            "/data/tv/Show/Season 01": "Season",
            PILOT: "Episode",
            "/data/tv/Show/Specials": "Season",
            "/data/tv/Show/Specials/Show S00E01.mkv": "Episode",
        }


async def test_a_name_that_is_no_utf8_is_spelled_with_replacements(tmp_path: Path) -> None:
    libraries = [LibraryFolder("Films", tmp_path / "m", "D:\\Films")]
    put(tmp_path, "m/caf\udce9/caf\udce9.mkv")
    async with JellyfinSimulator(libraries) as server:
        assert "D:\\Films\\caf\ufffd\\caf\ufffd.mkv" in server.items()


# when and what it refreshes


async def test_nothing_happens_before_a_time_of_silence(tmp_path: Path) -> None:
    clock = HandClock()
    async with simulator(tmp_path, clock=clock, monitor_delay=60) as server:
        await tell(server, FIRST)
        await clock.pass_by(59)
        assert server.refreshed == [] and server.monitor.waiting == [FIRST]
        await clock.pass_by(1)
        assert server.refreshed == [FIRST] and server.monitor.waiting == []


async def test_every_new_path_begins_the_silence_anew(tmp_path: Path) -> None:
    clock = HandClock()
    async with simulator(tmp_path, clock=clock, monitor_delay=60) as server:
        for number in range(5):
            await tell(server, f"/data/tv/Show/Season 01/Show S01E0{number}.mkv")
            await clock.pass_by(50)
        assert server.refreshed == []
        await clock.pass_by(10)
        assert sorted(server.refreshed) == ["/data/tv/Show/Season 01", PILOT]


async def test_files_in_different_folders_wait_apart(tmp_path: Path) -> None:
    clock = HandClock()
    async with simulator(tmp_path, clock=clock, monitor_delay=60) as server:
        await tell(server, FIRST)
        await clock.pass_by(50)
        await tell(server, SECOND)
        await clock.pass_by(10)
        assert server.refreshed == [FIRST]
        await clock.pass_by(50)
        assert server.refreshed == [FIRST, SECOND]


async def test_folders_side_by_side_become_the_whole_library(tmp_path: Path) -> None:
    clock = HandClock()
    async with simulator(tmp_path, clock=clock, monitor_delay=60) as server:
        await tell(server, parent(FIRST), parent(SECOND))
        assert server.monitor.waiting == [MOVIES]
        await clock.pass_by(60)
        assert server.refreshed == [MOVIES]


async def test_a_wider_path_takes_over_and_a_narrower_joins(tmp_path: Path) -> None:
    clock = HandClock()
    async with simulator(tmp_path, clock=clock, monitor_delay=60) as server:
        await tell(server, PILOT, "/data/tv/Show", "/data/tv/Show/Season 01")
        assert server.monitor.waiting == ["/data/tv/Show"]
        await clock.pass_by(60)
        assert server.refreshed == [PILOT, "/data/tv/Show", "/data/tv/Show/Season 01"]


async def test_a_known_film_is_refreshed_alone_but_its_folder_is_not_known(tmp_path: Path) -> None:
    async with simulator(tmp_path) as server:
        await tell(server, FIRST)
        await server.settle()
        assert server.refreshed == [FIRST]
        await tell(server, parent(FIRST))
        await server.settle()
        assert server.refreshed == [FIRST, MOVIES]


async def test_new_films_refresh_the_whole_library_once(tmp_path: Path) -> None:
    new = [f"/data/movies/New {number}/New {number}.mkv" for number in range(3)]
    for path in new:
        put(tmp_path, path.removeprefix("/data/"))
    async with simulator(tmp_path) as server:
        for path in new:
            del server.shelf.items[path]
        await tell(server, *new)
        await server.settle()
        assert set(server.refreshed) == {MOVIES} and set(new) < set(server.items("Movie"))


async def test_a_new_episode_refreshes_its_season_and_a_new_show_the_library(tmp_path: Path) -> None:
    async with simulator(tmp_path) as server:
        put(tmp_path, "tv/Show/Season 01/Show S01E02.mkv")
        await tell(server, "/data/tv/Show/Season 01/Show S01E02.mkv")
        await server.settle()
        assert server.refreshed == ["/data/tv/Show/Season 01"]
        put(tmp_path, "tv/Other/Season 1/Other S01E01.mkv")
        await tell(server, "/data/tv/Other/Season 1/Other S01E01.mkv")
        await server.settle()
        assert server.refreshed[1:] == [SHOWS] and "/data/tv/Other" in server.items("Series")


async def test_what_vanished_refreshes_what_held_it(tmp_path: Path) -> None:
    async with simulator(tmp_path) as server:
        shutil.rmtree(tmp_path / "movies/First (2001)")
        (tmp_path / PILOT.removeprefix("/data/")).unlink()
        await tell(server, FIRST, PILOT)
        await server.settle()
        assert sorted(server.refreshed) == [MOVIES, "/data/tv/Show/Season 01"]
        assert not {FIRST, PILOT} & set(server.items())


async def test_a_drive_that_is_away_is_not_forgotten(tmp_path: Path) -> None:
    async with simulator(tmp_path) as server:
        known = set(server.items())
        shutil.rmtree(tmp_path / "movies")
        await tell(server, FIRST)
        await server.settle()
        assert server.refreshed == ["everything"] and set(server.items()) == known
        (tmp_path / "movies").mkdir()
        await tell(server, FIRST)
        await server.settle()
        assert set(server.items()) == known


@pytest.mark.parametrize("path", ["/elsewhere/film.mkv", "/data/music/a.flac", "relative.mkv", "C:\\x\\y.mkv"])
async def test_an_unknown_path_is_accepted_and_forgotten(tmp_path: Path, path: str) -> None:
    async with simulator(tmp_path) as server:
        await tell(server, path)
        await server.settle()
        assert server.refreshed == []


@pytest.mark.parametrize(
    ("path", "silent"),
    [
        ("/m/Film/sample/film.mkv", True),
        ("/m/Film/film.sample.mkv", True),
        ("/m/Film/Sample.mkv", True),
        ("/m/Film/Subs/en.srt", True),
        ("/m/Film/metadata", True),
        ("/m/.actors/x.jpg", True),
        ("/m/@eaDir/film.mkv", True),
        ("/m/#recycle/film.mkv", True),
        ("/m/.snapshot/film.mkv", True),
        ("D:\\m\\extrafanart\\a.jpg", True),
        ("/m/Film/film.trickplay/320/0.jpg", True),
        ("/m/Sampler/Sampler.mkv", False),
        ("/m/The Sample (2001)/The Sample (2001).mkv", False),
        ("/m/Subsurface/Subsurface.mkv", False),
        ("/m/Film/film.en.srt", False),
    ],
)
def test_some_paths_are_ignored(path: str, silent: bool) -> None:
    assert ignored(path) is silent


async def test_what_is_ignored_is_accepted_and_forgotten(tmp_path: Path) -> None:
    async with simulator(tmp_path, monitor_delay=60) as server:
        await tell(server, "/data/movies/First (2001)/sample/First (2001).mkv", "/data/tv/Show/Subs/en.srt")
        assert server.monitor.waiting == []


async def test_only_what_changed_is_saved(tmp_path: Path) -> None:
    clock = HandClock()
    folder = tmp_path / "movies/First (2001)"
    subtitle, notes = put(folder, "First (2001).en.srt"), put(folder, "movie.nfo")
    async with simulator(tmp_path, clock=clock, monitor_delay=0) as server:

        async def saved_after() -> bool:
            clock.moment += timedelta(minutes=1)
            await tell(server, FIRST)
            await server.settle()
            return server.items()[FIRST].saved == clock.now()

        assert not await saved_after()
        touch(subtitle)
        assert not await saved_after()
        put(folder, "First (2001).de.srt")
        assert await saved_after()
        touch(notes)
        assert await saved_after()
        touch(folder / "First (2001).mkv")
        assert await saved_after()


async def test_a_restart_forgets_what_waited(tmp_path: Path) -> None:
    async with simulator(tmp_path, monitor_delay=60) as server:
        await tell(server, FIRST)
        url = server.url
        await server.restart()
        assert server.monitor.waiting == [] and server.url == url
        assert (await ask(server, "GET", "/System/Ping")).json() == "Jellyfin Server"
        assert FIRST in server.items()


# who may ask what


async def test_who_may_ask_what(tmp_path: Path) -> None:
    async with simulator(tmp_path) as server:
        for path, wrong, user, administrator in [
            ("/System/Info/Public", 200, 200, 200),
            ("/System/Ping", 200, 200, 200),
            ("/System/Info", 401, 200, 200),
            ("/Items", 401, 200, 200),
            ("/Sessions", 401, 200, 200),
            ("/System/Configuration", 401, 403, 200),
            ("/Library/VirtualFolders", 401, 403, 200),
            ("/Library/PhysicalPaths", 401, 403, 200),
            ("/ScheduledTasks", 401, 403, 200),
            ("/Library/SelectableMediaFolders", 401, 403, 404),
            ("/Nothing", 404, 404, 404),
        ]:
            got = [(await ask(server, "GET", path, token=token)).status_code for token in ("x", USER_TOKEN, TOKEN)]
            assert got == [wrong, user, administrator], path
        assert (await ask(server, "GET", "/Library/Refresh")).status_code == 405
        assert (await ask(server, "POST", "/Library/Refresh", token=USER_TOKEN)).status_code == 403
        assert (await ask(server, "POST", "/Notifications/Admin")).status_code == 404


WAYS = [
    ({"Authorization": f'MediaBrowser Token="{TOKEN}"'}, "", True, True),
    ({"Authorization": f'mediabrowser Client="a, b", Device="%22x%22", Token={TOKEN}'}, "", True, True),
    ({}, f"?ApiKey={TOKEN}", True, True),
    ({}, f"?apikey={TOKEN}", True, True),
    ({}, f"?api_key={TOKEN}", True, False),
    ({"X-Emby-Token": TOKEN}, "", True, False),
    ({"X-MediaBrowser-Token": TOKEN}, "", True, False),
    ({"X-Emby-Authorization": f'MediaBrowser Token="{TOKEN}"'}, "", True, False),
    ({"Authorization": f'Emby Token="{TOKEN}"'}, "", True, False),
    ({"Authorization": f"Bearer {TOKEN}"}, "", False, False),
    ({"Authorization": "MediaBrowser"}, "", False, False),
    ({}, "", False, False),
]


@pytest.mark.parametrize(("headers", "query", "before", "since"), WAYS)
async def test_the_ways_to_show_a_token(
    tmp_path: Path, headers: dict[str, str], query: str, before: bool, since: bool
) -> None:
    async with simulator(tmp_path, version="10.11.2") as old, simulator(tmp_path, version="12.0.0") as new:
        for server, good in ((old, before), (new, since)):
            answer = await ask(server, "GET", f"/System/Info{query}", headers=headers)
            assert answer.status_code == (200 if good else 401)
        new.legacy_authorization = True
        assert (await ask(new, "GET", f"/System/Info{query}", headers=headers)).status_code == (200 if before else 401)


def test_the_parts_of_a_header_are_decoded() -> None:
    header = 'MediaBrowser Client="Sync%2C TUI", Device="a \\" b", DeviceId=bare , Token="a%22%2C%3D"'
    parts = header_parts(header, legacy=False)
    assert parts == {"client": "Sync, TUI", "device": 'a \\" b', "deviceid": "bare", "token": 'a",='}


# what it answers


async def test_paths_and_parameters_may_be_written_in_any_case(tmp_path: Path) -> None:
    async with simulator(tmp_path) as server:
        films = server.shelf.library_key(server.shelf.libraries[0])
        asked = f"/items?recursive=True&PARENTID={films.upper()}&includeitemtypes=movie&fields=path&limit=1&startindex=1"
        answer = (await ask(server, "GET", asked)).json()
        assert [row["Path"] for row in answer["Items"]] == [SECOND]
        assert answer["TotalRecordCount"] == 2
        assert (await ask(server, "GET", "/emby/system/INFO/")).status_code == 200


async def test_items_are_listed_as_asked(tmp_path: Path) -> None:
    async with simulator(tmp_path) as server:

        async def rows(query: str) -> list[str]:
            answer = await ask(server, "GET", f"/Items?{query}")
            assert answer.status_code == 200
            return [row["Name"] for row in answer.json()["Items"]]

        assert await rows("") == ["movies", "tv"]
        assert await rows("Recursive=true&IncludeItemTypes=Series,Season") == ["Show", "Season 01"]
        show = server.items()["/data/tv/Show"].id
        assert await rows(f"ParentId={show}") == ["Season 01"]
        assert await rows(f"ParentId={show}&Recursive=true") == ["Season 01", "Show S01E01"]
        assert await rows(f"Ids={show},{server.items()[FIRST].id}&SortBy=DateCreated") == ["First (2001)", "Show"]
        assert len(await rows(f"ParentId={'a' * 32}&Recursive=true")) == len(server.items())
        assert await rows("Recursive=true&minDateLastSaved=2999-01-01T00:00:00Z") == []
        assert await rows("Recursive=true&SortBy=SortName&IncludeItemTypes=Movie,Episode") == [
            "First (2001)",
            "Second (2002)",
            "Show S01E01",
        ]
        first = (await ask(server, "GET", "/Items?Recursive=true&Limit=1&EnableTotalRecordCount=false")).json()
        assert first["TotalRecordCount"] == 1 and "Path" not in first["Items"][0]


@pytest.mark.parametrize(
    "query",
    ["Limit=many", "StartIndex=-1", "ParentId=x", "Recursive=yes", "minDateLastSaved=soon", "Ids=1"],
)
async def test_a_parameter_that_cannot_be_read_is_a_bad_request(tmp_path: Path, query: str) -> None:
    async with simulator(tmp_path) as server:
        assert (await ask(server, "GET", f"/Items?{query}")).status_code == 400


async def test_updates_that_cannot_be_read_are_bad_requests(tmp_path: Path) -> None:
    async with simulator(tmp_path, monitor_delay=60) as server:
        route = "/Library/Media/Updated"
        unreadable: list[object] = [{"Updates": [{"Path": None}]}, {"Updates": [{}]}, {"Updates": "x"}, []]
        for body in unreadable:
            assert (await ask(server, "POST", route, json=body)).status_code == 400
        as_json = {"Authorization": f'MediaBrowser Token="{TOKEN}"', "Content-Type": "application/json"}
        assert (await ask(server, "POST", route, content=b"", headers=as_json)).status_code == 400
        assert (await ask(server, "POST", route, content=b"{}")).status_code == 415
        assert server.monitor.waiting == []
        half = {"updates": [{"path": FIRST, "updateType": "whatever"}, {"path": ""}]}
        assert (await ask(server, "POST", route, json=half)).status_code == 400
        assert server.monitor.waiting == [FIRST]


async def test_an_item_is_refreshed_by_parameters_only(tmp_path: Path) -> None:
    async with simulator(tmp_path) as server:
        item = server.items()[FIRST]
        route = f"/Items/{item.id}/Refresh"
        assert (await ask(server, "POST", route, json={"MetadataRefreshMode": "FullRefresh"})).status_code == 204
        await server.settle()
        assert server.refreshed == []
        before = item.saved
        assert (await ask(server, "POST", f"{route}?metadataRefreshMode=FullRefresh")).status_code == 204
        await server.settle()
        assert server.refreshed == [FIRST] and item.saved > before
        assert (await ask(server, "POST", f"{route}?metadataRefreshMode=All")).status_code == 400
        assert (await ask(server, "POST", f"/Items/{'b' * 32}/Refresh")).status_code == 404
        assert (await ask(server, "POST", "/Items/b/Refresh")).status_code == 400


async def test_a_second_scan_of_everything_cancels_the_first(tmp_path: Path) -> None:
    clock = HandClock()
    async with simulator(tmp_path, clock=clock, scan_time=10) as server:
        await ask(server, "POST", "/Library/Refresh")
        await clock.pass_by(9)
        assert (await ask(server, "GET", "/ScheduledTasks")).json()[0]["State"] == "Running"
        await ask(server, "POST", "/Library/Refresh")
        await clock.pass_by(9)
        assert (server.task.state, server.refreshed) == ("Running", [])
        await clock.pass_by(1)
        task = (await ask(server, "GET", "/ScheduledTasks")).json()[0]
        assert (task["State"], task["LastExecutionResult"]["Status"]) == ("Idle", "Completed")
        assert (server.task.runs, server.refreshed) == (2, ["everything"])


async def test_told_changes_are_no_task(tmp_path: Path) -> None:
    async with simulator(tmp_path) as server:
        await tell(server, FIRST)
        assert (await ask(server, "GET", "/ScheduledTasks")).json()[0]["State"] == "Idle"


async def test_messages_go_to_sessions_that_are_there(tmp_path: Path) -> None:
    async with simulator(tmp_path) as server:
        server.sessions = [Session("a1", playing=FIRST)]
        assert (await ask(server, "GET", "/Sessions")).json()[0]["NowPlayingItem"]["Path"] == FIRST
        assert (await ask(server, "POST", "/Sessions/a1/Message", json={"Text": "hello"})).status_code == 204
        assert (await ask(server, "POST", "/Sessions/a1/Message", json={"Header": "hello"})).status_code == 400
        assert (await ask(server, "POST", "/Sessions/zz/Message", json={"Text": "hello"})).status_code == 404
        assert server.messages == [("a1", "", "hello")]


async def test_emby_has_other_names_for_things(tmp_path: Path) -> None:
    async with simulator(tmp_path, flavour="emby") as server:
        token = {"X-Emby-Token": TOKEN}
        assert (await ask(server, "GET", "/emby/Library/VirtualFolders", headers=token)).status_code == 404
        folders = (await ask(server, "GET", "/emby/Library/SelectableMediaFolders", headers=token)).json()
        assert [[inner["Path"] for inner in folder["SubFolders"]] for folder in folders] == [[MOVIES], [SHOWS]]
        assert folders[0]["Id"].isdigit()
        note = {"Name": "x", "Description": "y"}
        answer = await ask(server, "POST", "/emby/Notifications/Admin", headers=token, json=note)
        assert answer.status_code == 204


async def test_faults_stand_for_answers(tmp_path: Path) -> None:
    async with simulator(tmp_path) as server:
        server.faults.answer = Answer(503)
        server.faults.times = 1
        assert (await ask(server, "GET", "/System/Ping")).status_code == 503
        assert (await ask(server, "GET", "/System/Ping")).status_code == 200
