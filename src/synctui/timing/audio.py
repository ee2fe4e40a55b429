"""One audio stream as mono samples, in bounded memory and in step with the file's clock."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator

import av
import av.container
import av.error
import numpy as np
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.filter import Graph
from av.stream import Discard
from numpy.typing import NDArray

from synctui.errors import OperationFailed
from synctui.model.library import AudioTrack
from synctui.text import display
from synctui.timing.media import open_media

RATE = 16_000
BLOCK_S = 30
JITTER_S = 0.05
"""Time stamps may be off by this much before silence is inserted or samples are dropped."""
_MAX_OVERLAP_S = 10.0
_MAX_GAP_S = 1800.0
_MAX_DAMAGED = 5_000
LONGEST_S = 12 * 3600.0
"""What comes later is not heard: no film is that long, and memory must stay bounded whatever a file claims."""

Samples = NDArray[np.float32]


class AudioReader:
    """Blocks of some 30 s of one stream: 16 kHz, mono, float32, without gaps from `start_s` on.

    `start_s` (seconds on the file's own clock) holds once the first block was read. Positions come from the time stamps:
    gaps become silence, overlaps are dropped, damaged packets are skipped (`damaged` counts them). Iterating raises
    OperationFailed: as `open_media`, and `no_audio` when nothing can be decoded. `progress` gets fractions from 0 to 1.
    """

    def __init__(self, path: str, track: AudioTrack, progress: Callable[[float], None] | None = None) -> None:
        self.path = path
        self.track = track
        self.start_s = 0.0
        self.damaged = 0
        self._progress = progress

    def __iter__(self) -> Iterator[Samples]:
        with open_media(self.path) as container:
            stream = self._select(container)
            # A transport stream starts at any time and players count from there; priming before zero is no start.
            clock = _Clock(base=max(0, container.start_time or 0) / 1e6)
            total = (container.duration or 0) / 1e6
            blocks, mixer, told = _Blocks(), _Mixer(), 0.0
            for frame in self._frames(container, stream):
                if not frame.samples or not frame.sample_rate:
                    continue
                jump = clock.jump(frame)
                if jump:
                    blocks.add(mixer.flush())
                    blocks.move(round(jump * RATE))
                try:
                    blocks.add(mixer.push(frame))
                except (av.error.FFmpegError, ValueError):
                    self.damaged += 1
                    continue
                clock.advance(frame.samples / frame.sample_rate)
                if clock.now - clock.start > LONGEST_S:
                    break
                self.start_s = max(0.0, clock.start)
                for block in blocks.full():
                    yield block
                    if self._progress is not None and total > 0 and clock.now > told:
                        told = clock.now
                        self._progress(min(1.0, told / total))
            if not clock.running:
                shown = display(os.path.basename(self.path), 80)
                raise OperationFailed(f"no audio of {shown} can be decoded", code="no_audio")
            blocks.add(mixer.flush())
            yield from blocks.full(last=True)

    def _select(self, container: av.container.InputContainer) -> AudioStream:
        chosen: AudioStream | None = None
        for stream in container.streams:
            if stream.index == self.track.position and isinstance(stream, AudioStream):
                chosen = stream
            else:
                stream.discard = Discard.all
        if chosen is None:
            raise OperationFailed(f"audio track {self.track.index} is not there", code="no_audio")
        return chosen

    def _frames(self, container: av.container.InputContainer, stream: AudioStream) -> Iterator[AudioFrame]:
        packets = container.demux(stream)
        while self.damaged < _MAX_DAMAGED:
            try:
                frames = next(packets).decode()
            except StopIteration:
                return
            except EOFError:
                return
            except (av.error.FFmpegError, OSError, ValueError):
                self.damaged += 1
                # A generator that has raised is finished; demuxing goes on behind the damage.
                packets = container.demux(stream)
                continue
            yield from frames


class _Clock:
    """Where the decoded audio stands on the file's clock (seconds), frame by frame."""

    def __init__(self, base: float) -> None:
        self._base = base
        self._broken = 0.0
        self.running = False
        self.start = 0.0
        self.now = 0.0

    def jump(self, frame: AudioFrame) -> float:
        """Return by how many seconds `frame` starts after (silence) or before (overlap) where we stand; 0 within jitter."""
        time = frame.time
        if time is None:
            self.running = True
            return 0.0
        at = time - self._base - self._broken
        if not self.running:
            self.running = True
            self.start = self.now = at
            return min(0.0, at)
        jump = at - self.now
        if abs(jump) <= JITTER_S:
            return 0.0
        if not -_MAX_OVERLAP_S <= jump <= _MAX_GAP_S:
            # Too far for a gap: the file's clock was set anew here, and what follows counts from the new one.
            self._broken += jump
            return 0.0
        self.now = at
        return jump

    def advance(self, seconds: float) -> None:
        self.now += seconds


class _Mixer:
    """Frames of any layout in, mono 16 kHz out."""

    def __init__(self) -> None:
        self._graph: Graph | None = None
        self._waiting = 0

    def push(self, frame: AudioFrame) -> list[Samples]:
        # The graph must not second-guess the time stamps: `_Clock` has already made up for their jumps.
        frame.pts = None
        done: list[Samples] = []
        if self._graph is None:
            self._graph = _mixing_graph(frame)
        try:
            self._graph.push(frame)
        except (av.error.FFmpegError, ValueError):
            # Another rate, format or layout from here on: asking the graph costs nothing, comparing each frame does.
            done = self.flush()
            self._graph = _mixing_graph(frame)
            self._graph.push(frame)
        self._waiting += frame.samples
        if self._waiting < frame.sample_rate:
            return done
        self._waiting = 0
        return done + _pull(self._graph)

    def flush(self) -> list[Samples]:
        """Return what the resampler still holds; the next frame starts anew."""
        if self._graph is None:
            return []
        self._graph.push(None)
        rest = _pull(self._graph)
        self._graph, self._waiting = None, 0
        return rest


def _mixing_graph(frame: AudioFrame) -> Graph:
    graph = Graph()
    last = graph.add(
        "abuffer",
        sample_rate=str(frame.sample_rate),
        sample_fmt=frame.format.name,
        channel_layout=frame.layout.name,
        time_base=f"1/{frame.sample_rate}",
    )
    mix = _centre([channel.name for channel in frame.layout.channels])
    if mix:
        pan = graph.add("pan", mix)
        last.link_to(pan)
        last = pan
    form = graph.add("aformat", sample_rates=str(RATE), sample_fmts="flt", channel_layouts="mono")
    sink = graph.add("abuffersink")
    last.link_to(form)
    form.link_to(sink)
    graph.configure()
    # Few large frames instead of many small ones: each costs a trip through Python.
    graph.set_audio_frame_size(RATE * BLOCK_S)
    return graph


def _centre(names: list[str]) -> str:
    """Return how to mix surround sound down, or nothing for mono and stereo (both sides alike).

    Film dialogue is mixed to the centre. A little of left and right keeps the speech of mixes whose centre is mute, with
    music and effects 12 dB down; the detector adapts to the level.
    """
    if "FC" in names and len(names) > 2:
        return "mono|c0=FC" + "".join(f"+0.25*{name}" for name in ("FL", "FR") if name in names)
    if len(names) in (6, 8) and "FL" not in names:
        # Without names the order of WAV and of every common codec's decoder holds: left, right, centre, …
        return "mono|c0=c2+0.25*c0+0.25*c1"
    return ""


def _pull(graph: Graph) -> list[Samples]:
    out: list[Samples] = []
    while True:
        try:
            frame = graph.pull()
        except (BlockingIOError, EOFError):
            return out
        if isinstance(frame, AudioFrame):
            out.append(frame.to_ndarray().reshape(-1).astype(np.float32, copy=False))


class _Blocks:
    """Pieces of audio put together to blocks of `BLOCK_S`."""

    def __init__(self) -> None:
        self._pieces: deque[Samples] = deque()
        self._held = 0
        self._silence = 0
        self._skip = 0

    def move(self, count: int) -> None:
        """Insert `count` samples of silence, or drop the next `-count` samples."""
        if count > 0:
            self._silence += count
        else:
            self._skip -= count

    def add(self, pieces: list[Samples]) -> None:
        for piece in pieces:
            if self._skip:
                dropped = min(self._skip, len(piece))
                self._skip -= dropped
                piece = piece[dropped:]
            if self._silence and len(piece):
                # One zero, seen many times: an hour of silence takes no memory.
                self._keep(np.broadcast_to(np.float32(0), (self._silence,)))
                self._silence = 0
            self._keep(np.nan_to_num(piece, copy=False, nan=0.0, posinf=0.0, neginf=0.0))

    def _keep(self, piece: Samples) -> None:
        if len(piece):
            self._pieces.append(piece)
            self._held += len(piece)

    def full(self, last: bool = False) -> Iterator[Samples]:
        """Yield the full blocks, with `last` also what is left."""
        size = RATE * BLOCK_S
        while self._held >= size or (last and self._held):
            taken: list[Samples] = []
            room = size
            while room and self._pieces:
                piece = self._pieces.popleft()
                if len(piece) > room:
                    self._pieces.appendleft(piece[room:])
                    piece = piece[:room]
                taken.append(piece)
                room -= len(piece)
            self._held -= size - room
            yield np.concatenate(taken)
