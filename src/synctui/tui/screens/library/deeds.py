"""What can be done with rows of the library: each a request that is previewed, or a decision that is stored."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from synctui import words
from synctui.library import decisions
from synctui.library.names import kind_of
from synctui.model.json import Json
from synctui.model.plan import Request
from synctui.store.ignored import ignored_among
from synctui.store.takeback import takeable
from synctui.text import display
from synctui.tui.flows import choose_engine, choose_file
from synctui.tui.screens.library.branch import Row
from synctui.tui.screens.library.clipboard import pasted
from synctui.tui.screens.library.subjects import Subjects
from synctui.tui.widgets.dialogs import Choice, Menu

if TYPE_CHECKING:
    from synctui.tui.app import SyncTui

_KIND = "subtitles"
_MOST_COPIED = 74_000
"""Terminals cut or drop an OSC 52 beyond 74,994 bytes, as xterm and hterm do; counted as base64."""


async def sync(home: SyncTui, subjects: Subjects) -> None:
    """Preview an alignment."""
    await _request(home, subjects, {}, "Sync")


async def check(home: SyncTui, subjects: Subjects) -> None:
    """Preview finding out how they stand; of a single file also when that is known already."""
    options: dict[str, Json] = {"check": True}
    if len(subjects.keys) == 1 and not subjects.nodes:
        options["force"] = True
    await _request(home, subjects, options, "Check")


async def restore(home: SyncTui, subjects: Subjects) -> None:
    """Preview bringing the first originals back; of several marks those that have none are named and left out."""
    options: dict[str, Json] = {"restore": True}
    if len(subjects.keys) > 1:
        options["leave_missing"] = True
    await _request(home, subjects, options, "Restore")


async def engine(home: SyncTui, subjects: Subjects) -> None:
    """Preview an alignment with an engine that is asked for."""
    if not subjects:
        return
    now = home.services.loaded.config.subtitles.engine
    chosen = await choose_engine(home, now, (f"for {subjects.title}, this time",))
    if chosen is not None:
        await _request(home, subjects, {"engine": chosen}, f"Sync with {chosen}")


async def _request(home: SyncTui, subjects: Subjects, options: dict[str, Json], what: str) -> None:
    if not subjects:
        home.say("there is nothing here to work on")
        return
    request = Request(_KIND, await subjects.targets(), options)
    home.preview(request, f"{what}: {subjects.title}")


async def tell(home: SyncTui, subjects: Subjects) -> None:
    """Preview telling the players of these files."""
    tools = home.services.players.tools
    if not tools.players:
        home.say("no player is configured", "warn", hint=f"{home.key_of('', 'players')} shows how to add one")
    elif not tools.enabled:
        home.say("players are switched off", "warn", hint="players.enabled in the settings")
    elif not any(player.enabled for player in tools.players):
        home.say("every player is disabled", "warn", hint=f"{home.key_of('', 'players')} shows them")
    elif not subjects:
        home.say("there is nothing here to tell of")
    else:
        home.preview(Request("players", await subjects.media()), f"Tell players: {subjects.title}")


async def undo(home: SyncTui, subjects: Subjects) -> None:
    """Preview taking back what was last done to each file; what several jobs did is taken back job by job."""
    found = await takeable(home.services.database, await subjects.subtitles())
    if not found:
        home.say("nothing was done to these that can be taken back")
        return
    job, keys = next(iter(found.items()))
    if len(found) > 1:
        home.say(
            f"{len(found)} jobs changed these: this takes back what job {job}, the newest, did", hint="Z again for the next"
        )
    home.preview_undo(job, keys, f"Undo: {subjects.title}")


async def ignore(home: SyncTui, subjects: Subjects) -> None:
    """Leave subtitles alone, or when all of them are, no longer."""
    paths = await subjects.subtitles()
    if not paths:
        home.say("there is no subtitle here")
        return
    database = home.services.database
    on = len(await ignored_among(database, paths)) < len(paths)
    await decisions.ignore(database, paths, on)
    count = words.count(len(paths), "subtitle")
    home.say(
        f"{count} left alone from now on" if on else f"{count} not ignored any more",
        hint="the same key takes it back" if on else "",
    )


async def choose_video(home: SyncTui, row: Row | None) -> bool:
    """Ask which video a subtitle belongs to; True when something was decided."""
    path = _subtitle_of(row)
    if path is None:
        home.say("choose a subtitle first", hint="open the video, and go to one of its subtitles")
        return False
    database = home.services.database
    candidates = await decisions.video_candidates(database, path)
    folder = os.path.dirname(path)
    choices = [
        Choice(video, str(number) if number < 10 else "", _near(video, folder)) for number, video in enumerate(candidates, 1)
    ]
    choices += [
        Choice(("name",), "n", "by its name again", "forget what was chosen", "dim"),
        Choice(("path",), "p", "another video…", "type its path", "dim"),
    ]
    answer = await home.ask(Menu("Which video is it for?", choices, (display(os.path.basename(path)),)))
    if answer == ("path",):
        answer = await choose_file(
            home, "The video's path", folder + os.sep, wanted=lambda name: kind_of(name) == "video", what="a video"
        )
    if answer is None:
        return False
    video = None if answer == ("name",) else str(answer)
    await decisions.choose_video(database, path, video)
    home.say(
        "its name says again which video it is for" if video is None else f"it is for {display(os.path.basename(video))}"
    )
    return True


def _subtitle_of(row: Row | None) -> str | None:
    if row is None or row.entry is None:
        return None
    if row.subtitle is not None:
        return row.subtitle.path
    lines = row.entry.row.subtitles
    return lines[0].path if len(lines) == 1 else None


def _near(video: str, folder: str) -> str:
    return display(os.path.relpath(video, folder) if video.startswith(os.path.dirname(folder) + os.sep) else video)


async def copy(home: SyncTui, subjects: Subjects) -> None:
    """Send paths to the clipboard of the terminal."""
    paths = await subjects.paths(home.launch.libraries or home.services.libraries)
    if not paths:
        home.say("this has no path of its own", hint="open it, and copy that of a file")
        return
    text = "\n".join(pasted(path) for path in paths)
    if 4 * len(text.encode()) > 3 * _MOST_COPIED:
        home.say(f"{len(paths):,} paths are more than a terminal's clipboard takes", "warn", hint="mark fewer")
        return
    home.copy_to_clipboard(text)
    home.say(("the path" if len(paths) == 1 else f"{len(paths):,} paths") + " went to your terminal's clipboard")


async def show_path(home: SyncTui, subjects: Subjects) -> None:
    """Show whole paths."""
    # Pages have these deeds themselves.
    from synctui.tui.screens.library.pages import PathScreen

    paths = await subjects.paths(home.launch.libraries or home.services.libraries)
    if paths:
        home.show(PathScreen(paths))
    else:
        home.say("this has no path of its own", hint="open it, and look at that of a file")
