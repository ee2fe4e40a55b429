"""Opening what may be anything, and choosing whom to listen to."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from synctui.errors import OperationFailed
from synctui.model.library import AudioTrack
from synctui.timing.media import choose_audio, probe
from tests.timing.films import RATE, write_media

TONE = np.sin(np.arange(2 * RATE) * 0.1).astype(np.float32) * 0.3


@pytest.mark.parametrize(
    "name",
    [
        "-evil.mkv",
        "a:b.mkv",
        "%03d.mkv",
        "http:x.mkv",
        "file:x.mkv",
        "pipe:0.mkv",
        "concat:a|b.mkv",
        "new\nline.mkv",
        "'quoted' $(x) *.mkv",
        os.fsdecode(b"caf\xe9.mkv"),
    ],
)
def test_any_name_opens(tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    write_media(tmp_path / "plain.mkv", [(0.0, TONE)])
    os.rename(tmp_path / "plain.mkv", os.path.join(tmp_path, name))
    monkeypatch.chdir(tmp_path)
    assert probe(name).duration_s == pytest.approx(2.0, abs=0.1)
    assert probe(os.path.join(tmp_path, name)).audio[0].codec == "pcm_s16le"


@pytest.mark.parametrize(
    "script",
    [
        "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{other}\n#EXT-X-ENDLIST\n",
        "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile://{other}\n#EXT-X-ENDLIST\n",
        "ffconcat version 1.0\nfile {name}\n",
        "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n",
        "1\n00:00:01,000 --> 00:00:02,000\nHello\n",
        "[Reference]\nRef1=file://{other}\n",
    ],
    ids=["hls", "hls-file-url", "ffconcat", "sdp", "srt", "asf-redirector"],
)
def test_a_script_that_names_other_files_is_no_video(tmp_path: Path, script: str) -> None:
    write_media(tmp_path / "other.ts", [(0.0, TONE)], codec="mp2", container="mpegts")
    assert probe(str(tmp_path / "other.ts")).audio
    trap = tmp_path / "film.mkv"
    trap.write_text(script.format(other=tmp_path / "other.ts", name="other.ts"))
    with pytest.raises(OperationFailed) as caught:
        probe(str(trap))
    assert caught.value.code == "video_unreadable"


def test_what_cannot_be_read_says_so(tmp_path: Path) -> None:
    (tmp_path / "empty.mkv").touch()
    (tmp_path / "noise.mkv").write_bytes(np.random.default_rng(1).bytes(50_000))
    (tmp_path / "folder.mkv").mkdir()
    os.mkfifo(tmp_path / "fifo.mkv")
    codes = {}
    for name in ("empty.mkv", "noise.mkv", "folder.mkv", "fifo.mkv", "missing.mkv"):
        with pytest.raises(OperationFailed) as caught:
            probe(str(tmp_path / name))
        codes[name] = caught.value.code
    assert codes == {
        "empty.mkv": "video_unreadable",
        "noise.mkv": "video_unreadable",
        "folder.mkv": "not_regular_file",
        "fifo.mkv": "not_regular_file",
        "missing.mkv": "gone",
    }


def test_a_name_with_a_nul_is_refused_not_a_crash() -> None:
    with pytest.raises(OperationFailed):
        probe("a\0b.mkv")


def test_a_video_without_audio(tmp_path: Path) -> None:
    import av

    with av.open(str(tmp_path / "mute.mkv"), "w") as out:
        stream = out.add_stream("mpeg4", rate=25)
        stream.width = stream.height = 64
        for _ in range(5):
            out.mux(stream.encode(av.VideoFrame.from_ndarray(np.zeros((64, 64, 3), np.uint8))))
        out.mux(stream.encode(None))
    with pytest.raises(OperationFailed) as caught:
        probe(str(tmp_path / "mute.mkv"))
    assert caught.value.code == "no_audio"


def test_languages_and_titles_are_read(tmp_path: Path) -> None:
    facts = ({"language": "eng", "title": "Director's commentary"}, {"language": "ger"}, {"language": "und"})
    write_media(tmp_path / "film.mkv", [(0.0, TONE)], tracks=facts)
    audio = probe(str(tmp_path / "film.mkv")).audio
    assert [(track.language, track.commentary) for track in audio] == [("eng", True), ("ger", False), (None, False)]
    assert choose_audio(audio).index == 1


def track(index: int, **facts: object) -> AudioTrack:
    return AudioTrack(index=index, position=index + 1, **facts)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("tracks", "languages", "chosen"),
    [
        ([track(0), track(1)], (), 0),
        ([track(0), track(1, default=True)], (), 1),
        ([track(0, default=True, commentary=True), track(1)], (), 1),
        ([track(0, commentary=True)], (), 0),
        ([track(0, default=True, language="ger"), track(1, original=True, language="jpn")], ("de",), 1),
        ([track(0, default=True, dubbed=True, language="ger"), track(1, language="eng")], ("de",), 1),
        ([track(0, default=True, language="fre"), track(1, language="eng")], ("en-US",), 1),
        ([track(0, language="eng"), track(1, language="deu")], ("ger", "en"), 1),
        ([track(0, language="spa", default=True), track(1, language="eng")], ("fr",), 0),
        ([track(n, commentary=n < 29) for n in range(30)], (), 29),
    ],
)
def test_the_choice_of_track(tracks: list[AudioTrack], languages: tuple[str, ...], chosen: int) -> None:
    assert choose_audio(tracks, languages).index == chosen
    assert choose_audio(list(reversed(tracks)), languages).index == chosen


def test_nothing_to_choose_from() -> None:
    with pytest.raises(OperationFailed):
        choose_audio([])
