"""The players' screen: how they stand, live while they are told, and what the one under the cursor was told."""

from __future__ import annotations

from pathlib import Path

from synctui.tui.screens.players.screen import PlayersScreen
from tests.tui.players.scene import Scene, opened, scene_in


async def test_an_empty_screen_says_how_to_add_a_player(tmp_path: Path) -> None:
    async with scene_in(tmp_path) as scene, opened(scene) as on:
        await on.press("P")
        await on.until(lambda: isinstance(on.place, PlayersScreen))
        await on.sees("There is no player yet.", "n  adds one")
        assert "n new player" in on.lines()[-1]
        assert "sync now" not in on.lines()[-1]
        await on.press("s")
        await on.sees("there is no player yet; n adds one")


async def told(scene: Scene, *names: str) -> list[str]:
    """Sync films with all players through the preview, and wait until it is over."""
    on, films = scene.on, [scene.film(name) for name in names]
    await scene.changed(*films)
    await scene.go()
    await on.press("a")
    await on.sees("enter run")
    await on.press("enter")
    await on.until(lambda: any(job.request.kind == "players" and job.state.final for job in on.app.board.jobs), 30)
    await on.until(lambda: isinstance(on.place, PlayersScreen))
    return films


async def test_players_are_told_and_shown_as_they_stand(tmp_path: Path) -> None:
    async with scene_in(tmp_path) as scene:
        await scene.kodi()
        plex = await scene.plex()
        await plex.web.stop()
        await scene.jellyfin()
        async with opened(scene) as on:
            await told(scene, "Salt (2019)", "Lost Reel (1999)")
            await on.until(lambda: "up to date" in scene.row_of("Living room") and "up to date" in scene.row_of("Attic"))
            await on.until(lambda: "offline" in scene.row_of("Den"))
            assert "2 of 3 online   4 changes sent, 4 confirmed   Den is off: 2 waiting" in on.lines()[1]
            assert "Kodi 20.1" in scene.row_of("Living room") and "ms" in scene.row_of("Living room")
            await on.sees("2 files are in its library as they should be")
            await on.go_to("Den")
            await on.sees("nobody answers at its address", "2 wait until it answers")
