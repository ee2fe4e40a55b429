"""The words of players' items: what changed, how it stands, and what a person can do about what is wrong."""

from __future__ import annotations

from collections.abc import Mapping

from synctui.model.players import ItemState, PlayerItem
from synctui.tui.draw.palette import Role

_CHANGES = {"created": "new", "modified": "changed", "removed": "removed", "moved": "moved"}
_ROLES: Mapping[ItemState, Role] = {
    ItemState.CONFIRMED: "good",
    ItemState.FAILED: "error",
    ItemState.UNCONFIRMED: "error",
    ItemState.PENDING: "warn",
    ItemState.SKIPPED: "dim",
}
_ADVICE: Mapping[str, str] = {
    "unmapped": "m on the players' screen shows which path map is missing",
    "outside_roots": "add its folder in the player, or leave it",
    "unspeakable": "give the file another name",
    "kept": "clean_deleted in the settings has it taken out",
    "offline": "it is told as soon as it answers again",
    "playing": "it is told when nobody watches any more",
    "not_authorised": "mend its user, password or token; t on the players' screen tests them",
    "not_there": "does the player show the file? r on the players' screen tells it once more",
    "unconfirmed": "does the player show the file? r on the players' screen tells it once more",
    "still_there": "take it out in the player, or tell it once more",
    "not_done": "the player says why; r on the players' screen tells it once more",
    "not_mounted": "mount the disk, then tell it again",
    "timeout": "is the player very busy? timeout in the settings gives it longer",
    "not_json": "look at the address: something else answers there",
    "redirected": "write the address that it leads to into the settings",
    "no_such_host": "look at the name in its address",
    "certificate": "use http, or give the player a certificate that is trusted here",
}


def about(subject: str, player: str) -> str:
    """Return what an operation of a player is about, without the player's name before it."""
    return subject.removeprefix(f"{player}: ")


def change_word(change: str) -> str:
    """Return what became of a file, in a word."""
    return _CHANGES.get(change, change)


def item_word(item: PlayerItem) -> str:
    """Return how an item stands, in a word or two: one that waits says for what."""
    if item.state is ItemState.PENDING and item.reason in ("offline", "playing", "not_authorised"):
        why = {"offline": "offline", "playing": "watched", "not_authorised": "refused"}[item.reason]
        return f"{item.state.word} ({why})"
    return item.state.word


def state_role(state: ItemState) -> Role:
    """Return the role of an item's state."""
    return _ROLES.get(state, "text")


def advice_for(reason: str) -> str:
    """Return what a person can do about an end that concerns a player, "" where there is nothing to do."""
    return _ADVICE.get(reason, "")
