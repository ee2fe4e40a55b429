"""Speech tracks on disk, so that a video is decoded once for all of its subtitles."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import struct
import tempfile
import time
import zlib

import numpy as np

from synctui.timing.speech import DETECTOR, FPS, SpeechTrack

_MAGIC = b"SyncTUI speech 2\n"
_SUFFIX = ".speech"
_PART = ".part"
_SAMPLE = 65_536
_LARGEST = 48 * 3600 * FPS
_STALE_PART_S = 3600


class SpeechCache:
    """Tracks by what was heard: the file's contents, the stream, the detector. Safe to share between processes.

    A file that is damaged counts as missing. `cap_bytes` limits the folder; the longest unused go first.
    """

    def __init__(self, folder: str, cap_bytes: int = 256 * 1024 * 1024) -> None:
        self.folder = folder
        self.cap_bytes = cap_bytes

    def key(self, path: str, position: int, detector: str = DETECTOR) -> str:
        """Return the name of the track of stream `position` of the file; a renamed file keeps it. Raises OSError."""
        with open(path, "rb") as file:
            facts = os.fstat(file.fileno())
            head = file.read(_SAMPLE)
            file.seek(max(0, facts.st_size - _SAMPLE))
            tail = file.read(_SAMPLE)
        digest = hashlib.sha256(f"{facts.st_size}:{facts.st_mtime_ns}:{position}:{detector}:".encode())
        digest.update(hashlib.sha256(head).digest())
        digest.update(hashlib.sha256(tail).digest())
        return digest.hexdigest()[:40]

    def get(self, key: str) -> SpeechTrack | None:
        """Return the track, or None when there is none that can be read."""
        path = self._path(key)
        try:
            with open(path, "rb") as file:
                track = _unpacked(file.read(_LARGEST))
        except (OSError, ValueError, zlib.error, KeyError, TypeError, struct.error):
            return None
        with contextlib.suppress(OSError):
            os.utime(path)
        return track

    def put(self, key: str, track: SpeechTrack) -> None:
        """Keep a track; a cache that cannot be written is no cache, not an error."""
        try:
            write_whole(self._path(key), _packed(track))
            self._prune(keep=key)
        except OSError:
            return

    def _path(self, key: str) -> str:
        return os.path.join(self.folder, key + _SUFFIX)

    def _prune(self, keep: str) -> None:
        tracks: list[tuple[float, int, str]] = []
        for entry in os.scandir(self.folder):
            with contextlib.suppress(FileNotFoundError):
                facts = entry.stat(follow_symlinks=False)
                if entry.name.endswith(_PART) and time.time() - facts.st_mtime > _STALE_PART_S:
                    os.unlink(entry.path)
                elif entry.name.endswith(_SUFFIX) and entry.name != keep + _SUFFIX:
                    tracks.append((facts.st_mtime, facts.st_size, entry.path))
        held = sum(size for _, size, _ in tracks) + os.stat(self._path(keep)).st_size
        for _, size, path in sorted(tracks):
            if held <= self.cap_bytes:
                return
            with contextlib.suppress(FileNotFoundError):
                os.unlink(path)
            held -= size


def write_whole(path: str, data: bytes) -> None:
    """Put a file in its place at once, and its folder where there is none: who reads it sees all of it. Raises OSError."""
    folder = os.path.dirname(path)
    os.makedirs(folder, exist_ok=True)
    handle, part = tempfile.mkstemp(suffix=_PART, dir=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.replace(part, path)
    except BaseException:
        os.unlink(part)
        raise


def _packed(track: SpeechTrack) -> bytes:
    facts = {
        "frames": len(track.probability),
        "start_s": track.start_s,
        "early_s": track.early_s,
        "detector": track.detector,
    }
    head = json.dumps({**facts, "level": track.level is not None})
    data = track.probability.tobytes() + (b"" if track.level is None else track.level.tobytes())
    body = zlib.compress(data, 6)
    return _MAGIC + struct.pack("<II", len(head), zlib.crc32(head.encode("ascii") + body)) + head.encode("ascii") + body


def _unpacked(raw: bytes) -> SpeechTrack:
    if not raw.startswith(_MAGIC):
        raise ValueError("not a speech track")
    at = len(_MAGIC) + 8
    length, check = struct.unpack_from("<II", raw, len(_MAGIC))
    if zlib.crc32(raw[at:]) != check:
        raise ValueError("damaged")
    head = json.loads(raw[at : at + length])
    frames = int(head["frames"])
    size = frames * (2 if head["level"] else 1)
    if not 0 <= frames <= _LARGEST:
        raise ValueError("damaged")
    data = np.frombuffer(zlib.decompressobj().decompress(raw[at + length :], size + 1), np.uint8)
    if len(data) != size:
        raise ValueError("damaged")
    level = data[frames:] if head["level"] else None
    return SpeechTrack(data[:frames], float(head["start_s"]), str(head["detector"]), float(head["early_s"]), level)
