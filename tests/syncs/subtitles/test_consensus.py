"""A second engine where the built-in one is not sure: what both find is believed, and nothing else."""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from synctui.adapters.engines import find_engine
from synctui.errors import DependencyMissing, OperationFailed
from synctui.files.subtitle import parse_subtitle
from synctui.model.cues import Span
from synctui.model.sync import Run
from synctui.syncs.subtitles.builtin import BuiltinEngine
from synctui.syncs.subtitles.consensus import Consensus, Second, agree, is_undecided
from synctui.syncs.subtitles.listening import Heard, Listening
from synctui.syncs.subtitles.proposal import Proposal, Question, TextReference
from tests.engines import each_engine
from tests.syncs.subtitles.house import House, house
from tests.syncs.subtitles.test_gate import Quiet
from tests.tiny_library import film, put_film, subtitle

LATE_MS = 3_000
RIGHT = -LATE_MS


class Doubting(Listening):
    """A listening whose engine has its own answer but is not sure of it."""

    confidence, reason, verdict = 40, "low_confidence", "refused"

    async def align(self, heard: Heard, question: Question, run: Run) -> Mapping[str, Any]:
        answer = await super().align(heard, question, run)
        return {**answer, "verdict": self.verdict, "reason": self.reason, "message": "", "confidence": self.confidence}


class Peer:
    """An engine that moves all lines alike, by each of `moves` (ms) in turn, or fails."""

    def __init__(self, *moves: int, name: str = "peer", error: Exception | None = None, apart: int = 0) -> None:
        self.name, self.asked = name, 0
        self._moves, self._error, self._apart = moves, error, apart

    async def answers(self, heard: Heard, question: Question, run: Run) -> AsyncGenerator[Sequence[Span], None]:
        self.asked += 1
        for move in self._moves:
            yield [
                (cue.start + move + 900 * (at < self._apart), cue.end + move)
                for at, cue in enumerate(question.subtitle.cues)
            ]
        if self._error is not None:
            raise self._error


class Told(Quiet):
    """A run that keeps what it is told."""

    def __init__(self) -> None:
        self.phases: list[str] = []

    def progress(self, phase: str, fraction: float | None = None) -> None:
        self.phases.append(phase)


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    put_film(tmp_path / "film.mkv")
    async with house(tmp_path / "data") as opened:
        yield opened


@pytest.fixture
def doubting(home: House) -> Doubting:
    return Doubting(home.services.subtitles._tools)


def question(tmp_path: Path, text: TextReference | None = None, late_ms: int = LATE_MS) -> Question:
    content = subtitle(late_ms=late_ms)
    return Question(
        parse_subtitle(content, "film.srt"), "film.srt", str(tmp_path / "film.mkv"), ("en",), None, 240.0, text=text
    )


async def asked(listening: Listening, asked: Question, *peers: Second, run: Run | None = None) -> Proposal:
    async def others() -> Sequence[Second]:
        return peers

    return await Consensus(BuiltinEngine(listening), listening, others).align(asked, run or Quiet())


async def test_what_another_engine_finds_as_well_is_believed(doubting: Doubting, tmp_path: Path) -> None:
    run, first, second = Told(), Peer(9_000, name="first"), Peer(40_000, RIGHT + 250, name="second")
    proposal = await asked(doubting, question(tmp_path), first, second, run=run)
    assert proposal.reason == "aligned"
    assert proposal.spans is not None
    assert {span[0] - cue.start for span, cue in zip(proposal.spans, question(tmp_path).subtitle.cues, strict=True)} <= {
        RIGHT + away for away in range(-60, 61)
    }, "the built-in engine's own"
    assert {name: proposal.numbers[name] for name in ("engine", "agreed_with", "confidence")} == {
        "engine": "builtin",
        "agreed_with": "second",
        "confidence": 40,
    }
    assert [phase for phase in run.phases if phase.startswith("asking")] == ["asking first", "asking second"]


@pytest.mark.parametrize(
    "peer",
    [
        Peer(RIGHT + 420),
        Peer(RIGHT, apart=4),
        Peer(),
        Peer(error=OperationFailed("it broke", code="engine_failed")),
        Peer(error=OperationFailed("it took too long", code="engine_timeout")),
        Peer(error=DependencyMissing("peer: broken")),
    ],
    ids=["elsewhere", "some lines", "nothing", "failed", "too slow", "broken"],
)
async def test_what_it_does_not_find_is_refused_as_before(doubting: Doubting, tmp_path: Path, peer: Peer) -> None:
    proposal = await asked(doubting, question(tmp_path), peer)
    assert (proposal.spans, peer.asked, proposal.numbers["asked"]) == (None, 1, ["peer"])
    assert proposal.reason in ("low_confidence", "engines_disagree")
    assert "agreed_with" not in proposal.numbers


async def test_they_disagree_only_where_what_the_other_found_can_be_true(
    home: House, doubting: Doubting, tmp_path: Path
) -> None:
    class Elsewhere(Doubting):
        """Guesses a second away from the truth."""

        async def align(self, heard: Heard, question: Question, run: Run) -> Mapping[str, Any]:
            answer = await super().align(heard, question, run)
            return {**answer, "spans": [[start + 1_000, end + 1_000] for start, end in answer["spans"]]}

    listening = Elsewhere(home.services.subtitles._tools)
    proposal = await asked(listening, question(tmp_path), Peer(15_000), Peer(RIGHT, name="right"))
    assert (proposal.reason, proposal.message) == ("engines_disagree", "right finds another timing")
    assert (await asked(listening, question(tmp_path), Peer(15_000))).reason == "low_confidence"


@pytest.mark.parametrize(
    ("verdict", "reason", "confidence"),
    [
        ("refused", "low_confidence", 39),
        ("refused", "length_mismatch", 45),
        ("refused", "at_search_bound", 90),
        ("refused", "no_speech", 0),
        ("refused", "no_better", 90),
        ("in_sync", "already_in_sync", 90),
        ("aligned", "aligned", 90),
    ],
)
async def test_nobody_is_asked_where_it_is_sure_or_has_no_guess(
    home: House, tmp_path: Path, verdict: str, reason: str, confidence: int
) -> None:
    listening = Doubting(home.services.subtitles._tools)
    listening.verdict, listening.reason, listening.confidence = verdict, reason, confidence
    peer = Peer(RIGHT)
    proposal = await asked(listening, question(tmp_path), peer)
    assert (proposal.reason, peer.asked) == (reason, 0)
    assert is_undecided(proposal.reason, proposal.numbers) is False


async def test_nobody_is_asked_about_lines_that_stand_for_the_speech(doubting: Doubting, tmp_path: Path) -> None:
    peer = Peer(RIGHT)
    proposal = await asked(doubting, question(tmp_path, TextReference(film().cues, "sibling film.de.srt")), peer)
    assert (proposal.spans, peer.asked) == (None, 0)


async def test_a_guess_that_no_engine_may_write_is_not_asked_about(doubting: Doubting, tmp_path: Path) -> None:
    class Astray(Doubting):
        async def align(self, heard: Heard, question: Question, run: Run) -> Mapping[str, Any]:
            answer = await super().align(heard, question, run)
            return {**answer, "spans": [[start + 5_000 * (at == 9), end] for at, (start, end) in enumerate(answer["spans"])]}

    peer = Peer(RIGHT)
    proposal = await asked(Astray(doubting._tools), question(tmp_path), peer)
    assert (proposal.spans, peer.asked) == (None, 0)


@pytest.mark.parametrize("name", each_engine(("alass", "ffsubsync")))
async def test_the_engines_of_others_find_it_too(doubting: Doubting, home: House, tmp_path: Path, name: str) -> None:
    engines = home.services.subtitles.engines
    made = {other.name: other for other in await engines._others()}
    proposal = await asked(doubting, question(tmp_path), made[name])
    assert (proposal.reason, proposal.numbers.get("agreed_with")) == ("aligned", name)
    wrong = question(tmp_path)
    other = parse_subtitle(subtitle("harbour"), "film.srt")
    foreign = Question(other, wrong.path, wrong.video, wrong.languages, None, 240.0)
    assert (await asked(doubting, foreign, made[name])).spans is None


def test_nearly_all_lines_must_meet() -> None:
    spans = [(at * 1_000, at * 1_000 + 500) for at in range(100)]
    assert agree(spans, [(start + 300, end) for start, end in spans])
    assert not agree(spans, [(start + 301, end) for start, end in spans])
    assert agree(spans, [(start + 900 * (at < 5), end) for at, (start, end) in enumerate(spans)])
    assert not agree(spans, [(start + 900 * (at < 6), end) for at, (start, end) in enumerate(spans)])


def test_what_is_installed_is_found_without_running_it(home: House) -> None:
    names = [name for name in ("alass", "ffsubsync") if find_engine(name).available]
    assert list(home.services.subtitles.engines.installed()) == names
