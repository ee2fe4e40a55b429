"""Text tracks inside videos: their lines, read without reading the film, and compared with the audio in places.

What is found is kept beside the speech tracks, so that it is found out once for all subtitles of a video. The functions
that take arguments and `progress` are tasks for workers, as those of `timing.tasks`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass

import av.container
import av.error
from av.packet import Packet
from av.stream import Discard, Stream

from synctui.errors import OperationFailed
from synctui.model.cues import Cue
from synctui.model.library import AudioTrack
from synctui.timing import silero
from synctui.timing.audio import LONGEST_S
from synctui.timing.cache import SpeechCache
from synctui.timing.confidence import REFERENCE_LINES
from synctui.timing.excerpts import offset_heard
from synctui.timing.lines import usable_lines
from synctui.timing.matroska import indexed_blocks
from synctui.timing.media import Media, TextTrack, choose_audio, open_media, probe, rank_texts, unreadable
from synctui.timing.shelf import Found, Shelf
from synctui.timing.speech import DETECTOR
from synctui.timing.tasks import Answer, Arguments, Progress, languages_of

COVERED = 0.5
"""From its first line to its last a track must span this share of the film."""
_SHORTEST_FILM_S = 600.0
"""A shorter film is heard sooner than anything else is found out about it."""
_READING = "texts-1"
_MOST_CUES = 20_000
"""More are letters of karaoke and lettering; a long film with much talk has 3,000."""
_MOST_TRACKS = 3
_LONGEST_MS = 10_000
_ALONE_MS = 2_500
_BEYOND_S = 60.0
_LARGEST_PACKET = 64 << 10
_MOST_DAMAGED = 1_000
_STYLED = ("ass", "ssa")
_FIELDS = 8
"""What stands before the text in an ASS packet: ReadOrder, Layer, Style, Name, three margins, Effect (Matroska, ASS)."""
_LETTERING = re.compile(r"\\(?:p[1-9]|k\d|kf|ko|K\d|pos|move|org|i?clip)")
"""Overrides of drawings, karaoke and what has its own place on the picture: nobody says that."""


def reference_of(arguments: Arguments, progress: Progress) -> Answer:
    """Return the lines that may stand for the speech of the `video`: `cues` ([[start ms, end ms, text], …]) of `text`.

    Both are None when the audio is to be listened to: it was already (`heard`), or no text track has `REFERENCE_LINES` lines
    over `COVERED` of the film, can be read without reading the film, and lies on the speech in places. `audio` is the track
    that would be listened to, `duration_s` the film's. Arguments as in `timing.tasks`.
    """
    video, media, audio, heard = _looked_at(arguments)
    answer: Answer = {"audio": asdict(audio), "duration_s": media.duration_s, "heard": heard, "text": None, "cues": None}
    if heard or not _SHORTEST_FILM_S <= media.duration_s <= LONGEST_S:
        return answer
    shelf = _shelf(arguments)
    for track in _candidates(media, audio, arguments):
        key = _key(video, track, audio)
        found = shelf.get(key)
        if found is None:
            progress("reading the text track", None)
            found = _found_out(video, media, track, audio)
            shelf.put(key, found)
        if found.cues:
            return {**answer, "text": asdict(track), "cues": [[cue.start, cue.end, cue.text] for cue in found.cues]}
    return answer


def outlook_of(arguments: Arguments, progress: Progress) -> Answer:
    """Return what `reference_of` will most likely find, from the head of the file and what is kept alone.

    `audio` is the track that would be listened to, `heard` says that it was already, `tracks` are all audio tracks, `text`
    is the text track that would be read, or None.
    """
    video, media, audio, heard = _looked_at(arguments)
    answer: Answer = {"tracks": [asdict(one) for one in media.audio], "audio": asdict(audio), "heard": heard, "text": None}
    if heard or not _SHORTEST_FILM_S <= media.duration_s <= LONGEST_S or _reader(media) is None:
        return answer
    shelf = _shelf(arguments)
    for track in _candidates(media, audio, arguments):
        found = shelf.get(_key(video, track, audio))
        if found is None or found.cues:
            return {**answer, "text": asdict(track)}
    return answer


def kept_lines(arguments: Arguments, index: int) -> tuple[Cue, ...] | None:
    """Return the lines of a text track as `reference_of` gave them, from what is kept; None when it is not known any more.

    Raises OperationFailed as `probe`.
    """
    video = str(arguments["video"])
    media = probe(video)
    audio = choose_audio(media.audio, languages_of(arguments))
    track = next((one for one in media.text_tracks if one.index == index), None)
    found = _shelf(arguments).get(_key(video, track, audio)) if track is not None else None
    return found.cues if found is not None and found.cues else None


def _looked_at(arguments: Arguments) -> tuple[str, Media, AudioTrack, bool]:
    video = str(arguments["video"])
    media = probe(video)
    audio = choose_audio(media.audio, languages_of(arguments))
    folder = arguments.get("cache")
    return video, media, audio, bool(folder) and _is_heard(SpeechCache(str(folder)), video, audio, arguments)


def _is_heard(cache: SpeechCache, video: str, audio: AudioTrack, arguments: Arguments) -> bool:
    wanted = str(arguments.get("detector") or "auto")
    detectors = {"bands": (DETECTOR,), "silero": (silero.DETECTOR,)}.get(wanted, (DETECTOR, silero.DETECTOR))
    try:
        return any(cache.get(cache.key(video, audio.position, one)) is not None for one in detectors)
    except OSError as error:
        raise unreadable(error) from None


def _candidates(media: Media, audio: AudioTrack, arguments: Arguments) -> list[TextTrack]:
    return rank_texts(media.text_tracks, audio.language, languages_of(arguments))[:_MOST_TRACKS]


def _found_out(video: str, media: Media, track: TextTrack, audio: AudioTrack) -> Found:
    cues = read_text(video, media, track)
    if cues is None:
        return Found(why="not indexed")
    lines = usable_lines(cues)
    if len(lines) < REFERENCE_LINES or float(lines.end.max()) - float(lines.start[0]) < COVERED * media.duration_s:
        return Found(why="sparse")
    try:
        moved = offset_heard(video, audio, cues, media.duration_s)
    except OperationFailed as error:
        return Found(why=error.code)
    if moved is None:
        return Found(why="off")
    return Found(tuple(Cue(cue.start + moved, cue.end + moved, cue.text) for cue in cues))


def read_text(video: str, media: Media, track: TextTrack) -> list[Cue] | None:
    """Return the lines of a text track (ms on the video's clock) in order; None when that means reading the film.

    Raises OperationFailed as `open_media`.
    """
    reader = _reader(media)
    if reader is None:
        return None
    with open_media(video) as container:
        base = max(0, container.start_time or 0) // 1000
        packets = reader(video, container, track)
    if packets is None:
        return None
    latest = round((media.duration_s + _BEYOND_S) * 1000)
    kept = sorted({packet for packet in packets if 0 <= packet.at - base <= latest}, key=lambda packet: packet.at)
    return list(_cues(kept, track.codec, base))


@dataclass(frozen=True, slots=True)
class _Packet:
    """When a packet is due and how long it stays (ms on the file's clock; None: not said), and what it holds."""

    at: int
    lasts: int | None
    data: bytes


Reader = Callable[[str, av.container.InputContainer, TextTrack], list[_Packet] | None]


def _reader(media: Media) -> Reader | None:
    """Return how the packets of a single track are read, None where that means reading the film."""
    forms = media.container.split(",")
    if "matroska" in forms:
        return _by_index
    return _by_samples if "mov" in forms else None


def _by_index(video: str, container: av.container.InputContainer, track: TextTrack) -> list[_Packet] | None:
    # What is said in a line matters only where many are lettering or descriptions of sounds.
    contents = track.codec in _STYLED or track.hearing_impaired or bool(re.search(r"\b(?:sdh|cc|hi)\b", track.title, re.I))
    try:
        blocks = indexed_blocks(video, track.position, _MOST_CUES, contents=contents)
    except OSError as error:
        raise unreadable(error) from None
    return None if blocks is None else [_Packet(block.at, block.lasts, block.data) for block in blocks]


def _by_samples(video: str, container: av.container.InputContainer, track: TextTrack) -> list[_Packet] | None:
    """Let libavformat pass over all other tracks: MP4 says where every sample lies."""
    wanted = container.streams[track.position]
    for stream in container.streams:
        if stream is not wanted:
            stream.discard = Discard.all
    found: list[_Packet] = []
    for packet in _demuxed(container, track.position):
        unit = float(packet.time_base or 0) * 1000
        if packet.pts is None or not 2 < packet.size <= _LARGEST_PACKET:
            continue
        # Two bytes of length, the text, boxes of styles (3GPP TS 26.245, 5.17); a lone length is a pause.
        data = bytes(packet)
        text = data[2 : 2 + int.from_bytes(data[:2], "big")]
        found.append(_Packet(round(packet.pts * unit), round((packet.duration or 0) * unit) or None, text))
        if len(found) > _MOST_CUES:
            return None
    return found


def _demuxed(container: av.container.InputContainer, position: int) -> Iterator[Packet[Stream]]:
    damaged = 0
    packets = container.demux(container.streams[position])
    while damaged < _MOST_DAMAGED:
        try:
            yield next(packets)
        except (StopIteration, EOFError):
            return
        except (av.error.FFmpegError, OSError, ValueError):
            damaged += 1
            packets = container.demux(container.streams[position])


def _cues(packets: Sequence[_Packet], codec: str, base: int) -> Iterator[Cue]:
    for number, packet in enumerate(packets):
        text = packet.data.decode("utf-8", "replace")
        if codec in _STYLED:
            fields = text.split(",", _FIELDS)
            text = fields[_FIELDS] if len(fields) > _FIELDS else ""
            if not text or _LETTERING.search(text):
                continue
        following = packets[number + 1].at if number + 1 < len(packets) else packet.at + _ALONE_MS
        lasts = packet.lasts or min(max(following - packet.at, 1), _ALONE_MS)
        start = packet.at - base
        yield Cue(start, start + min(lasts, _LONGEST_MS), text)


def _key(video: str, track: TextTrack, audio: AudioTrack) -> str:
    try:
        return SpeechCache("").key(video, track.position, f"{_READING}:{audio.position}")
    except OSError as error:
        raise unreadable(error) from None


def _shelf(arguments: Arguments) -> Shelf:
    return Shelf(str(arguments.get("cache") or ""))
