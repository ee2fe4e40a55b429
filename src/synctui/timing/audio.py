"""One audio stream as mono samples, in bounded memory and in step with the file's clock."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import ClassVar

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
_BATCH = 32_768
"""So many samples go through the filters at once: a trip costs the same for any number, and these stay in the cache."""
LONGEST_S = 12 * 3600.0
"""What comes later is not heard: no film is that long, and memory must stay bounded whatever a file claims."""

Samples = NDArray[np.float32]
_NOTHING: Samples = np.zeros(0, np.float32)


class AudioReader:
    """Blocks of some 30 s of one stream: 16 kHz, mono, float32, without gaps from `start_s` on.

    `start_s` (seconds on the file's own clock) holds once the first block was read. Positions come from the time stamps:
    gaps become silence, overlaps are dropped, damaged packets are skipped (`damaged` counts them). Iterating raises
    OperationFailed: as `open_media`, and `no_audio` when nothing can be decoded. `progress` gets fractions from 0 to 1.
    """

    most_damaged: ClassVar[int] = 5_000
    """With more damaged packets the rest is left."""

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
                samples, rate = frame.samples, frame.sample_rate
                if not samples or not rate:
                    continue
                jump = clock.jump(frame)
                if jump:
                    blocks.add(*mixer.flush())
                    blocks.move(round(jump * RATE))
                try:
                    ready = mixer.push(frame)
                except (av.error.FFmpegError, ValueError):
                    self.damaged += 1
                    continue
                clock.advance(samples / rate)
                # Most of a quarter of a million frames end here.
                if not (ready or jump):
                    continue
                self.start_s = max(0.0, clock.start)
                piece: Samples | None = _NOTHING
                while piece is not None:
                    blocks.add(piece)
                    for block in blocks.full():
                        yield block
                        if self._progress is not None and total > 0 and clock.now > told:
                            told = clock.now
                            self._progress(min(1.0, told / total))
                    piece = self._mixed(mixer)
                if clock.now - clock.start > LONGEST_S:
                    break
            if not clock.running:
                shown = display(os.path.basename(self.path), 80)
                raise OperationFailed(f"no audio of {shown} can be decoded", code="no_audio")
            self.start_s = max(0.0, clock.start)
            blocks.add(*mixer.flush())
            yield from blocks.full(last=True)

    def _mixed(self, mixer: _Mixer) -> Samples | None:
        try:
            return mixer.pull()
        except (av.error.FFmpegError, ValueError):
            self.damaged += 1
            return _NOTHING

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
        if stream.codec_context is None:
            return
        decode = stream.codec_context.decode
        packets = container.demux(stream)
        while self.damaged < self.most_damaged:
            try:
                frames = decode(next(packets))
            except (StopIteration, EOFError):
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
    """Frames of any layout in, mono 16 kHz out, in batches."""

    def __init__(self) -> None:
        self._graph: Graph | None = None
        self._batch = _BATCH
        self._waiting = 0
        self._rest: deque[Samples] = deque()

    def push(self, frame: AudioFrame) -> bool:
        """Take a frame; return whether there is something to pull."""
        # The graph must not second-guess the time stamps: `_Clock` has already made up for their jumps.
        frame.pts = None
        graph = self._graph or self._begin(frame)
        try:
            graph.push(frame)
        except (av.error.FFmpegError, ValueError):
            # Another rate, format or layout from here on: asking the graph costs nothing, comparing each frame does.
            self._rest.extend(self.flush())
            self._begin(frame).push(frame)
        self._waiting += frame.samples
        return self._waiting >= self._batch or bool(self._rest)

    def pull(self) -> Samples | None:
        """Return the next piece, None when more frames are needed."""
        if self._rest:
            return self._rest.popleft()
        if self._graph is None or self._waiting < self._batch:
            return None
        self._waiting -= self._batch
        try:
            return _pull(self._graph)
        except BlockingIOError:
            # The rate is so high that a batch makes no sample.
            return _NOTHING

    def flush(self) -> list[Samples]:
        """Return what the resampler still holds; the next frame starts anew."""
        graph, self._graph, self._waiting = self._graph, None, 0
        rest = list(self._rest)
        self._rest.clear()
        # Where it ends and where it breaks are the same here: nothing more comes.
        with suppress(av.error.FFmpegError, ValueError):
            if graph is not None:
                graph.push(None)
            while graph is not None:
                rest.append(_pull(graph))
        return rest

    def _begin(self, frame: AudioFrame) -> Graph:
        # No more than a second: at the rates that damage invents a batch would be hours.
        self._batch = min(_BATCH, frame.sample_rate)
        self._graph = _mixing_graph(frame, self._batch)
        return self._graph


def _mixing_graph(frame: AudioFrame, batch: int) -> Graph:
    graph = Graph()
    last = graph.add(
        "abuffer",
        sample_rate=str(frame.sample_rate),
        sample_fmt=frame.format.name,
        channel_layout=frame.layout.name,
        time_base=f"1/{frame.sample_rate}",
    )
    for name, arguments in (
        ("asetnsamples", f"n={batch}:p=0"),
        # Mixed before it is resampled: libswresample would resample every channel and mix afterwards.
        *_mix([channel.name for channel in frame.layout.channels]),
        ("aformat", f"sample_rates={RATE}:sample_fmts=flt:channel_layouts=mono"),
        ("abuffersink", None),
    ):
        step = graph.add(name, arguments)
        last.link_to(step)
        last = step
    graph.configure()
    return graph


def _mix(names: list[str]) -> list[tuple[str, str]]:
    """Return the filters, as names and arguments, that mix the channels `names` to one.

    Film dialogue is mixed to the centre. A little of left and right keeps the speech of mixes whose centre is mute, with
    music and effects 12 dB down; the detector adapts to the level. Of mono and stereo both sides count alike.
    """
    sides: list[str]
    if "FC" in names and len(names) > 2:
        centre, sides = "FC", [name for name in ("FL", "FR") if name in names]
    elif len(names) in (6, 8) and "FL" not in names:
        # Without names the order of WAV and of every common codec's decoder holds: left, right, centre, …
        centre, sides = "c2", ["c0", "c1"]
    else:
        return [("aformat", "channel_layouts=mono:sample_fmts=fltp")]
    if not sides:
        return [("pan", f"mono|c0={centre}")]
    # In two steps, since libswresample has fast code for the sum of two channels only; halves, lest whole numbers clip.
    both = "+".join(f"0.5*{name}" for name in sides)
    return [("pan", f"stereo|c0={centre}|c1={both}"), ("pan", "mono|c0=c0+0.5*c1")]


def _pull(graph: Graph) -> Samples:
    frame = graph.pull()
    assert isinstance(frame, AudioFrame)
    return frame.to_ndarray().reshape(-1).astype(np.float32, copy=False)


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

    def add(self, *pieces: Samples) -> None:
        for piece in pieces:
            if self._skip:
                dropped = min(self._skip, len(piece))
                self._skip -= dropped
                piece = piece[dropped:]
            if self._silence and len(piece):
                # One zero, seen many times: an hour of silence takes no memory.
                self._keep(np.broadcast_to(np.float32(0), (self._silence,)))
                self._silence = 0
            # Looking first is cheaper than replacing what is hardly ever there.
            if not np.isfinite(piece).all():
                piece = np.nan_to_num(piece, copy=False, nan=0.0, posinf=0.0, neginf=0.0)
            self._keep(piece)

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
