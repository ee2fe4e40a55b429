"""The tree: what it shows, how it opens, and that it stays under the hand whatever the disks do."""

from __future__ import annotations

from pathlib import Path

from synctui.model.states import SubtitleState as State
from tests.tui.library.shelf import find, put_files, put_shows
from tests.tui.stage import Stage, stage


def rows(on_stage: Stage) -> list[str]:
    """Return the rows of the list, without blanks at their ends."""
    return [line.strip() for line in on_stage.lines()[3:-2] if line.strip()]


async def test_a_library_opens_to_shows_seasons_videos_and_subtitles(tmp_path: Path) -> None:
    library = tmp_path / "media"
    put_shows(library)
    async with stage(tmp_path, libraries={"Series": library}) as s:
        await s.sees("12 subtitles   11 to check   1 can't be checked", "Winter Harbour")
        assert [row.split("  ")[0] for row in rows(s)] == ["> ▾ Series", "▸ The Long Orbit", "▸ Winter Harbour"]
        await s.go_to("Winter Harbour")
        await s.press("enter", "j", "l")
        await s.sees("S01E01  Ice")
        assert "Winter Harbour S01E09 Lost.srt" in s.text
        assert "no video" in s.text
        await s.go_to("S01E01")
        assert "en de" in s.row or "de en" in s.row
        await s.press("enter")
        await s.sees(".de.srt", ".en.forced.srt", ".en.srt")
        await s.press("l")
        assert ".de.srt" in s.row
        await s.press("h")
        assert "S01E01" in s.row
        await s.press("enter")
        await s.until(lambda: ".de.srt" not in s.text)
        await s.press("h", "h", "h", "h")
        assert "Winter Harbour" in s.row
        assert "▸ Winter Harbour" in s.text


async def test_states_are_words_with_their_numbers(tmp_path: Path) -> None:
    season = tmp_path / "media" / "Orbit" / "Season 01"
    stems = [f"Orbit S01E{number:02d} T{number}" for number in range(1, 10)]
    put_files(season, *(f"{stem}.mkv" for stem in stems), *(f"{stem}.en.srt" for stem in stems))

    def moved(*offsets: int, ratio: str = "1") -> dict[str, object]:
        return {"offset_ms": list(offsets), "ratio_name": ratio, "confidence": 94}

    found: list[tuple[State, str, dict[str, object]]] = [
        (State.IN_SYNC, "already_in_sync", moved(20, 20, 20)),
        (State.IN_SYNC, "aligned", moved(-12_340, -12_340, -12_340)),
        (State.SHIFTED, "", moved(-12_340, -12_340, -12_340)),
        (State.SHIFTED, "", moved(2_000, 2_000, 2_000)),
        (State.STRETCHED, "", moved(0, 900, 1800, ratio="25/23.976")),
        (State.CUT, "", {**moved(4_100, 0, -31_000), "pieces": 2}),
        (State.REFUSED, "low_confidence", {"confidence": 3}),
        (State.FAILED, "engine_timeout", {}),
    ]
    async with stage(tmp_path, libraries={"Series": tmp_path / "media"}) as s:
        for stem, (state, reason, numbers) in zip(stems, found, strict=False):
            await find(s.services, season / f"{stem}.en.srt", state, reason, numbers)  # type: ignore[arg-type]
        s.place.refreshed()
        await s.sees("1 failed")
        assert "9 subtitles   2 in sync   1 failed   4 off   1 refused   1 to check" in s.text
        await s.press("j", "enter", "j", "enter")
        await s.sees("S01E09")
        said = {row.split("  ")[0]: " ".join(row.split("  en ")[1].split()) for row in rows(s) if "S01E" in row}
        assert said == {
            "S01E01": "in sync 0.0 s 94",
            "S01E02": "in sync moved 12.3 s 94",
            "S01E03": "late 12.3 s 94",
            "S01E04": "early 2.0 s 94",
            "S01E05": "stretched 25/23.976 94",
            "S01E06": "cut ×2 +4.1 −31.0 s 94",
            "S01E07": "refused another film or cut?",
            "S01E08": "failed the engine took too…",
            "S01E09": "not checked",
        }
        await s.press("g")
        for wanted in ("S01E03", "S01E04", "S01E05", "S01E06", "S01E07", "S01E08", "S01E03"):
            await s.press("w")
            await s.until(lambda wanted=wanted: wanted in s.row)  # type: ignore[misc]
        await s.press("W")
        await s.until(lambda: "S01E08" in s.row)
        # What lies in a closed row is found as well, and opened.
        await s.press("g", "h")
        await s.until(lambda: s.rows.source.count() == 1)
        await s.press("w")
        await s.until(lambda: "S01E03" in s.row)


async def test_a_hundred_thousand_films_in_one_folder_are_at_hand_at_once(tmp_path: Path) -> None:
    library = tmp_path / "media"
    put_files(library, "A Film.mkv")
    async with stage(tmp_path, libraries={"Films": library}) as s:
        await _fill(s, 100_000)
        await s.press("R")
        await s.until(lambda: s.rows.source.count() == 100_002)
        await s.press("G")
        await s.sees("Film 099999")
        assert "Film 099999" in s.row
        await s.press("pageup", "pageup")
        await s.until(lambda: "…" not in "".join(rows(s)))
        assert "Film 099961" in s.row
        await s.press("g", "ctrl+d")
        await s.sees("Film 000015")


async def _fill(s: Stage, films: int) -> None:
    """Put so many films into the index, without disks."""
    database = s.services.database
    node, directory = await database.rows("SELECT node FROM roots"), await database.rows("SELECT id FROM directories")
    values = (node[0][0], directory[0][0])

    async def work(connection: object) -> None:
        await connection.executemany(  # type: ignore[attr-defined]
            "INSERT INTO files (directory, name, size, mtime_ns, node, reason, state, number, label)"
            f" VALUES ({values[1]}, ?, 0, 0, {values[0]}, '', '', {1 << 30}, ?)",
            [(f"Film {number:06d}.mkv".encode(), f"film {number:06d}") for number in range(films)],
        )

    await database.write(work)


async def test_the_row_under_the_hand_stays_there_when_others_come_and_go(tmp_path: Path) -> None:
    library = tmp_path / "media"
    put_shows(library)
    async with stage(tmp_path, libraries={"Series": library}) as s:
        await s.go_to("The Long Orbit")
        await s.press("enter", "j", "j", "enter")
        await s.sees("S02E03")
        await s.go_to("S02E03")
        line = s.lines().index(next(line for line in s.lines() if line.startswith(" >")))
        put_files(library / "A New Show" / "Season 01", "A New Show S01E01 One.mkv", "A New Show S01E01 One.en.srt")
        (library / "The Long Orbit" / "Season 02" / "The Long Orbit S02E01 Part 1.mkv").unlink()
        (library / "The Long Orbit" / "Season 02" / "The Long Orbit S02E01 Part 1.en.srt").unlink()
        await s.press("R")
        await s.sees("looked at")
        await s.until(lambda: "S02E01" not in s.text and s.rows.source.find(s.rows.source.key(1)) == 1)
        assert "S02E03" in s.row
        assert "S02E04" in s.text
        assert line == s.lines().index(next(one for one in s.lines() if one.startswith(" >")))
        await s.press("g", "j")
        await s.until(lambda: "A New Show" in s.row)


async def test_jobs_change_the_rows_on_the_screen_without_a_key(tmp_path: Path) -> None:
    async with stage(tmp_path) as s:
        await s.press("j", "s")
        await s.sees("4 subtitles: 4 to align")
        await s.press("enter", "L")
        await s.sees("4 subtitles   all in sync", seconds=30)
        await s.go_to("The Long Orbit")
        assert "all in sync" in s.row
