"""Which audio track is listened to, when a person says so."""

from __future__ import annotations

from pathlib import Path

import pytest

from synctui.errors import UsageError
from synctui.model.json import Json
from synctui.model.plan import Request
from synctui.syncs.subtitles.fingerprint import Conditions
from synctui.syncs.subtitles.options import SubtitleOptions
from synctui.syncs.subtitles.tools import Settings
from tests.syncs.subtitles.house import house
from tests.tiny_library import put_film, put_subtitle, subtitle


@pytest.mark.parametrize("number", [0, -1, 1.0, True, "1"])
def test_a_track_is_a_whole_number_from_one(number: object) -> None:
    with pytest.raises(UsageError, match="audio takes a whole number from 1"):
        SubtitleOptions.of(Request("subtitles", (), {"audio": number}), Settings())  # type: ignore[dict-item]


def test_a_verdict_on_one_track_says_nothing_of_another_and_older_ones_still_hold() -> None:
    def conditions(audio: int | None = None) -> str:
        return Conditions("builtin", "1", "/film.mkv", None, None, None, 240.0, audio).fingerprint()

    older = Conditions("builtin", "1", "/film.mkv", None, None, None, 240.0).fingerprint()
    assert conditions() == older
    assert len({conditions(), conditions(1), conditions(2)}) == 3


async def test_the_plan_names_the_track_and_a_missing_one(tmp_path: Path) -> None:
    film = put_film(tmp_path / "film.mkv")
    words = put_subtitle(tmp_path / "film.en.srt", subtitle())
    async with house(tmp_path / "data") as home:

        async def reason(**options: Json) -> str:
            (operation,) = (await home.plan(words, **options)).operations
            return operation.reason

        assert await reason() == "against audio 1 (en)"
        assert await reason(audio=1) == "against audio 1 (en)"
        assert await reason(audio=3) == "the video has no audio 3"
        with pytest.raises(UsageError, match="cannot both be meant"):
            await reason(audio=1, reference=str(film))
