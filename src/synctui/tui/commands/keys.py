"""Keys: what they are called, how they are shown, and which ones a terminal can tell apart."""

from __future__ import annotations

_NAMES = {
    " ": "space",
    "esc": "escape",
    "return": "enter",
    "del": "delete",
    "ins": "insert",
    "pgup": "pageup",
    "pgdn": "pagedown",
}
_SHOWN = {"escape": "esc", "pagedown": "pgdn", "pageup": "pgup", "down": "↓", "up": "↑", "left": "←", "right": "→"}
_PLAIN = frozenset(
    (
        *("space", "enter", "escape", "tab", "backspace", "delete", "insert", "home", "end", "pageup", "pagedown"),
        *("up", "down", "left", "right"),
        *(f"f{number}" for number in range(1, 13)),
    )
)
_SAME = {"ctrl+i": "tab", "ctrl+m": "enter", "ctrl+j": "enter", "ctrl+h": "backspace"}


def named(key: str) -> str:
    """Return a key by the name that the screens get when it is pressed: a character, or words such as `ctrl+d`."""
    if len(key) <= 1:
        return _NAMES.get(key, key)
    key = key.lower()
    for modifier in ("ctrl", "alt", "shift"):
        key = key.replace(modifier + "-", modifier + "+")
    *modifiers, last = key.split("+")
    return "+".join((*modifiers, _NAMES.get(last, last)))


def wrong_key(key: str) -> str:
    """Return what is wrong with a key (by its name), "" for nothing."""
    if key in _SAME:
        return f"terminals send the same for {key} and {_SAME[key]}"
    *modifiers, last = key.split("+") if len(key) > 1 else (key,)
    known = (len(last) == 1 and last.isprintable() and (bool(last.strip()))) or last in _PLAIN
    if not known or not set(modifiers) <= {"ctrl", "alt", "shift"}:
        return "there is no key with this name"
    return ""


def shown_key(key: str) -> str:
    """Return a key as a person reads it."""
    return _SHOWN.get(key, key)
