"""What other screens know of players: jobs and their pages, the library's details, messages, the schedule."""

from __future__ import annotations

from pathlib import Path

from synctui.model.library import Row
from synctui.model.players import ItemState, PlayerItem, PlayerSeen, PlayerState
from synctui.model.states import JobState
from synctui.simulators.web import Faults
from synctui.store.rows import write_rows
from synctui.tui.screens.jobs.job import JobScreen
from synctui.tui.screens.jobs.operation import OperationScreen
from synctui.tui.screens.library.screen import LibraryScreen
from synctui.tui.screens.players.items import ItemsScreen
from synctui.tui.screens.players.screen import PlayersScreen
from synctui.tui.screens.preview.screen import PreviewScreen
from tests.tui.players.scene import Scene, opened, scene_in
from tests.tui.stage import Stage

AT = "2026-01-02T03:04:05.678Z"
HOSTILE = "a[red]\x1b]52;c;eA==\x07\u202egnp.[@click=app.quit]x[/]"


def over(on: Stage) -> bool:
    """Tell whether a job of players is at its end."""
    return any(job.request.kind == "players" and job.state.final for job in on.app.board.jobs)


async def written(on: Stage, rows: list[Row]) -> None:
    """Write down how players and their items stand."""
    await on.services.database.write(lambda connection: write_rows(connection, rows, job=0, at=AT))


async def run(scene: Scene, key: str = "a") -> None:
    """Have players told through the preview, and wait for the end."""
    on = scene.on
    await on.press(key)
    await on.until(lambda: isinstance(on.place, PreviewScreen) and on.place.desk.phase == "ready")
    await on.sees("enter run")
    await on.press("enter")
    await on.until(lambda: over(on), 30)


async def test_a_job_and_its_operations_read_as_what_was_told(tmp_path: Path) -> None:
    async with scene_in(tmp_path) as scene:
        await scene.jellyfin()
        plex = await scene.plex()
        await plex.web.stop()
        async with opened(scene) as on:
            await scene.changed(scene.film("Salt (2019)"))
            await scene.go()
            await run(scene)
            await on.sees("tell all players: ")
            await on.press("J")
            await on.sees("players   all players", "1 confirmed, 1 waiting")
            assert "subtitle" not in on.text
            await on.press("enter")
            await on.until(lambda: isinstance(on.place, JobScreen))
            await on.sees("Attic · tell", "told", "Attic · confirm Salt (2019).mkv", "confirmed", "Den · ask", "put off")
            await on.go_to("Attic · confirm")
            await on.press("enter")
            await on.until(lambda: isinstance(on.place, OperationScreen))
            await on.sees("ask whether they are in its library", "/data/movies/Salt (2019)/Salt (2019).mkv", "confirmed")
            assert "picture" not in on.text and "undo" not in on.text and "original" not in on.text
            await on.press("escape", "o")
            await on.sees("Attic, sending: 1 operation", "1 confirmed, 1 waiting")


async def test_an_alert_stands_on_whatever_screen_is_on_top(tmp_path: Path) -> None:
    async with scene_in(tmp_path) as scene:
        plex = await scene.plex()
        async with opened(scene) as on:
            await scene.changed(scene.film("Salt (2019)"))
            await scene.go()
            await on.press("a")
            await on.until(lambda: isinstance(on.place, PreviewScreen) and on.place.desk.phase == "ready")
            await on.sees("enter run")
            plex.token = "another"
            # It answers when the other screen is there: a key takes away the message that stood before it.
            plex.faults = Faults(delay=0.5)
            await on.press("enter", "L")
            await on.until(lambda: over(on), 30)
            assert isinstance(on.place, LibraryScreen)
            await on.sees("Den is left alone until its credentials change")
            await on.press("P")
            await on.until(lambda: "refuses us" in scene.row_of("Den"))
            await on.sees("it refused us: left alone until", "again now")


async def test_the_library_tells_which_players_have_a_video_and_tells_them(tmp_path: Path) -> None:
    async with scene_in(tmp_path) as scene:
        await scene.jellyfin()
        plex = await scene.plex()
        await plex.web.stop()
        scene.film("Salt (2019)")
        async with opened(scene, size=(140, 40)) as on:
            await on.press("g")
            await on.go_to("Films")
            if "▸" in on.row:
                await on.press("enter")
            await on.sees("Salt")
            await on.go_to("Salt")
            await run(scene, "t")
            await on.press("L")
            await on.sees("players", "Attic ✓ confirmed", "Den · waiting (offline)")
            await on.press("d")
            await on.sees("Attic ✓ confirmed", "Den · waiting (offline)")


async def test_of_a_show_it_is_told_how_many_of_its_videos_each_player_has(tmp_path: Path) -> None:
    async with scene_in(tmp_path) as scene:
        scene.player("Attic", "jellyfin", "http://127.0.0.1:9", token="x")
        season = scene.tv / "Salt" / "Season 01"
        season.mkdir(parents=True)
        for number in (1, 2):
            (season / f"Salt S01E{number:02d}.mkv").write_text("x")
        async with opened(scene, size=(140, 40)) as on:
            rows: list[Row] = [
                PlayerItem("Attic", str(season / "Salt S01E01.mkv"), "created", ItemState.CONFIRMED),
                PlayerItem("Attic", str(season / "Salt S01E02.mkv"), "created", ItemState.PENDING),
            ]
            await written(on, rows)
            await on.go_to("Series")
            if "▸" in on.row:
                await on.press("enter")
            await on.until(lambda: "Salt" in on.text)
            await on.go_to("Salt")
            await on.sees("Attic  1 confirmed, 1 waiting")


async def test_without_players_the_library_says_so(tmp_path: Path) -> None:
    async with scene_in(tmp_path) as scene:
        scene.film("Salt (2019)")
        async with opened(scene) as on:
            await on.press("t")
            await on.sees("no player is configured; P shows how to add one")


async def test_the_schedule_tells_players_by_itself_while_the_screens_are_open(tmp_path: Path) -> None:
    async with scene_in(tmp_path) as scene:
        await scene.jellyfin(auto_sync=True)
        async with opened(scene) as on:
            object.__setattr__(on.services.players.tools, "debounce", (0.0, 0.0))
            await scene.changed(scene.film("Salt (2019)"))
            await on.until(lambda: over(on), 30)
            job = next(job for job in on.app.board.jobs if job.request.kind == "players")
            assert (job.request.origin, job.state) == ("hook", JobState.COMPLETED)


async def test_hostile_names_are_shown_as_what_they_are(tmp_path: Path) -> None:
    async with scene_in(tmp_path) as scene:
        scene.player("Attic [b]x[/b] $name", "jellyfin", "http://127.0.0.1:9", token="x")
        async with opened(scene) as on:
            name = "Attic [b]x[/b] $name"
            rows: list[Row] = [
                PlayerSeen(name, PlayerState.FAILING, version=HOSTILE, code="bad_answer", message=HOSTILE),
                PlayerItem(
                    name, f"/m/{HOSTILE}.mkv", "created", ItemState.FAILED, HOSTILE, reason="not_done", message=HOSTILE
                ),
            ]
            await on.services.database.write(
                lambda connection: write_rows(connection, rows, job=0, at="2026-01-02T03:04:05.678Z")
            )
            await scene.go()
            await on.sees("a[red]␛]52;c;eA==␇\\u202egnp.[@click=app.quit]x[/]")
            await on.press("enter")
            await on.until(lambda: isinstance(on.place, ItemsScreen))
            await on.sees("1 failed", "␛]52")
            for char in ("\x1b", "\x07", "\u202e"):
                assert char not in on.text
            await on.press("e")
            await on.sees("only what waits")
            await on.press("escape", "escape")
            await on.until(lambda: isinstance(on.place, PlayersScreen))


async def test_items_are_read_by_the_page(tmp_path: Path) -> None:
    async with scene_in(tmp_path) as scene:
        scene.player("Attic", "jellyfin", "http://127.0.0.1:9", token="x")
        async with opened(scene) as on:
            rows: list[Row] = [
                PlayerItem("Attic", f"/m/{n:05d}.mkv", "created", ItemState.CONFIRMED if n else ItemState.FAILED, feed=n)
                for n in range(3000)
            ]
            await on.services.database.write(
                lambda connection: write_rows(connection, rows, job=0, at="2026-01-02T03:04:05.678Z")
            )
            await scene.go()
            await on.press("enter")
            await on.sees("3,000 files", "1 failed", "00000.mkv")
            await on.press("G")
            await on.sees("00001.mkv")
            await on.press("e")
            await on.until(lambda: on.rows.source.count() == 1)
