"""Where people speak, told by the Silero model, which knows voices from music. Optional: the extra `speech` brings it."""

from __future__ import annotations

import importlib
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from synctui.errors import DependencyMissing, OperationFailed
from synctui.timing.audio import RATE, Samples
from synctui.timing.speech import FPS, Floats, LevelMeter, SpeechTrack, cleaned, loudness
from synctui.timing.voice_model import INSTALL, RUNTIME, missing
from synctui.timing.voice_model import model_file as _model

DETECTOR = "silero-1"
"""Name and version of the detector: another one makes cached tracks stale."""

_INPUTS = {"input", "state", "sr"}

# The model hears 512 samples at a time, behind the 64 before them, and remembers what it heard in a state of [2, n, 128].
_CONTEXT, _STEP, _MEMORY = 64, 512, 128
_RATE = np.array(RATE, np.int64)
# It costs half as much when it hears many stretches at once. Cut into stretches it also finds more: where music lasts for
# minutes the memory grows deaf to voices (area under the curve at 0 dB .954 in one go, .965 in stretches of 15 s).
_ABREAST = 16
_STRETCH = 469
"""Steps in 15 s."""
_WARM_UP = 32
"""Steps before each stretch that are heard but not asked about; more of them change nothing."""
_BEFORE = _CONTEXT + _WARM_UP * _STEP
_LOUD = 0.05
"""Quieter stretches (RMS) are made this loud, for the model misses voices below -40 dB of full scale."""
_MOST_GAIN = 30.0
_EARLY_S = -0.01
"""Measured on recorded voices, with and without music: the probability rises steepest 10 ms after a line begins."""

_OF_BANDS, _OF_MODEL, _BIAS = 0.9, 0.3, 0.1
"""How far each track's log odds count in a blend. Told frame by frame the model is the better one, but it is nearly as sure
where it errs, and bridges pauses that tell where lines end: with more of it fewer cuts were found, as with less."""
_SUREST = 0.99


def blended(bands: SpeechTrack, model: SpeechTrack) -> SpeechTrack:
    """Return what the numpy detector's track and the model's say together: right more often than either where it is loud."""
    apart = round((model.start_s + model.early_s - bands.start_s - bands.early_s) * FPS)
    count = len(bands.probability)
    said = np.zeros(count, np.float64)
    kept = model.probability[max(0, -apart) : max(0, count - apart)]
    said[max(0, apart) : max(0, apart) + len(kept)] = _log_odds(kept)
    odds = _OF_BANDS * _log_odds(bands.probability) + _OF_MODEL * said + _BIAS
    return replace(bands, probability=_bytes(1 / (1 + np.exp(-odds))), detector=f"{bands.detector}+{model.detector}")


def _log_odds(probability: NDArray[np.uint8]) -> NDArray[np.float64]:
    sure = np.clip(probability / 255, 1 - _SUREST, _SUREST)
    return np.asarray(np.log(sure / (1 - sure)), np.float64)


class SileroDetector:
    """Turns blocks of audio (16 kHz, mono) into a speech track; holds no more than four minutes of audio.

    Raises DependencyMissing when runtime or model are not installed, OperationFailed (`no_detector`) when they do not work.
    """

    def __init__(self) -> None:
        self._session = _session()
        self._meter = LevelMeter()
        self._held: Samples = np.zeros(_BEFORE + _ABREAST * _STRETCH * _STEP, np.float32)
        self._filled = _BEFORE
        self._answers: list[Floats] = []

    def feed(self, block: Samples) -> None:
        """Take the next block, of any length."""
        self._meter.feed(block)
        at = 0
        while at < len(block):
            part = block[at : at + len(self._held) - self._filled]
            self._held[self._filled : self._filled + len(part)] = cleaned(part)
            self._filled += len(part)
            at += len(part)
            # What stretches there are depends on where the audio began, not on how it came in blocks.
            if self._filled == len(self._held):
                self._answers.append(self._heard(_ABREAST, _STRETCH))
                self._held[:_BEFORE] = self._held[-_BEFORE:]
                self._filled = _BEFORE

    def finish(self, start_s: float = 0.0) -> SpeechTrack:
        """Return the track of everything fed."""
        self._held[self._filled :] = 0
        steps = -(-(self._filled - _BEFORE) // _STEP)
        if steps:
            self._answers.append(self._heard(-(-steps // _STRETCH), min(steps, _STRETCH)))
        # A film's levels take more memory than all the rest.
        self._held = self._held[:0].copy()
        level = loudness(self._meter.finish())
        probability = _frames(np.concatenate([np.zeros(0, np.float32), *self._answers]), len(level))
        return SpeechTrack(_bytes(probability), start_s, DETECTOR, _EARLY_S, _bytes(level))

    def _heard(self, abreast: int, steps: int) -> Floats:
        """Return the probability of speech in every step of the first stretches that are held, in order."""
        sample = self._held.itemsize
        stretches = np.lib.stride_tricks.as_strided(
            self._held, (abreast, _BEFORE + steps * _STEP), (_STRETCH * _STEP * sample, sample), writeable=False
        )
        loud = np.sqrt(np.array([np.mean(stretch * stretch) for stretch in stretches]) + 1e-12)
        gain = np.clip(_LOUD / loud, 1, _MOST_GAIN).astype(np.float32)[:, None]
        state = np.zeros((2, abreast, _MEMORY), np.float32)
        answers = np.empty((abreast, _WARM_UP + steps), np.float32)
        for step in range(_WARM_UP + steps):
            window = stretches[:, step * _STEP : step * _STEP + _CONTEXT + _STEP] * gain
            answers[:, step], state = self._asked(window, state)
        return answers[:, _WARM_UP:].reshape(-1)

    def _asked(self, window: Floats, state: Floats) -> tuple[Floats, Floats]:
        """Return the probability of speech in each of the windows [n, 576], and the state after them."""
        try:
            answer, after = self._session.run(["output", "stateN"], {"input": window, "state": state, "sr": _RATE})
            return answer[:, 0], after
        except Exception as error:
            raise OperationFailed(f"the Silero model failed: {error}", code="no_detector") from None


def _frames(answers: Floats, count: int) -> Floats:
    """Return the probability in the middle of each of `count` frames from that in the middle of the steps."""
    if not len(answers):
        return np.zeros(count, np.float32)
    frames = (np.arange(count) + 0.5) / FPS
    steps = (np.arange(len(answers)) + 0.5) * (_STEP / RATE)
    return np.interp(frames, steps, answers).astype(np.float32)


def _bytes(values: NDArray[np.floating[Any]]) -> NDArray[np.uint8]:
    whole: NDArray[np.uint8] = np.round(np.clip(values, 0, 1) * 255).astype(np.uint8)
    return whole


def _session() -> Any:
    """Return the model ready to run: on one processor core, and keeping no memory between runs."""
    model = _model()
    if model is None:
        raise missing()
    try:
        runtime = importlib.import_module(RUNTIME)
    except ImportError as error:
        raise DependencyMissing(f"onnxruntime cannot be loaded: {error}", hint=INSTALL) from None
    options = runtime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.add_session_config_entry("session.inter_op.allow_spinning", "0")
    options.log_severity_level = 3
    options.enable_cpu_mem_arena = options.enable_mem_pattern = False
    try:
        session = runtime.InferenceSession(str(model), options, providers=["CPUExecutionProvider"])
        inputs = {one.name for one in session.get_inputs()}
    except Exception as error:
        raise OperationFailed(f"the Silero model cannot be loaded: {error}", code="no_detector") from None
    if inputs != _INPUTS:
        raise OperationFailed(f"the Silero model in {model.name} is another one than expected", code="no_detector")
    return session
