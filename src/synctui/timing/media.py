"""What a media file holds, read without trusting its name or its contents."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Sequence
from dataclasses import dataclass

import av
import av.container
import av.error
from av.stream import Disposition

from synctui.errors import OperationFailed
from synctui.model.library import AudioTrack
from synctui.text import display

# Only real containers: a playlist or a concatenation script named .mkv would make libavformat open other files.
FORMATS = (
    "matroska,mov,avi,mpegts,mpeg,mpegvideo,flv,asf,ogg,rm,wtv,mxf,nut,wav,w64,flac,mp3,aac,ac3,eac3,dts,truehd,aiff,caf"
)
_OPTIONS = {"format_whitelist": FORMATS, "protocol_whitelist": "file", "enable_drefs": "0"}
_OPEN_TIMEOUT_S = 60.0
_ASIDE = re.compile(r"comment|audio.?descri|descriptive|\bdescription\b|director|narrat(ion|ed) for|isolated|karaoke", re.I)
_DUBBED = re.compile(r"\bdub(bed|bing)?\b|synchro|doubl", re.I)
_PARTIAL = re.compile(r"forced|foreign|\bsigns?\b|\bsongs?\b|lyrics", re.I)
_ORIGINAL = re.compile(r"\borig(inal)?\b", re.I)
_ASIDE_FLAGS = (
    Disposition.comment | Disposition.visual_impaired | Disposition.descriptions | Disposition.karaoke | Disposition.lyrics
)


@dataclass(frozen=True, slots=True)
class TextTrack:
    """A text subtitle stream; `index` counts subtitle streams from 0, `position` all streams."""

    index: int
    position: int
    codec: str = ""
    language: str | None = None
    title: str = ""
    default: bool = False
    forced: bool = False
    hearing_impaired: bool = False


@dataclass(frozen=True, slots=True)
class Media:
    """A media file: its duration in seconds (0 when unknown), its audio tracks, its text subtitles, libavformat's name."""

    duration_s: float
    audio: tuple[AudioTrack, ...] = ()
    text_tracks: tuple[TextTrack, ...] = ()
    container: str = ""


def unreadable(error: OSError) -> OperationFailed:
    """Return what to raise where a video cannot be read."""
    return OperationFailed(f"the video cannot be read: {error.strerror}", code="video_unreadable")


def open_media(path: str) -> av.container.InputContainer:
    """Open a media file for reading; nothing but this one file is read.

    Raises OperationFailed: `gone`, `permission`, `not_regular_file`, `video_unreadable`.
    """
    shown = display(os.path.basename(path), 80)
    try:
        mode = os.stat(path).st_mode
    except (FileNotFoundError, NotADirectoryError):
        raise OperationFailed(f"{shown} is not there any more", code="gone") from None
    except (OSError, ValueError) as error:
        raise OperationFailed(f"{shown} cannot be read: {error}", code="video_unreadable") from None
    if not stat.S_ISREG(mode):
        raise OperationFailed(f"{shown} is not a regular file", code="not_regular_file")
    if not os.access(path, os.R_OK):
        raise OperationFailed(f"no permission to read {shown}", code="permission", hint="check its owner and mode")
    # `file:` with an absolute path: a name is then never taken for an option, a protocol or a number pattern.
    url = "file:" + os.path.abspath(path)
    try:
        return av.open(url, "r", options=dict(_OPTIONS), metadata_errors="replace", timeout=(_OPEN_TIMEOUT_S, None))
    except (av.error.FFmpegError, OSError, ValueError) as error:
        detail = getattr(error, "strerror", None) or type(error).__name__
        raise OperationFailed(
            f"{shown} cannot be read as audio or video: {detail}", code="video_unreadable", hint="is it complete?"
        ) from None


def probe(path: str) -> Media:
    """Return what the file holds.

    Raises OperationFailed as `open_media`, and `no_audio` when there is no audio track.
    """
    media = describe(path)
    if not media.audio:
        raise OperationFailed(f"{display(os.path.basename(path), 80)} has no audio track", code="no_audio")
    return media


def describe(path: str) -> Media:
    """Return what the file holds, be it without audio. Raises OperationFailed as `open_media`."""
    with open_media(path) as container:
        return _describe(container)


def _describe(container: av.container.InputContainer) -> Media:
    audio: list[AudioTrack] = []
    texts: list[TextTrack] = []
    longest = 0.0
    for stream in container.streams:
        if stream.duration and stream.time_base:
            longest = max(longest, float(stream.duration * stream.time_base))
        flags, title = stream.disposition, stream.metadata.get("title", "")
        codec = stream.codec_context.name if stream.codec_context is not None else ""
        if stream.type == "audio" and codec:
            aside = bool(flags & _ASIDE_FLAGS) or bool(_ASIDE.search(title))
            audio.append(
                AudioTrack(
                    index=len(audio),
                    position=stream.index,
                    codec=codec,
                    channels=int(getattr(stream.codec_context, "channels", 0) or 0),
                    language=_language(stream.language),
                    title=title,
                    default=bool(flags & Disposition.default),
                    original=bool(flags & Disposition.original) or bool(_ORIGINAL.search(title)),
                    commentary=aside,
                    dubbed=bool(flags & Disposition.dub) or bool(_DUBBED.search(title)),
                )
            )
        elif stream.type == "subtitle":
            texts.append(
                TextTrack(
                    index=len(texts),
                    position=stream.index,
                    codec=codec,
                    language=_language(stream.language),
                    title=title,
                    default=bool(flags & Disposition.default),
                    forced=bool(flags & Disposition.forced) or "forced" in title.lower(),
                    hearing_impaired=bool(flags & Disposition.hearing_impaired),
                )
            )
    duration = container.duration / 1e6 if container.duration else longest
    text_codecs = ("subrip", "srt", "ass", "ssa", "mov_text", "webvtt", "text")
    kept = tuple(track for track in texts if track.codec in text_codecs)
    return Media(max(0.0, duration), tuple(audio), kept, container.format.name)


def _language(code: str | None) -> str | None:
    return None if code in (None, "", "und", "unk", "mis", "zxx") else code


def choose_audio(tracks: Sequence[AudioTrack], languages: Sequence[str] = ()) -> AudioTrack:
    """Return the track whose speech the subtitles were most likely made for.

    In this order: no commentary or description; flagged as the original; not flagged as dubbed; the subtitle's
    language (`languages`, best first); the default flag; the first. Raises OperationFailed(no_audio) without tracks.
    """
    if not tracks:
        raise OperationFailed("no audio track", code="no_audio")
    return min(tracks, key=lambda track: _rank(track, languages))


def why_chosen(tracks: Sequence[AudioTrack], languages: Sequence[str] = ()) -> str:
    """Return in words what sets the track that `choose_audio` returns apart from the next best."""
    first, *others = sorted(_rank(track, languages) for track in tracks)
    if not others:
        return "the only one"
    return next(words for words, one, other in zip(_WHY, first, others[0], strict=True) if one != other)


def rank_texts(tracks: Sequence[TextTrack], spoken: str | None, languages: Sequence[str] = ()) -> list[TextTrack]:
    """Return the tracks that hold all that is said, the one whose lines are most likely where it is said first.

    In this order: the language of the audio (`spoken`); the subtitle's (`languages`); no descriptions of sounds; the default
    flag; the first. Forced tracks, signs, songs and commentaries are left out.
    """
    wanted = [_primary(code) for code in languages]

    def rank(track: TextTrack) -> tuple[bool, bool, bool, bool, int]:
        written = _primary(track.language or "")
        said = bool(written) and written == _primary(spoken or "")
        return not said, written not in wanted, track.hearing_impaired, not track.default, track.index

    whole = [one for one in tracks if not (one.forced or _PARTIAL.search(one.title) or _ASIDE.search(one.title))]
    return sorted(whole, key=rank)


def _rank(track: AudioTrack, languages: Sequence[str]) -> tuple[bool, bool, bool, int, bool, int]:
    wanted = [_primary(code) for code in languages]
    spoken = _primary(track.language or "")
    place = wanted.index(spoken) if spoken in wanted else len(wanted)
    return track.commentary, not track.original, track.dubbed, place, not track.default, track.index


_WHY = (
    "the only one that is no commentary",
    "marked as the original",
    "the only one that is not dubbed",
    "in the language of the subtitle",
    "marked as the default",
    "the first",
)


# ISO 639-2 (both kinds) to 639-1 for the languages that media files usually name; others compare as they are written.
_TWO_LETTERS = {
    three: two
    for two, threes in {
        "ar": "ara", "bg": "bul", "bn": "ben", "ca": "cat", "cs": "cze ces", "da": "dan", "de": "ger deu", "el": "gre ell",
        "en": "eng", "es": "spa", "et": "est", "fa": "per fas", "fi": "fin", "fr": "fre fra", "he": "heb", "hi": "hin",
        "hr": "hrv", "hu": "hun", "id": "ind", "is": "ice isl", "it": "ita", "ja": "jpn", "ko": "kor", "lt": "lit",
        "lv": "lav", "ms": "may msa", "nl": "dut nld", "no": "nor nob nno nb nn", "pl": "pol", "pt": "por", "ro": "rum ron",
        "ru": "rus", "sk": "slo slk", "sl": "slv", "sr": "srp", "sv": "swe", "ta": "tam", "te": "tel", "th": "tha",
        "tr": "tur", "uk": "ukr", "vi": "vie", "zh": "chi zho cmn yue",
    }.items()
    for three in threes.split()
}  # fmt: skip


def _primary(code: str) -> str:
    first = code.replace("_", "-").split("-")[0].lower()
    return _TWO_LETTERS.get(first, first)
