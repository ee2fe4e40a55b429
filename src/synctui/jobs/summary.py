"""Jobs and ends of operations in a few words: the same on screens and on the command line."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from synctui import words
from synctui.model.plan import Request
from synctui.model.reasons import brief, sentence
from synctui.model.states import JobState, Result
from synctui.store.targets import address_parts
from synctui.text import display

_DONE = {"align": "aligned", "restore": "brought back"}
_OUTCOMES = (
    (Result.UNCHANGED, "right already"),
    (Result.REFUSED, "refused"),
    (Result.SKIPPED, "skipped"),
    (Result.DEFERRED, "put off"),
    (Result.CONFLICT, "changed meanwhile"),
    (Result.FAILED, "failed"),
)
_PAUSES = {
    "user": "by you",
    "duration": "the time for it is over",
    "interrupted": "interrupted, what was done is kept",
    "not_mounted": "a disk seems not to be mounted",
    "waiting": "waits to try again",
    "not_authorised": "credentials are missing or refused",
}
_WRONG = (Result.FAILED.value, Result.CONFLICT.value)
_ENDS = {
    ("align", "done"): "aligned",
    ("restore", "done"): "restored",
    ("align", "unchanged"): "in sync",
    ("check", "unchanged"): "in sync",
}
_PLAYER_ACTIONS = {
    "discover": "ask",
    "scan": "scan",
    "full": "full scan",
    "tell": "tell",
    "move": "move",
    "remove": "take out",
    "refresh": "read anew",
    "trash": "empty trash",
    "confirm": "confirm",
    "record": "note",
    "notify": "message",
}
"""What a player is asked for, by the action of an operation."""
_PULL_ACTIONS = {
    "pull": "compare",
    "sweep": "list",
    "fetch": "fetch",
    "delete": "mark gone",
    "hold": "hold back",
    "record": "note",
}
"""What is asked of a Stash server, and done with the answer."""
_PULLS = frozenset(_PULL_ACTIONS) - frozenset(_PLAYER_ACTIONS)
_PULLS_OUTCOMES = {Result.UNCHANGED: "as they were", Result.SKIPPED: "held back", Result.CONFLICT: "came back meanwhile"}
_PULL_ENDS = {
    ("pull", "done"): "changed",
    ("fetch", "done"): "changed",
    ("pull", "unchanged"): "as it was",
    ("fetch", "unchanged"): "as it was",
    ("sweep", "done"): "listed",
    ("delete", "done"): "marked",
    ("delete", "conflict"): "came back",
    ("hold", "skipped"): "held back",
}
_PLAYERS_OUTCOMES = {Result.UNCHANGED: "told once more", Result.SKIPPED: "left out"}
_LEFT_OUT = ("unmapped", "outside_roots", "unspeakable", "kept")
_PLAYER_ENDS = {
    ("discover", "done"): "online",
    ("confirm", "done"): "confirmed",
    ("confirm", "unchanged"): "once more",
    ("confirm", "failed"): "not there",
    ("record", "done"): "noted",
    ("notify", "done"): "shown",
    ("notify", "skipped"): "not shown",
}
_FOUND = {"found_shifted": "off", "found_stretched": "stretched", "found_cut": "cut"}


def done_word(actions: Collection[str]) -> str:
    """Return what operations of these actions have done: `aligned`, `brought back`, otherwise `done`."""
    known = {_DONE[action] for action in actions if action in _DONE}
    return known.pop() if len(known) == 1 else "done"


def parts(counts: Mapping[str, object], actions: Collection[str] = (), found: int = 0) -> list[tuple[Result, str]]:
    """Return the counts by result in words, those that are not zero.

    Of a check what it left unchanged is two things: `found` that are off, and what is in sync.
    """
    known = {one: number for one in Result if isinstance(number := counts.get(one.value), int) and number}
    shown: list[tuple[Result, str]] = []
    told: Mapping[Result, str] = {}
    if not _PULLS.isdisjoint(actions):
        told = _PULLS_OUTCOMES
    elif not _PLAYER_ACTIONS.keys().isdisjoint(actions):
        told = _PLAYERS_OUTCOMES
    for one, word in ((Result.DONE, done_word(actions)), *_OUTCOMES):
        number = known.get(one, 0)
        if one is Result.UNCHANGED and (found or "check" in actions):
            off = min(found, number)
            shown += [(one, f"{off:,} off")] if off else []
            shown += [(one, f"{number - off:,} in sync")] if number > off else []
        elif number:
            shown.append((one, f"{number:,} {told.get(one, word)}"))
    return shown


def outcomes(counts: Mapping[str, object], actions: Collection[str] = (), found: int = 0) -> str:
    """Return the counts by result in words: `38 aligned, 2 failed`; `nothing done` when there are none.

    Of a check it is how many it could look at, and what it `found`: `31 checked: 12 off, 17 in sync, 2 refused`.
    """
    told = ", ".join(text for _, text in parts(counts, actions, found)) or "nothing done"
    looked = [counts.get(one.value) for one in (Result.UNCHANGED, Result.REFUSED)]
    checked = sum(number for number in looked if isinstance(number, int))
    return f"{checked:,} checked: {told}" if checked and (found or "check" in actions) else told


def undone(counts: Mapping[str, int], number: int) -> str:
    """Return how much of what a job did is taken back: `taken back`, `2 taken back`; "" for nothing."""
    if not number:
        return ""
    return "taken back" if number >= counts.get(Result.DONE.value, 0) else f"{number:,} taken back"


def result(
    state: JobState,
    counts: Mapping[str, int],
    actions: Collection[str] = (),
    message: str = "",
    found: int = 0,
    taken_back: int = 0,
) -> str:
    """Return the one line that stays of a job: what it did, or why it could not."""
    if state is JobState.FAILED and message:
        return display(message)
    told = ", ".join(part for part in (outcomes(counts, actions, found), undone(counts, taken_back)) if part)
    return f"cancelled: {told}" if state is JobState.CANCELLED else told


def targets(request: Request, undo_of: int | None = None) -> str:
    """Return what a job is about: `Series`, `Series and Films`, `Films and 3 more`, `undo of Series`, `everything`."""
    named = [target_word(target) for target in request.targets]
    if request.kind == "stash" and named:
        named = [f"scene {one}" for one in named]
    if not named:
        what = "everything"
    elif len(named) <= 2:
        what = " and ".join(named)
    else:
        what = f"{named[0]} and {len(named) - 1:,} more"
    if request.kind == "players" and not named:
        what = _players(request)
    if undo_of is not None:
        return f"undo of {what}"
    if request.brings_back:
        return f"restore {what}"
    return f"check {what}" if request.checks else what


def _players(request: Request) -> str:
    """Return which players a request names: `Living room`, `Living room and Attic`, `3 players`."""
    names = [display(str(one)) for option in ("players", "groups") for one in _listed(request.options.get(option))]
    if not names:
        return "all players"
    return " and ".join(names) if len(names) <= 2 else f"{len(names):,} players"


def _listed(value: object) -> Sequence[object]:
    return value if isinstance(value, Sequence) and not isinstance(value, str) else ()


def target_word(target: str) -> str:
    """Return what a target is called: a file's or folder's name, `The Long Orbit, Season 01`, or the name that was typed."""
    parts = address_parts(target)
    if len(parts) > 1 and not target.startswith("/"):
        return ", ".join(display(part.rpartition("/")[2] or part) for part in parts[1:])
    return display(target.rstrip("/").rpartition("/")[2] or target)


def pause(reason: str | None) -> str:
    """Return why something waits."""
    return _PAUSES.get(reason or "", display(sentence(reason or "")))


def action_word(action: str) -> str:
    """Return what a player is asked for in a word; of other kinds the action itself."""
    return _PLAYER_ACTIONS.get(action, action)


def pull_word(action: str) -> str:
    """Return what is done for the catalogue of a Stash, in a word or two."""
    return _PULL_ACTIONS.get(action, action)


def tells_player(action: str) -> bool:
    """Tell whether an action is one of those that players are asked for."""
    return action in _PLAYER_ACTIONS


def end_word(action: str, outcome: str, reason: str = "") -> str:
    """Return what came of an operation in one word: `aligned`, `in sync`, `refused`; of a check what it found: `off`."""
    if reason in _FOUND:
        return _FOUND[reason]
    if reason in _LEFT_OUT and outcome == Result.SKIPPED.value:
        return "left out"
    if action in _PLAYER_ACTIONS:
        told = "told" if outcome == Result.DONE.value else "put off" if outcome == Result.DEFERRED.value else outcome
        return _PLAYER_ENDS.get((action, outcome), told)
    if action in _PULLS:
        return _PULL_ENDS.get((action, outcome), outcome)
    return _ENDS.get((action, outcome), outcome)


def end_detail(outcome: str, reason: str, fields: Mapping[str, object], *, short: bool = True) -> str:
    """Return what there is to say of an end besides: its numbers, its message, or its reason (`short`: 24 columns)."""
    if (outcome == Result.DONE.value or reason in _FOUND) and "offset_ms" in fields:
        return numbers(fields)
    if outcome in _WRONG and (message := fields.get("message")):
        return display(str(message))
    return brief(reason) if short or outcome in (Result.DONE.value, Result.UNCHANGED.value) else sentence(reason)


def is_finding(reason: str) -> bool:
    """Tell whether a reason says that a check found something to be done."""
    return reason in _FOUND


def numbers(fields: Mapping[str, object]) -> str:
    """Return shift, change of speed (or in how many pieces it was cut) and confidence in columns of 9, 10 and 4."""
    ratio, pieces = fields.get("ratio_name"), fields.get("pieces")
    speed = ratio if isinstance(ratio, str) and ratio != "1" else ""
    parted = f"cut ×{pieces}" if isinstance(pieces, int) and pieces > 1 else ""
    confidence = fields.get("confidence")
    parts = (
        f"{words.offset(_first(fields.get('offset_ms'))):>9}",
        f"{speed or parted:>10}",
        f"{round(confidence):>4}" if isinstance(confidence, (int, float)) else "",
    )
    return " ".join(parts)


def _first(value: object) -> float:
    if isinstance(value, Sequence) and not isinstance(value, str) and value:
        value = value[0]
    return float(value) if isinstance(value, (int, float)) else 0.0
