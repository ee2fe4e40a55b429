"""`--run players`, `changed`, `status players`, `doctor` and `worker`, as a shell sees them."""

from __future__ import annotations

import asyncio
import signal

import pytest

from tests.cli.command import begin, rest, until
from tests.players.cli.conftest import Shop


async def test_what_changed_is_shown_told_and_confirmed_once(shop: Shop) -> None:
    film = shop.film("Salt (2019)")
    noted = await shop.run("changed", film, "--json")
    assert noted.one("changed")["changed"] == 1
    shown = await shop.run("--run", "players", "-n", "--json")
    reasons = {(line["stage"], line["action"]): line["reason"] for line in shown.of("plan_op")}
    assert reasons["execute", "tell"] == "POST Library/Media/Updated /data/films/Salt (2019)/Salt (2019).mkv"
    assert reasons["execute", "scan"] == "GET library/sections/1/refresh?path=/data/films/Salt (2019)"
    assert not [call for call in shop.plex.calls if "refresh" in call[1]], "a preview sends nothing"
    told = await shop.run("--run", "players", "-y", "--json")
    assert told.code == 0
    (metrics,) = told.of("metrics")
    assert metrics["total"]["confirmed"] == 2
    assert {name: one["confirmed"] for name, one in metrics["players"].items()} == {"Attic": 1, "Den": 1}
    assert metrics["players"]["Den"]["syncs"] == metrics["players"]["Den"]["successes"] == 1
    assert metrics["players"]["Den"]["last_sync"] and metrics["players"]["Den"]["last_error"] is None
    again = await shop.run("--run", "players", "-y", "--json")
    assert (again.code, again.one("plan")["total"]) == (0, 0)
    assert (await shop.run("--run", "players", "--check")).code == 0


async def test_status_tells_how_each_player_stands(shop: Shop) -> None:
    await shop.run("changed", shop.film("Salt (2019)"))
    await shop.plex.stop()
    assert (await shop.run("--run", "players", "-y")).code == 0, "what waits is no failure"
    status = (await shop.run("status", "players", "--json")).one("status")
    attic, den = status["players"]
    assert (attic["state"], attic["queue"], attic["items"], attic["successes"]) == ("online", 0, {"confirmed": 1}, 1)
    assert (den["state"], den["word"], den["queue"], den["failures"]) == ("offline", "failed (offline)", 1, 1)
    assert den["last_error"]["code"] == "offline"
    wanted = {"players": 2, "online": 1, "queue": 1, "syncs": 2, "successes": 1, "failures": 1, "success_rate": 0.5}
    assert {name: status["total"][name] for name in wanted} == wanted
    assert status["total"]["response_s"] > 0 and status["total"]["confirmation_s"] > 0
    shown = (await shop.run("status", "players")).out
    assert "1 of 2 online, 1 waiting" in shown and "failed (offline)" in shown
    await shop.plex.start()
    assert (await shop.run("--run", "players", "-y", "--json")).one("metrics")["players"].keys() == {"Den"}


async def test_one_player_that_refuses_is_3_and_all_of_them_is_7(shop: Shop) -> None:
    await shop.run("changed", shop.film("Salt (2019)"))
    shop.configure(plex_token="wrong")
    told = await shop.run("--run", "players", "-y", "--json")
    assert told.code == 3
    (alert,) = told.of("alert")
    assert alert["subject"].startswith("Den") and "wrong" not in told.out
    assert (await shop.run("--run", "players", "--player", "Den", "-y")).code == 7, "left alone: nobody else was meant"
    await shop.run("changed", shop.film("Orbit (2020)"))
    assert (await shop.run("--run", "players", "-y")).code == 0, "the other one goes on"
    shop.configure()
    told = await shop.run("--run", "players", "-y", "--json")
    assert (told.code, told.one("metrics")["players"]["Den"]["confirmed"]) == (0, 2)


async def test_only_refusals_are_exit_7(shop: Shop) -> None:
    await shop.run("changed", shop.film("Salt (2019)"))
    shop.configure(plex_token="wrong")
    assert (await shop.run("--run", "players", "--player", "den", "-y")).code == 7


async def test_players_and_groups_by_name(shop: Shop) -> None:
    shop.configure(more='[[group]]\nname = "Upstairs"\nplayers = ["Attic"]')
    await shop.run("changed", shop.film("Salt (2019)"))
    assert {
        line["key"].partition("/")[0] for line in (await shop.run("--run", "players", "-n", "--json")).of("plan_op")
    } == {
        "Attic",
        "Den",
    }
    for words in (("--group", "upstairs"), ("--player", "attic")):
        shown = await shop.run("--run", "players", "-n", "--json", *words)
        assert {line["key"].partition("/")[0] for line in shown.of("plan_op")} == {"Attic"}
    unknown = await shop.run("--run", "players", "--player", "Attik", "-n")
    assert unknown.code == 4 and "did you mean Attic?" in unknown.err


async def test_named_files_are_told_whether_they_changed_or_not(shop: Shop) -> None:
    told = await shop.run("--run", "players", shop.films, "--player", "Den", "-y", "--json")
    assert told.code == 0
    assert [call for call in shop.plex.calls if call[1].endswith("/refresh")]


async def test_whole_libraries_are_scanned_when_that_is_asked_for_by_name(shop: Shop) -> None:
    shown = await shop.run("--run", "players", "--full", "-n", "--json")
    assert [line["reason"] for line in shown.of("plan_op") if line["action"] == "full"] == [
        "POST Library/Refresh",
        "GET library/sections/1/refresh",
    ]
    told = await shop.run("--run", "players", "--full", "--player", "Den", "-y")
    assert told.code == 0
    assert ("GET", "/library/sections/1/refresh", {}) in [(call[0], call[1], dict(call[2])) for call in shop.plex.calls]


async def test_an_option_of_another_kind_is_refused(shop: Shop) -> None:
    for words in (("players", "--engine", "alass"), ("subtitles", "--player", "Den"), ("subtitles", "--full")):
        assert (await shop.run("--run", *words, "-n")).code == 2


async def test_without_players_it_says_how_to_add_one(shop: Shop) -> None:
    (shop.folder / "config.toml").write_text("")
    ran = await shop.run("--run", "players", "-y")
    assert ran.code == 2 and "[[player]]" in ran.err
    shop.configure("enabled = false")
    assert "switched off" in (await shop.run("--run", "players", "-y")).err


async def test_sonarr_and_radarr_tell_by_their_environment(shop: Shop) -> None:
    film, better = shop.film("Salt (2019)"), shop.films / "Salt (2019)" / "Salt (2019) 2160p.mkv"
    film.rename(better)
    env = {
        "Radarr_EventType": "Download",
        "radarr_isupgrade": "True",
        "radarr_moviefile_path": str(better),
        "radarr_deletedpaths": str(film),
    }
    noted = await shop.run("changed", "--from-env", "--json", env=env)
    assert noted.one("changed") | {"v": 1, "t": "", "seq": 0} == {
        "v": 1,
        "t": "",
        "seq": 0,
        "type": "changed",
        "changed": 1,
        "event": "radarr: Download",
    }
    told = await shop.run("--run", "players", "-y", "--json")
    assert told.one("metrics")["total"]["confirmed"] == 2
    test = await shop.run("changed", "--from-env", env={"sonarr_eventtype": "Test"})
    assert test.code == 0
    assert (await shop.run("changed", "--from-env", env={"sonarr_eventtype": ""})).code == 2


async def test_doctor_asks_the_players_and_compares_folders(shop: Shop) -> None:
    shop.configure(plex_token="wrong")
    found = {(one["what"], one["ok"]): one for one in (await shop.run("doctor", "--json")).of("finding")}
    assert found["player Attic", True]["state"].startswith("Jellyfin 10.")
    assert "refuses" in found["player Den", False]["state"]


@pytest.mark.slow
async def test_the_worker_tells_what_hooks_note_until_it_is_ended(shop: Shop) -> None:
    shop.configure("auto_sync = true")
    worker = begin("worker", "--json", *shop.options)
    try:
        await asyncio.to_thread(until, worker, lambda line: line["type"] == "run_start")
        await shop.run("changed", shop.film("Salt (2019)"))
        seen = await asyncio.to_thread(until, worker, lambda line: line["type"] == "job_end")
        assert seen[-1]["state"] == "completed"
        assert next(line for line in seen if line["type"] == "metrics")["total"]["confirmed"] == 2
    finally:
        worker.send_signal(signal.SIGTERM)
        ended = await asyncio.to_thread(rest, worker)
    assert ended.code == 143
    assert ended.lines[-1]["type"] == "run_end"
