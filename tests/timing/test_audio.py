"""Audio in step with the file's clock, whatever the file does."""

from __future__ import annotations

import tracemalloc
import wave
from pathlib import Path

import numpy as np
import pytest

from synctui.errors import OperationFailed
from synctui.model.library import AudioTrack
from synctui.timing.audio import BLOCK_S, AudioReader, Samples
from synctui.timing.media import probe
from tests.timing.films import RATE, film, write_media


def tone(seconds: float, hertz: float = 440.0) -> Samples:
    return (np.sin(np.arange(round(seconds * RATE)) * 2 * np.pi * hertz / RATE) * 0.5).astype(np.float32)


def read(path: Path) -> tuple[Samples, float, AudioReader]:
    reader = AudioReader(str(path), probe(str(path)).audio[0])
    samples = np.concatenate(list(reader))
    return samples, reader.start_s, reader


def write_wave(path: Path, channels: Samples, rate: int) -> None:
    """Write samples [channels, n] as WAV."""
    with wave.open(str(path), "wb") as out:
        out.setnchannels(len(channels))
        out.setsampwidth(2)
        out.setframerate(rate)
        out.writeframes((channels.T * 32767).astype("<i2").tobytes())


def level_db(samples: Samples) -> float:
    return float(10 * np.log10(np.mean(samples.astype(float) ** 2) + 1e-20))


def loud(samples: Samples) -> list[bool]:
    """Return for every tenth of a second whether there is sound."""
    tenth = RATE // 10
    cut = samples[: len(samples) // tenth * tenth].reshape(-1, tenth)
    return [bool(value) for value in np.sqrt((cut**2).mean(axis=1)) > 0.05]


def test_gaps_become_silence_and_overlaps_are_dropped(tmp_path: Path) -> None:
    write_media(tmp_path / "gap.mkv", [(0.0, tone(1)), (3.0, tone(1))])
    samples, start, _ = read(tmp_path / "gap.mkv")
    assert start == 0
    assert len(samples) == pytest.approx(4 * RATE, abs=200)
    assert loud(samples)[2:8] == [True] * 6
    assert loud(samples)[12:28] == [False] * 16
    assert loud(samples)[32:38] == [True] * 6

    # No muxer writes time stamps that run backwards: two recordings in one file do.
    for name, begin, seconds in (("a", 100.0, 2.0), ("b", 101.5, 1.0)):
        write_media(tmp_path / name, [(begin, tone(seconds))], codec="mp2", container="mpegts")
    both = tmp_path / "overlap.ts"
    both.write_bytes((tmp_path / "a").read_bytes() + (tmp_path / "b").read_bytes())
    samples, _, _ = read(both)
    assert len(samples) / RATE == pytest.approx(2.5, abs=0.12)


def test_small_jitter_is_no_gap(tmp_path: Path) -> None:
    pieces = [(n * 0.5 + (0.03 if n % 2 else 0.0), tone(0.5)) for n in range(8)]
    write_media(tmp_path / "jitter.mkv", pieces)
    samples, _, _ = read(tmp_path / "jitter.mkv")
    assert len(samples) == 4 * RATE
    assert all(loud(samples))


def test_jitter_does_not_add_up(tmp_path: Path) -> None:
    """Thirty pieces, each 20 ms later than the samples before say: the end is where its time stamp says."""
    write_media(tmp_path / "slow.mkv", [(n * 0.52, tone(0.5)) for n in range(30)])
    samples, _, _ = read(tmp_path / "slow.mkv")
    assert len(samples) / RATE == pytest.approx(29 * 0.52 + 0.5, abs=0.06)


@pytest.mark.parametrize("seconds", [0.3, 2.0])
def test_a_late_start_is_known(tmp_path: Path, seconds: float) -> None:
    import av

    with av.open(str(tmp_path / "late.mkv"), "w") as out:
        video = out.add_stream("mpeg4", rate=25)
        video.width = video.height = 64
        sound = out.add_stream("pcm_s16le", rate=RATE, layout="mono")
        for n in range(50):
            picture = av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8))
            picture.pts = n
            out.mux(video.encode(picture))
        frame = av.AudioFrame.from_ndarray((tone(seconds) * 32767).astype(np.int16)[None, :], format="s16", layout="mono")
        frame.sample_rate, frame.pts = RATE, RATE // 2
        out.mux(sound.encode(frame))
        out.mux([*video.encode(None), *sound.encode(None)])
    _, start, _ = read(tmp_path / "late.mkv")
    assert start == pytest.approx(0.5, abs=0.01)


def test_a_transport_stream_counts_from_its_own_start(tmp_path: Path) -> None:
    write_media(tmp_path / "film.ts", [(100.0, tone(2)), (103.0, tone(1))], codec="mp2", container="mpegts")
    samples, start, _ = read(tmp_path / "film.ts")
    assert start == pytest.approx(0.0, abs=0.05)
    assert len(samples) / RATE == pytest.approx(4.0, abs=0.15)


def test_a_clock_that_breaks_does_not_swallow_the_rest(tmp_path: Path) -> None:
    write_media(tmp_path / "broken.mkv", [(0.0, tone(2)), (9_000.0, tone(2)), (9_003.0, tone(1))])
    samples, _, _ = read(tmp_path / "broken.mkv")
    assert len(samples) / RATE == pytest.approx(6.0, abs=0.1)


def test_damage_is_survived_in_step(tmp_path: Path) -> None:
    path = tmp_path / "film.ts"
    write_media(path, [(0.0, tone(60))], codec="mp2", container="mpegts")
    raw = bytearray(path.read_bytes())
    rng = np.random.default_rng(5)
    for at in rng.integers(20_000, len(raw) - 20_000, 40):
        raw[at : at + 300] = rng.bytes(300)
    path.write_bytes(raw)
    samples, _, _ = read(path)
    assert len(samples) / RATE == pytest.approx(60, abs=0.5)
    assert np.mean(loud(samples)) > 0.7


def test_a_truncated_file_gives_what_there_is(tmp_path: Path) -> None:
    path = tmp_path / "film.mkv"
    write_media(path, [(0.0, tone(40))], codec="flac")
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])
    samples, _, _ = read(path)
    assert 10 < len(samples) / RATE < 30


@pytest.mark.parametrize("codec", ["flac", "pcm_s16le"], ids=["named channels", "unnamed channels"])
def test_surround_listens_to_the_centre(tmp_path: Path, codec: str) -> None:
    channels = np.stack([tone(2, 300)] * 2 + [np.zeros(2 * RATE, np.float32)] * 4)
    channels[2] = tone(2, 1000)
    write_media(tmp_path / "film.mkv", [(0.0, channels)], codec=codec, layout="5.1")
    samples, _, _ = read(tmp_path / "film.mkv")
    spectrum = np.abs(np.fft.rfft(samples[:RATE]))
    assert spectrum[1000] > 1.8 * spectrum[300]
    mute = channels.copy()
    mute[2] = 0
    write_media(tmp_path / "mute.mkv", [(0.0, mute)], codec=codec, layout="5.1")
    samples, _, _ = read(tmp_path / "mute.mkv")
    assert all(loud(samples)[:18]), "speech that is not in the centre is still heard"


def test_blocks_are_bounded_and_progress_rises(tmp_path: Path) -> None:
    picture = film(1, 3.0)
    write_media(tmp_path / "film.mkv", [(0.0, picture.samples)], codec="flac")
    told: list[float] = []
    reader = AudioReader(str(tmp_path / "film.mkv"), probe(str(tmp_path / "film.mkv")).audio[0], told.append)
    sizes = [len(block) for block in reader]
    assert max(sizes) == BLOCK_S * RATE
    assert sum(sizes) == pytest.approx(len(picture.samples), abs=100)
    assert told == sorted(told)
    assert len(told) > 2
    assert 0 < told[0] < told[-1] <= 1


def test_only_the_chosen_stream_is_heard(tmp_path: Path) -> None:
    write_media(tmp_path / "two.mkv", [(0.0, tone(1))], tracks=({"language": "eng"}, {"language": "ger"}))
    second = probe(str(tmp_path / "two.mkv")).audio[1]
    assert len(np.concatenate(list(AudioReader(str(tmp_path / "two.mkv"), second)))) == RATE
    with pytest.raises(OperationFailed) as caught:
        list(AudioReader(str(tmp_path / "two.mkv"), AudioTrack(index=7, position=7)))
    assert caught.value.code == "no_audio"


def test_a_stream_that_changes_rate_and_layout_is_heard_on(tmp_path: Path) -> None:
    write_media(tmp_path / "a", [(100.0, tone(2.5))], codec="mp2", container="mpegts")
    write_media(tmp_path / "b", [(102.5, np.stack([tone(2)] * 2))], codec="mp2", container="mpegts", layout="stereo")
    both = tmp_path / "film.ts"
    both.write_bytes((tmp_path / "a").read_bytes() + (tmp_path / "b").read_bytes())
    samples, _, reader = read(both)
    assert len(samples) / RATE == pytest.approx(4.5, abs=0.15)
    assert all(loud(samples)[1:-3])
    assert reader.damaged == 0


@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_the_band_of_speech_is_kept_and_nothing_is_mirrored_into_it(tmp_path: Path, rate: int) -> None:
    time = np.arange(3 * rate) / rate
    heard = {}
    for hertz in (300, 6_000, 9_500, 11_000, 14_000):
        both = np.stack([0.5 * np.sin(2 * np.pi * hertz * time)] * 2).astype(np.float32)
        write_wave(tmp_path / "tone.wav", both, rate)
        heard[hertz] = level_db(read(tmp_path / "tone.wav")[0][RATE // 4 : -RATE // 4])
    assert heard[6_000] == pytest.approx(heard[300], abs=0.2)
    assert max(heard[9_500], heard[11_000], heard[14_000]) < heard[300] - 70


def test_how_the_stream_is_cut_into_frames_makes_no_difference(tmp_path: Path) -> None:
    noise = (np.random.default_rng(3).standard_normal(5 * RATE) * 0.1).astype(np.float32)
    for name, step in (("short", 16), ("long", len(noise))):
        write_media(tmp_path / name, [(at / RATE, noise[at : at + step]) for at in range(0, len(noise), step)])
    short, long = read(tmp_path / "short")[0], read(tmp_path / "long")[0]
    assert len(short) == len(long) == len(noise)
    assert np.array_equal(short, long)
    assert np.allclose(long, noise, atol=1e-4)


def test_both_sides_of_stereo_count_alike(tmp_path: Path) -> None:
    silence = np.zeros(2 * RATE, np.float32)
    levels = []
    for name, sides in (("left", (tone(2), silence)), ("right", (silence, tone(2)))):
        write_media(tmp_path / name, [(0.0, np.stack(sides))], codec="flac", layout="stereo")
        levels.append(level_db(read(tmp_path / name)[0]))
    assert levels[0] == pytest.approx(levels[1], abs=0.01)
    assert levels[0] > level_db(tone(2)) - 4


def test_loud_sides_of_surround_do_not_clip(tmp_path: Path) -> None:
    channels = np.zeros((6, 2 * RATE), np.float32)
    channels[:2] = tone(2) * 1.9
    write_media(tmp_path / "film.mkv", [(0.0, channels)], codec="flac", layout="5.1")
    samples = read(tmp_path / "film.mkv")[0]
    assert np.abs(samples - tone(2) * 0.95).max() < 1e-3


@pytest.mark.parametrize("rate", [1, 50, 500_000])
def test_a_rate_that_damage_invented_stays_in_bounds(tmp_path: Path, rate: int) -> None:
    import av

    with av.open(str(tmp_path / "odd.flac"), "w") as out:
        stream = out.add_stream("flac", rate=rate, layout="mono", options={"frame_size": "4000"})
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 4_000), np.int16), format="s16", layout="mono")
        frame.sample_rate, frame.pts = rate, 0
        out.mux([*stream.encode(frame), *stream.encode(None)])
    tracemalloc.start()
    sizes = [len(block) for block in AudioReader(str(tmp_path / "odd.flac"), AudioTrack(index=0, position=0))]
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 20e6
    assert max(sizes) <= BLOCK_S * RATE
    assert sum(sizes) == pytest.approx(4_000 * RATE / rate, abs=100)


def test_what_is_no_number_becomes_silence(tmp_path: Path) -> None:
    import av

    samples = tone(2)
    samples[1000:1010], samples[2000], samples[3000] = np.nan, np.inf, -np.inf
    with av.open(str(tmp_path / "film.mkv"), "w") as out:
        stream = out.add_stream("pcm_f32le", rate=RATE, layout="mono")
        frame = av.AudioFrame.from_ndarray(samples[None, :], format="flt", layout="mono")
        frame.sample_rate, frame.pts = RATE, 0
        out.mux([*stream.encode(frame), *stream.encode(None)])
    heard, _, _ = read(tmp_path / "film.mkv")
    assert len(heard) == len(samples)
    assert np.isfinite(heard).all()
    assert all(loud(heard)[4:])


def test_a_codec_that_nobody_knows_is_no_audio(tmp_path: Path) -> None:
    path = tmp_path / "film.mkv"
    write_media(path, [(0.0, tone(1))])
    path.write_bytes(path.read_bytes().replace(b"A_PCM/INT/LIT", b"A_XYZ/INT/LIT"))
    with pytest.raises(OperationFailed) as caught:
        list(AudioReader(str(path), AudioTrack(index=0, position=0)))
    assert caught.value.code == "no_audio"
