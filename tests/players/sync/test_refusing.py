"""A player that refuses us is left alone until its credentials change; what is secret is written nowhere."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from synctui.config.secrets import Secret
from synctui.errors import NotAuthorised
from synctui.model.players import PlayerState
from synctui.simulators.web import Answer, Faults
from tests.players.sync.scene import Scene

REFUSAL = Answer(401)


@pytest.mark.parametrize("kind", ["kodi", "jellyfin", "plex"])
@pytest.mark.parametrize("status", [401, 403])
async def test_a_player_that_refuses_us_is_told_once_and_then_left_alone(scene: Scene, kind: str, status: int) -> None:
    server = await scene.start(kind)
    await scene.jellyfin("Attic")
    film = scene.film("Salt (2019)")
    await scene.changed(film)
    told = await scene.sync(faults=(server, Faults(answer=Answer(status))))
    assert told.of("It")["discover"] == "failed not_authorised"
    assert told.of("It")["confirm/0"] == "deferred not_authorised"
    assert [alert["code"] for alert in told.said("alert")] == ["not_authorised"]
    assert not told.said("retry_wait")
    assert (await scene.player("It")).state is PlayerState.REFUSED
    assert await scene.states("It") == {"pending": 1}
    assert await scene.states("Attic") == {"confirmed": 1}

    asked = len(server.web.asked)
    await scene.changed(film, change="modified")
    _, notices = await scene.plan()
    assert any("refused us" in notice.message for notice in notices if notice.subject == "It")
    await scene.sync()
    assert len(server.web.asked) == asked, "not one more request"

    server.faults = Faults()
    # Its address is part of what it refused.
    scene.reconfigure("It", url=f"{server.url}/")
    await scene.sync()
    assert await scene.states("It") == {"confirmed": 1}
    assert (await scene.player("It")).refused == ""


async def test_refused_in_the_middle_of_a_job_nothing_more_is_asked(scene: Scene) -> None:
    server = await scene.start("plex")
    films = scene.films(3)
    await scene.changed(*films)
    told = await scene.sync(after=(server, 4, Faults(answer=REFUSAL)))
    assert sorted(told.of("It").values()).count("failed not_authorised") == 1
    assert len(told.said("alert")) == 1
    assert (await scene.states("It")).total() == 3
    server.faults = Faults()
    await scene.sync(force=True)
    assert await scene.states("It") == {"confirmed": 3}


async def test_when_every_player_refuses_us_the_next_plan_says_so(scene: Scene) -> None:
    server = await scene.start("kodi")
    await scene.changed(scene.film("Salt (2019)"))
    await scene.sync(faults=(server, Faults(answer=REFUSAL)))
    with pytest.raises(NotAuthorised):
        await scene.plan()


@pytest.mark.parametrize("kind", ["kodi", "jellyfin", "plex"])
@pytest.mark.parametrize(
    "faults",
    [
        Faults(answer=REFUSAL),
        Faults(answer=Answer(302, headers=(("Location", "https://login.example/?token=hush-hush-hush"),))),
        Faults(answer=Answer(200, b'{"error": "hush-hush-hush"}', (("Set-Cookie", "hush-hush-hush"),))),
        Faults(reset=True),
        Faults(),
    ],
    ids=["refused", "redirected", "strange", "lost", "well"],
)
async def test_the_secret_is_written_nowhere(
    scene: Scene, kind: str, faults: Faults, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    caplog.set_level(logging.DEBUG)
    secret = "hush-hush-hush"
    server = await scene.start(kind, retry_attempts=0)
    scene.reconfigure("It", password=Secret(secret), token=Secret(secret))
    film = scene.film("Salt (2019)")
    await scene.changed(film)
    told = await scene.sync(faults=(server, faults))
    assert told.job
    assert secret not in repr(told.events)
    assert secret not in repr([(one.operation, one.message, one.reason) for one in told.operations])
    assert secret not in repr(scene.settings)
    await scene.database.close()
    for file in tmp_path.rglob("*"):
        if file.is_file():
            assert secret.encode() not in file.read_bytes(), file
    logged = [record.getMessage() for record in caplog.records if not record.name.startswith(("httpcore", "httpx"))]
    assert not any(secret in line for line in logged)
