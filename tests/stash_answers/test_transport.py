"""What the network and whoever stands before the server do: each at the first question, a middle page and the last one."""

from __future__ import annotations

import pytest

from tests.stash_answers import faults
from tests.stash_answers.cases import Case, each, see, stage_for
from tests.stash_answers.faults import says
from tests.stash_answers.front import Fault
from tests.stash_answers.places import (
    FIRST,
    FIRST_AGAIN,
    LAST,
    LAST_AGAIN,
    LATELY,
    LIST,
    LIST_AGAIN,
    MIDDLE,
    MIDDLE_AGAIN,
    SWEEP,
    SWEEP_AGAIN,
    Place,
)

FRESH = (FIRST, MIDDLE, LAST)
AGAIN = (FIRST_AGAIN, MIDDLE_AGAIN, LAST_AGAIN)
LISTS = (LIST, SWEEP, LIST_AGAIN, LATELY, SWEEP_AGAIN)


def _after(seconds: str) -> Fault:
    return says(429, b"", ("Retry-After", seconds))


_BOMB = says(200, faults.bomb(), ("Content-Encoding", "gzip"))
CASES = (
    Case("401_empty", says(401, b"", ("WWW-Authenticate", "FormBased")), "not_authorised", (*FRESH, SWEEP, LIST_AGAIN), 7),
    Case("403", says(403, b"Forbidden"), "not_authorised", AGAIN, 7),
    Case("429_after_0", _after("0"), "server_error", FRESH),
    Case("429_after_1e9", _after("1000000000"), "server_error", AGAIN),
    Case("429_after_-5", _after("-5"), "server_error", FRESH),
    Case("429_after_date", _after("Fri, 31 Dec 2999 23:59:59 GMT"), "server_error", AGAIN),
    Case("429", says(429), "server_error", FRESH),
    Case("500", says(500, b"Internal Server Error"), "server_error", FRESH),
    Case("502", says(502, faults.LOGIN), "server_error", AGAIN),
    Case("503", says(503, b"", ("Retry-After", "3")), "server_error", (*FRESH, *LISTS)),
    Case("404", says(404, b"404 page not found"), "bad_answer", AGAIN),
    Case("lost", faults.hangs_up, "connection_lost", (*FRESH, LIST, SWEEP_AGAIN)),
    Case("broken_off", faults.breaks_off, "connection_lost", AGAIN),
    Case(
        "broken_chunks",
        faults.raw(b'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n{"dat\r\nzz\r\n'),
        "connection_lost",
        FRESH,
    ),
    Case("no_http", faults.raw(b"SSH-2.0-OpenSSH_9.2\r\n"), "connection_lost", AGAIN),
    Case("login_page", says(200, faults.LOGIN, ("Content-Type", "text/html")), "not_json", (*FRESH, SWEEP, LIST_AGAIN)),
    Case("truncated_json", faults.rewritten(lambda body: body[: len(body) // 2]), "not_json", AGAIN),
    Case("empty_body", says(200), "not_json", FRESH),
    Case("deep_nesting", says(200, b'{"data":' + b"[" * 200_000), "not_json", AGAIN),
    Case("long_integer", says(200, b'{"data":{"found":{"rows":[],"count":' + b"9" * 5000 + b"}}}"), "not_json", FRESH),
    Case("not_utf8", says(200, b'{"data":{"found":"\xff\xfe\xfa"}}'), "not_json", AGAIN),
    Case("gzip_bomb", _BOMB, "too_large_answer", (FIRST, SWEEP_AGAIN)),
    Case("brotli", says(200, b"\x0b\x02\x80hi\x03", ("Content-Encoding", "br")), "not_json", AGAIN),
    Case("no_gzip", says(200, b'{"data":{}}', ("Content-Encoding", "gzip")), "not_json", FRESH),
    Case("redirect_to_login", says(302, b"", ("Location", "/login?returnURL=/graphql")), "redirected", AGAIN),
    Case("redirect_nowhere", says(302), "redirected", FRESH),
)
ONCE = (
    Case("500_once", says(500), "server_error", (FIRST, MIDDLE, LAST_AGAIN), lasts="once"),
    Case("502_once", says(502), "server_error", (FIRST_AGAIN, MIDDLE_AGAIN, LAST), lasts="once"),
    Case("503_once", says(503), "server_error", (LIST, SWEEP, MIDDLE, LAST), lasts="once"),
    Case("429_once", _after("2"), "server_error", (FIRST, MIDDLE_AGAIN, LAST), lasts="once"),
    Case("lost_once", faults.hangs_up, "connection_lost", (LIST, SWEEP, MIDDLE, LAST_AGAIN), lasts="once"),
    Case("login_page_once", says(200, faults.LOGIN), "not_json", (LIST, SWEEP, MIDDLE, LAST_AGAIN), lasts="once"),
    Case(
        "truncated_json_once",
        faults.rewritten(lambda body: body[:-9]),
        "not_json",
        (SWEEP_AGAIN, MIDDLE, LAST),
        lasts="once",
    ),
    Case("gzip_bomb_once", _BOMB, "too_large_answer", (FIRST, LIST, MIDDLE, LAST_AGAIN), lasts="once"),
    Case("drip_once", faults.drips, "timeout", (FIRST, MIDDLE, LAST_AGAIN), lasts="once"),
    Case("mute_once", faults.is_mute, "timeout", (SWEEP_AGAIN, MIDDLE_AGAIN), lasts="once"),
)


@pytest.mark.parametrize(("case", "place"), each(CASES + ONCE))
def test_bad_answer(case: Case, place: Place, request: pytest.FixtureRequest) -> None:
    stage = stage_for(place, request)
    if case.reason == "timeout":
        stage.more = "timeout = 1.0"
    see(case, place, stage)
