"""Addresses: nobody there, no such name, no TLS, no trust, elsewhere; at first, and when it is gone on with."""

from __future__ import annotations

import asyncio
import socket
import ssl
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from synctui.simulators.web import Answer
from tests.stash_answers.faults import says
from tests.stash_answers.front import Fault, Front, Question
from tests.stash_answers.mirror import check_right
from tests.stash_answers.places import (
    ANYWHERE,
    FIRST,
    FIRST_AGAIN,
    LAST,
    LAST_AGAIN,
    LIST,
    MIDDLE,
    SWEEP,
    Place,
)
from tests.stash_answers.secure import Authority, authority
from tests.stash_answers.stage import Stage


def _port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


@pytest.fixture(scope="module")
def own_authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """An authority of our own."""
    return authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture
def trusted(own_authority: Authority, fresh: Stage, monkeypatch: pytest.MonkeyPatch) -> Authority:
    """The same, trusted by the program."""
    monkeypatch.setattr("certifi.where", lambda: str(own_authority.folder / "ca.pem"))
    return own_authority


def _begun(stage: Stage) -> None:
    """Have a job that waits: the server fails in the middle of it."""
    stage.wrong(says(503), MIDDLE.where, spreads=True)
    assert stage.run().code == 5
    stage.front.calm()


def _ends_well(stage: Stage, resumed: bool) -> None:
    stage.url = ""
    ran = stage.resume() if resumed else stage.run()
    assert ran.code == 0, ran.stdout
    assert stage.catalogue() == stage.truth()


ADDRESSES: dict[str, tuple[Callable[[Stage], str], str]] = {
    "refused": (lambda stage: f"http://127.0.0.1:{_port()}", "offline"),
    "dns": (lambda stage: "http://nobody-is-called-this.invalid:9999", "no_such_host"),
    "tls_to_plain": (lambda stage: stage.front.url.replace("http", "https"), "no_tls"),
}


def _check_refused(stage: Stage, reason: str, resumed: bool) -> None:
    asked = len(stage.front.asked)
    ran = stage.resume() if resumed else stage.run()
    assert ran.code == 5, ran.stdout
    stage.check_waiting(ran, reason, planning=not resumed)
    assert len(stage.front.asked) == asked
    _ends_well(stage, resumed)


RESUMED = [pytest.param(False, id="first"), pytest.param(True, id="resumed")]


@pytest.mark.parametrize("resumed", RESUMED)
@pytest.mark.parametrize("case", ADDRESSES)
def test_bad_answer(case: str, resumed: bool, fresh: Stage) -> None:
    if resumed:
        _begun(fresh)
    address, reason = ADDRESSES[case]
    fresh.url = address(fresh)
    _check_refused(fresh, reason, resumed)


@pytest.mark.parametrize("resumed", RESUMED)
@pytest.mark.parametrize("case", ["self_signed", "name_mismatch", "expired", "not_yet"])
def test_bad_answer_of_a_certificate(case: str, resumed: bool, trusted: Authority, fresh: Stage) -> None:
    made: dict[str, Callable[[], ssl.SSLContext]] = {
        "self_signed": trusted.self_signed,
        "name_mismatch": lambda: trusted.certificate("elsewhere", address="stash.example"),
        "expired": lambda: trusted.certificate("old", days=("200101000000Z", "210101000000Z")),
        "not_yet": lambda: trusted.certificate("young", days=("480101000000Z", "490101000000Z")),
    }
    if resumed:
        _begun(fresh)
    front = Front(fresh.stash, tls=made[case]())
    front.begin()
    try:
        fresh.url = front.url
        _check_refused(fresh, "certificate", resumed)
        assert front.asked == []
    finally:
        front.end()


def test_a_certificate_that_is_trusted_is_no_bad_answer(trusted: Authority, fresh: Stage) -> None:
    front = Front(fresh.stash, tls=trusted.certificate("right"))
    front.begin()
    try:
        fresh.url = front.url
        assert fresh.run().code == 0
        assert fresh.catalogue() == fresh.truth()
    finally:
        front.end()


GONE = (FIRST_AGAIN, LIST, SWEEP, MIDDLE, LAST, LAST_AGAIN)


@pytest.mark.parametrize("place", [pytest.param(place, id=f"vanished-{place.name}") for place in GONE])
def test_bad_answer_of_a_server_that_vanishes(place: Place, request: pytest.FixtureRequest) -> None:
    """From one question on nobody listens any more; then it is back."""
    stage: Stage = request.getfixturevalue("known" if place.known else "fresh")
    before = stage.catalogue()

    async def vanishes(question: Question, writer: asyncio.StreamWriter) -> Answer | None:
        stage.front.vanish()
        return None

    stage.wrong(vanishes, place.where, times=1)
    ran = stage.run(*place.words)
    assert ran.code == 5, ran.stdout
    stage.check_waiting(ran, "connection_lost" if place.planning else "offline", planning=place.planning)
    check_right(stage.catalogue(), before, stage.truth())
    assert stage.deleted() == []
    stage.front.listen()
    ran = stage.resume() if ran.planned else stage.run(*place.words)
    assert ran.code == 0, ran.stdout
    assert stage.catalogue() == stage.truth()


@pytest.fixture
def elsewhere(fresh: Stage) -> Iterator[Front]:
    """Another host."""
    front = Front(fresh.stash)
    front.begin()
    try:
        yield front
    finally:
        front.end()


REDIRECTS: dict[str, Callable[[Stage, Front], tuple[int, str]]] = {
    "redirect_elsewhere": lambda stage, other: (302, f"{other.url}/graphql"),
    "redirect_308_elsewhere": lambda stage, other: (308, f"{other.url}/graphql?apikey=x"),
    "redirect_to_https": lambda stage, other: (301, stage.front.url.replace("http", "https") + "/graphql"),
    "redirect_with_user": lambda stage, other: (307, other.url.replace("//", "//me:secret@") + "/graphql"),
    "redirect_odd": lambda stage, other: (302, "http://[oops"),
}


@pytest.mark.parametrize("place", [FIRST, MIDDLE, LAST], ids=lambda place: place.name)
@pytest.mark.parametrize("case", REDIRECTS)
def test_bad_answer_that_sends_elsewhere(case: str, place: Place, fresh: Stage, elsewhere: Front) -> None:
    """It is not followed, the key goes nowhere else, and where it leads is told."""
    status, location = REDIRECTS[case](fresh, elsewhere)
    fault: Fault = says(status, b"", ("Location", location))
    fresh.secrets = (*fresh.secrets, "secret")
    fresh.wrong(fault, place.where, spreads=True)
    ran = fresh.run()
    assert ran.code == 5, ran.stdout
    fresh.check_waiting(ran, "redirected", planning=place.planning)
    told = ran.stderr if place.planning else ran.paused["message"]
    assert "sends elsewhere" in told
    assert "`url`" in told
    assert elsewhere.asked == []
    fresh.front.calm()
    _ends_well(fresh, ran.planned)
    assert elsewhere.asked == []


@pytest.mark.parametrize("folder", ["", "/graphql", "/graphql/", "/"])
def test_an_address_may_be_written_in_any_way(folder: str, fresh: Stage, tmp_path: Path) -> None:
    fresh.url = fresh.front.url + folder
    assert fresh.run().code == 0
    assert all(question.ask.path == "/graphql" for question in fresh.front.asked if ANYWHERE(question))
