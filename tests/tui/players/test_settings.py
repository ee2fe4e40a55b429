"""Players and groups among the settings: every key, what [players] says where there is none, and changing them."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import Input

from synctui.tui.screens.settings.screen import SettingsScreen
from tests.tui.players.scene import opened, scene_in
from tests.tui.players.test_acting import settings_file
from tests.tui.stage import Stage


async def at(on: Stage, id: str) -> None:
    """Go to an entry."""
    on.app.show_setting(id)
    await on.until(lambda: isinstance(on.place, SettingsScreen) and on.place.rows is not None and on.rows.source.count())
    await on.until(lambda: on.rows.source.key(on.rows.cursor) == id)


async def test_keys_that_are_not_given_are_as_players_says_and_can_be_given_and_put_back(tmp_path: Path) -> None:
    async with scene_in(tmp_path) as scene:
        scene.player("Attic", "jellyfin", "http://127.0.0.1:9", token="made-up")
        scene.player("Den", "plex", "http://127.0.0.1:9", token="made-up")
        scene.group("Upstairs", "Attic")
        async with opened(scene, config="[players]\nclean_deleted = true\n") as on:
            await at(on, "player.Attic.clean_deleted")
            assert "on" in on.row and "[players]" in on.row
            await on.press("enter")
            await on.until(lambda: settings_file(on) == {"player": [{"name": "Attic", "clean_deleted": False}]})
            await on.until(lambda: "off" in on.row and "settings" in on.row)
            await on.until(lambda: on.app.house.ready and not on.services.loaded.config.player[0].clean_deleted)
            await on.press("b")
            await on.until(lambda: settings_file(on) == {})
            await on.until(lambda: "[players]" in on.row)

            await at(on, "player.Attic.token")
            assert "********" in on.row
            await on.press("enter")
            await on.until(lambda: bool(on.app.screen.query(Input)))
            assert on.app.screen.query_one(Input).value == ""
            on.app.screen.query_one(Input).value = "another"
            await on.press("enter")
            await on.until(lambda: settings_file(on) == {"player": [{"name": "Attic", "token": "another"}]})
            assert "another" not in on.text

            await at(on, "player.Attic.path_map")
            await on.press("enter")
            await on.until(lambda: bool(on.app.screen.query(Input)))
            on.app.screen.query_one(Input).value = "/media → /data, /films = smb://nas/films"
            await on.press("enter")
            maps = [{"from": "/media", "to": "/data"}, {"from": "/films", "to": "smb://nas/films"}]
            await on.until(lambda: settings_file(on).get("player", [{}])[0].get("path_map") == maps)
            await on.sees("/media → /data, /films")

            await at(on, "group.Upstairs.players")
            await on.press("enter")
            await on.until(lambda: bool(on.app.screen.query(Input)))
            on.app.screen.query_one(Input).value = "Attic, Dem"
            await on.press("enter")
            await on.sees("there is no player Dem; did you mean Den?")
            on.app.screen.query_one(Input).value = "Attic, Den"
            await on.press("enter")
            await on.until(lambda: settings_file(on).get("group") == [{"name": "Upstairs", "players": ["Attic", "Den"]}])


async def test_what_a_player_cannot_be_without_is_not_put_back(tmp_path: Path) -> None:
    async with scene_in(tmp_path) as scene, opened(scene) as on:
        from synctui.tui.screens.settings.saving import save

        await on.app.start(save(on.app, ("player", "Den"), {"kind": "plex", "url": "http://127.0.0.1:9"}))
        await at(on, "player.Den.url")
        await on.press("b")
        await on.sees("it needs this to be what it is; x on its row takes it out as a whole")
        await at(on, "player Den")
        await on.press("x")
        await on.sees("Remove the player Den?")
        await on.press("x")
        await on.sees("Den is no player of yours any more")
        assert settings_file(on) == {}
