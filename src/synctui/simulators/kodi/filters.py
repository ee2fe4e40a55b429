"""The filters and limits of Kodi's lists, with the wildcards that hide in them."""

from __future__ import annotations

import re
from typing import Any

from synctui.simulators.kodi.library import Item, Show

_OPERATORS = frozenset(("is", "isnot", "contains", "doesnotcontain", "startswith", "endswith"))
_FIELDS = frozenset(("path", "filename", "title", "playcount", "userrating"))


def known(rules: Any) -> bool:
    """Return whether a filter is one that Kodi has."""
    if not isinstance(rules, dict):
        return False
    for joint in ("and", "or"):
        if joint in rules:
            return isinstance(rules[joint], list) and bool(rules[joint]) and all(known(rule) for rule in rules[joint])
    return rules.get("field") in _FIELDS and rules.get("operator") in _OPERATORS and isinstance(rules.get("value"), str)


def matches(rules: Any, one: Item | Show) -> bool:
    """Return whether an item passes a filter."""
    if "and" in rules:
        return all(matches(rule, one) for rule in rules["and"])
    if "or" in rules:
        return any(matches(rule, one) for rule in rules["or"])
    text = _field(one, rules["field"])
    operator, value = rules["operator"], rules["value"]
    shapes = {
        "is": value,
        "isnot": value,
        "contains": f"%{value}%",
        "doesnotcontain": f"%{value}%",
        "startswith": f"{value}%",
        "endswith": f"%{value}",
    }
    return _like(text, shapes[operator]) is not (operator in ("isnot", "doesnotcontain"))


def _like(text: str, shape: str) -> bool:
    """Compare as SQL's LIKE does, which is what Kodi asks its database: `_` and `%` match anything, case does not matter."""
    pattern = "".join({"%": ".*", "_": "."}.get(char, re.escape(char)) for char in shape)
    return re.fullmatch(pattern, text, re.DOTALL | re.IGNORECASE | re.ASCII) is not None


def _field(one: Item | Show, name: str) -> str:
    if isinstance(one, Show):
        return {"path": one.path, "title": one.title}.get(name, "")
    fields = {
        "path": one.folder,
        "filename": one.file if one.file.startswith("stack://") else one.file.rpartition("/")[2],
        "title": one.title,
        "playcount": str(one.playcount),
        "userrating": str(one.userrating),
    }
    return fields[name]


def limited(count: int, limits: Any) -> tuple[slice, dict[str, int]]:
    """Return which of so many are wanted, and what Kodi says about it."""
    asked = limits if isinstance(limits, dict) else {}
    start = min(max(int(asked.get("start", 0)), 0), count)
    end = int(asked.get("end", -1))
    end = count if end <= 0 else min(end, count)
    end = max(start, end)
    return slice(start, end), {"end": end, "start": start, "total": count}
