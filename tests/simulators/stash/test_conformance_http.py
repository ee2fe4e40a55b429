"""What was measured of how a Stash answers (shapes, packing, refusals), asked of the simulator and of a real server."""

from __future__ import annotations

import gzip
import json
import re
from typing import Any

import pytest

from tests.simulators.stash.conftest import Stash


@pytest.mark.parametrize(
    ("accept", "asked", "content_type", "packed"),
    [
        ("application/json", "gzip", "application/json", True),
        ("application/json", "identity", "application/json", False),
        ("*/*", "gzip", "application/graphql-response+json", False),
        ("application/graphql-response+json", "gzip", "application/graphql-response+json", False),
        ("application/graphql-response+json, application/json;q=0.9", "gzip", "application/graphql-response+json", False),
        ("text/html", "gzip", "application/graphql-response+json", False),
    ],
)
async def test_only_plain_json_is_packed(stash: Stash, accept: str, asked: str, content_type: str, packed: bool) -> None:
    headers = {"Accept": accept, "Accept-Encoding": asked}
    body = {"query": "{ version { version } }"}
    async with stash.client.stream("POST", "/graphql", json=body, headers=headers) as answer:
        raw = b"".join([piece async for piece in answer.aiter_raw()])
    assert (answer.status_code, answer.headers["content-type"]) == (200, content_type)
    assert answer.headers["date"].endswith(" GMT")
    assert (answer.headers.get("content-encoding") == "gzip") is packed
    assert json.loads(gzip.decompress(raw) if packed else raw)["data"]["version"]["version"].startswith("v")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"query": "{ findScenes { bogus } }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "{ findScenes(bogus: 1) { count } }"}, "GRAPHQL_VALIDATION_FAILED"),
        (
            {"query": "query($f: SceneFilterType) { findScenes(scene_filter: $f) { count } }", "variables": {"f": {"x": 1}}},
            "GRAPHQL_VALIDATION_FAILED",
        ),
        ({"query": "query($id: ID!) { findTag(id: $id) { id } }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "query($id: ID!) { findTag(id: $id) { id } }", "variables": {"id": None}}, "GRAPHQL_VALIDATION_FAILED"),
        (
            {"query": "query($n: Int!) { findScenes(scene_ids: [$n]) { count } }", "variables": {"n": "x"}},
            "GRAPHQL_VALIDATION_FAILED",
        ),
        ({"query": "{ findScenes {"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": ""}, "GRAPHQL_VALIDATION_FAILED"),
    ],
)
async def test_documents_that_are_refused(stash: Stash, body: dict[str, Any], code: str) -> None:
    answer = await stash.client.post("/graphql", json=body)
    assert answer.status_code == 422
    assert answer.json()["data"] is None
    assert answer.json()["errors"][0]["extensions"] == {"code": code}
    other = await stash.client.post("/graphql", json=body, headers={"Accept": "*/*"})
    assert (other.status_code, other.headers["content-type"]) == (400, "application/graphql-response+json")


@pytest.mark.parametrize("body", [b"no json", b"", b'[{"query": "{ version { version } }"}]', b'"x"'])
async def test_bodies_that_are_refused(stash: Stash, body: bytes) -> None:
    answer = await stash.client.post("/graphql", content=body)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["message"].startswith("json request body could not be decoded: ")


async def test_other_types_of_content_are_refused(stash: Stash) -> None:
    answer = await stash.client.post("/graphql", content=b"{}", headers={"Content-Type": "text/plain"})
    assert (answer.status_code, answer.headers["content-type"]) == (400, "text/plain; charset=utf-8")
    assert answer.json() == {"errors": [{"message": "transport not supported"}], "data": None}


async def test_whoever_has_no_key_is_told_nothing(stash: Stash) -> None:
    if not stash.key:
        pytest.skip("the server asks for no key")
    body = {"query": "{ version { version } }"}
    for headers in ({"ApiKey": "wrong"}, {"ApiKey": "", "Authorization": f"Bearer {stash.key}"}):
        answer = await stash.client.post("/graphql", json=body, headers=headers)
        assert (answer.status_code, answer.content) == (401, b"")
        assert answer.headers["www-authenticate"] == "FormBased"
    picture = await stash.client.get("/scene/1/screenshot", headers={"ApiKey": ""})
    assert picture.status_code == 302
    assert "/login" in picture.headers["location"]
    by_address = await stash.client.post(f"/graphql?apikey={stash.key}", json=body, headers={"ApiKey": ""})
    assert by_address.status_code == 200
    health = await stash.client.get("/healthz", headers={"ApiKey": ""})
    assert (health.status_code, health.text) == (200, ".")


async def test_how_the_server_stands(stash: Stash) -> None:
    data = await stash.ask("{ systemStatus { status databaseSchema appSchema } version { version } jobQueue { id } }")
    status = data["systemStatus"]
    assert status["status"] == "OK"
    assert status["databaseSchema"] == status["appSchema"] >= 70
    assert re.match(r"v\d+\.\d+\.\d+", data["version"]["version"])
    assert data["jobQueue"] is None
