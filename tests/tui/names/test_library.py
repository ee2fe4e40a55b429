"""Every name that a disk takes, through the library: tree, filter, details, paths, marks, choices, the clipboard."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from synctui.text import display
from synctui.tui.screens.library import screen as library_screen
from synctui.tui.screens.library.pages import PathScreen
from synctui.tui.screens.library.screen import LibraryScreen
from tests.hostile_names import FILE_NAMES, HOSTILE_NAMES
from tests.tiny_library import subtitle
from tests.tui.names import media
from tests.tui.names.media import is_text
from tests.tui.names.sight import Sight, bash_reads, column_of, harmful, missing, settled, to_the_end
from tests.tui.stage import Stage, stage

SIZES = ((80, 24), (140, 45))
TITLES = [entry.name for entry in HOSTILE_NAMES if is_text(entry.name)]
STEMS = [display(media.stem(entry)) for entry in FILE_NAMES]


@asynccontextmanager
async def walked(folder: Path, *, series: bool = True) -> AsyncIterator[tuple[Stage, Sight, list[Path]]]:
    """Open the application over a library of films and one of series, both of hostile name."""
    data = subtitle(late_ms=media.LATE)
    films, shows = (str(folder / "media" / name) for name in (media.FILMS_FOLDER, media.SERIES_FOLDER))
    libraries = {media.FILMS_NAME: films}
    subtitles = media.put_films(films, data)
    media.put_tracks(f"{films}/tracks", TITLES)
    subtitles.append(Path(f"{films}/tracks.en.srt"))
    if series:
        libraries[media.SERIES_NAME] = shows
        media.put_shows(shows, data)
    async with stage(folder, libraries={}, config=media.config(libraries)) as s:
        await s.until(lambda: s.rows.source.count() >= 2 and "looking at the disks" not in s.text)
        yield s, Sight(s.app), subtitles


async def open_all(s: Stage) -> None:
    """Open both libraries, all shows and all seasons."""
    assert isinstance(s.place, LibraryScreen)
    outline, index = s.place.listing.outline, 0
    assert outline is not None
    while index < outline.count:
        if outline.row(index).entry is None:
            s.rows.reload()
            s.rows.move_to(index)
            outline.row(index)
            await outline.fetch()
        outline.open(index)
        index += 1
    s.rows.reload()
    await settled(s)


@pytest.fixture
def at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the details not wait until the hand rests."""
    monkeypatch.setattr(library_screen, "_REST_S", 0.001)


async def test_the_tree_and_the_details_beside_it(tmp_path: Path, at_once: None) -> None:
    async with walked(tmp_path) as (s, sight, _):
        sight.look()
        await open_all(s)
        for size in SIZES:
            await s.pilot.resize_terminal(*size)
            tree = [line.partition("│")[0] for line in await to_the_end(s, sight)]
            rows = [line for line in tree if line.startswith(("   ", " > "))]
            assert not missing(rows, STEMS)
            assert len(column_of(rows, "not checked")) == 1
            assert len(column_of(rows, "2 to check")) == 1
            sight.picture()
        # A details pane of a name that only its bytes tell.
        await s.go_to("caf\ufffd")
        await s.sees("listens to", "audio 1")
        sight.look()


async def test_details_and_paths(tmp_path: Path) -> None:
    async with walked(tmp_path, series=False) as (s, sight, subtitles):
        library = s.place
        assert isinstance(library, LibraryScreen)
        await to_the_end(s, sight)
        tracks = 0
        for at in range(1, s.rows.source.count()):
            library.rows.move_to(at)
            assert library.row is not None and library.row.entry is not None
            name = display(library.row.entry.row.name)
            tracks = at if name == "tracks.mkv" else tracks
            library.do_details()
            await settled(s, lambda: s.app.screen is not library and s.rows.source.count() and s.rows.page > 1, idle=False)
            assert not missing(["".join(line.strip() for line in sight.look())], [name])
            s.app.back()
            await settled(s, lambda: s.app.screen is library, idle=False)
        sight.picture()
        library.rows.move_to(tracks)
        library.do_details()
        await settled(s, lambda: s.app.screen is not library and s.rows.source.count() > len(TITLES))
        assert not missing(await to_the_end(s, sight), map(display, TITLES))
        s.app.back()
        # All paths on one page, and to the clipboard: what a shell makes of them are the very bytes.
        paths = [str(path) for path in subtitles]
        await s.press("/", *"lang:en", "enter")
        await settled(s, lambda: s.rows.source.count() == len(paths))
        assert not missing(await to_the_end(s, sight), STEMS)
        await s.press("*", "y", "Y")
        await settled(s, lambda: isinstance(s.app.screen, PathScreen) and s.rows.source.count() > 50)
        await to_the_end(s, sight)
        copied = s.app.clipboard.split("\n")
        assert not harmful("".join(copied))
        assert sorted(bash_reads(copied)) == sorted(os.fsencode(path) for path in paths)
