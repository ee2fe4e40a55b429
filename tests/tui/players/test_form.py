"""A player is added by a form that asks it before it is kept; secrets are never shown, nor logged."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest
from textual.widgets import Input

from synctui.adapters.plex_pin import PinLogin
from synctui.simulators.jellyfin.server import TOKEN as JELLYFIN_TOKEN
from synctui.simulators.jellyfin.server import JellyfinSimulator
from synctui.simulators.plex.server import TOKEN as PLEX_TOKEN
from synctui.simulators.plex.server import PlexSimulator
from synctui.tui.screens.players.form import FormScreen
from synctui.tui.screens.players.screen import PlayersScreen
from tests.tui.players.scene import MOVIES, SHOWS, opened, scene_in
from tests.tui.players.test_acting import settings_file
from tests.tui.stage import Stage


async def begun(on: Stage, kind: str) -> None:
    """Begin the form for a kind of player, named by its letter."""
    await on.press("P")
    await on.until(lambda: isinstance(on.place, PlayersScreen))
    await on.press("n")
    await on.sees("What is it?", "Jellyfin")
    await on.press(kind)
    await on.until(lambda: isinstance(on.app.screen, FormScreen) and on.rows.cursor == 1)


async def filled(on: Stage, label: str, text: str) -> None:
    """Fill in the row under the cursor."""
    await on.until(lambda: isinstance(on.app.screen, FormScreen) and label in on.row)
    await on.press("enter")
    await on.until(lambda: bool(on.app.screen.query(Input)))
    field = on.app.screen.query_one(Input)
    field.value = text
    await on.press("enter")
    await on.until(lambda: isinstance(on.app.screen, FormScreen))


async def test_a_player_that_answers_is_kept_with_the_maps_that_suggest_themselves(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, logger="synctui")
    async with scene_in(tmp_path) as scene:
        folders = [("Films", scene.movies, MOVIES, "movies"), ("Series", scene.tv, SHOWS, "tvshows")]
        simulator = JellyfinSimulator(folders)
        await scene.stack.enter_async_context(simulator)
        async with opened(scene, size=(140, 30)) as on:
            await begun(on, "j")
            await filled(on, "name", "Attic")
            await filled(on, "address", simulator.url)
            await filled(on, "token", JELLYFIN_TOKEN)
            await on.sees("********")
            await on.press("s")
            await on.sees("2 folders of yours seem to be these of the player", f"→ {MOVIES}", f"→ {SHOWS}")
            assert settings_file(on) == {}
            await on.press("enter")
            await on.sees("Attic is added; s tells it what changed")
            await on.until(lambda: on.app.house.ready and "Attic" in on.text and isinstance(on.place, PlayersScreen))
            assert settings_file(on)["player"] == [
                {
                    "name": "Attic",
                    "kind": "jellyfin",
                    "url": simulator.url,
                    "token": JELLYFIN_TOKEN,
                    "path_map": [{"from": str(scene.movies), "to": MOVIES}, {"from": str(scene.tv), "to": SHOWS}],
                }
            ]
            assert JELLYFIN_TOKEN not in on.text
            assert not any(JELLYFIN_TOKEN in said.text + said.hint for said in on.app.messages.all)
            assert JELLYFIN_TOKEN not in caplog.text
            await on.press("x", "x")
            await on.sees("Attic is no player of yours any more")
            await on.sees("There is no player yet")


async def test_a_player_that_does_not_answer_is_kept_only_when_that_is_meant(tmp_path: Path) -> None:
    async with scene_in(tmp_path) as scene, opened(scene) as on:
        await begun(on, "k")
        await on.press("s")
        await on.sees("it wants a name first")
        await filled(on, "name", "Bedroom")
        await on.press("enter")
        await on.until(lambda: bool(on.app.screen.query(Input)))
        on.app.screen.query_one(Input).value = "kodi.lan"
        await on.press("enter")
        await on.sees("not an address; it begins with http")
        on.app.screen.query_one(Input).value = "http://127.0.0.1:9"
        await on.press("enter")
        await on.until(lambda: isinstance(on.app.screen, FormScreen))
        await on.press("t")
        await on.sees("Bedroom: nobody answers")
        assert settings_file(on) == {}
        await on.press("s")
        await on.sees("It cannot be used as it is", "save it anyway")
        await on.press("enter")
        await on.until(lambda: isinstance(on.app.screen, FormScreen))
        assert settings_file(on) == {}
        await on.press("s")
        await on.sees("save it anyway")
        await on.press("s")
        await on.sees("Bedroom is added")
        assert settings_file(on)["player"] == [{"name": "Bedroom", "kind": "kodi", "url": "http://127.0.0.1:9"}]


async def test_plex_is_logged_in_with_a_code(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with scene_in(tmp_path) as scene:
        simulator = PlexSimulator([("Films", "movie", [(scene.movies, MOVIES)])])
        await scene.stack.enter_async_context(simulator)
        monkeypatch.setattr(
            "synctui.tui.screens.players.form.plex_tv", lambda client: PinLogin(simulator.url, client_id=client)
        )
        monkeypatch.setattr("synctui.tui.screens.players.login._EVERY_S", 0.02)
        async with opened(scene) as on:
            await begun(on, "p")
            await filled(on, "name", "Den")
            await filled(on, "address", simulator.url)
            await on.press("p")
            await on.sees("and type")
            await on.press("escape")
            await on.until(lambda: isinstance(on.app.screen, FormScreen))
            await on.sees("a token")
            await on.press("p")
            await on.sees("and type", "waiting for it")
            line = next(line for line in on.lines() if "and type" in line)
            code = "".join(line.partition("and type")[2].strip(" │").split())
            simulator.pins.link(code, PLEX_TOKEN)
            await on.sees("logged in at plex.tv", "********")
            await on.press("t")
            await on.sees("Den answers: Plex 1.41")
            assert PLEX_TOKEN not in on.text


async def test_a_name_that_is_taken_is_not_taken_twice(tmp_path: Path) -> None:
    async with scene_in(tmp_path) as scene:
        scene.player("Attic", "jellyfin", "http://127.0.0.1:9", token="x")
        async with opened(scene) as on:
            await begun(on, "k")
            await on.press("enter")
            await on.until(lambda: bool(on.app.screen.query(Input)))
            on.app.screen.query_one(Input).value = "Attic"
            await on.press("enter")
            await on.sees("there is a player with this name")
