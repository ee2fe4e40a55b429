"""In a plan each subtitle can have an engine and a reference of its own, and that is what runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from synctui.errors import DependencyMissing, TargetNotFound, UsageError
from synctui.jobs.draft import Draft
from synctui.jobs.stop import Stop
from synctui.model.plan import Request
from synctui.store.history import list_operations
from tests.cli.command import fake_alass
from tests.engines import each_engine
from tests.syncs.subtitles.house import house
from tests.tiny_library import put_film, put_subtitle, subtitle


@pytest.fixture
def shelf(tmp_path: Path) -> Path:
    """A film with two late subtitles and a right one."""
    folder = tmp_path / "library"
    put_film(folder / "film.mkv")
    put_subtitle(folder / "film.en.srt", subtitle(late_ms=2_000))
    put_subtitle(folder / "film.de.srt", subtitle(late_ms=3_000))
    put_subtitle(folder / "film.fr.srt", subtitle())
    return folder


async def _planned(draft: Draft) -> dict[str, tuple[str, object, str]]:
    """Return engine, reference and reason by name."""
    return {
        Path(one.operation.path or "").name: (
            str(one.operation.payload["engine"]),
            one.operation.payload["reference"],
            one.operation.reason,
        )
        for one in await draft.page(0, 100)
    }


async def test_a_reference_for_one_row_and_it_runs_so(shelf: Path, tmp_path: Path) -> None:
    async with house(tmp_path / "data") as home:
        engine = home.services.engine
        right = str(shelf / "film.fr.srt")
        async with await engine.plan(Request("subtitles", (str(shelf),))) as draft:
            before = await _planned(draft)
            await engine.revise(draft, [f"align:{shelf / 'film.de.srt'}"], {"reference": right})
            after = await _planned(draft)
            assert after["film.de.srt"][1:] == (right, "against film.fr.srt")
            assert {name: after[name] for name in ("film.en.srt", "film.fr.srt")} == {
                name: before[name] for name in ("film.en.srt", "film.fr.srt")
            }
            with pytest.raises(UsageError, match="its own"):
                await engine.revise(draft, [f"align:{right}"], {"reference": right})
            with pytest.raises(TargetNotFound, match="no such file"):
                await engine.revise(draft, None, {"reference": str(shelf / "ghost.srt")})
            assert await _planned(draft) == after
            job = await engine.submit(draft)
        await engine.execute([job], stop=Stop())
        records = {Path(one.operation.path or "").name: one for one in await list_operations(home.services.database, job)}
        assert {name: one.reason for name, one in records.items()} == {
            "film.en.srt": "aligned",
            "film.de.srt": "aligned",
            "film.fr.srt": "already_in_sync",
        }
        assert str(records["film.de.srt"].numbers["reference"]).endswith("film.fr.srt")
        assert "film.fr.srt" not in str(records["film.en.srt"].numbers["reference"])
        assert (await home.plan(shelf / "film.de.srt")).totals.known == {}, "asked against the audio, it is another question"


@pytest.mark.parametrize("name", each_engine(("alass",)))
async def test_an_engine_for_one_row_and_it_runs_so(shelf: Path, tmp_path: Path, name: str) -> None:
    async with house(tmp_path / "data") as home:
        engine = home.services.engine
        async with await engine.plan(Request("subtitles", (str(shelf),), {"engine": "builtin"})) as draft:
            keys = [f"align:{shelf / 'film.en.srt'}"]
            await engine.revise(draft, keys, {"engine": name, "reference": str(shelf / "film.fr.srt")})
            await draft.select([f"align:{shelf / 'film.fr.srt'}"], False)
            assert [one[0] for one in (await _planned(draft)).values()].count(name) == 1
            job = await engine.submit(draft)
        await engine.execute([job], stop=Stop())
        records = {Path(one.operation.path or "").name: one for one in await list_operations(home.services.database, job)}
        assert {one.numbers["engine"] for one in records.values()} == {"builtin", name}
        assert records["film.en.srt"].numbers["engine"] == name
        assert {one.reason for one in records.values()} == {"aligned"}


async def test_for_all_only_what_is_a_new_question_is_planned(shelf: Path, tmp_path: Path) -> None:
    async with house(tmp_path / "data") as home:
        engine = home.services.engine
        await home.run(shelf / "film.fr.srt")
        async with await engine.plan(Request("subtitles", (str(shelf),))) as draft:
            assert (draft.totals.total, draft.totals.known) == (2, {"in_sync": 1})
            await engine.revise(draft, None, {"max_offset": 30.0})
            assert (draft.totals.total, draft.totals.known) == (3, {})
            await engine.revise(draft, None, {"max_offset": 240.0})
            assert (draft.totals.total, draft.totals.known) == (2, {"in_sync": 1})


async def test_an_engine_that_is_not_there_changes_nothing(
    shelf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    async with house(tmp_path / "data") as home:
        engine = home.services.engine
        async with await engine.plan(Request("subtitles", (str(shelf),), {"engine": "builtin"})) as draft:
            before = await _planned(draft)
            for keys in ([f"align:{shelf / 'film.en.srt'}"], None):
                with pytest.raises(DependencyMissing, match="alass"):
                    await engine.revise(draft, keys, {"engine": "alass"})
            assert await _planned(draft) == before


async def test_what_failed_is_tried_again_in_spite_of_its_strikes(shelf: Path, tmp_path: Path) -> None:
    programs = fake_alass(tmp_path / "programs", "exit 1")
    asked = Request("subtitles", (str(shelf),), {"engine": "alass", "reference": str(shelf / "film.fr.srt")})
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", programs["PATH"])
        async with house(tmp_path / "data") as home:
            engine = home.services.engine
            for _ in range(3):
                async with await engine.plan(asked) as draft:
                    job = await engine.submit(draft)
                await engine.execute([job], stop=Stop())
            async with await engine.plan(asked) as draft:
                assert draft.totals.known == {"three_strikes": 2}
            again = await engine.retry_request(job)
            assert {Path(path).name for path in again.targets} == {"film.en.srt", "film.de.srt"}
            async with await engine.plan_retry(job) as draft:
                assert (draft.totals.total, draft.totals.known) == (2, {})
