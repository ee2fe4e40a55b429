"""Speech tracks on disk."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from synctui.timing.cache import SpeechCache
from synctui.timing.speech import SpeechTrack


def track(frames: int = 5_000, seed: int = 1) -> SpeechTrack:
    noise = np.random.default_rng(seed).integers(0, 256, (2, frames)).astype(np.uint8)
    return SpeechTrack(noise[0], 0.25, "test-1", 0.07, noise[1])


def test_what_is_kept_comes_back(tmp_path: Path) -> None:
    cache = SpeechCache(str(tmp_path / "new" / "folder"))
    assert cache.get("k") is None
    cache.put("k", track())
    back = cache.get("k")
    assert back is not None
    assert np.array_equal(back.probability, track().probability)
    assert back.level is not None
    assert np.array_equal(back.level, np.random.default_rng(1).integers(0, 256, (2, 5_000))[1])
    assert (back.start_s, back.detector, back.early_s) == (0.25, "test-1", 0.07)


def test_a_track_without_a_level_is_kept_too(tmp_path: Path) -> None:
    cache = SpeechCache(str(tmp_path))
    cache.put("k", SpeechTrack(np.arange(200, dtype=np.uint8)))
    back = cache.get("k")
    assert back is not None
    assert back.level is None
    assert len(back.probability) == 200


def test_the_key_follows_the_contents_not_the_name(tmp_path: Path) -> None:
    cache = SpeechCache(str(tmp_path))
    path = tmp_path / "film.mkv"
    path.write_bytes(b"x" * 300_000)
    first = cache.key(str(path), 1)
    path.rename(tmp_path / "other.mkv")
    other = tmp_path / "other.mkv"
    assert cache.key(str(other), 1) == first
    assert cache.key(str(other), 2) != first
    assert cache.key(str(other), 1, "detector-9") != first
    facts = other.stat()
    with other.open("r+b") as file:
        file.seek(299_000)
        file.write(b"y")
    os.utime(other, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert cache.key(str(other), 1) != first, "a tail that changed under an old time stamp"


def test_a_damaged_file_is_a_miss(tmp_path: Path) -> None:
    cache = SpeechCache(str(tmp_path))
    cache.put("k", track())
    (path,) = tmp_path.iterdir()
    whole = path.read_bytes()
    rng = np.random.default_rng(3)
    for _ in range(200):
        broken = bytearray(whole)
        broken[int(rng.integers(len(broken)))] ^= int(rng.integers(1, 256))
        path.write_bytes(broken)
        back = cache.get("k")
        assert back is None or len(back.probability) == 5_000
    for size in (0, 1, 16, 20, 60, len(whole) - 1):
        path.write_bytes(whole[:size])
        assert cache.get("k") is None


def test_the_folder_keeps_its_cap_and_the_recently_used(tmp_path: Path) -> None:
    cache = SpeechCache(str(tmp_path), cap_bytes=120_000)
    for n in range(8):
        cache.put(f"k{n}", track(10_000, n))
        for path in tmp_path.glob("*.speech"):
            os.utime(path, (path.stat().st_mtime - 100,) * 2)
        if n >= 1:
            assert cache.get("k0") is not None
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 120_000
    assert cache.get("k7") is not None
    assert cache.get("k0") is not None
    assert cache.get("k1") is None


def test_leftovers_of_a_killed_process_go(tmp_path: Path) -> None:
    old, fresh = tmp_path / "tmpa.part", tmp_path / "tmpb.part"
    old.write_bytes(b"x")
    fresh.write_bytes(b"x")
    os.utime(old, (1, 1))
    SpeechCache(str(tmp_path)).put("k", track())
    assert not old.exists()
    assert fresh.exists(), "another process may be writing it"


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    SpeechCache(str(tmp_path / "sub")).put("k", track())


def test_a_file_in_the_place_of_the_folder(tmp_path: Path) -> None:
    (tmp_path / "cache").touch()
    cache = SpeechCache(str(tmp_path / "cache"))
    cache.put("k", track())
    assert cache.get("k") is None
