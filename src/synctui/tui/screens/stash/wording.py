"""The words of the catalogue: fields, values, what happened to a scene."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from synctui.model.json import Json
from synctui.tui.draw.palette import Role

FIELDS: Mapping[str, str] = {"title": "title", "details": "details", "rating": "rating", "tags": "tags"}
_EVENTS = {
    "created": "new",
    "updated": "changed",
    "deleted": "gone from the server",
    "returned": "is there again",
    "edited": "you changed",
    "conflict": "both changed",
    "decided": "decided",
}
_STATES: Mapping[str, tuple[str, Role]] = {
    "open": ("waits for you", "warn"),
    "local": ("yours", "accent"),
    "remote": ("the server's", "text"),
}
_STRATEGIES = {
    "remote_wins": "by remote_wins",
    "local_wins": "by local_wins",
    "newest": "by newest",
    "manual": "by you",
}


def event_word(what: str) -> str:
    """Return what happened to a scene, in a word or two."""
    return _EVENTS.get(what, what.replace("_", " "))


def state_word(state: str) -> tuple[str, Role]:
    """Return how a conflict stands, and the role of the word."""
    return _STATES.get(state, (state, "text"))


def decided_by(strategy: str) -> str:
    """Return who decided a conflict."""
    return _STRATEGIES.get(strategy, strategy)


def value_words(field: str, value: Json, tags: Mapping[int, str]) -> str:
    """Return the value of a field as a person reads it, "" for none; `tags` are the names of tags by id."""
    if field == "tags":
        return ", ".join(tags.get(number, f"tag {number}") for number in ids_in(value))
    if value is None:
        return ""
    return str(value)


def ids_in(value: Json) -> list[int]:
    """Return the ids of a value of `tags`."""
    listed = value if isinstance(value, Sequence) and not isinstance(value, str) else ()
    return [one for one in listed if isinstance(one, int)]
