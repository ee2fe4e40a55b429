"""How an alignment may end: each reason code with its outcome and the state it leaves the subtitle in."""

from __future__ import annotations

from synctui.model.states import Result, SubtitleState

_UNSUPPORTED = (Result.SKIPPED, SubtitleState.UNSUPPORTED)
_NO_VIDEO = (Result.SKIPPED, SubtitleState.NO_VIDEO)
_REFUSED = (Result.REFUSED, SubtitleState.REFUSED)
_FAILED = (Result.FAILED, SubtitleState.FAILED)

ENDINGS: dict[str, tuple[Result, SubtitleState | None]] = {
    "aligned": (Result.DONE, SubtitleState.IN_SYNC),
    "already_in_sync": (Result.UNCHANGED, SubtitleState.IN_SYNC),
    "found_shifted": (Result.UNCHANGED, SubtitleState.SHIFTED),
    "found_stretched": (Result.UNCHANGED, SubtitleState.STRETCHED),
    "found_cut": (Result.UNCHANGED, SubtitleState.CUT),
    "changed_since_plan": (Result.CONFLICT, None),
    "gone": (Result.SKIPPED, None),
    "ignored": (Result.SKIPPED, None),
    "still_growing": (Result.DEFERRED, None),
    "low_confidence": _REFUSED,
    "no_better": _REFUSED,
    "length_mismatch": _REFUSED,
    "at_search_bound": _REFUSED,
    "implausible_ratio": _REFUSED,
    "engines_disagree": _REFUSED,
    "text_changed": _REFUSED,
    "negative_start": _REFUSED,
    "too_sparse": (Result.REFUSED, SubtitleState.UNSUPPORTED),
    "no_speech": _REFUSED,
    "forced_sparse": _UNSUPPORTED,
    "no_video": _NO_VIDEO,
    "video_unreadable": _NO_VIDEO,
    "needs_choice": (Result.SKIPPED, SubtitleState.NEEDS_CHOICE),
    "no_audio": _UNSUPPORTED,
    "no_reference": _UNSUPPORTED,
    "unsupported_format": _UNSUPPORTED,
    "unsupported_content": _UNSUPPORTED,
    "empty": _UNSUPPORTED,
    "too_large": _UNSUPPORTED,
    "too_many_cues": _UNSUPPORTED,
    "not_regular_file": _UNSUPPORTED,
    "symlink_outside_root": _UNSUPPORTED,
    "engine_failed": _FAILED,
    "engine_timeout": _FAILED,
    "engine_crashed": _FAILED,
    "engine_no_output": _FAILED,
}
"""A state of None leaves the last verdict standing."""

STRIKES = frozenset(("engine_failed", "engine_timeout", "engine_crashed", "engine_no_output"))
MOST_STRIKES = 3


def ending(code: str) -> tuple[Result, SubtitleState | None]:
    """Return the outcome and the state of a reason code; what is unknown is a failure that is tried again."""
    return ENDINGS.get(code, _FAILED)
