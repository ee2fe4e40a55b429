"""A file that Kodi does not have any more after reading it anew: what was watched is said, and nothing waits for ever."""

from __future__ import annotations

from pathlib import Path

import pytest

from synctui.simulators.web import Answer, Ask
from synctui.syncs.players.drivers import kodi as driver
from tests.players.kodi.media import VIDEO
from tests.players.sync.scene import Scene
from tests.players.sync.test_kodi_watched import seen, watch


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let it be known sooner that a scan did not begin."""
    monkeypatch.setattr(driver, "_STARTS_S", 0.3)


@pytest.mark.parametrize("back", [False, True])
async def test_a_film_that_does_not_come_back(scene: Scene, back: bool) -> None:
    films = scene.films(3)
    kodi = await scene.kodi("It", refresh_changed=True, timeout=0.5, retry_attempts=2)
    await kodi.fill()
    watch(kodi, Path(films[0]).name)
    watch(kodi, Path(films[1]).name)
    before = seen(kodi, kodi.item("movie", Path(films[0]).name))
    for film in films[:2]:
        Path(film).write_bytes(VIDEO + b"more")
    await scene.changed(*films[:2], change="modified")
    good = kodi.web.answer

    async def losing(ask: Ask) -> Answer:
        reply = await good(ask)
        if b"RefreshMovie" in ask.body:
            item = kodi.item("movie", Path(films[0]).name)
            if item is not None:
                kodi.library.remove(item)
            if not back and Path(films[0]).exists():
                scene.removed(films[0])
        return reply

    kodi.web.answer = losing
    told = await scene.sync()
    told.no_bug()
    (refresh,) = [one for one in told.operations if one.operation.action == "refresh"]
    assert seen(kodi, kodi.item("movie", Path(films[1]).name))[0] == 3, "the other one keeps what was watched"
    if back:
        assert seen(kodi, kodi.item("movie", Path(films[0]).name))[0] == before[0]
        return
    assert told.of("It")["refresh/0"] == "failed not_there"
    assert "playcount 3" in refresh.message
    assert "rating 8" in refresh.message
    assert Path(films[0]).name in refresh.message
