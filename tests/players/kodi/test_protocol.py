"""Kodi's answers word for word, on the simulator and on a real one."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from synctui.adapters.http import Server
from synctui.adapters.kodi import Kodi
from synctui.errors import NotAuthorised
from tests.players.kodi.stage import Stage

PING = b'{"jsonrpc":"2.0","id":1,"method":"JSONRPC.Ping"}'
INVALID = {"code": -32602, "message": "Invalid params."}


def wrong(method: str, message: str, name: str, kind: Any) -> dict[str, Any]:
    return {**INVALID, "data": {"method": method, "stack": {"message": message, "name": name, "type": kind}}}


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        (b"{bad", '{"error":{"code":-32700,"message":"Parse error."},"id":null,"jsonrpc":"2.0"}'),
        (b"", '{"error":{"code":-32700,"message":"Parse error."},"id":null,"jsonrpc":"2.0"}'),
        (b"[]", '{"error":{"code":-32600,"message":"Invalid request."},"id":null,"jsonrpc":"2.0"}'),
        (b"5", '{"error":{"code":-32600,"message":"Invalid request."},"id":null,"jsonrpc":"2.0"}'),
        (b"[5]", '[{"error":{"code":-32600,"message":"Invalid request."},"id":null,"jsonrpc":"2.0"}]'),
        (b'{"id":1}', '{"error":{"code":-32600,"message":"Invalid request."},"id":1,"jsonrpc":"2.0"}'),
        (
            PING.replace(b"2.0", b"1.0"),
            '{"error":{"code":-32600,"message":"Invalid request."},"id":1,"jsonrpc":"2.0"}',
        ),
        (PING, '{"id":1,"jsonrpc":"2.0","result":"pong"}'),
        (PING.replace(b"1,", b'"a",'), '{"id":"a","jsonrpc":"2.0","result":"pong"}'),
        (
            b'{"jsonrpc":"2.0","id":1,"method":"Nope.X"}',
            '{"error":{"code":-32601,"message":"Method not found."},"id":1,"jsonrpc":"2.0"}',
        ),
        (
            b'[{"jsonrpc":"2.0","id":1,"method":"JSONRPC.Ping"},{"jsonrpc":"2.0","id":2,"method":"Nope.X"},'
            b'{"jsonrpc":"2.0","method":"JSONRPC.Ping"}]',
            '[{"id":1,"jsonrpc":"2.0","result":"pong"},'
            '{"error":{"code":-32601,"message":"Method not found."},"id":2,"jsonrpc":"2.0"}]',
        ),
    ],
)
async def test_what_is_no_request_is_answered_so(stage: Stage, body: bytes, answer: str) -> None:
    reply = await stage.raw(body)
    assert (reply.status_code, reply.text) == (200, answer)
    assert reply.headers["content-type"] == "application/json"


@pytest.mark.parametrize(
    ("method", "params", "error"),
    [
        (
            "VideoLibrary.Scan",
            {"directory": ["a"]},
            wrong("VideoLibrary.Scan", "Invalid type array received", "directory", "string"),
        ),
        (
            "VideoLibrary.Scan",
            {"directories": ["a"]},
            {**INVALID, "data": {"message": "Too many parameters", "method": "VideoLibrary.Scan"}},
        ),
        ("JSONRPC.Ping", {"x": 1}, {**INVALID, "data": {"message": "Too many parameters", "method": "JSONRPC.Ping"}}),
        (
            "VideoLibrary.Clean",
            {"content": "nope"},
            wrong("VideoLibrary.Clean", "Received value does not match any of the defined enum values", "content", "string"),
        ),
        ("VideoLibrary.RefreshMovie", {"movieid": 987_654}, INVALID),
        ("VideoLibrary.RefreshEpisode", {"episodeid": 987_654}, INVALID),
        ("VideoLibrary.SetMovieDetails", {"movieid": 987_654, "playcount": 1}, INVALID),
        (
            "VideoLibrary.RefreshMovie",
            {"movieid": "1"},
            wrong("VideoLibrary.RefreshMovie", "Invalid type string received", "movieid", "integer"),
        ),
        ("VideoLibrary.RefreshMovie", {}, wrong("VideoLibrary.RefreshMovie", "Missing parameter", "movieid", "integer")),
        (
            "VideoLibrary.SetMovieDetails",
            {"movieid": 1, "playcount": "x"},
            wrong("VideoLibrary.SetMovieDetails", "Invalid type string received", "playcount", ["null", "integer"]),
        ),
        (
            "GUI.ShowNotification",
            {"title": "a", "message": "b", "displaytime": 1000},
            wrong(
                "GUI.ShowNotification",
                "Value between 1500 (inclusive) and 2147483647 (inclusive) expected but 1000 received",
                "displaytime",
                "integer",
            ),
        ),
        ("GUI.ShowNotification", {"title": "a"}, wrong("GUI.ShowNotification", "Missing parameter", "message", "string")),
        ("XBMC.GetInfoBooleans", {}, wrong("XBMC.GetInfoBooleans", "Missing parameter", "booleans", "array")),
        ("Files.GetDirectory", {"directory": "/etc/", "media": "files"}, INVALID),
    ],
)
async def test_what_is_wrong_is_refused_so(stage: Stage, method: str, params: dict[str, Any], error: dict[str, Any]) -> None:
    assert (await stage.call(method, **params))["error"] == error


@pytest.mark.parametrize(
    ("method", "params", "result"),
    [
        ("JSONRPC.Ping", {}, "pong"),
        ("VideoLibrary.RemoveMovie", {"movieid": 987_654}, "OK"),
        ("VideoLibrary.RemoveEpisode", {"episodeid": 987_654}, "OK"),
        ("Player.GetActivePlayers", {}, []),
        (
            "XBMC.GetInfoBooleans",
            {"booleans": ["Library.IsScanningVideo", "Nope.X"]},
            {"Library.IsScanningVideo": False, "Nope.X": False},
        ),
        ("GUI.ShowNotification", {"title": "a", "message": "b", "displaytime": 1500, "image": "info"}, "OK"),
    ],
)
async def test_what_is_right_is_answered_so(stage: Stage, method: str, params: dict[str, Any], result: Any) -> None:
    assert (await stage.call(method, **params))["result"] == result


async def test_parameters_may_come_by_position(stage: Stage) -> None:
    body = {"jsonrpc": "2.0", "id": 1, "method": "VideoLibrary.Scan", "params": ["/nowhere/", False]}
    assert (await stage.post(body))["result"] == "OK"


async def test_the_limits_of_lists(stage: Stage) -> None:
    films = [stage.film() for _ in range(3)]
    await stage.add(*films)
    for (start, end), limits in {
        (0, 1): {"end": 1, "start": 0, "total": 3},
        (2, 9): {"end": 3, "start": 2, "total": 3},
        (5, 9): {"end": 3, "start": 3, "total": 3},
    }.items():
        rules = {"field": "path", "operator": "startswith", "value": stage.movies_path}
        answer = await stage.call("VideoLibrary.GetMovies", limits={"start": start, "end": end}, filter=rules)
        assert answer["result"]["limits"] == limits
        assert len(answer["result"]["movies"]) == limits["end"] - limits["start"]


async def test_a_request_without_an_id_is_never_answered(stage: Stage) -> None:
    for body in (b'{"jsonrpc":"2.0","method":"JSONRPC.Ping"}', b'[{"jsonrpc":"2.0","method":"JSONRPC.Ping"}]'):
        with pytest.raises(httpx.RemoteProtocolError):
            await stage.raw(body)


@pytest.mark.parametrize("auth", [False, ("kodi", "wrong"), ("kodi", ""), ("", "")])
async def test_who_may_not_come_in_hears_so(stage: Stage, auth: Any) -> None:
    reply = await stage.raw(PING, auth=auth)
    assert (reply.status_code, reply.content) == (401, b"")
    assert reply.headers["www-authenticate"] == 'Basic realm="Kodi"'
    assert reply.headers["connection"].lower() == "close"


async def test_a_wrong_password_is_an_error_of_its_own(stage: Stage) -> None:
    server = Server(stage.url, auth=("kodi", "wrong"))
    with pytest.raises(NotAuthorised):
        await Kodi(server).look()
    await server.close()


async def test_other_types_and_larger_requests_are_refused(stage: Stage) -> None:
    assert (await stage.raw(PING, headers={"Content-Type": "text/plain"})).status_code == 415
    assert (await stage.raw(PING, headers={"Content-Type": "application/json; charset=utf-8"})).status_code == 200
    assert (await stage.raw(PING.ljust(65_536))).json()["result"] == "pong"
    reply = await stage.raw(PING.ljust(65_537))
    assert (reply.status_code, reply.content) == (413, b"")


async def test_answers_are_in_utf_8(stage: Stage) -> None:
    film = stage.film("Été")
    await stage.add(film)
    rules = {"or": [{"field": "path", "operator": "is", "value": stage.path(film)}]}
    body = {
        "jsonrpc": "2.0",
        "id": 1,
        "method": "VideoLibrary.GetMovies",
        "params": {"properties": ["file"], "filter": rules},
    }
    assert "Été" in (await stage.raw(json.dumps(body).encode())).content.decode()
