"""Every reason code that an outcome may carry, with the sentence a person reads."""

from __future__ import annotations

REASONS: dict[str, str] = {
    # any kind
    "done": "done",
    "changed_since_plan": "it changed since the plan was made",
    "after_failed": "an operation it waits for failed",
    "cancelled": "the job was cancelled",
    "deselected": "taken out of the plan",
    "temporary": "a passing fault, tried again and again",
    "not_authorised": "credentials are missing or refused",
    "bug": "a fault in SyncTUI",
    "over_budget": "it costs more than a whole day allows",
    "recovered": "found done after an interruption",
    "disk_full": "no space left on the disk",
    "read_only": "the file system is read-only",
    "dir_not_writable": "no permission to write in the folder",
    "permission": "no permission",
    "io_error": "the disk reported an error",
    "name_too_long": "the name or the path is too long",
    "vault_full": "the vault of originals is full",
    # subtitles: good ends
    "aligned": "aligned",
    "already_in_sync": "in sync already",
    "restored": "brought back",
    "undone": "taken back by you: left alone until it changes",
    "found_shifted": "its lines come too late or too early",
    "found_stretched": "made for another frame rate",
    "found_cut": "its parts are off by different times",
    "nothing_to_restore": "there is no original to bring back",
    # subtitles: not trusted, left alone
    "low_confidence": "no timing fits clearly: probably another film or cut",
    "no_better": "the result would not fit the speech better",
    "length_mismatch": "the subtitle is much longer than the video",
    "at_search_bound": "the best shift lies at the edge of the search",
    "implausible_ratio": "the speed change is no known frame-rate ratio",
    "engines_disagree": "two engines disagree",
    "text_changed": "the engine changed more than the timing",
    "negative_start": "lines would start before the video does",
    "too_sparse": "too few lines to tell",
    "forced_sparse": "forced subtitle: too few lines to tell",
    # subtitles: skipped
    "no_video": "no video beside it",
    "needs_choice": "several videos could be meant",
    "video_unreadable": "the video cannot be read",
    "no_audio": "the video has no audio track",
    "no_speech": "no speech found in the audio",
    "no_reference": "nothing to align against",
    "unsupported_format": "a format that cannot be rewritten faithfully",
    "unsupported_content": "not a readable subtitle",
    "empty": "the file is empty",
    "too_large": "the file is larger than a subtitle can be",
    "too_many_cues": "more lines than a subtitle can have",
    "not_regular_file": "not a regular file",
    "symlink_outside_root": "a link that leads out of the library",
    "unreadable_dir": "the folder cannot be read",
    "path_too_long": "the path is too long",
    "not_mounted": "a disk that was mounted here is not",
    "gone": "it is not there any more",
    "ignored": "ignored by the configuration",
    "three_strikes": "this engine failed on it three times",
    "still_growing": "still being written",
    # subtitles: failed
    "engine_failed": "the engine reported an error",
    "engine_timeout": "the engine took too long",
    "engine_crashed": "the engine crashed",
    "engine_no_output": "the engine wrote no usable result",
    "engine_missing": "the engine is not installed",
}


def sentence(code: str) -> str:
    """Return the sentence of a reason code."""
    return REASONS.get(code, code.replace("_", " "))


_BRIEF = {
    "already_in_sync": "",
    "found_shifted": "late or early",
    "found_stretched": "another frame rate",
    "found_cut": "cut",
    "low_confidence": "another film or cut?",
    "no_better": "fits no better",
    "length_mismatch": "longer than the video",
    "at_search_bound": "shift at the limit",
    "implausible_ratio": "no known frame rate",
    "text_changed": "more than times changed",
    "negative_start": "would start before 0",
    "too_sparse": "too few lines",
    "forced_sparse": "forced: too few lines",
    "needs_choice": "several videos fit",
    "changed_since_plan": "changed meanwhile",
    "unsupported_format": "unsupported format",
    "unsupported_content": "no readable subtitle",
    "too_large": "too large",
    "too_many_cues": "too many lines",
    "symlink_outside_root": "link out of the library",
    "video_unreadable": "video unreadable",
    "no_audio": "no audio track",
    "no_speech": "no speech found",
    "undone": "taken back by you",
}


def brief(code: str) -> str:
    """Return a reason in a few words, for lists: at most 24 columns where it is one of ours."""
    return _BRIEF.get(code, sentence(code))
