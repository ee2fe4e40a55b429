"""A real library in small: films of two minutes that speak, subtitles made from what is said, and a warm speech cache.

A film is made once per test process; what tests get are hard links to it, so that the speech that was heard in it stays
known and a run takes no longer than Python needs to start.
"""

from __future__ import annotations

import functools
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from synctui.model.cues import Cue
from synctui.simulators.containers import Copier, Sound
from synctui.simulators.formats import Format, encode
from synctui.simulators.pack import read_pack
from synctui.simulators.reels import Reel, arrange
from synctui.simulators.scripts import write_script
from synctui.simulators.stories import read_story
from synctui.timing.tasks import speech_of

MADE_AT = 1_709_640_000
LENGTH_MS = 150_000
STORIES = {"orbit": ("the-long-orbit", "The coffee machine"), "harbour": ("winter-harbour", "The ferry")}


@dataclass(frozen=True, slots=True)
class Film:
    """A video, the lines that are really spoken in it, and a folder with its speech as the cache keeps it."""

    path: Path
    cues: tuple[Cue, ...]
    speech: Path


@functools.cache
def film(name: str = "orbit") -> Film:
    """Return one of two films, each of 150 seconds and about 40 lines."""
    folder = _workshop()
    story = read_story(STORIES[name][0])
    pack = read_pack()
    reel = arrange(pack, story, Random(name), opening=STORIES[name][1], scenes=9)
    count = LENGTH_MS // reel.frame_ms
    short = Reel(reel.frame_ms, reel.frames[:count], [one for one in reel.moments if one.end < LENGTH_MS])
    drafts = write_script(short, "en", translated=False, style="full", random=Random(f"{name} script"))
    path = folder / f"{name}.mkv"
    Copier(pack).write(path, name, STORIES[name][0], [Sound(short.frames, "eng")])
    os.utime(path, (MADE_AT, MADE_AT))
    speech = folder / "speech"
    speech.mkdir(exist_ok=True)
    speech_of({"video": str(path), "stream": None, "languages": [], "cache": str(speech)}, lambda phase, fraction: None)
    return Film(path, tuple(Cue(draft.start, draft.end, draft.text) for draft in drafts), speech)


@functools.cache
def _workshop() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="synctui-tests-"))
    import atexit

    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def put_film(path: Path, name: str = "orbit") -> Path:
    """Let a film stand at `path`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        os.link(film(name).path, path)
    except OSError:
        shutil.copy2(film(name).path, path)
    return path


def subtitle(
    name: str = "orbit",
    *,
    late_ms: int = 0,
    ratio: float = 1.0,
    form: Format = "srt",
    encoding: str = "utf-8",
    newline: str = "\n",
    cues: Sequence[Cue] | None = None,
) -> bytes:
    """Return a subtitle of a film whose lines come `late_ms` too late and `ratio` times as far apart."""
    lines = film(name).cues if cues is None else cues
    moved = [Cue(round(cue.start * ratio) + late_ms, round(cue.end * ratio) + late_ms, cue.text) for cue in lines]
    return encode(moved, form, title="Tiny", encoding=encoding, newline=newline)


def put_subtitle(path: Path, data: bytes) -> Path:
    """Write a subtitle as if it had been there for long."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    os.utime(path, (MADE_AT, MADE_AT))
    return path


def warm(data_dir: Path, *names: str) -> Path:
    """Give a data folder the speech of films, and return it."""
    speech = data_dir / "cache" / "speech"
    for folder in (data_dir, speech.parent, speech):
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for name in names or ("orbit",):
        for file in film(name).speech.iterdir():
            shutil.copy2(file, speech / file.name)
    return data_dir
