"""One configuration value: from TOML, the environment or a flag to its typed form, or what is wrong with it."""

from __future__ import annotations

import json
import math
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import NoneType
from typing import Any, Literal, get_args, get_origin

from synctui.config.cron import complaint
from synctui.config.schema import PathMap, Setting
from synctui.config.secrets import MASK, Secret, clean
from synctui.text import display

_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8})*")
_BARE = re.compile(r"[A-Za-z0-9_-]+")
_WORDS = {str: "text", bool: "true or false", int: "a whole number", float: "a number", Secret: "text"}
_NESTED = 32


class Wrong(Exception):
    """What is wrong with a value, and what to do."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message, self.hint = message, hint


def nearest(word: str, known: Iterable[str]) -> str:
    """Return which of `known` a mistyped word was meant to be, or ""."""
    import difflib

    near = difflib.get_close_matches(word[:200], list(known), n=1, cutoff=0.6)
    return near[0] if near else ""


def suggest(word: str, known: Iterable[str]) -> str:
    """Return `did you mean …?` with the nearest of `known`, or ""."""
    near = nearest(word, known)
    return f"did you mean {display(near, 60)}?" if near else ""


def convert(setting: Setting, value: object) -> object:
    """Return a value as the setting's type. Raises Wrong."""
    kind = setting.type
    if kind is Secret:
        return Secret(_secret(value))
    if get_origin(kind) is Literal:
        return _choice(value, get_args(kind))
    if get_origin(kind) is tuple:
        return _items(setting, value)
    if get_origin(kind) is not None and issubclass(get_origin(kind), Mapping):
        return _table(value, text_only=get_args(kind)[1] is str)
    if kind is str:
        return _formed(setting.option.form, _typed(value, str))
    return _number(setting, _typed(value, kind))


def _typed(value: object, kind: type) -> Any:
    if kind is float and type(value) is int:
        return value
    if type(value) is not kind:
        raise Wrong(f"wants {_WORDS[kind]}, not {_described(value)}")
    return value


def _described(value: object) -> str:
    words: dict[type, str] = {bool: "true or false", int: "a number", float: "a number", str: "text", NoneType: "nothing"}
    if isinstance(value, Mapping):
        return "a table"
    return "a list" if isinstance(value, (list, tuple)) else words.get(type(value), "a date or time")


def _number(setting: Setting, value: Any) -> Any:
    if setting.type is bool:
        return value
    low, high = setting.option.low, setting.option.high
    if (
        (isinstance(value, float) and not math.isfinite(value))
        or (low is not None and value < low)
        or (high is not None and value > high)
    ):
        raise Wrong(f"wants {_WORDS[setting.type]} from {low:.10g} to {high:.10g}")
    return float(value) if setting.type is float else value


def _choice(value: object, choices: Sequence[str]) -> str:
    if isinstance(value, str) and value in choices:
        return value
    text = display(value, 60) if isinstance(value, str) else _described(value)
    listed = ", ".join(choices)
    raise Wrong(
        f"{json.dumps(text, ensure_ascii=False) if isinstance(value, str) else text} is none of {listed}",
        suggest(text, choices),
    )


def _secret(value: object) -> str:
    try:
        return clean(_typed(value, str))
    except ValueError as error:
        raise Wrong(str(error)) from None


def _items(setting: Setting, value: object) -> tuple[object, ...]:
    kind = get_args(setting.type)[0]
    if not isinstance(value, (list, tuple)):
        raise Wrong(
            f"wants a list, not {_described(value)}", f"write [{json.dumps(value)}]" if isinstance(value, str) else ""
        )
    if kind is PathMap:
        return tuple(_path_map(item) for item in value)
    items = [_formed(setting.option.form, _typed(item, str), inside=True) for item in value]
    return tuple(dict.fromkeys(items))


def _path_map(value: object) -> PathMap:
    if isinstance(value, PathMap):
        return value
    if not isinstance(value, Mapping):
        raise Wrong(
            f"wants tables with from and to, not {_described(value)}", 'write [{from = "/media", to = "smb://nas/media"}]'
        )
    for key in value:
        if key not in ("from", "to"):
            raise Wrong(f"unknown key {display(str(key), 60)} in a table of from and to", suggest(str(key), ("from", "to")))
    ends = [_formed("line", _typed(value.get(key), str), inside=True) for key in ("from", "to")]
    return PathMap(*ends)


def _table(value: object, *, text_only: bool) -> dict[str, object]:
    if not isinstance(value, Mapping):
        raise Wrong(f"wants a table, not {_described(value)}")
    return {str(key): _typed(item, str) if text_only else _plain(item, 0) for key, item in value.items()}


def _plain(value: object, depth: int) -> object:
    if depth > _NESTED:
        raise Wrong("nested too deeply")
    if isinstance(value, Mapping):
        return {str(key): _plain(item, depth + 1) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item, depth + 1) for item in value]
    if isinstance(value, (str, bool, int)) or (isinstance(value, float) and math.isfinite(value)):
        return value
    raise Wrong(f"cannot hold {_described(value)}")


def _formed(form: str, text: str, *, inside: bool = False) -> str:
    """Return `text` when it looks as its form wants; `inside` a list nothing may be empty."""
    if "\x00" in text:
        raise Wrong("a NUL character inside")
    if not text:
        if inside:
            raise Wrong("empty text in a list")
        return text
    return _FORMS[form](text) if form else text


def _path(text: str) -> str:
    expanded = os.path.expanduser(text)
    if not os.path.isabs(expanded):
        raise Wrong("wants an absolute folder", "begin it with / or ~")
    return os.path.normpath(expanded)


def _line(text: str) -> str:
    if not all(char.isprintable() or char == " " or "\ud800" <= char <= "\udfff" for char in text if ord(char) < 0xA0):
        raise Wrong("a line break or control character inside")
    return text


def _name(text: str) -> str:
    if text != text.strip():
        raise Wrong("a name with blanks around it")
    if len(text) > 200:
        raise Wrong("a name longer than 200 characters")
    return _line(text)


def _url(text: str) -> str:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(_line(text))
        parts.port  # noqa: B018 (reading it is the check)
    except ValueError:
        raise Wrong("not an address") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or " " in text:
        raise Wrong("not an address", "it begins with http:// or https://")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise Wrong(
            "an address with user, password or query in it", "secrets have keys of their own: they are then never shown"
        )
    return text.rstrip("/")


def _scheduler(text: str) -> str:
    from urllib.parse import urlsplit

    try:
        parts = urlsplit(_line(text))
        whole = parts.scheme in ("tcp", "tls") and parts.hostname and parts.port and " " not in text
        bare = not (parts.username or parts.password or parts.path.strip("/") or parts.query or parts.fragment)
    except ValueError:
        whole = bare = False
    if not (whole and bare):
        raise Wrong("not a scheduler's address", "tcp:// or tls://, host and port, as in tcp://nas:8786")
    return text.rstrip("/")


def _language(text: str) -> str:
    if not _LANGUAGE.fullmatch(text):
        raise Wrong(
            f"{json.dumps(display(text, 40), ensure_ascii=False)} is no language code",
            "two or three letters, as in en, de, pt-BR",
        )
    return text


def _cron(text: str) -> str:
    wrong = complaint(text)
    if wrong:
        raise Wrong(f"not a cron expression: {wrong}", 'minute hour day month weekday, as in "30 3 * * *"')
    return text


_FORMS: dict[str, Callable[[str], str]] = {
    "path": _path,
    "line": _line,
    "name": _name,
    "url": _url,
    "scheduler": _scheduler,
    "language": _language,
    "glob": _line,
    "target": str,
    "cron": _cron,
}


def from_environment(setting: Setting, text: str) -> object:
    """Return the value that an environment variable's text means: text as it is, anything else as TOML. Raises Wrong."""
    if setting.type in (str, Secret) or get_origin(setting.type) is Literal:
        return text
    import tomllib

    try:
        return tomllib.loads(f"value = {text}")["value"] if "\n" not in text else text
    except (ValueError, RecursionError):
        return text  # not TOML: convert says what is wanted instead


def toml(value: object) -> str:
    """Return a value as TOML; secrets masked."""
    if isinstance(value, Secret):
        return json.dumps(MASK if value else "")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return repr(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, PathMap):
        return f"{{from = {toml(value.source)}, to = {toml(value.target)}}}"
    if isinstance(value, Mapping):
        return "{" + ", ".join(f"{quoted(str(key))} = {toml(item)}" for key, item in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(toml(item) for item in value) + "]"
    return repr(value)


def quoted(name: str) -> str:
    """Return one part of a dotted key, quoted where TOML wants it."""
    return name if _BARE.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def dotted(parts: Iterable[str]) -> str:
    """Return the dotted key of its parts: `player."Living Room".token`."""
    return ".".join(quoted(part) for part in parts)


def split_key(key: str) -> tuple[str, ...]:
    """Return the parts of a dotted key. Raises ValueError."""
    import tomllib

    node: Any = tomllib.loads(f"{key} = 0") if "\n" not in key else None
    parts: list[str] = []
    while isinstance(node, dict) and len(node) == 1:
        ((part, node),) = node.items()
        parts.append(part)
    if node != 0 or not parts:
        raise ValueError(f"not a key: {display(key, 60)}")
    return tuple(parts)
