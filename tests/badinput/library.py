"""One folder with everything that is bad at once, run over once; the tests ask what came of each."""

from __future__ import annotations

import os
import socket
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from synctui.model.cues import Cue
from tests.cli.command import Line, Ran, synctui
from tests.tiny_library import film, put_film, put_subtitle, subtitle, warm

LATE = 2300


@dataclass(slots=True)
class Bad:
    """The folder and its subtitles by case name, the bytes they had, and what the run said."""

    folder: Path
    data: Path
    paths: dict[str, Path] = field(default_factory=dict)
    before: dict[str, tuple[bytes, int]] = field(default_factory=dict)
    ran: Ran = field(default_factory=lambda: Ran(-1, "", ""))
    human: Ran = field(default_factory=lambda: Ran(-1, "", ""))
    ends: dict[str, Line] = field(default_factory=dict)

    def put(self, case: str, data: bytes, name: str = "", *, video: bool = True, suffix: str = "srt") -> Path:
        """Put a subtitle of a case in a folder of its own, with the film beside it."""
        stem = name or case
        folder = self.folder / case
        if video:
            put_film(folder / f"{stem}.mkv")
        self.paths[case] = put_subtitle(folder / f"{stem}.en.{suffix}", data)
        return self.paths[case]

    def end(self, case: str) -> Line:
        """Return the `op_end` of a case."""
        return self.ends[os.fsencode(self.paths[case]).decode("utf-8", "replace")]

    def untouched(self, case: str) -> bool:
        """Tell whether bytes and time of a case's file are those from before."""
        path = self.paths[case]
        return (path.read_bytes(), path.stat().st_mtime_ns) == self.before[case] and not self.backup(case).exists()

    def backup(self, case: str) -> Path:
        """Return where the first original of a case lies."""
        path = self.paths[case]
        return path.with_name(path.name + ".bak")

    def aligned(self, case: str, expected: int = -LATE) -> bool:
        """Tell whether a case was done, its original kept, and nothing but digits of timestamps changed."""
        path = self.paths[case]
        bak = path.resolve().with_name(path.resolve().name + ".bak")
        return (
            self.end(case)["outcome"] == "done"
            and all(abs(offset - expected) < 100 for offset in self.end(case)["offset_ms"])
            and bak.read_bytes() == self.before[case][0]
            and path.read_bytes() != self.before[case][0]
        )


def without_times(data: bytes) -> bytes:
    """Return a subtitle with the digits of its timestamps taken out."""
    import re

    return re.sub(rb"\d+:\d\d(:\d\d)?[.,]\d+", b"T", data)


def srt(late_ms: int = LATE) -> str:
    """Return the late subtitle as text."""
    return subtitle(late_ms=late_ms).decode()


def cue(number: int, start: str, end: str, text: str) -> str:
    """Return a SubRip block as text."""
    return f"{number}\n{start} --> {end}\n{text}\n\n"


def build(base: Path) -> Bad:
    """Make the folder and run over it."""
    bad = Bad(base / "library", warm(base / "data"))
    for fill in (_names, _tree, _contents, _encodings, _forms, _videos):
        fill(bad)
    bad.before = {case: (path.read_bytes(), path.stat().st_mtime_ns) for case, path in bad.paths.items() if path.is_file()}
    bad.human = synctui("--run", "subtitles", bad.folder, "--dry-run", "-v", "--data-dir", bad.data)
    bad.ran = synctui("--run", "subtitles", bad.folder, "--yes", "--json", "--jobs", "2", "--data-dir", bad.data)
    bad.ends = {line["path"]: line for line in bad.ran.of("op_end")}
    return bad


def _names(bad: Bad) -> None:
    late = subtitle(late_ms=LATE)
    for case, name in {
        "good": "good",
        "a01": "-rf",
        "a02": "new\nline\ttab",
        "a03": "\x1b]0;owned\x07\x1b[31mred",
        "a04": "[red]x[link=y][@click=app.quit]",
        "a05": os.fsdecode(b"caf\xe9 \xff"),
        "a09": "a\u202egnp",
        "a10": "http:a%03d|$(touch x)`id`'\"*?;&",
        "a10b": "%s%n{0}$HOME ~root",
    }.items():
        bad.put(case, late, name)
    folder = bad.folder / "a06"
    put_film(folder / (unicodedata.normalize("NFC", "Amélie") + ".mkv"))
    bad.paths["a06"] = put_subtitle(folder / (unicodedata.normalize("NFD", "Amélie") + ".en.srt"), late)
    folder = bad.folder / "a07"
    put_film(folder / "Twin.mkv")
    put_film(folder / "twin.mkv", "harbour")
    bad.paths["a07"] = put_subtitle(folder / "Twin.en.srt", late)
    bad.paths["a07b"] = put_subtitle(folder / "twin.en.srt", subtitle("harbour", late_ms=LATE))
    bad.put("a08", late, "x" * (255 - len(".en.srt")))


def _tree(bad: Bad) -> None:
    late = subtitle(late_ms=LATE)
    outside = put_subtitle(bad.folder.parent / "outside" / "secret.srt", late)
    put_film(bad.folder / "a11" / "link.mkv")
    bad.paths["a11-target"] = put_subtitle(bad.folder / "a11" / "store" / "target.en.srt", late)
    bad.paths["a11"] = bad.folder / "a11" / "link.en.srt"
    bad.paths["a11"].symlink_to("store/target.en.srt")
    bad.put("a11-both", late, "target")
    put_film(bad.folder / "a11-both" / "link.mkv")
    (bad.folder / "a11-both" / "link.en.srt").symlink_to("target.en.srt")
    bad.paths["a11-link"] = bad.folder / "a11-both" / "link.en.srt"
    put_film(bad.folder / "a12" / "out.mkv")
    bad.paths["a12"] = bad.folder / "a12" / "out.en.srt"
    bad.paths["a12"].symlink_to(outside)
    loop = bad.folder / "a13"
    put_film(loop / "loop.mkv")
    (loop / "again").symlink_to(loop, target_is_directory=True)
    (loop / "loop.en.srt").symlink_to("loop.en.srt")
    (loop / "loop.de.srt").symlink_to("nowhere.srt")
    pipe = bad.folder / "a14"
    put_film(pipe / "pipe.mkv")
    os.mkfifo(pipe / "pipe.en.srt")
    with socket.socket(socket.AF_UNIX) as server:
        here = Path.cwd()
        os.chdir(pipe)
        try:
            server.bind("pipe.de.srt")
        finally:
            os.chdir(here)
    put_film(bad.folder / "a15" / "folder.mkv")
    (bad.folder / "a15" / "folder.en.srt").mkdir()
    bad.put("a16", late, "hard")
    os.link(bad.paths["a16"], bad.folder.parent / "outside" / "hard.srt")
    folder = bad.folder / "a21"
    put_film(folder / "Two.mkv")
    put_film(folder / "Two.mp4")
    bad.paths["a21"] = put_subtitle(folder / "Two.en.srt", late)
    bad.put("a24", late, "kept")
    bad.backup("a24").write_bytes(b"of another tool")
    bad.put("a25", late, "swept")
    (bad.folder / "a25" / "swept.en.srt.tmp").write_bytes(b"of another tool")


def _contents(bad: Bad) -> None:
    late = srt()
    bad.put("b26", b"")
    bad.put("b27", cue(1, "00:00:01,000", "00:00:02,000", "alone").encode())
    big = bad.put("b28", b"")
    with big.open("wb") as file:
        file.truncate(100 << 20)
    os.utime(big, (1_709_640_000, 1_709_640_000))
    bad.put("b29", cue(1, "00:00:01,000", "00:00:02,000", "x" * (18 << 20)).encode())
    bad.put("b30", (late + "\n" + cue(99, "00:02:25,000", "00:02:26,000", "<b" * 1_000_000)).encode())
    bad.put("b31", "".join(cue(n, "00:00:01,000", "00:00:02,000", "x") for n in range(300_000)).encode())
    bad.put("b32", late.replace("-->", "-->\0").encode() + b"\0" * 4000)
    bad.put("b33", b"PK\x03\x04" + os.urandom(4000))
    bad.put("b33b", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 20)
    lines = late.replace("\n\n", "\n\n\n\n", 3)
    lines = lines.replace("\n7\n", "\n\n", 1).replace("\n9\n", "\n1\n", 1)
    bad.put("b38", lines.encode())
    bad.put("b39", (late + "\n" + cue(97, "00:02:20,000", "00:02:19,000", "ends before it starts")
                    + cue(98, "00:02:21,000", "00:02:21,000", "no time at all")
                    + cue(99, "00:02:00,000", "00:02:25,000", "over others")).encode())  # fmt: skip
    bad.put("b40", (late + "\n" + cue(98, "100:00:00,000", "100:00:01,000", "late")).encode())
    bad.put("b40b", (late + "\n" + cue(98, "999999999999:00:00,000", "999999999999:00:01,000", "later")).encode())
    loose = late.replace(",", ".", 8).replace(" --> ", "-->", 3).replace(" --> ", "   -->  ", 3)
    bad.put("b41", loose.encode())
    placed = "\n".join(
        line + "  X1:100 X2:200 Y1:050 Y2:100" if " --> " in line and number % 3 else line
        for number, line in enumerate(late.split("\n"))
    )
    placed = placed.replace("\n\n", '\n{\\an8}<font color="#ff0000">up</font>\n\n', 2)
    bad.put("b42", placed.encode())
    bad.put("b43", subtitle(late_ms=4000, cues=(*_at_start(), *film().cues)))
    bad.put("b47", late.replace("\n\n", "\n<script>alert(1)</script><img src=x onerror=y>\n\n", 4).encode())
    bad.put("b48", subtitle("harbour"))
    bad.put("b49", subtitle())
    bad.put("b50", subtitle(ratio=24000 / 1001 / 25))
    bad.put("b51", subtitle(ratio=6.0))
    put_film(bad.folder / "b52" / "b52.mkv")
    bad.paths["b52"] = put_subtitle(bad.folder / "b52" / "b52.en.forced.srt", subtitle(late_ms=LATE))
    bad.put("b53", subtitle(late_ms=LATE), "both")
    bad.paths["b53b"] = put_subtitle(bad.folder / "b53" / "both.en.sdh.srt", subtitle(late_ms=-1500))


def _at_start() -> tuple[Cue, ...]:
    return (Cue(-3900, -3000, "before the film"), Cue(-3000, -2000, "still before the film"))


def _encodings(bad: Bad) -> None:
    late = srt()
    marked = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff", "utf-8": b"\xef\xbb\xbf"}
    for encoding, mark in marked.items():
        bad.put(f"b34-{encoding}", mark + late.encode(encoding))
    bad.put("b34-utf-16-le-plain", late.encode("utf-16-le"))
    words = {
        "cp1250": "Zażółć gęślą jaźń příliš žluťoučký kůň",
        "cp1251": "Съешь же ещё этих мягких французских булок",
        "cp1256": "مرحبا بالعالم كيف حالك",
        "gbk": "今天天气很好我们去看电影吧",
        "shift_jis": "きょうはとてもいいてんきですね日本語",
    }
    for encoding, text in words.items():
        body = late.replace("♪", "#").encode("ascii", "replace").decode()
        bad.put(f"b35-{encoding}", body.replace("\n\n", f"\n{text}\n\n").encode(encoding))
    bad.put("b36", late.encode().replace(b"\n\n", b"\nbroken \xff\xfe\x81 bytes\n\n", 2))
    for name, newline in {"crlf": "\r\n", "cr": "\r"}.items():
        bad.put(f"b37-{name}", late.replace("\n", newline).encode())
    bad.put("b37-mixed", late.replace("\n", "\r\n", 30).rstrip("\n").encode())


def _forms(bad: Bad) -> None:
    ass = subtitle(late_ms=LATE, form="ass").decode()
    karaoke = (
        ass.replace("Dialogue: 0", r"Dialogue: 0", 1) + r"Dialogue: 0,0:02:20.00,0:02:22.00,Default,,0,0,0,,{\k20}la{\k30}la"
    )
    bad.put("b44", (karaoke + "\n").encode(), suffix="ass")
    vtt = subtitle(late_ms=LATE, form="vtt").decode()
    bad.put(
        "b45",
        vtt.replace("WEBVTT", "WEBVTT", 1).replace("\n\nNOTE", "\n\nREGION\nid:fred\nwidth:40%\n\nNOTE", 1).encode(),
        suffix="vtt",
    )

    def frame(time: int) -> int:
        return round((time + LATE) * 24000 / 1001 / 1000)

    frames = "".join(
        f"{{{frame(one.start)}}}{{{frame(one.end)}}}{one.text.replace(chr(10), '|')}\r\n" for one in film().cues
    )
    bad.put("b46", f"{{1}}{{1}}23.976\r\n{frames}".encode(), suffix="sub")
    bad.put("b46b", b"\x00\x00\x01\xba" + os.urandom(6000), suffix="sub")
    (bad.folder / "b46b" / "b46b.en.idx").write_text("# VobSub index file, v7\nid: en, index: 0\n")


def _videos(bad: Bad) -> None:
    late = subtitle(late_ms=LATE)
    bodies: dict[str, Callable[[], bytes]] = {
        "c54-empty": lambda: b"",
        "c54-cut": lambda: film().path.read_bytes()[:700],
        "c54-half": lambda: film().path.read_bytes()[: film().path.stat().st_size // 2],
        "c54-noise": lambda: os.urandom(50_000),
        "c56-hls": lambda: b"#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nfile:///etc/passwd\n#EXT-X-ENDLIST\n",
        "c56-concat": lambda: b"ffconcat version 1.0\nfile '/etc/passwd'\n",
        "c56-sdp": lambda: b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 5004 RTP/AVP 0\n",
    }
    for case, body in bodies.items():
        bad.put(case, late, video=False)
        (bad.folder / case / f"{case}.mkv").write_bytes(body())
        os.utime(bad.folder / case / f"{case}.mkv", (1_709_640_000, 1_709_640_000))
    bad.put("c55", late, video=False)
    _mute(bad.folder / "c55" / "c55.mkv")
    bad.put("lost", late, video=False)


def _mute(path: Path) -> None:
    """Write the film without its sound."""
    import av

    with av.open(str(film().path)) as source, av.open(str(path), "w", format="matroska") as out:
        picture = out.add_stream_from_template(source.streams.video[0])
        for packet in source.demux(source.streams.video[0]):
            if packet.dts is not None:
                packet.stream = picture
                out.mux_one(packet)
