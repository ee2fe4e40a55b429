"""A player that fails is asked again with growing pauses, then left alone for a while; the others do not wait for it."""

from __future__ import annotations

import asyncio
import gzip
import json
import re
import time
from pathlib import Path

import pytest

import synctui
from synctui.model.clock import parse_rfc3339
from synctui.model.players import PlayerState
from synctui.model.reasons import REASONS
from synctui.simulators.web import Answer, Ask, Faults, WebServer
from synctui.syncs.players.drivers.plex import PlexDriver
from tests.players.sync.scene import Scene, Simulator

BUSY = Answer(429, headers=(("Retry-After", "7"),))
BROKEN = Answer(500)


async def one_film(scene: Scene, kind: str, **more: object) -> tuple[Simulator, str]:
    """Return a player and a film that it was not told of yet."""
    server = await scene.start(kind, **more)
    film = scene.film("Salt (2019)")
    await scene.changed(film)
    return server, film


@pytest.mark.parametrize("kind", ["kodi", "jellyfin", "plex"])
async def test_a_passing_fault_is_tried_again_and_goes_unnoticed(hurried: Scene, kind: str) -> None:
    server, _ = await one_film(hurried, kind)
    told = await hurried.sync(faults=(server, Faults(answer=BROKEN, times=2)))
    assert [wait["cause"] for wait in told.said("retry_wait")] == ["server_error", "server_error"]
    assert await hurried.states("It") == {"confirmed": 1}
    assert (await hurried.player("It")).failures == 0


@pytest.mark.parametrize(
    ("faults", "reason"),
    [
        (Faults(mute=True), "timeout"),
        (Faults(reset=True), "connection_lost"),
        (Faults(answer=BROKEN), "server_error"),
        (Faults(answer=BUSY), "server_error"),
        (Faults(drip=0.2), "timeout"),
    ],
    ids=["mute", "reset", "500", "429", "drip"],
)
async def test_a_player_that_keeps_failing_is_left_alone_for_a_while(hurried: Scene, faults: Faults, reason: str) -> None:
    server, film = await one_film(hurried, "kodi", timeout=0.15, retry_attempts=1)
    told = await hurried.sync(faults=(server, faults))
    assert told.of("It")["discover"] == f"failed {reason}"
    assert len(told.said("retry_wait")) == 1
    player = await hurried.player("It")
    assert (player.state, player.code, player.failures) == (PlayerState.FAILING, reason, 1)
    assert parse_rfc3339(player.not_before) > hurried.clock.now()
    assert await hurried.states("It") == {"pending": 1}

    server.faults = Faults()
    asked = len(server.web.asked)
    operations, notices = await hurried.plan()
    assert operations == []
    assert "left alone until" in notices[0].message
    assert len(server.web.asked) == asked
    hurried.clock.ahead += 3600  # type: ignore[attr-defined]
    assert (await hurried.sync()).of("It")["confirm/0"] == "done confirmed"
    assert (await hurried.player("It")).failures == 0
    assert (await hurried.standing("It", film))[film].item.state == "confirmed"


async def test_each_failure_in_a_row_leaves_it_alone_for_longer(hurried: Scene) -> None:
    server, _ = await one_film(hurried, "kodi", retry_attempts=0)
    alone: list[float] = []
    for _ in range(4):
        await hurried.sync(force=True, faults=(server, Faults(answer=BROKEN)))
        player = await hurried.player("It")
        alone.append((parse_rfc3339(player.not_before) - hurried.clock.now()).total_seconds())
    assert player.failures == 4
    assert alone[0] < 200
    assert alone[3] > 2 * alone[0]


async def test_what_the_server_asks_for_is_waited_and_what_it_tried_is_in_the_database(hurried: Scene) -> None:
    server, _ = await one_film(hurried, "kodi", retry_attempts=1)
    told = await hurried.sync(faults=(server, Faults(answer=BUSY)))
    (wait,) = told.said("retry_wait")
    assert float(str(wait["seconds"])) >= 7
    row = await hurried.database.row("SELECT attempts, not_before FROM operations WHERE CAST(key AS TEXT) = 'It/discover'")
    assert row is not None
    assert row[0] == 1
    assert row[1] > "2"


async def test_who_asks_to_be_left_alone_for_an_hour_holds_up_nobody(hurried: Scene) -> None:
    server, _ = await one_film(hurried, "kodi")
    await hurried.plex()
    told = await hurried.sync(faults=(server, Faults(answer=Answer(429, headers=(("Retry-After", "3000"),)))))
    assert await hurried.states("Den") == {"confirmed": 1}
    assert told.said("job_end"), "the job does not wait for the hour to pass"
    player = await hurried.player("It")
    assert (parse_rfc3339(player.not_before) - hurried.clock.now()).total_seconds() > 2000
    assert await hurried.states("It") == {"pending": 1}


@pytest.mark.parametrize("attempts", [4, 5, 9])
async def test_many_configured_tries_end_like_few(hurried: Scene, attempts: int) -> None:
    server, _ = await one_film(hurried, "kodi", retry_attempts=attempts)
    hurried.clock = type(hurried.clock)(400.0)  # type: ignore[call-arg]
    told = await hurried.sync(faults=(server, Faults(answer=BROKEN)))
    assert told.of("It")["scan/0"] == "deferred server_error"
    player = await hurried.player("It")
    assert player.state is PlayerState.FAILING
    assert player.not_before
    assert await hurried.states("It") == {"pending": 1}


@pytest.mark.parametrize("faults", [Faults(mute=True), Faults(drip=0.05)], ids=["mute", "drip"])
async def test_a_player_without_a_word_delays_no_other(scene: Scene, faults: Faults) -> None:
    dead = await scene.kodi("Dead", timeout=2.0, retry_attempts=0)
    jellyfin, plex = await scene.jellyfin(), await scene.plex()
    film = scene.film("Salt (2019)")
    await scene.changed(film)
    done: dict[str, float] = {}

    async def timed() -> None:
        dead.faults = faults
        done["begun"] = time.monotonic()

    told = await scene.sync(between=timed)
    spent = {key: parse_rfc3339(end.finished_at or "") for key, end in ((one.operation.key, one) for one in told.operations)}
    others = [at for key, at in spent.items() if not key.startswith("Dead/")]
    assert max(others) < spent["Dead/discover"], "they were done before it was given up"
    assert await scene.states("Attic") == await scene.states("Den") == {"confirmed": 1}
    assert scene.files_of(jellyfin) == scene.files_of(plex) == {scene.theirs(film)}


async def test_a_player_without_a_word_does_not_hold_up_the_plan_for_its_whole_timeout(scene: Scene) -> None:
    dead = await scene.kodi("Dead", timeout=8.0, retry_attempts=0)
    await scene.plex()
    await scene.changed(scene.film("Salt (2019)"))
    dead.faults = Faults(mute=True)
    async with asyncio.timeout(6):
        operations, _ = await scene.plan()
    assert {one.track for one in operations} == {"Dead", "Den"}


PAGE = Answer(200, b"<html><body>Please log in</body></html>", (("Content-Type", "text/html"),))
CUT = Answer(200, b'{"result": {"version"', (("Content-Type", "application/json"),))
DEEP = Answer(200, b"[" * 200_000)
NUMBER = Answer(200, b'{"result": ' + b"9" * 20_000 + b"}")
WRONG = (b"null", b"7", b'"text"', b"[]", b"{}", b"[[]]", b'{"id": 1, "result": 5}', b'{"MediaContainer": 5}')
SURROGATE = Answer(200, rb'{"MediaContainer": {"version": "\ud800", "friendlyName": "\ud800"}, "Version": "\ud800"}')
BOMB = Answer(200, gzip.compress(b" " * 50_000_000, 6), (("Content-Encoding", "gzip"),))
TWICE = Answer(200, gzip.compress(gzip.compress(b" " * 50_000_000, 6)), (("Content-Encoding", "gzip, gzip"),))
MOVED = Answer(302, headers=(("Location", "http://[::1"),))
ODD = Answer(302, headers=(("Location", "http://elsewhere.example:99999/?X-Plex-Token=secret"),))
HOSTILE = {
    "page": PAGE,
    "cut": CUT,
    "deep": DEEP,
    "number": NUMBER,
    "bomb": BOMB,
    "bomb in a bomb": TWICE,
    "redirect nowhere": MOVED,
    "redirect odd": ODD,
    "unpackable": Answer(200, b"not packed", (("Content-Encoding", "gzip"),)),
    "brotli": Answer(200, b"\x1b\x03\x00", (("Content-Encoding", "br"),)),
    "binary": Answer(200, bytes(range(256))),
    "not found": Answer(404),
    "gone": Answer(410),
    "teapot": Answer(418, b"no"),
    **{f"wrong {number}": Answer(200, body) for number, body in enumerate(WRONG)},
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("kind", ["kodi", "jellyfin", "plex"])
async def test_whatever_it_answers_is_one_plain_sentence_and_the_file_waits(hurried: Scene, kind: str, name: str) -> None:
    server, film = await one_film(hurried, kind, retry_attempts=0, timeout=5.0)
    told = await hurried.sync(faults=(server, Faults(answer=HOSTILE[name])))
    told.no_bug()
    assert told.results["failed"] >= 1
    for one in told.operations:
        if one.result == "failed":
            assert one.message
            assert "secret" not in one.message
    assert set(await hurried.states("It")) <= {"pending", "failed"}
    assert (await hurried.player("It")).state is PlayerState.FAILING
    server.faults = Faults()
    await hurried.sync(force=True)
    assert (await hurried.standing("It", film))[film].item.state == "confirmed"


@pytest.mark.parametrize("kind", ["kodi", "jellyfin", "plex"])
@pytest.mark.parametrize("name", ["page", "cut", "deep", "bomb", "redirect nowhere", "wrong 1", "wrong 4"])
async def test_an_answer_that_turns_bad_in_the_middle_of_a_job_loses_nothing(hurried: Scene, kind: str, name: str) -> None:
    server, film = await one_film(hurried, kind, retry_attempts=0)
    before = len(server.web.asked)
    await hurried.plan()
    looks = len(server.web.asked) - before
    for good in range(looks, looks + 5):
        server.web.faults = Faults()
        told = await hurried.sync(after=(server, good, Faults(answer=HOSTILE[name])), force=True)
        told.no_bug()
        if await hurried.states("It") == {"confirmed": 1}:
            break
    server.faults = Faults()
    await hurried.sync(force=True)
    assert (await hurried.standing("It", film))[film].item.state == "confirmed"


@pytest.mark.parametrize("kind", ["kodi", "jellyfin", "plex"])
async def test_text_that_is_none_goes_no_further(hurried: Scene, kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(PlexDriver, "patience", 1.0)
    server, _ = await one_film(hurried, kind, retry_attempts=0)
    told = await hurried.sync(faults=(server, Faults(answer=SURROGATE)))
    told.no_bug()
    assert "confirmed" not in await hurried.states("It")


@pytest.mark.parametrize("kind", ["kodi", "jellyfin", "plex"])
async def test_a_redirect_to_another_host_is_not_followed(hurried: Scene, kind: str) -> None:
    async def welcome(ask: object) -> Answer:
        return Answer(200, b"{}")

    async with WebServer(welcome) as other:
        server, _ = await one_film(hurried, kind, retry_attempts=0)
        away = Answer(307, headers=(("Location", f"{other.url}/jsonrpc"),))
        told = await hurried.sync(faults=(server, Faults(answer=away)))
        assert other.asked == []
        assert other.connections == 0
    assert told.of("It")["discover"] == "failed redirected"


@pytest.mark.parametrize("kind", ["jellyfin", "plex"])
async def test_a_list_without_an_end_is_given_up(hurried: Scene, kind: str) -> None:
    server, film = await one_film(hurried, kind, retry_attempts=0)
    good = server.web.answer
    asked = 0

    async def endless(ask: Ask) -> Answer:
        nonlocal asked
        if not ask.path.endswith(("/Items", "/all")):
            return await good(ask)
        asked += 1
        if kind == "jellyfin":
            rows = [{"Id": f"{number:032x}", "Path": f"/x/{number}", "Type": "Movie"} for number in range(1000)]
            return Answer(200, json.dumps({"Items": rows, "TotalRecordCount": 10**9}).encode())
        size = int(ask.headers.get("x-plex-container-size", "50"))
        entries = [{"ratingKey": str(number), "Media": [{"Part": [{"file": f"/x/{number}"}]}]} for number in range(size)]
        return Answer(200, json.dumps({"MediaContainer": {"size": size, "totalSize": 10**9, "Metadata": entries}}).encode())

    server.web.answer = endless
    told = await hurried.sync()
    told.no_bug()
    assert told.of("It")["confirm/0"] == "failed endless"
    assert asked < 20
    assert await hurried.states("It") == {"accepted": 1}, "it was told, and is not told once more"
    server.web.answer = good
    await hurried.sync(force=True)
    assert (await hurried.standing("It", film))[film].item.state == "confirmed"


def test_every_code_with_which_an_operation_can_end_has_its_sentence() -> None:
    root = Path(synctui.__file__).parent
    files = [root / "adapters" / f"{name}.py" for name in ("http", "kodi", "kodi_rpc", "kodi_paths", "plex", "jellyfin")]
    files += [root / "adapters" / f"{name}_answers.py" for name in ("plex", "jellyfin")]
    codes = {code for file in files for code in re.findall(r'code="(\w+)"', file.read_text())}
    assert codes - REASONS.keys() == set()
