"""Everything that is known about one subtitle or video, for a person who looks at it."""

from __future__ import annotations

import asyncio
import heapq
import os
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, field

from synctui.errors import OperationFailed, SyncTuiError
from synctui.files.reading import read_capped
from synctui.library.decisions import video_candidates
from synctui.library.languages import language as language_of
from synctui.library.names import kind_of
from synctui.library.targets import pairing_of
from synctui.model.json import Fields
from synctui.model.library import AudioTrack, FileStamp, Pairing, Verdict
from synctui.model.reasons import sentence
from synctui.model.states import SubtitleState
from synctui.processes.workers import Task
from synctui.store.choices import choice_of
from synctui.store.history import OperationRecord, of_path
from synctui.store.ignored import ignored_among
from synctui.store.lineage import lineage_history, writings
from synctui.store.targets import subtitle_at
from synctui.store.verdicts import verdict_of
from synctui.syncs.subtitles.candidates import media_file
from synctui.syncs.subtitles.looking import Looking
from synctui.syncs.subtitles.restore import kept_original
from synctui.syncs.subtitles.tools import Tools

_MOST_HISTORY = 20
_MOST_VIDEOS = 256
_UNREADABLE = frozenset(("video_unreadable", "gone", "permission", "not_regular_file", "no_audio"))
_SENTENCES = {
    SubtitleState.NOT_CHECKED: "not checked yet",
    SubtitleState.CHANGED: "it changed since it was checked",
    SubtitleState.IGNORED: "left alone, as you said",
}


@dataclass(frozen=True, slots=True)
class Backup:
    """Where the original of a subtitle lies: `path` of a `.bak` file, None for the vault.

    `job` (0: not known) and `at` (RFC 3339 text) are those of the writing that it was kept for. `standing` says that what is
    at the subtitle's path is that original itself: there is nothing to bring back.
    """

    path: str | None
    job: int = 0
    at: str = ""
    standing: bool = False


@dataclass(frozen=True, slots=True)
class VideoFacts:
    """What a video holds; `chosen` is the index among `audio` that would be listened to, and `why` the reason in words.

    `problem` is the sentence that says why nothing more is known. `container` is libavformat's name, `size` in bytes.
    """

    path: str
    size: int = 0
    duration_s: float = 0.0
    container: str = ""
    audio: tuple[AudioTrack, ...] = ()
    chosen: int | None = None
    why: str = ""
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Details:
    """What is known of a subtitle; of a video (`state` None) only its path and what it holds.

    `reason` is a documented code, `explanation` the sentence to read. `numbers`, `engine` and `checked_at` are those of the
    last check, also where the state says that it does not hold any more. `there` is False for a file that is gone.
    """

    path: str
    state: SubtitleState | None
    there: bool = True
    size: int = 0
    language: str | None = None
    forced: bool = False
    hearing_impaired: bool = False
    reason: str = ""
    explanation: str = ""
    numbers: Fields = field(default_factory=dict)
    engine: str = ""
    checked_at: str = ""
    reference: str = ""
    video: str | None = None
    facts: VideoFacts | None = None
    backup: Backup | None = None
    history: tuple[OperationRecord, ...] = ()
    choice: str | None = None
    candidates: tuple[str, ...] = ()
    ignored: bool = False


async def look_up(tools: Tools, path: str) -> Details:
    """Return what the store and the file system say at once, without opening the video. Raises SyncTuiError."""
    file = await asyncio.to_thread(media_file, path)
    size = file.stamp.size if file is not None else 0
    if kind_of(os.path.basename(path)) == "video":
        return Details(path, None, there=file is not None, size=size, video=path)
    database = tools.database
    choice = await choice_of(database, path)
    verdict = await verdict_of(database, path)
    ignored = bool(await ignored_among(database, (path,)))
    indexed = await subtitle_at(database, path)
    if indexed is not None:
        pairing: Pairing | None = indexed.pairing
        state = indexed.state
    else:
        chosen = {path: choice} if choice else None
        pairing = await asyncio.to_thread(pairing_of, path, choices=chosen)
        state = _state(pairing, verdict, None if file is None else file.stamp, ignored)
    reason = verdict.reason if verdict is not None and verdict.state is state else pairing.reason if pairing else ""
    numbers = verdict.numbers if verdict is not None else {}
    video = pairing.video.path if pairing is not None and pairing.video is not None else choice
    return Details(
        path,
        state,
        there=file is not None,
        size=size,
        language=pairing.name.language if pairing is not None else None,
        forced=pairing is not None and pairing.name.forced,
        hearing_impaired=pairing is not None and pairing.name.hearing_impaired,
        reason=reason,
        explanation=_explained(state, reason, there=file is not None),
        numbers=numbers,
        engine=verdict.engine if verdict is not None else "",
        checked_at=verdict.checked_at if verdict is not None else "",
        reference=str(numbers.get("reference") or ""),
        video=video,
        backup=await _backup(tools, path),
        history=await _history(tools, path),
        choice=choice,
        candidates=tuple(await video_candidates(database, path)) if state is SubtitleState.NEEDS_CHOICE else (),
        ignored=ignored,
    )


class Videos:
    """What videos hold, found out in a worker and kept for as long as they do not change."""

    def __init__(self, looking: Looking) -> None:
        self._looking = looking
        self._known: OrderedDict[tuple[str, str, tuple[str, ...]], VideoFacts] = OrderedDict()

    async def look_into(self, video: str, languages: Sequence[str] = ()) -> VideoFacts:
        """Return what a video holds; `languages` are the subtitle's. Raises SyncTuiError."""
        file = await asyncio.to_thread(media_file, video)
        if file is None:
            return VideoFacts(video, problem=sentence("gone"))
        key = (video, file.stamp.text(), tuple(languages))
        found = self._known.get(key)
        if found is None:
            found = await self._ask(video, file.stamp.size, languages)
            self._known[key] = found
            while len(self._known) > _MOST_VIDEOS:
                self._known.popitem(last=False)
        return found

    async def _ask(self, video: str, size: int, languages: Sequence[str]) -> VideoFacts:
        asked = {"path": video, "languages": list(languages)}
        try:
            answer = await self._looking.run(Task("synctui.timing.tasks:media_facts", asked))
        except OperationFailed as error:
            if error.code not in _UNREADABLE:
                raise
            return VideoFacts(video, size, problem=sentence(error.code))
        audio = tuple(AudioTrack(**track) for track in answer["audio"])
        return VideoFacts(
            video,
            size,
            float(answer["duration_s"]),
            str(answer["container"]),
            audio,
            answer["chosen"],
            str(answer["why"]),
            "" if audio else sentence("no_audio"),
        )


def spoken(details: Details) -> tuple[str, ...]:
    """Return the languages of a subtitle as `Videos.look_into` takes them."""
    return (details.language,) if details.language else ()


def track_words(track: AudioTrack) -> str:
    """Return an audio track as it is called everywhere: `audio 2 (en)`."""
    spoken = language_of(track.language or "") or track.language or ""
    return f"audio {track.index + 1}" + (f" ({spoken})" if spoken else "")


def _state(pairing: Pairing | None, verdict: Verdict | None, stamp: FileStamp | None, ignored: bool) -> SubtitleState:
    """Return the state of a subtitle outside the index, by the rules of `store.states`."""
    if ignored:
        return SubtitleState.IGNORED
    reason = pairing.reason if pairing is not None else ""
    if verdict is None or verdict.state in (SubtitleState.NO_VIDEO, SubtitleState.NEEDS_CHOICE):
        return SubtitleState(reason) if reason in ("no_video", "needs_choice") else SubtitleState.NOT_CHECKED
    if stamp is not None and verdict.subtitle.text() != stamp.text():
        return SubtitleState.CHANGED
    return verdict.state


def _explained(state: SubtitleState, reason: str, *, there: bool) -> str:
    if not there:
        return sentence("gone")
    return _SENTENCES.get(state) or (sentence(reason) if reason else state.word)


async def _history(tools: Tools, path: str) -> tuple[OperationRecord, ...]:
    """Return the newest operations on a file, by the path that is looked at and the one that links lead to."""
    target = await asyncio.to_thread(os.path.realpath, path)
    found = [
        record for one in dict.fromkeys((path, target)) for record in await of_path(tools.database, one, limit=_MOST_HISTORY)
    ]
    return tuple(heapq.nlargest(_MOST_HISTORY, found, key=lambda record: record.id))


async def _backup(tools: Tools, path: str) -> Backup | None:
    """Return the original that `synctui restore` would bring back."""
    try:
        content = await asyncio.to_thread(read_capped, path)
    except SyncTuiError:
        return None
    lineages = await lineage_history(tools.database, content.target)
    kept = await asyncio.to_thread(kept_original, tools.vault, content, lineages, 0)
    if kept is None:
        return None
    place, original = kept
    written = [one for one in await writings(tools.database, content.target) if one.lineage.original == original]
    kind, _, name = place.partition(":")
    return Backup(
        path=name if kind == "file" else None,
        job=written[0].job if written else 0,
        at=written[0].at if written else "",
        standing=original == content.sha256,
    )
