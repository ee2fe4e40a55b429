"""Computes the picture of an alignment; for a worker, because subtitles may be large and speech is NumPy's."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from synctui.errors import OperationFailed
from synctui.files.backups import load_original
from synctui.files.reading import read_capped
from synctui.files.subtitle import parse_subtitle
from synctui.files.vault import Vault
from synctui.model.cues import Cue


def sketch(arguments: Mapping[str, Any], progress: Callable[[str, float | None], None]) -> dict[str, Any]:
    """Return `duration_s`, `speech`, `before`, `after` (shares for each of `bins`, or None) and `offset` (s, or None).

    Of the subtitle `path`; `original` is {place, sha256, vault} of what it was computed from, None when it is itself an
    original. `video`, `stream`, `languages`, `cache` say what was listened to, or `reference` which subtitle it was aligned
    with; `offset_ms` what was found at the first, middle and last line. Raises OperationFailed when it cannot be read.
    """
    from synctui.timing import picture

    path, bins = str(arguments["path"]), int(arguments["bins"])
    standing = _cues(path)
    kept = arguments["original"]
    original = _original(kept, path) if kept else None
    before, after = (standing, None) if kept is None else (original, standing)
    reference = _reference(arguments.get("reference"))
    sound = picture.Heard(0.0, None)
    if arguments.get("video"):
        sound = picture.heard(str(arguments["video"]), arguments["stream"], arguments["languages"], str(arguments["cache"]))
    drawn = [cues for cues in (before, after, reference) if cues]
    duration = picture.length_s(sound, drawn)
    if duration <= 0:
        raise OperationFailed("the subtitle has no lines that could be drawn", code="empty")
    speech: list[float] | None = None
    if reference:
        speech = picture.share_of_lines(reference, duration, bins)
    elif sound.speech is not None:
        speech = picture.share_of_speech(sound.speech, duration, bins)
    if before and after and len(before) == len(after):
        offset = picture.offsets(before, after, duration, bins)
    else:
        offset = picture.offsets_told(before or standing, arguments["offset_ms"], duration, bins)
    return {
        "duration_s": duration,
        "speech": speech,
        "before": None if before is None else picture.share_of_lines(before, duration, bins),
        "after": None if after is None else picture.share_of_lines(after, duration, bins),
        "offset": offset,
    }


def _cues(path: str) -> Sequence[Cue]:
    return parse_subtitle(read_capped(path).data, path).cues


def _original(kept: Mapping[str, Any], path: str) -> Sequence[Cue] | None:
    try:
        data = load_original(str(kept["place"]), str(kept["sha256"]), vault=Vault(str(kept["vault"])))
        return parse_subtitle(data, path).cues
    except OperationFailed:
        return None


def _reference(path: object) -> Sequence[Cue] | None:
    try:
        return _cues(str(path)) if path else None
    except OperationFailed:
        return None
