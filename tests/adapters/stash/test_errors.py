"""What goes wrong with a Stash, and what the user is told of it."""

from __future__ import annotations

import gzip
import json
from collections.abc import Awaitable, Callable

import pytest

from synctui.adapters.stash import Stash
from synctui.errors import BadAnswer, ConnectionLost, NotAuthorised, NotReady, ServerFailed, TimedOut, Unreachable
from synctui.model.catalog import Entity
from synctui.simulators.web import HANG_UP, Answer, Faults
from tests.adapters.stash.canned import answering, data, errors, found, question, said, stash

CALLS: list[Callable[[Stash], Awaitable[object]]] = [
    lambda client: client.probe(),
    lambda client: client.named(Entity.TAG),
    lambda client: client.named_one(Entity.STUDIO, 1),
    lambda client: client.sweep(0, 10),
    lambda client: client.changed_files(0, "2026-01-01", 10),
    lambda client: client.scenes_between(1, 10),
    lambda client: client.scenes([1, 2]),
    lambda client: client.existing([1, 2]),
]


async def failing(answer: Answer, call: Callable[[Stash], Awaitable[object]] = CALLS[3]) -> ServerFailed:
    async with stash(answer) as (client, _):
        with pytest.raises(ServerFailed) as raised:
            await call(client)
    return raised.value


# who we are


@pytest.mark.parametrize("call", CALLS)
async def test_an_empty_401_is_a_refused_key(call: Callable[[Stash], Awaitable[object]]) -> None:
    refusal = Answer(401, headers=(("WWW-Authenticate", "FormBased"),))
    async with stash(refusal, api_key="hush") as (client, web):
        with pytest.raises(NotAuthorised) as raised:
            await call(client)
        assert len(web.asked) == 1
    assert "api_key" in raised.value.hint
    assert "hush" not in f"{raised.value.message}{raised.value.hint}"


async def test_without_a_key_one_is_wanted() -> None:
    async with stash(Answer(401)) as (client, _):
        with pytest.raises(NotAuthorised, match="wants an API key"):
            await client.sweep(0, 1)


async def test_a_server_that_refuses_everybody_is_told_apart() -> None:
    async with stash(Answer(403, b"You have attempted to access Stash over the internet"), api_key="k") as (client, _):
        with pytest.raises(NotAuthorised) as raised:
            await client.sweep(0, 1)
    assert "password" in raised.value.hint


async def test_the_key_goes_in_a_header_and_packed_json_is_asked_for() -> None:
    packed = Answer(200, gzip.compress(b'{"data": {"found": {"rows": []}}}'), (("Content-Encoding", "gzip"),))
    async with stash(packed, api_key=" hush ") as (client, web):
        assert await client.sweep(0, 1) == ()
    assert web.asked[0].headers["apikey"] == "hush"
    assert web.asked[0].headers["accept"] == "application/json"
    assert web.asked[0].headers["accept-encoding"] == "gzip"
    assert "hush" not in web.asked[0].target


async def test_without_a_key_no_header_is_sent() -> None:
    async with stash(found()) as (client, web):
        await client.sweep(0, 1)
    assert "apikey" not in web.asked[0].headers


@pytest.mark.parametrize("key", ["hu sh", "hush\r\nX: y", "hüsh", "\x00"])
async def test_a_key_that_cannot_be_one_is_not_sent(key: str) -> None:
    with pytest.raises(NotAuthorised) as raised:
        Stash("http://127.0.0.1:1", api_key=key)
    assert key not in raised.value.message


@pytest.mark.parametrize(
    ("path", "target"),
    [
        ("", "/graphql"),
        ("/", "/graphql"),
        ("/graphql", "/graphql"),
        ("/graphql/", "/graphql"),
        ("/media/stash", "/media/stash/graphql"),
        ("/media/stash/graphql", "/media/stash/graphql"),
    ],
)
async def test_the_address_may_be_written_either_way(path: str, target: str) -> None:
    async with stash(found(), path=path) as (client, web):
        await client.sweep(0, 1)
    assert web.asked[0].target == target


# what it says of itself


@pytest.mark.parametrize("status", [400, 422])
@pytest.mark.parametrize("packed", [False, True])
async def test_a_question_that_is_not_understood_names_the_version(status: int, packed: bool) -> None:
    body = {"errors": [{"message": 'Cannot query field "bogus"\x1b', "extensions": {"code": "X"}}], "data": None}
    answer = said(body, status)
    if packed:
        answer = Answer(status, gzip.compress(answer.body), (("Content-Encoding", "gzip"),))
    error = await failing(answer)
    assert isinstance(error, BadAnswer)
    assert error.code == "refused_query"
    assert 'Cannot query field "bogus"␛' in error.message
    assert "version of Stash" in error.hint


async def test_a_refusal_of_an_older_server_comes_with_200() -> None:
    body = {"errors": [{"message": "no", "extensions": {"code": "GRAPHQL_VALIDATION_FAILED"}}]}
    assert (await failing(said(body))).code == "refused_query"


async def test_a_refusal_without_json_is_one_all_the_same() -> None:
    error = await failing(Answer(400, b"transport not supported"))
    assert error.code == "refused_query"
    assert "400" in error.message


@pytest.mark.parametrize("message", ["database is locked", "x: database table is locked", "SQLITE_BUSY: y"])
async def test_a_locked_database_is_worth_another_try(message: str) -> None:
    async with stash(errors(message)) as (client, web):
        with pytest.raises(ServerFailed) as raised:
            await client.sweep(0, 10)
        assert len(web.asked) == 1
    assert raised.value.code == "database_locked"


PANIC = "Internal system error. Error <runtime error: invalid memory address or nil pointer dereference>"


@pytest.mark.parametrize(("status", "word"), [("SETUP", "set-up"), ("NEEDS_MIGRATION", "migration")])
@pytest.mark.parametrize("call", CALLS)
async def test_a_server_that_waits_for_its_owner(status: str, word: str, call: Callable[[Stash], Awaitable[object]]) -> None:
    async with stash(errors(PANIC), data(systemStatus={"status": status})) as (client, _):
        with pytest.raises(NotReady, match=word) as raised:
            await call(client)
    assert raised.value.hint


@pytest.mark.parametrize("second", [errors("no"), HANG_UP, Answer(401), data(systemStatus={"status": "OK"}), data()])
async def test_a_panic_of_a_server_that_is_ready_is_an_error_of_its_own(second: Answer) -> None:
    async with stash(errors(PANIC), second) as (client, _):
        with pytest.raises(ServerFailed) as raised:
            await client.sweep(0, 10)
    assert raised.value.code == "graphql_error"
    assert "Internal system error" in raised.value.message


@pytest.mark.parametrize("call", CALLS)
async def test_an_answer_with_an_error_is_none_even_with_data(call: Callable[[Stash], Awaitable[object]]) -> None:
    answer = said({"errors": [{"message": "first"}, {"message": "second"}], "data": {"found": {"rows": []}}})
    error = await failing(answer, call)
    assert error.code == "graphql_error"
    assert "first" in error.message


@pytest.mark.parametrize("told", ["gone", {"message": "gone"}, [{"message": "gone"}], ["gone"]])
async def test_errors_of_any_shape_are_said(told: object) -> None:
    assert "gone" in (await failing(said({"errors": told}))).message


@pytest.mark.parametrize("told", [[None], [{}], [{"message": 5}], 5, [[]], {"a": 1}])
async def test_errors_without_a_message_are_errors(told: object) -> None:
    assert (await failing(said({"errors": told}))).code == "graphql_error"


async def test_a_long_complaint_is_cut() -> None:
    assert len((await failing(errors("x" * 100_000))).message) < 300


# what is no answer


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize(
    "body", [None, [], "x", 5, {}, {"data": None}, {"data": []}, {"data": "x"}, {"data": {}}, {"data": {"found": []}}]
)
async def test_an_answer_of_another_shape_is_never_taken_for_nothing(
    body: object, call: Callable[[Stash], Awaitable[object]]
) -> None:
    assert isinstance(await failing(said(body), call), BadAnswer)


@pytest.mark.parametrize("call", CALLS[1:2] + CALLS[3:7])
@pytest.mark.parametrize("listed", [None, {}, "x", 5])
async def test_a_list_that_is_none_is_not_an_empty_one(listed: object, call: Callable[[Stash], Awaitable[object]]) -> None:
    assert (await failing(data(found={"rows": listed}), call)).code == "bad_list"


async def test_a_login_page_is_said_to_be_one() -> None:
    error = await failing(Answer(200, b"\n<!DOCTYPE html><title>Login</title>"))
    assert error.code == "not_json"
    assert "login page" in error.hint
    assert "player" not in error.hint


async def test_a_redirect_is_not_followed() -> None:
    error = await failing(Answer(302, headers=(("Location", "/login?returnURL=x"),)))
    assert error.code == "redirected"


DEEP = b'{"data": {"found": {"rows": ' + b"[" * 100_000 + b"]" * 100_000 + b"}}}"


@pytest.mark.parametrize(
    "body",
    [
        b'{"data": {"found": {"rows": [{"id": "1", "upda',
        b"",
        b"\xff\xfe",
        DEEP,
        b'{"data": ' + b"9" * 5000 + b"}",
        b'{"data": {"found": {"rows": [{"id": ' + b"9" * 5000 + b"}]}}}",
        b'{"data": {"found": {"rows": ' + b"[" * 900 + b'"\\ud800"' + b"]" * 900 + b"}}}",
        b'{"data": {"found": {"rows": [NaN, Infinity, {"id": -Infinity}]}}}',
    ],
)
async def test_broken_and_poisoned_json_is_a_bad_answer(body: bytes) -> None:
    assert isinstance(await failing(Answer(200, body)), BadAnswer)


async def test_of_two_keys_of_one_name_one_counts() -> None:
    async with stash(Answer(200, b'{"data": {"found": {"rows": [{"id": "1", "id": "2"}]}}}')) as (client, _):
        assert [swept.id for swept in await client.sweep(0, 5)] == [2]


@pytest.mark.parametrize("status", [429, 500, 502])
async def test_a_fault_of_its_own_is_worth_another_try(status: int) -> None:
    error = await failing(Answer(status, b"", (("Retry-After", "7"),)))
    assert error.after == 7.0


async def test_a_connection_that_breaks_and_a_server_that_is_off() -> None:
    async with stash(HANG_UP) as (client, web):
        with pytest.raises(ConnectionLost):
            await client.sweep(0, 10)
        await web.stop()
        with pytest.raises(Unreachable):
            await client.sweep(0, 10)


async def test_an_answer_that_is_cut_off_is_a_lost_connection() -> None:
    async with stash(Answer(200, b'{"data": {', (("Content-Length", "500"),))) as (client, _):
        with pytest.raises(ConnectionLost):
            await client.sweep(0, 10)


async def test_a_server_that_says_nothing_is_given_up_in_time() -> None:
    async with stash(found(), timeout=0.2) as (client, web):
        web.faults = Faults(mute=True)
        with pytest.raises(TimedOut):
            await client.sweep(0, 10)


async def test_all_questions_go_over_one_connection() -> None:
    async with stash(found()) as (client, web):
        for _ in range(5):
            await client.sweep(0, 10)
        assert web.connections == 1
    assert json.loads(web.asked[0].body)["variables"] == {"after": 0, "limit": 10}


async def test_each_answer_is_timed() -> None:
    heard: list[float] = []
    async with answering(lambda ask: _nothing(question(ask)), heard=heard.append) as (client, _):
        await client.sweep(0, 10)
    assert len(heard) == 1


async def _nothing(_: object) -> Answer:
    return found()
