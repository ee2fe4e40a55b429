"""Single blocks of a track of a Matroska file, found by its index: nothing is read but the index and what it leads to.

libavformat reads a Matroska file from end to end to find the packets of one track. The index of the file (`Cues`) names the
place of every block of a subtitle track when mkvmerge or libavformat wrote it. IDs and their meaning: RFC 9559; how numbers
are written: RFC 8794.
"""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

_EBML, _SEGMENT, _CLUSTER = 0x1A45DFA3, 0x18538067, 0x1F43B675
_SEEK_HEAD, _SEEK, _SEEK_ID, _SEEK_POSITION = 0x114D9B74, 0x4DBB, 0x53AB, 0x53AC
_INFO, _TIMESTAMP_SCALE = 0x1549A966, 0x2AD7B1
_TRACKS, _TRACK, _TRACK_NUMBER, _TRACK_TYPE, _CODEC = 0x1654AE6B, 0xAE, 0xD7, 0x83, 0x86
_ENCODINGS, _ENCODING, _ENCRYPTION, _COMPRESSION = 0x6D80, 0x6240, 0x5035, 0x5034
_ALGORITHM, _SETTINGS = 0x4254, 0x4255
_CUES, _POINT, _TIME, _POSITIONS = 0x1C53BB6B, 0xBB, 0xB3, 0xB7
_CUE_TRACK, _CUE_CLUSTER, _CUE_RELATIVE, _CUE_DURATION = 0xF7, 0xF1, 0xF0, 0xB2
_GROUP, _BLOCK, _SIMPLE, _BLOCK_DURATION = 0xA0, 0xA1, 0xA3, 0x9B

_HEAD = 12
_UNKNOWN = -1
_MOST_ELEMENTS = 256
_LARGEST_PART = 64 << 20
_LARGEST_BLOCK = 64 << 10
_FIRST_READ = 1024
_HEADER_STRIPPING = 3
_STREAMS = (1, 2, 0x11, 0x21)
"""The track types (video, audio, subtitle, metadata) that libavformat counts as streams."""


@dataclass(frozen=True, slots=True)
class Block:
    """What a block holds, and when it is due: `at` and `lasts` in milliseconds; `lasts` is None where it is not said."""

    at: int
    lasts: int | None
    data: bytes


@dataclass(frozen=True, slots=True)
class _Element:
    """An element in a buffer or a file: its ID, and where its content begins and ends."""

    id: int
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class _Place:
    time: int
    lasts: int | None
    cluster: int
    relative: int


@dataclass(frozen=True, slots=True)
class _Track:
    """A track's number, and how the content of its blocks is stored; not `plain`: in a way that is not read here."""

    number: int
    plain: bool = True
    deflated: bool = False
    prefix: bytes = b""


def indexed_blocks(path: str, position: int, most: int, *, contents: bool = True) -> list[Block] | None:
    """Return the blocks of a track that the index of the file names, in their order; `position` counts tracks from 0.

    Without `contents` their data is empty, and nothing but the index is read where that says how long they last. None when
    the index names no block, or more than `most`, or the file is not as the format wants it: whoever needs them has to read
    the file through. Blocks that are damaged are left out. Raises OSError.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        if hasattr(os, "posix_fadvise"):
            # Each read stands for itself: reading ahead would fetch the film piece by piece.
            os.posix_fadvise(descriptor, 0, 0, os.POSIX_FADV_RANDOM)
        return _File(descriptor).blocks(position, most, contents)
    except (ValueError, IndexError):
        return None
    finally:
        os.close(descriptor)


class _File:
    """A Matroska file, read in places."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._size = os.fstat(descriptor).st_size
        self._segment = 0

    def blocks(self, position: int, most: int, contents: bool) -> list[Block] | None:
        """Return the blocks of a track that the index names. Raises ValueError, IndexError for what is no Matroska."""
        parts = self._parts()
        if _CUES not in parts or _TRACKS not in parts:
            return None
        track = _tracks(self._part(parts[_TRACKS]))[position]
        places = list(_places(self._part(parts[_CUES]), track.number))
        if not 0 < len(places) <= most:
            return None
        unit = _scale(self._part(parts[_INFO])) / 1e6 if _INFO in parts else 1.0
        if contents or any(place.lasts is None for place in places):
            if not track.plain:
                return None
            blocks = self._read_blocks(places, track, unit)
        else:
            blocks = [Block(round(place.time * unit), round((place.lasts or 0) * unit), b"") for place in places]
        return sorted(blocks, key=lambda block: block.at)

    def _read_blocks(self, places: list[_Place], track: _Track, unit: float) -> list[Block]:
        clusters: dict[int, int] = {}
        blocks: list[Block] = []
        for place in sorted(places, key=lambda place: (place.cluster, place.relative)):
            if place.cluster not in clusters:
                clusters[place.cluster] = self._inside(self._segment + place.cluster)
            inside = clusters[place.cluster]
            content = self._content(inside + place.relative, track.number) if inside else None
            plain = _decoded(content[0], track) if content is not None else None
            if content is not None and plain is not None:
                lasts = place.lasts if content[1] is None else content[1]
                blocks.append(Block(round(place.time * unit), None if lasts is None else round(lasts * unit), plain))
        return blocks

    def _parts(self) -> dict[int, _Element]:
        """Return the top-level elements before the first cluster, and those that the seek heads name."""
        head = self._element(0)
        if head.id != _EBML or head.end == _UNKNOWN:
            raise ValueError("no Matroska")
        segment = self._element(head.end)
        if segment.id != _SEGMENT:
            raise ValueError("no Matroska")
        self._segment = segment.begin
        parts: dict[int, _Element] = {}
        at = segment.begin
        for _ in range(_MOST_ELEMENTS):
            if at >= self._size:
                break
            element = self._element(at)
            if element.id == _CLUSTER or element.end <= at:
                break
            parts.setdefault(element.id, element)
            at = element.end
        for _ in range(2):
            # The first seek head may name a second one, behind the clusters.
            if _SEEK_HEAD in parts:
                for wanted, position in _seeks(self._part(parts.pop(_SEEK_HEAD))):
                    if wanted in (_CUES, _TRACKS, _INFO, _SEEK_HEAD) and wanted not in parts:
                        element = self._element(segment.begin + position)
                        if element.id == wanted:
                            parts[wanted] = element
        return parts

    def _inside(self, at: int) -> int:
        """Return where the content of the cluster at `at` begins, 0 when there is none."""
        try:
            element = self._element(at)
        except (ValueError, IndexError):
            return 0
        return element.begin if element.id == _CLUSTER else 0

    def _content(self, at: int, track: int) -> tuple[bytes, int | None] | None:
        """Return the content of the block or group at `at`, and its duration; None when it is not one of the track's."""
        try:
            data = self._read(at, _FIRST_READ)
            element = _element(data, 0)
            if not 0 < element.end <= _LARGEST_BLOCK:
                return None
            if element.end > len(data):
                data = self._read(at, element.end)
            if element.id == _SIMPLE:
                return _of_block(data[element.begin : element.end], track), None
            if element.id != _GROUP:
                return None
            inner = {one.id: one for one in _elements(data, element.begin, element.end)}
            lasts = _number(data, inner[_BLOCK_DURATION]) if _BLOCK_DURATION in inner else None
            return (_of_block(data[inner[_BLOCK].begin : inner[_BLOCK].end], track), lasts) if _BLOCK in inner else None
        except (ValueError, IndexError):
            return None

    def _element(self, at: int) -> _Element:
        element = _element(self._read(at, _HEAD), 0)
        return _Element(element.id, at + element.begin, _UNKNOWN if element.end == _UNKNOWN else at + element.end)

    def _part(self, element: _Element) -> bytes:
        size = element.end - element.begin
        if not 0 <= size <= _LARGEST_PART:
            raise ValueError("too large")
        return self._read(element.begin, size)

    def _read(self, at: int, size: int) -> bytes:
        if not 0 <= at < self._size:
            raise ValueError("outside the file")
        return os.pread(self._descriptor, size, at)


def _element(data: bytes, at: int) -> _Element:
    """Return the element that begins at `at`; its end is `_UNKNOWN` where it is not said. Raises ValueError, IndexError."""
    width = _width(data[at], 4)
    identity = int.from_bytes(data[at : at + width], "big")
    at += width
    width = _width(data[at], 8)
    size = int.from_bytes(data[at : at + width], "big") & ((1 << 7 * width) - 1)
    begin = at + width
    return _Element(identity, begin, _UNKNOWN if size == (1 << 7 * width) - 1 else begin + size)


def _width(first: int, most: int) -> int:
    width = 9 - first.bit_length()
    if width > most:
        raise ValueError("no such number")
    return width


def _elements(data: bytes, begin: int, end: int) -> Iterator[_Element]:
    """Yield the elements between `begin` and `end`. Raises ValueError, IndexError where they are damaged."""
    while begin < end:
        element = _element(data, begin)
        if not element.begin <= element.end <= end:
            raise ValueError("an element ends behind what holds it")
        yield element
        begin = element.end


def _number(data: bytes, element: _Element) -> int:
    if element.end - element.begin > 8:
        raise ValueError("no such number")
    return int.from_bytes(data[element.begin : element.end], "big")


def _seeks(data: bytes) -> Iterator[tuple[int, int]]:
    for seek in _elements(data, 0, len(data)):
        if seek.id == _SEEK:
            facts = {inner.id: _number(data, inner) for inner in _elements(data, seek.begin, seek.end)}
            if _SEEK_ID in facts and _SEEK_POSITION in facts:
                yield facts[_SEEK_ID], facts[_SEEK_POSITION]


def _scale(data: bytes) -> int:
    """Return how many nanoseconds a unit of time is."""
    found = [element for element in _elements(data, 0, len(data)) if element.id == _TIMESTAMP_SCALE]
    return (_number(data, found[0]) if found else 0) or 1_000_000


def _tracks(data: bytes) -> list[_Track]:
    """Return the tracks in the order in which libavformat counts them as streams."""
    tracks: list[_Track] = []
    for entry in _elements(data, 0, len(data)):
        if entry.id != _TRACK:
            continue
        inner = {element.id: element for element in _elements(data, entry.begin, entry.end)}
        if not inner.keys() >= {_TRACK_NUMBER, _TRACK_TYPE, _CODEC} or _number(data, inner[_TRACK_TYPE]) not in _STREAMS:
            continue
        number = _number(data, inner[_TRACK_NUMBER])
        tracks.append(_encoded(data, inner[_ENCODINGS], number) if _ENCODINGS in inner else _Track(number))
    return tracks


def _encoded(data: bytes, encodings: _Element, number: int) -> _Track:
    found = [one for one in _elements(data, encodings.begin, encodings.end) if one.id == _ENCODING]
    inner = {element.id: element for element in _elements(data, found[0].begin, found[0].end)} if len(found) == 1 else {}
    if _ENCRYPTION in inner or _COMPRESSION not in inner:
        return _Track(number, plain=not found)
    facts = {one.id: one for one in _elements(data, inner[_COMPRESSION].begin, inner[_COMPRESSION].end)}
    algorithm = _number(data, facts[_ALGORITHM]) if _ALGORITHM in facts else 0
    if algorithm == _HEADER_STRIPPING:
        settings = facts.get(_SETTINGS)
        return _Track(number, prefix=data[settings.begin : settings.end] if settings else b"")
    return _Track(number, plain=algorithm == 0, deflated=True)


def _decoded(data: bytes, track: _Track) -> bytes | None:
    if not track.deflated:
        return track.prefix + data
    try:
        return zlib.decompressobj().decompress(data, _LARGEST_BLOCK)
    except zlib.error:
        return None


def _places(data: bytes, track: int) -> Iterator[_Place]:
    for point in _elements(data, 0, len(data)):
        if point.id != _POINT:
            continue
        inner = list(_elements(data, point.begin, point.end))
        time = next((_number(data, element) for element in inner if element.id == _TIME), 0)
        for element in inner:
            if element.id != _POSITIONS:
                continue
            facts = {one.id: one for one in _elements(data, element.begin, element.end)}
            if _CUE_TRACK not in facts or _number(data, facts[_CUE_TRACK]) != track:
                continue
            if _CUE_CLUSTER not in facts or _CUE_RELATIVE not in facts:
                # Only the cluster is known: finding the block in it means reading much of the film.
                return
            lasts = _number(data, facts[_CUE_DURATION]) if _CUE_DURATION in facts else None
            yield _Place(time, lasts, _number(data, facts[_CUE_CLUSTER]), _number(data, facts[_CUE_RELATIVE]))


def _of_block(data: bytes, track: int) -> bytes:
    """Return the content of a block of that track, which is not laced: number, two bytes of time, flags, content."""
    width = _width(data[0], 8)
    number = int.from_bytes(data[:width], "big") & ((1 << 7 * width) - 1)
    if number != track or data[width + 2] & 0x06:
        raise ValueError("a block of another track")
    return data[width + 3 :]
