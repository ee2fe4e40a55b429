"""What to do about a reason code; nothing where there is nothing to be done."""

from __future__ import annotations

_RUN_AGAIN = "try it again"
_ADVICE: dict[str, str] = {
    "changed_since_plan": "sync it again: it is then looked at as it is now",
    "after_failed": "mend what it waited for, then try it again",
    "temporary": _RUN_AGAIN,
    "bug": "the log tells more; please report it",
    "disk_full": "free some space on that disk, then try it again",
    "read_only": "mount the disk for writing, then try it again",
    "dir_not_writable": "give yourself the right to write in that folder, then try it again",
    "permission": "check who owns the file and its folder, then try it again",
    "io_error": "check the disk and its cable, then try it again",
    "name_too_long": "give the file a shorter name",
    "path_too_long": "give the file or its folders shorter names",
    "vault_full": "free some space where SyncTUI keeps its data, then try it again",
    "low_confidence": "another film, cut or language? Get another one, or choose a reference",
    "no_better": "it may be right already; or choose a subtitle in sync as the reference",
    "length_mismatch": "it is probably for another film or a longer cut: get another subtitle",
    "at_search_bound": "allow a larger shift (max_offset in the settings), then check again",
    "implausible_ratio": "it is probably for another cut: get another subtitle",
    "engines_disagree": "choose one engine and look at the result",
    "text_changed": "use the built-in engine: it never touches the text",
    "negative_start": "it is probably for a longer cut: get another subtitle",
    "too_sparse": "choose a full subtitle of the same video as the reference",
    "forced_sparse": "choose the full subtitle of the same video as the reference",
    "no_speech": "choose a subtitle that is in sync as the reference",
    "no_video": "choose the video that it belongs to",
    "needs_choice": "choose the video that it belongs to",
    "video_unreadable": "does it play? Get the video again, or choose a reference",
    "no_audio": "choose a subtitle that is in sync as the reference",
    "no_reference": "choose a reference",
    "unsupported_format": "turn it into SubRip (.srt) or ASS first",
    "unsupported_content": "open it in an editor: it may be something else, or damaged",
    "empty": "get the subtitle again",
    "not_mounted": "mount the disk, then let the job go on",
    "gone": "scan the library again",
    "symlink_outside_root": "add the folder that it leads to as a library",
    "three_strikes": "choose another engine, or check again",
    "still_growing": "sync it when it is complete",
    "engine_failed": "try it again, or choose another engine",
    "engine_timeout": "try it again when the machine is less busy, or choose another engine",
    "engine_crashed": "try it again, or choose another engine",
    "engine_no_output": "try it again, or choose another engine",
    "engine_missing": "the settings say how to get it; or choose another engine",
    "not_authorised": "check the credentials",
}


def advice(code: str) -> str:
    """Return what a person can do about a reason code, "" where there is nothing to do."""
    return _ADVICE.get(code, "")
