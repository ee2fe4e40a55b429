"""States and outcomes: the code that is stored, the word a person reads, the glyph beside it."""

from __future__ import annotations

from enum import StrEnum


class Shown(StrEnum):
    """A stored code with its word and its glyph."""

    word: str
    glyph: str

    def __new__(cls, code: str, word: str = "", glyph: str = "") -> Shown:
        member = str.__new__(cls, code)
        member._value_ = code
        member.word = word
        member.glyph = glyph
        return member


class SubtitleState(Shown):
    """How a subtitle stands towards its video, as last checked.

    `shifted`, `stretched` and `cut` describe an error that a check found and that is not (yet) corrected; a corrected
    subtitle is `in_sync`. `taken_back` is an error that a person wants to keep: what was corrected was brought back.
    `ignored` is what a person said to leave alone, whatever was found before.
    """

    NOT_CHECKED = "not_checked", "not checked", "·"
    IN_SYNC = "in_sync", "in sync", "✓"
    SHIFTED = "shifted", "shifted", "→"
    STRETCHED = "stretched", "stretched", "↔"
    CUT = "cut", "cut", "✂"
    REFUSED = "refused", "refused", "?"
    UNSUPPORTED = "unsupported", "unsupported", "-"
    NO_VIDEO = "no_video", "no video", "∅"
    NEEDS_CHOICE = "needs_choice", "needs a choice", "…"
    FAILED = "failed", "failed", "!"
    CHANGED = "changed", "changed", "~"
    IGNORED = "ignored", "ignored", "◌"
    TAKEN_BACK = "taken_back", "taken back", "←"


OFF = (SubtitleState.SHIFTED, SubtitleState.STRETCHED, SubtitleState.CUT)
"""The states of an error that is known and was not corrected."""


class Result(Shown):
    """The outcome of an operation."""

    DONE = "done", "done", "✓"
    UNCHANGED = "unchanged", "unchanged", "="
    REFUSED = "refused", "refused", "?"
    SKIPPED = "skipped", "skipped", "-"
    DEFERRED = "deferred", "deferred", "…"
    FAILED = "failed", "failed", "!"
    CONFLICT = "conflict", "conflict", "≠"


class OperationState(StrEnum):
    """Where an operation is: waiting, with an intent that may have had its effect, or finished."""

    PENDING = "pending"
    IN_DOUBT = "in_doubt"
    FINISHED = "finished"


class JobState(Shown):
    """Where a job is."""

    PLANNING = "planning", "planning", "…"
    AWAITING_CONFIRMATION = "awaiting_confirmation", "awaiting confirmation", "?"
    PENDING = "pending", "pending", "·"
    RUNNING = "running", "running", "▶"
    PAUSED = "paused", "paused", "‖"
    COMPLETED = "completed", "completed", "✓"
    FAILED = "failed", "failed", "!"
    CANCELLED = "cancelled", "cancelled", "x"

    @property
    def final(self) -> bool:
        """True when nothing of the job will run again by itself or by resuming."""
        return self in (JobState.COMPLETED, JobState.FAILED, JobState.CANCELLED)
