"""Everything that can happen to a library, told to a Kodi in one job; the same on the simulated and on a real one."""

from __future__ import annotations

import os
import shutil
from collections import Counter
from pathlib import Path

import pytest

from synctui.adapters.kodi_items import KodiItem, Watched
from synctui.config.schema import PathMap
from synctui.config.secrets import Secret
from synctui.jobs.engine import Engine
from synctui.jobs.stop import Stop
from synctui.library.paths import PathMaps
from synctui.model.clock import SystemClock, rfc3339
from synctui.model.library import Change, LibraryRoot
from synctui.model.plan import Request
from synctui.store.database import Database
from synctui.store.history import list_operations
from synctui.store.rows import write_rows
from synctui.syncs.players.settings import PlayerSettings
from synctui.syncs.players.sync import PlayersSync
from synctui.syncs.players.tools import Tools
from tests.players.kodi import media
from tests.players.kodi.relay import Relay
from tests.players.kodi.stage import Stage

SEEN = Watched(playcount=2, lastplayed="2024-05-06 07:08:09", position=61.0, total=120.0, userrating=8)


class Home:
    """A Kodi on stage, and an engine that tells it what changed."""

    def __init__(self, stage: Stage, relay: Relay, database: Database, folder: Path, **more: object) -> None:
        self.stage = stage
        self.relay = relay
        self.database = database
        maps = PathMaps(
            [
                PathMap(str(stage.movies), stage.movies_path.rstrip("/")),
                PathMap(str(stage.shows), stage.shows_path.rstrip("/")),
            ]
        )
        settings = PlayerSettings(
            "Living room",
            "kodi",
            relay.url,
            username=stage.auth[0],
            password=Secret(stage.auth[1]),
            maps=maps,
            clean_deleted=True,
            refresh_changed=True,
            timeout=20.0,
        )
        libraries = (LibraryRoot("Films", str(stage.movies), "movies"), LibraryRoot("Series", str(stage.shows), "series"))
        self.sync = PlayersSync(Tools(database, (settings,), libraries=libraries, debounce=(0.0, 0.0)))
        self.engine = Engine(database, {"players": self.sync}, drafts=folder / "drafts", lock=folder / "lock")

    async def changed(self, change: str, *files: Path, previous: Path | None = None) -> None:
        before = None if previous is None else str(previous)
        rows = [Change(str(file), change, "test", before) for file in files]  # type: ignore[arg-type]
        at = rfc3339(SystemClock().now())
        await self.database.write(lambda connection: write_rows(connection, rows, job=0, at=at))

    async def tell(self) -> dict[str, str]:
        """Tell what changed, in one job; return `result reason` by operation."""
        async with await self.engine.plan(Request("players")) as draft:
            job = await self.engine.submit(draft)
        await self.engine.execute([job], stop=Stop())
        records = await list_operations(self.database, job, limit=1000)
        return {one.operation.key.partition("/")[2]: f"{one.result} {one.reason}" for one in records}

    async def states(self) -> Counter[str]:
        rows = await self.database.rows("SELECT state FROM player_items")
        return Counter(row[0] for row in rows)


def video(folder: Path) -> Path:
    return folder / f"{folder.name}.mkv"


async def watched(stage: Stage, *folders: Path) -> None:
    """Have somebody watch these films."""
    items = [await stage.item(folder) for folder in folders]
    assert not await stage.kodi.set_watched((item, SEEN) for item in items)


def seen(item: KodiItem) -> tuple[object, ...]:
    now = item.watched
    return (now.playcount, now.lastplayed, now.position, now.userrating)


WATCHED = (SEEN.playcount, SEEN.lastplayed, SEEN.position, SEEN.userrating)


async def test_a_whole_day_is_told_in_one_job(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("data")
    old = [stage.film(f"Old {number}") for number in range(16)]
    replaced, removed, renamed, rest = old[:5], old[5:10], old[10:13], old[13:]
    show = stage.show("Known Show")
    first = media.make_episode(stage.shows, show, 1, 1)
    await stage.scan_roots()
    await stage.add(*old, first.parent.parent)
    await watched(stage, *replaced, *renamed, *rest)
    async with Relay(stage.url) as relay, await Database.open(folder / "synctui.db") as database:
        home = Home(stage, relay, database, folder)
        new = [stage.film(f"New {number}") for number in range(60)]
        await home.changed("created", *map(video, new))
        for film in replaced:
            video(film).write_bytes(media.VIDEO + b"better")
        await home.changed("modified", *map(video, replaced))
        for film in removed:
            shutil.rmtree(film)
        await home.changed("removed", *map(video, removed))
        moved = []
        for film in renamed:
            target = film.with_name(film.name.replace("Old", "Renamed"))
            film.rename(target)
            for file in list(target.iterdir()):
                file.rename(target / file.name.replace(film.name, target.name))
            moved.append(target)
            await home.changed("moved", video(target), previous=video(film))
        another = media.make_episode(stage.shows, show, 1, 2)
        fresh = media.make_episode(stage.shows, stage.show("New Show"), 1, 1)
        await home.changed("created", another, fresh)

        ends = await home.tell()

        wrong = {key: end for key, end in ends.items() if not end.startswith(("done", "unchanged"))}
        assert wrong == {}
        assert await home.states() == {"confirmed": 60 + 5 + 5 + 3 + 2}
        # what Kodi has
        for film in (*new, *moved, *replaced, *rest):
            assert [Path(file).name for item in await stage.items(film) for file in item.files] == [video(film).name]
        for film in (*removed, *renamed):
            assert await stage.items(film) == ()
        assert {Path(item.file).name for item in await stage.items(first.parent, fresh.parent)} == {
            first.name,
            another.name,
            fresh.name,
        }
        for film in (*replaced, *moved, *rest):
            assert seen(await stage.item(film)) == WATCHED, film.name
        # how it was told
        scans = relay.called("VideoLibrary.Scan")
        assert len(scans) == 1, "one scan for all that is new"
        assert all(scan.get("directory") for scan in scans)
        assert relay.called("VideoLibrary.Clean") == []
        assert relay.web.connections <= 2, "one kept-alive connection to plan, one for the job"
        # and not again
        async with await home.engine.plan(Request("players")) as draft:
            assert draft.totals.total == 0
        await home.sync.close()


async def test_an_upgrade_with_another_file_name_keeps_what_was_watched(
    stage: Stage, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("data")
    film = stage.film("Upgraded")
    await stage.scan_roots()
    await stage.add(film)
    await watched(stage, film)
    better = film / f"{film.name} 2160p.mkv"
    better.write_bytes(media.VIDEO)
    media.write_film_nfo(film, better.stem)
    os.unlink(video(film))
    media.touch(film)
    async with Relay(stage.url) as relay, await Database.open(folder / "synctui.db") as database:
        home = Home(stage, relay, database, folder)
        await home.changed("moved", better, previous=video(film))
        ends = await home.tell()
        assert {end.partition(" ")[0] for end in ends.values()} <= {"done", "unchanged"}, ends
        item = await stage.item(film)
        assert Path(item.file).name == better.name
        assert seen(item) == WATCHED
        await home.sync.close()


async def test_an_unmounted_disk_takes_nothing_out(stage: Stage, tmp_path_factory: pytest.TempPathFactory) -> None:
    """The files are gone for us and for Kodi alike: the folder of the source is empty, as an empty mount point is."""
    folder = tmp_path_factory.mktemp("data")
    films = [stage.film(f"Mounted {number}") for number in range(3)]
    await stage.scan_roots()
    await stage.add(*films)
    away = tmp_path_factory.mktemp("away")
    if not stage.mountable:
        pytest.skip("the media folder of this Kodi is not ours to take away")
    async with Relay(stage.url) as relay, await Database.open(folder / "synctui.db") as database:
        home = Home(stage, relay, database, folder)
        kept = list(stage.movies.iterdir())
        for entry in kept:
            shutil.move(entry, away / entry.name)
        await home.changed("removed", *map(video, films))
        async with await home.engine.plan(Request("players")) as draft:
            assert any("away" in notice.message for notice in draft.totals.notices)
            assert set(draft.totals.by_action) <= {"record"}, "it is noted that they wait, and nothing is said"
        assert relay.called("VideoLibrary.RemoveMovie") == []
        for entry in list(away.iterdir()):
            shutil.move(entry, stage.movies / entry.name)
        for film in films:
            assert len(await stage.items(film)) == 1
        await home.sync.close()
