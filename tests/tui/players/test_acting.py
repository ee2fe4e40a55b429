"""Players are told, asked, compared, left alone and taken out from their screen."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

from synctui.config.paths import Paths
from synctui.tui.screens.players.mapping import MappingScreen
from synctui.tui.screens.players.screen import PlayersScreen
from synctui.tui.screens.preview.screen import PreviewScreen
from synctui.tui.screens.settings.screen import SettingsScreen
from tests.tui.players.scene import MOVIES, SHOWS, Scene, opened, scene_in
from tests.tui.stage import Stage


def settings_file(on: Stage) -> dict[str, Any]:
    file = Paths.under(on.data).settings
    return tomllib.loads(file.read_text()) if file.exists() else {}


async def planned(scene: Scene) -> None:
    """Wait for the preview, complete."""
    on = scene.on
    await on.until(lambda: isinstance(on.place, PreviewScreen) and on.place.desk.phase == "ready")
    await on.sees("enter run")


async def test_marked_players_and_groups_are_those_that_are_told(tmp_path: Path) -> None:
    async with scene_in(tmp_path) as scene:
        await scene.kodi()
        await scene.plex()
        await scene.jellyfin()
        scene.group("Upstairs", "Den", "Attic")
        async with opened(scene) as on:
            await scene.changed(scene.film("Salt (2019)"))
            await scene.go()
            await on.go_to("Upstairs")
            await on.press("s")
            await planned(scene)
            assert on.place.about == "Sync: Upstairs"
            assert "2 players: 2 calls, 2 checks" in on.lines()[1]
            await on.sees("GET library/sections/1/refresh", "POST Library/Media/Updated")
            assert "Living room" not in on.text and "engine" not in on.text
            assert "nothing is sent" in on.lines()[-1]
            await on.press("escape", "g", "space", "j", "space")
            assert "2 marked" in on.lines()[-1]
            await on.press("s")
            await planned(scene)
            players = on.place.desk.wanted.request.options["players"]  # type: ignore[attr-defined]
            assert players == ["Living room", "Attic"]


async def test_the_details_of_a_call_name_every_file_on_both_sides(tmp_path: Path) -> None:
    async with scene_in(tmp_path) as scene:
        await scene.jellyfin()
        async with opened(scene) as on:
            films = [scene.film(f"Film {number:02d} (2019)") for number in range(12)]
            await scene.changed(*films)
            await scene.go()
            await on.press("s")
            await planned(scene)
            await on.press("j", "d")
            await on.sees("what would be done", "told which files changed", "12 files")
            shown = on.place.query_one("#body").source.lines  # type: ignore[attr-defined]
            text = "".join(span.text for line in shown for span in line)
            for film in films:
                assert film in text
                assert film.replace(str(scene.movies), MOVIES) in text


async def test_what_cannot_be_mapped_is_said_before_anything_is_sent(tmp_path: Path) -> None:
    async with scene_in(tmp_path) as scene:
        await scene.jellyfin(path_map=[{"from": str(scene.tv), "to": SHOWS}])
        async with opened(scene) as on:
            await scene.changed(scene.film("Salt (2019)"))
            await scene.go()
            await on.press("s")
            await planned(scene)
            await on.sees("Attic: 1 file not sent, no path_map covers it", "leave out", "1 left out")


async def test_a_player_is_asked_how_it_is(tmp_path: Path) -> None:
    async with scene_in(tmp_path) as scene:
        await scene.jellyfin()
        plex = await scene.plex()
        plex.token = "another"
        async with opened(scene) as on:
            await scene.go()
            await on.press("t")
            await on.sees("Attic answers: Jellyfin 10.10.7", "2 folders, all mapped", "mapped ✓")
            assert "1 of 2 online" in on.lines()[1]
            await on.go_to("Den")
            await on.press("t")
            await on.sees("Den: it refuses", "refuses us")
            assert "Den refuses us" in on.lines()[1]
            await on.press("g", "space", "space", "t")
            await on.sees("1 of 2 answer; Den:")


async def test_folders_are_compared_and_the_map_that_suggests_itself_is_written(tmp_path: Path) -> None:
    async with scene_in(tmp_path) as scene:
        await scene.jellyfin(path_map=[{"from": str(scene.tv), "to": SHOWS}])
        async with opened(scene, size=(160, 40)) as on:
            await scene.go()
            await on.press("m")
            await on.until(lambda: isinstance(on.place, MappingScreen))
            await on.sees("2 of 4 folders mapped", "no path_map covers it", "[[player]]", f'to = "{MOVIES}"')
            await on.press("w")
            await on.sees("1 path map written", "4 of 4 folders mapped", "nothing is to be done")
            maps = settings_file(on)["player"][0]["path_map"]
            assert maps == [{"from": str(scene.tv), "to": SHOWS}, {"from": str(scene.movies), "to": MOVIES}]


async def test_a_player_is_left_alone_and_taken_up_again(tmp_path: Path) -> None:
    async with scene_in(tmp_path) as scene:
        await scene.jellyfin()
        async with opened(scene) as on:
            await scene.go()
            await on.press("d")
            await on.sees("Attic is disabled: it is told nothing")
            await on.until(lambda: on.app.house.ready and "disabled" in scene.row_of("Attic"))
            assert settings_file(on) == {"player": [{"name": "Attic", "enabled": False}]}
            await on.press("a")
            await on.sees("every player is disabled; d enables one")
            assert "d enable" in on.lines()[-1]
            await on.press("d")
            await on.until(lambda: "not asked" in scene.row_of("Attic"))


async def test_what_stands_in_the_users_own_file_is_not_removed(tmp_path: Path) -> None:
    async with scene_in(tmp_path) as scene:
        await scene.jellyfin()
        async with opened(scene) as on:
            await scene.go()
            await on.press("x")
            await on.sees("Attic stands in your own file, which is never changed")


async def test_editing_leads_to_the_players_rows_in_the_settings(tmp_path: Path) -> None:
    async with scene_in(tmp_path) as scene:
        await scene.jellyfin()
        async with opened(scene, config="[players]\nsync_interval = 30\n") as on:
            await scene.go()
            await on.press("e")
            await on.until(lambda: isinstance(on.place, SettingsScreen))
            await on.sees("Attic", "Jellyfin", "token", "********")
            assert "Attic" in on.row
            for _ in range(30):
                if "sync interval" in on.row:
                    break
                await on.press("j")
            assert "every 30 minutes" in on.row and "[players]" in on.row


async def test_another_place_is_gone_to_and_back(tmp_path: Path) -> None:
    async with scene_in(tmp_path) as scene:
        await scene.jellyfin()
        async with opened(scene) as on:
            await scene.go()
            await on.press("J", "P", "L", "P")
            await on.until(lambda: isinstance(on.place, PlayersScreen))
            assert len(on.app.screen_stack) == 2
