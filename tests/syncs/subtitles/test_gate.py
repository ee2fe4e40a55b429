"""The gate: what no engine may get past, judged against real speech."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from pathlib import Path
from random import Random

import pytest

from synctui.errors import OperationFailed
from synctui.files.subtitle import parse_subtitle
from synctui.model.cues import Cue, Span
from synctui.model.json import Fields
from synctui.syncs.subtitles.gate import pass_gate, strays
from synctui.syncs.subtitles.listening import Heard
from synctui.syncs.subtitles.proposal import Proposal, Question
from tests.syncs.subtitles.house import House, house
from tests.tiny_library import film, put_film, subtitle

LATE_MS = 3_000


class Quiet:
    """A run that nobody watches."""

    job, attempt, deadline, stopping = 1, 1, None, False

    def progress(self, phase: str, fraction: float | None = None) -> None: ...

    def aside(self) -> AbstractAsyncContextManager[None]:
        return nullcontext()

    async def intent(self, facts: Fields) -> None: ...


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    put_film(tmp_path / "film.mkv")
    async with house(tmp_path / "data") as opened:
        yield opened


async def judged(
    home: House, video: Path, change: Callable[[Cue], Span], *, late_ms: int = LATE_MS, max_offset: float = 240
) -> Proposal:
    """Return what the gate says to an engine that makes `change` of each cue of a late subtitle."""
    content = subtitle(late_ms=late_ms)
    question = Question(parse_subtitle(content, "film.srt"), "film.srt", str(video), ("en",), None, max_offset)
    listening = home.services.subtitles.engines.listening
    heard: Heard = await listening.heard(question, Quiet())
    return await pass_gate(listening, heard, question, [change(cue) for cue in question.subtitle.cues], Quiet())


def by(milliseconds: int) -> Callable[[Cue], Span]:
    return lambda cue: (cue.start + milliseconds, cue.end + milliseconds)


async def test_the_right_shift_passes_with_its_numbers(home: House, tmp_path: Path) -> None:
    proposal = await judged(home, tmp_path / "film.mkv", by(-LATE_MS))
    assert (proposal.reason, proposal.spans is not None) == ("aligned", True)
    assert proposal.numbers["offset_ms"] == [-LATE_MS] * 3
    assert float(str(proposal.numbers["overlap_after"])) > float(str(proposal.numbers["overlap_before"]))


@pytest.mark.parametrize("wrong", [-1_200, 2_500, -9_000, 20_000])
async def test_a_wrong_shift_is_refused(home: House, tmp_path: Path, wrong: int) -> None:
    proposal = await judged(home, tmp_path / "film.mkv", by(wrong))
    assert proposal.spans is None
    assert proposal.reason in ("low_confidence", "no_better", "negative_start", "length_mismatch")
    assert proposal.message


async def test_a_shift_that_nobody_would_see_is_no_reason_to_write(home: House, tmp_path: Path) -> None:
    proposal = await judged(home, tmp_path / "film.mkv", by(80), late_ms=0)
    assert (proposal.spans, proposal.reason) == (None, "already_in_sync")


async def test_a_speed_that_no_film_has_is_refused(home: House, tmp_path: Path) -> None:
    speed = lambda cue: (round(cue.start * 1.013) - LATE_MS, round(cue.end * 1.013) - LATE_MS)  # noqa: E731
    proposal = await judged(home, tmp_path / "film.mkv", speed)
    assert proposal.spans is None


async def test_a_shift_beyond_the_limit_is_refused(home: House, tmp_path: Path) -> None:
    proposal = await judged(home, tmp_path / "film.mkv", by(-LATE_MS), max_offset=2)
    assert (proposal.spans, proposal.reason) == (None, "at_search_bound")


async def test_lines_before_the_beginning_are_refused(home: House, tmp_path: Path) -> None:
    first = film().cues[0].start + LATE_MS
    early = lambda cue: by(-LATE_MS if cue.start > first else -first - 500)(cue)  # noqa: E731
    proposal = await judged(home, tmp_path / "film.mkv", early)
    assert (proposal.spans, proposal.reason) == (None, "negative_start")


async def test_a_line_that_goes_its_own_way_is_refused(home: House, tmp_path: Path) -> None:
    lost = film().cues[12].start + LATE_MS
    stray = lambda cue: by(-LATE_MS + 5_000 * (cue.start == lost))(cue)  # noqa: E731
    proposal = await judged(home, tmp_path / "film.mkv", stray)
    assert (proposal.spans, proposal.reason) == (None, "low_confidence")


async def test_lines_that_lost_their_length_are_refused(home: House, tmp_path: Path) -> None:
    proposal = await judged(home, tmp_path / "film.mkv", lambda cue: (cue.start - LATE_MS, cue.start - LATE_MS + 40))
    assert proposal.spans is None


async def test_a_missing_line_is_the_end(home: House, tmp_path: Path) -> None:
    question = Question(parse_subtitle(subtitle(), "film.srt"), "film.srt", str(tmp_path / "film.mkv"), ("en",), None, 240)
    listening = home.services.subtitles.engines.listening
    heard = await listening.heard(question, Quiet())
    with pytest.raises(OperationFailed) as raised:
        await pass_gate(listening, heard, question, [(cue.start, cue.end) for cue in question.subtitle.cues[1:]], Quiet())
    assert raised.value.code == "text_changed"


def _lines(count: int = 60) -> list[Cue]:
    random = Random(3)
    starts = sorted(random.sample(range(0, 900_000, 500), count))
    return [Cue(start, start + random.randint(800, 6_000)) for start in starts]


@pytest.mark.parametrize(("ratio", "offset"), [(1.0, 0), (1.0, -12_300), (25 * 1001 / 24000, 700), (24000 / 25025, -90)])
def test_nothing_is_astray_where_all_lines_move_alike(ratio: float, offset: int) -> None:
    lines = _lines()
    spans = [(round(cue.start * ratio + offset), round(cue.end * ratio + offset)) for cue in lines]
    assert strays(lines, spans, ratio) == 0


def test_a_scene_that_moves_as_a_whole_is_not_astray_but_single_lines_are() -> None:
    lines = _lines()

    def moved(apart: Sequence[int]) -> list[Span]:
        return [(cue.start + 5_000 * (at in apart), cue.end + 5_000 * (at in apart)) for at, cue in enumerate(lines)]

    assert strays(lines, moved(range(30, 60)), 1.0) == 0
    assert strays(lines, moved([7]), 1.0) == 1
    assert strays(lines, moved([0, 1, 40]), 1.0) == 3
