"""What an alignment looks like: speech, lines before and after, and the offset along the film."""

from __future__ import annotations

import asyncio
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass

from synctui.errors import OperationFailed
from synctui.files.reading import read_capped
from synctui.library.names import kind_of
from synctui.library.targets import pairing_of
from synctui.model.json import Fields
from synctui.processes.workers import Task
from synctui.store.history import OperationRecord, of_path
from synctui.store.lineage import lineage_of_output
from synctui.store.targets import subtitle_at
from synctui.store.verdicts import verdict_of
from synctui.syncs.subtitles.looking import Looking
from synctui.syncs.subtitles.payload import Alignment
from synctui.syncs.subtitles.tools import Tools

MOST_BINS = 4096
_HEARD = ("align", "check")
_AUDIO = re.compile(r"audio (\d{1,4})\b")


@dataclass(frozen=True, slots=True)
class Picture:
    """An alignment in `bins` equal parts of `duration_s` seconds; shares are from 0 to 1.

    `speech` is where people speak (None: the video was not heard, or is gone). `before` is where lines stood originally
    (None: the original is gone), `after` where they stand now (None: nothing was written). `offset` is by how many seconds
    the lines of a part were moved, or would have to be; None where no line is. `reference`, `before_label` and
    `after_label` say in words what is drawn.
    """

    path: str
    bins: int
    duration_s: float
    speech: tuple[float, ...] | None
    before: tuple[float, ...] | None
    after: tuple[float, ...] | None
    offset: tuple[float | None, ...]
    video: str | None
    reference: str
    before_label: str
    after_label: str


@dataclass(frozen=True, slots=True)
class _Subject:
    path: str
    video: str | None = None
    reference: str | None = None
    languages: tuple[str, ...] = ()
    numbers: Fields | None = None


async def draw(tools: Tools, looking: Looking, record: OperationRecord, bins: int) -> Picture:
    """Return the picture of a finished operation, of the subtitle as it stands now.

    Raises OperationFailed, with a sentence, when there is nothing to show.
    """
    operation = record.operation
    if operation.path is None:
        raise OperationFailed("this operation was about no subtitle", code="gone")
    if operation.action not in _HEARD:
        return await draw_path(tools, looking, operation.path, bins)
    wanted = Alignment.of(operation.payload)
    return await _draw(
        tools,
        looking,
        _Subject(operation.path, wanted.video or None, wanted.reference, wanted.languages, record.numbers),
        bins,
    )


async def draw_path(tools: Tools, looking: Looking, path: str, bins: int) -> Picture:
    """Return the picture of a subtitle: of its last alignment with its video, or of its lines beside the speech."""
    indexed = await subtitle_at(tools.database, path)
    pairing = indexed.pairing if indexed is not None else await asyncio.to_thread(pairing_of, path)
    video = pairing.video.path if pairing is not None and pairing.video is not None else None
    for record in await of_path(tools.database, path):
        if record.operation.action in _HEARD and record.numbers.get("offset_ms"):
            wanted = Alignment.of(record.operation.payload)
            if wanted.reference or video in (None, wanted.video):
                return await draw(tools, looking, record, bins)
    verdict = await verdict_of(tools.database, path)
    language = pairing.name.language if pairing is not None else None
    numbers = verdict.numbers if verdict is not None and verdict.video == video else None
    return await _draw(tools, looking, _Subject(path, video, None, (language,) if language else (), numbers), bins)


async def _draw(tools: Tools, looking: Looking, subject: _Subject, bins: int) -> Picture:
    content = await asyncio.to_thread(read_capped, subject.path)
    lineage = await lineage_of_output(tools.database, content.target, content.sha256)
    other = subject.reference
    lines = other if other is not None and kind_of(os.path.basename(other)) == "subtitle" else None
    video = subject.video if other is None or lines is not None else other
    numbers = subject.numbers or {}
    bins = max(1, min(bins, MOST_BINS))
    original = None
    if lineage is not None:
        original = {"place": lineage.backup, "sha256": lineage.original, "vault": tools.vault.folder}
    reference = str(numbers.get("reference") or "")
    asked = {
        "path": content.target,
        "original": original,
        "video": None if lines is not None else video,
        "stream": _stream(reference),
        "languages": list(subject.languages),
        "cache": str(tools.speech),
        "reference": lines,
        "offset_ms": _offsets(numbers),
        "bins": bins,
    }
    found = await looking.run(Task("synctui.syncs.subtitles.sketch:sketch", asked))
    before, after = _shares(found["before"]), _shares(found["after"])
    return Picture(
        path=subject.path,
        bins=bins,
        duration_s=float(found["duration_s"]),
        speech=_shares(found["speech"]),
        before=before,
        after=after,
        offset=tuple(None if value is None else float(value) for value in found["offset"]),
        video=video,
        reference=reference or (os.path.basename(lines) if lines else ""),
        before_label="as it stands" if after is None else "the original" if before else "the original is gone",
        after_label="" if after is None else "as it stands",
    )


def _shares(values: Sequence[float] | None) -> tuple[float, ...] | None:
    return None if values is None else tuple(float(value) for value in values)


def _stream(reference: str) -> int | None:
    """Return the index of the audio track that a reference's label names."""
    found = _AUDIO.match(reference)
    return int(found[1]) - 1 if found else None


def _offsets(numbers: Fields) -> list[float]:
    told = numbers.get("offset_ms")
    if not isinstance(told, Sequence) or isinstance(told, str):
        return []
    return [float(value) for value in told if isinstance(value, (int, float))]
