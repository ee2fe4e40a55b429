"""What the preview asks: for which rows, against what, and whether a brake is lifted."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Sequence
from typing import TYPE_CHECKING

from synctui.errors import SyncTuiError
from synctui.library.names import kind_of
from synctui.library.targets import pairings_at
from synctui.model.json import Json
from synctui.model.library import Pairing
from synctui.model.plan import Notice, Operation
from synctui.syncs.subtitles.details import track_words
from synctui.text import display
from synctui.tui.draw.line import Line, Span
from synctui.tui.draw.wrap import wrapped
from synctui.tui.flows import choose_file
from synctui.tui.screens.preview import pulls
from synctui.tui.screens.preview.sums import notice_words
from synctui.tui.widgets.dialogs import Choice, Menu

if TYPE_CHECKING:
    from synctui.tui.app import SyncTui

_MOST_OFFERED = 9
_INSIDE = 70
_PATIENCE = 2.0


async def for_all(home: SyncTui, subject: str, count: int) -> bool | None:
    """Return whether a choice is for all rows or for one alone; None when it is given up."""
    if count <= 1:
        return True
    choices = (
        Choice(True, "a", f"all {count:,} rows", "the whole plan, drawn up again"),
        Choice(False, "t", "this row", display(os.path.basename(subject))),
    )
    answer: bool | None = await home.ask(Menu("For which rows", choices))
    return answer


async def choose_mode(home: SyncTui, now: str) -> str | None:
    """Return how much of a catalogue is to be compared, or None; `now` is what holds."""
    names = [name for name, _, _ in pulls.MODES]
    choices = [Choice(name, letter, name, help) for name, letter, help in pulls.MODES]
    safe = names.index(now) if now in names else 0
    answer: str | None = await home.ask(Menu("How much is compared", choices, safe=safe))
    return answer


async def lift_brake(home: SyncTui, brakes: Sequence[Notice], *, server: bool = False) -> bool:
    """Return whether a person says that what stopped the plan is meant; `server`: it is a server that lacks so much."""
    said: list[Line | str] = [(Span(line, "warn"),) for one in brakes[:4] for line in wrapped(notice_words(one), _INSIDE)]
    if len(brakes) > 4:
        said.append(f"and {len(brakes) - 4:,} more like this")
    choices = (
        Choice(False, "s", "stay", f"look at the {'server' if server else 'disk'} first; nothing happens"),
        Choice(True, "g", "do it all the same", "what is missing counts as gone for good", "warn"),
    )
    return bool(await home.ask(Menu("Is this meant?", choices, said)))


async def choose_reference(home: SyncTui, operation: Operation) -> dict[str, Json] | None:
    """Return the options that align a subtitle against something else, or None when it is given up.

    Offered are the audio and, of several, each track of it, other subtitles of its video, the videos that it may belong
    to, and any file by its path.
    """
    candidates = operation.payload.get("candidates")
    if operation.payload.get("skip") == "needs_choice" and isinstance(candidates, (list, tuple)) and candidates:
        return await _choose_video(home, operation, [str(one) for one in candidates])
    video = operation.payload.get("video")
    beside = await asyncio.to_thread(_beside, str(video or ""), operation.path or "")
    choices = [
        *([Choice(("audio", ""), "a", "the audio", "what is said in the video")] if video else []),
        *await _tracks(home, str(video or ""), operation),
        *(
            Choice(("file", path), str(number), display(os.path.basename(path)), "beside it")
            for number, path in enumerate(beside, 1)
        ),
        Choice(("other", ""), "o", "another file", "a subtitle that is right, or a video, by its path"),
    ]
    answer: tuple[str, str] | None = await home.ask(Menu("Align against", choices))
    if answer is None:
        return None
    kind, path = answer
    if kind == "track":
        return {"reference": None, "audio": int(path)}
    if kind != "other":
        return {"reference": path or None, "audio": None}
    folder = os.path.dirname(operation.path or "").rstrip("/") + "/"
    typed = await choose_file(
        home, "Align against", folder, wanted=lambda name: kind_of(name) is not None, what="a subtitle or a video"
    )
    return None if typed is None else {"reference": typed, "audio": None}


async def _tracks(home: SyncTui, video: str, operation: Operation) -> list[Choice]:
    """Return the audio tracks of a video to choose from, none where there is one only."""
    if not video:
        return []
    spoken = operation.payload.get("languages")
    languages = [str(one) for one in spoken] if isinstance(spoken, (list, tuple)) else []
    try:
        async with asyncio.timeout(_PATIENCE):
            facts = await home.services.subtitles.video_facts(video, languages)
    except (SyncTuiError, TimeoutError):
        return []
    if len(facts.audio) < 2:
        return []
    return [Choice(("track", str(one.index + 1)), "", track_words(one), display(one.title or "")) for one in facts.audio]


async def _choose_video(home: SyncTui, operation: Operation, candidates: Sequence[str]) -> dict[str, Json] | None:
    choices = [
        Choice(path, str(number), display(os.path.basename(path)))
        for number, path in enumerate(candidates[:_MOST_OFFERED], 1)
    ]
    choices.append(Choice("", "o", "another video", "by its path"))
    name = display(os.path.basename(operation.path or operation.subject))
    answer = await home.ask(Menu("Which video does it belong to", choices, (name,)))
    if answer == "":
        start = os.path.dirname(operation.path or "").rstrip("/") + "/"
        answer = await choose_file(home, "Its video", start, wanted=lambda name: kind_of(name) == "video", what="a video")
    return None if answer is None else {"video": str(answer)}


def _beside(video: str, subtitle: str) -> list[str]:
    """Return the other subtitles of a video. Reads the disk."""
    if not video:
        return []
    found = (item.subtitle.path for item in pairings_at(video) if isinstance(item, Pairing))
    return sorted(path for path in found if path != subtitle)[:_MOST_OFFERED]
