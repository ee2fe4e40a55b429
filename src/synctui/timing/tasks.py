"""What worker processes run: JSON values in, JSON values out.

Every task takes its arguments (a mapping) and `progress(phase, fraction or None)`, and raises errors of `synctui.errors`
whose `code` is a documented reason. Paths may carry surrogate escapes. Arguments that several tasks share: `video` (path),
`stream` (index among the audio streams, None: chosen), `languages` (of the subtitle, best first), `cache` (folder, None: no
cache), `cache_cap` (bytes), `max_offset` (seconds), `cues` ([[start ms, end ms, text], …]), `detector` (`bands`, `silero`:
both together, or `auto`: both where Silero is installed and the first leaves a doubt).
"""

from __future__ import annotations

import wave
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

import numpy as np

from synctui.errors import OperationFailed
from synctui.model.cues import Cue, Span
from synctui.model.library import AudioTrack
from synctui.timing import silero, voice_model
from synctui.timing.align import FEWEST_LINES, Alignment, AlignOptions, align
from synctui.timing.audio import RATE, AudioReader
from synctui.timing.cache import SpeechCache
from synctui.timing.judge import Judgement, judge
from synctui.timing.media import Media, choose_audio, describe, probe, unreadable, why_chosen
from synctui.timing.reference import track_of_cues
from synctui.timing.speech import DETECTOR, FPS, SpeechTrack, detect

Arguments = Mapping[str, Any]
Progress = Callable[[str, float | None], None]
Answer = dict[str, Any]
_Found = TypeVar("_Found")

_JOIN_S = 0.25
_SHORTEST_SPAN_S = 0.15
_SPOKEN = 180
"""More than even odds: the pauses between sentences are then told best (measured)."""
_DOUBTS = frozenset(("low_confidence", "no_better", "too_sparse", "no_speech"))
_BEYOND_DOUBT = 70


def probe_media(arguments: Arguments, progress: Progress) -> Answer:
    """Return `duration_s`, `audio`, `text_tracks` and the `chosen` audio index of the file `path`."""
    media = probe(str(arguments["path"]))
    chosen = choose_audio(media.audio, languages_of(arguments))
    return {
        "duration_s": media.duration_s,
        "audio": [asdict(track) for track in media.audio],
        "text_tracks": [asdict(track) for track in media.text_tracks],
        "chosen": chosen.index,
    }


def media_facts(arguments: Arguments, progress: Progress) -> Answer:
    """Return `duration_s`, `container` and `audio` of the file `path`, the `chosen` index (None without audio) and `why`."""
    media = describe(str(arguments["path"]))
    languages = languages_of(arguments)
    return {
        "duration_s": media.duration_s,
        "container": media.container,
        "audio": [asdict(track) for track in media.audio],
        "chosen": choose_audio(media.audio, languages).index if media.audio else None,
        "why": why_chosen(media.audio, languages) if media.audio else "",
    }


def speech_of(arguments: Arguments, progress: Progress) -> Answer:
    """Make sure that the speech track is cached; returns `key`, `duration_s`, `track`, `cached`, `speech_share`, `start_s`.

    `start_s` is how long after the file's beginning the audio begins.
    """
    speech, facts = _speech(arguments, progress)
    return {**facts, "speech_share": speech.share, "start_s": speech.start_s}


def align_cues(arguments: Arguments, progress: Progress) -> Answer:
    """Align `cues` with the video's speech, or with `reference_cues`; returns the alignment and the new `spans`."""
    cues = cues_of(arguments["cues"])
    options = _options(arguments)

    def aligned(speech: SpeechTrack) -> Alignment:
        progress("align", None)
        return align(speech, cues, options)

    result, facts = _with_certainty(arguments, progress, aligned, _doubtful)
    answer = asdict(result)
    answer["warp"] = [[piece.start, piece.scale, piece.offset] for piece in result.warp.pieces]
    return {**answer, **facts, "spans": [list(span) for span in result.warp.spans(cues)]}


def judge_spans(arguments: Arguments, progress: Progress) -> Answer:
    """Judge the `spans` ([[start ms, end ms], …]) that an engine made of `cues`; returns the judgement."""
    spans: list[Span] = [(int(start), int(end)) for start, end in arguments["spans"]]
    cues = cues_of(arguments["cues"])
    options = _options(arguments)

    def judged(speech: SpeechTrack) -> Judgement:
        progress("judge", None)
        return judge(speech, cues, spans, options)

    result, facts = _with_certainty(arguments, progress, judged, lambda found: found.reason == "low_confidence")
    return {**asdict(result), **facts}


def _doubtful(found: Alignment) -> bool:
    """Return whether a better detector should be asked.

    One shift for the whole film was right in every one of 240 cases that were accepted; cuts were not where noise was loud.
    """
    if found.verdict == "refused":
        return found.reason in _DOUBTS and found.usable >= FEWEST_LINES
    return found.confidence < _BEYOND_DOUBT or bool(found.cuts)


def _with_certainty(
    arguments: Arguments, progress: Progress, question: Callable[[SpeechTrack], _Found], doubtful: Callable[[_Found], bool]
) -> tuple[_Found, Answer]:
    """Return the answer to a question about speech, of the better detector where the first one's leaves a doubt."""
    if arguments.get("reference_cues") is not None:
        speech, facts = _reference(arguments)
        return question(speech), facts
    wanted = str(arguments.get("detector") or "auto")
    if wanted == "silero":
        voice_model.require()
    # In this order also where the better one's answer is known: what is found must not depend on what was asked before.
    speech, facts = _speech(arguments, progress)
    answer = None if wanted == "silero" else question(speech)
    if answer is None or (wanted == "auto" and voice_model.available() and doubtful(answer)):
        model, facts = _speech(arguments, progress, silero.DETECTOR)
        speech = silero.blended(speech, model)
        answer, facts = question(speech), {**facts, "detector": speech.detector}
    return answer, facts


def spans_of_speech(arguments: Arguments, progress: Progress) -> Answer:
    """Return the `spans` ([[start ms, end ms], …]) in which somebody speaks: a reference for engines that read subtitles."""
    speech, facts = _speech(arguments, progress)
    return {**facts, "spans": [list(span) for span in speech_spans(speech)]}


def extract_audio(arguments: Arguments, progress: Progress) -> Answer:
    """Write the chosen stream to `out` as WAV (16 kHz, mono, 16 bit), on the video's clock; returns `duration_s`."""
    path = str(arguments["video"])
    track = _track(probe(path), arguments)
    reader = AudioReader(path, track, lambda fraction: progress("extract", fraction))
    written = 0
    with open(str(arguments["out"]), "wb") as file, wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        for block in reader:
            if not written and reader.start_s > 0:
                written = round(reader.start_s * RATE)
                out.writeframes(bytes(2 * written))
            out.writeframes((np.clip(block, -1, 1) * 32767).astype("<i2").tobytes())
            written += len(block)
    return {"duration_s": written / RATE, "track": asdict(track), "out": str(arguments["out"])}


def cues_of(rows: Sequence[Sequence[Any]]) -> list[Cue]:
    """Return the cues of their JSON rows [start ms, end ms, text]."""
    return [Cue(int(row[0]), int(row[1]), str(row[2]) if len(row) > 2 else "") for row in rows]


def speech_spans(speech: SpeechTrack) -> list[Span]:
    """Return the runs of speech in milliseconds, short pauses bridged and blips left out."""
    inside = np.concatenate([[False], speech.probability >= _SPOKEN, [False]])
    edges = np.nonzero(inside[1:] != inside[:-1])[0]
    spans: list[Span] = []
    for begin, end in edges.reshape(-1, 2):
        if spans and begin - spans[-1][1] < _JOIN_S * FPS:
            spans[-1] = (spans[-1][0], int(end))
        else:
            spans.append((int(begin), int(end)))
    at = round((speech.start_s + speech.early_s) * 1000)
    unit = 1000 // FPS
    return [(at + begin * unit, at + end * unit) for begin, end in spans if end - begin >= _SHORTEST_SPAN_S * FPS]


def _reference(arguments: Arguments) -> tuple[SpeechTrack, Answer]:
    speech = track_of_cues(cues_of(arguments["reference_cues"]), float(arguments.get("duration_s") or 0.0))
    return speech, {"key": None, "duration_s": speech.duration_s, "track": None, "cached": False, "detector": ""}


def _speech(arguments: Arguments, progress: Progress, detector: str = DETECTOR) -> tuple[SpeechTrack, Answer]:
    """Return the speech of the audio track and its facts, from the cache or by listening."""
    sound = _Sound.of(arguments, detector)
    known = sound.known()
    if known is not None:
        return known, sound.facts(known, True)
    progress("listen", 0.0)
    reader = AudioReader(sound.path, sound.track, lambda fraction: progress("listen", fraction))
    speech = detect(reader, silero.SileroDetector() if detector == silero.DETECTOR else None)
    sound.keep(speech)
    return speech, sound.facts(speech, False)


@dataclass(frozen=True, slots=True)
class _Sound:
    """An audio track, and the place of its speech in the cache."""

    path: str
    track: AudioTrack
    tracks: int
    cache: SpeechCache | None
    key: str

    @classmethod
    def of(cls, arguments: Arguments, detector: str) -> _Sound:
        path = str(arguments["video"])
        media = probe(path)
        track = _track(media, arguments)
        folder = arguments.get("cache")
        cache = SpeechCache(str(folder), int(arguments.get("cache_cap") or 256 * 1024 * 1024)) if folder else None
        try:
            key = cache.key(path, track.position, detector) if cache else ""
        except OSError as error:
            raise unreadable(error) from None
        return cls(path, track, len(media.audio), cache, key)

    def known(self) -> SpeechTrack | None:
        return self.cache.get(self.key) if self.cache else None

    def keep(self, speech: SpeechTrack) -> None:
        if self.cache:
            self.cache.put(self.key, speech)

    def facts(self, speech: SpeechTrack, cached: bool) -> Answer:
        return {
            "key": self.key or None,
            "duration_s": speech.duration_s,
            "track": asdict(self.track),
            "tracks": self.tracks,
            "cached": cached,
            "detector": speech.detector,
        }


def _track(media: Media, arguments: Arguments) -> AudioTrack:
    stream = arguments.get("stream")
    if stream is None:
        return choose_audio(media.audio, languages_of(arguments))
    for track in media.audio:
        if track.index == int(stream):
            return track
    raise OperationFailed(
        f"there is no audio track {int(stream)}", code="no_audio", hint=f"it has {len(media.audio)}, counted from 0"
    )


def languages_of(arguments: Arguments) -> tuple[str, ...]:
    """Return the languages that a task was asked for, best first."""
    return tuple(str(code) for code in arguments.get("languages") or ())


def _options(arguments: Arguments) -> AlignOptions:
    limit = arguments.get("max_offset")
    return AlignOptions() if limit is None else AlignOptions(max_offset_s=float(limit))
