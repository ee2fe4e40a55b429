"""Engines of others are given the speech that was heard already: they decode nothing, and mean the track that was chosen."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from synctui.adapters.exchange import read_spans
from synctui.errors import OperationFailed
from synctui.files.subtitle import parse_subtitle
from synctui.processes.children import Command, Finished, run_child
from synctui.syncs.subtitles import external, listening
from synctui.syncs.subtitles.listening import Listening
from synctui.syncs.subtitles.proposal import Question, TextReference
from tests.engines import each_engine
from tests.syncs.subtitles.house import house
from tests.syncs.subtitles.test_gate import Quiet
from tests.tiny_library import film, put_film, subtitle

LATE_MS = 3_000


@pytest.mark.parametrize("name", each_engine(("alass", "ffsubsync")))
@pytest.mark.parametrize("by_text", [False, True], ids=["audio", "text"])
async def test_what_they_read_is_a_subtitle(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, by_text: bool
) -> None:
    given: list[bytes] = []

    async def watched(command: Command, **more: Any) -> Finished:
        reference = next(word for word in command.argv if "reference" in word and word.startswith("/"))
        assert reference.endswith("reference.srt")
        given.append(Path(reference).read_bytes())
        return await run_child(command, **more)

    monkeypatch.setattr(external, "run_child", watched)
    video = put_film(tmp_path / "film.mkv")
    text = TextReference(film().cues, "sibling film.de.srt") if by_text else None
    asked = Question(
        parse_subtitle(subtitle(late_ms=LATE_MS), "film.srt"), "film.srt", str(video), ("en",), None, 240, text=text
    )
    async with house(tmp_path / "data") as home:
        engine = await home.services.subtitles.engines.of(name)
        proposal = await engine.align(asked, Quiet())
        heard = await home.services.subtitles.engines.listening.heard(asked, Quiet())
        speech = await home.services.subtitles.engines.listening.speech(heard, Quiet())
    assert proposal.reason == "aligned", proposal
    assert proposal.spans is not None
    assert abs(proposal.spans[5][0] - asked.subtitle.cues[5].start + LATE_MS) < 250
    assert proposal.numbers["reference"] == ("sibling film.de.srt" if by_text else "audio 1 (en)")
    assert read_spans(given[0]) == [(cue.start, cue.end) for cue in (film().cues if by_text else speech)]


async def test_where_nobody_speaks_they_are_not_asked(tmp_path: Path) -> None:
    class Deaf(Listening):
        async def _run(self, task: str, arguments: Mapping[str, Any], run: Any) -> Mapping[str, Any]:
            return {**await super()._run(task, arguments, run), "spans": []}

    video = put_film(tmp_path / "film.mkv")
    asked = Question(parse_subtitle(subtitle(), "film.srt"), "film.srt", str(video), ("en",), None, 240)
    async with house(tmp_path / "data") as home:
        listening = Deaf(home.services.subtitles._tools)
        with pytest.raises(OperationFailed) as raised:
            await listening.speech(await listening.heard(asked, Quiet()), Quiet())
    assert raised.value.code == "no_speech"


class Watched(Quiet):
    """A run that tells when it steps aside."""

    def __init__(self) -> None:
        self.waited = 0

    @asynccontextmanager
    async def aside(self) -> AsyncIterator[None]:
        self.waited += 1
        yield


async def test_a_second_subtitle_of_a_video_lets_others_begin_while_the_first_one_listens(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listening, "_PATIENCE_S", 0)
    videos = [put_film(tmp_path / "one.mkv"), put_film(tmp_path / "two.mkv", "harbour")]
    runs = [Watched() for _ in range(3)]
    parsed = parse_subtitle(subtitle(late_ms=LATE_MS), "film.srt")
    asked = [Question(parsed, "film.srt", str(video), ("en",), None, 240) for video in (videos[0], videos[0], videos[1])]
    async with house(tmp_path / "data") as home:
        room = home.services.subtitles.engines.listening
        heard = await asyncio.gather(*(room.heard(one, run) for one, run in zip(asked, runs, strict=True)))
    assert [one.media for one in heard] == [str(videos[0]), str(videos[0]), str(videos[1])]
    assert [run.waited for run in runs] == [0, 1, 0]
