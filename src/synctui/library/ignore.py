"""What the user wants left alone: globs from the configuration and `.synctuiignore` files.

A glob without a slash is tried on every name below its place; one with a slash on the path from its place. `*` stays within
a name, `**` crosses folders, a trailing slash means folders only, `!` takes a name back in, `#` begins a comment line. The
last rule that fits decides. What is below an ignored folder is not looked at.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache

FILE_NAME = ".synctuiignore"
_LARGEST = 65536
_ALWAYS = frozenset(
    ("@eadir", "#recycle", "$recycle.bin", "lost+found", "system volume information", "@recycle", "@recently-snapshot")
)


def hidden(name: str) -> bool:
    """Return whether a folder is never looked into: hidden, or the rubbish of a system."""
    return name.startswith(".") or name.lower() in _ALWAYS


@dataclass(frozen=True, slots=True)
class _Rule:
    base: str
    pattern: re.Pattern[str]
    by_path: bool
    folders_only: bool
    keep: bool


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules that hold in a folder; `digest` changes with them."""

    rules: tuple[_Rule, ...] = ()
    digest: str = ""

    @classmethod
    def of(cls, base: str, globs: Iterable[str]) -> Rules:
        """Return the rules of globs whose place is the folder `base`."""
        return cls().extended(base, "\n".join(globs))

    def extended(self, base: str, text: str) -> Rules:
        """Return these rules followed by those of an ignore file's text in the folder `base`."""
        added = tuple(rule for line in text.splitlines() if (rule := _rule(base, line.strip())) is not None)
        if not added:
            return self
        digest = hashlib.sha256(f"{self.digest}\0{base}\0{text}".encode("utf-8", "surrogateescape")).hexdigest()[:16]
        return Rules(self.rules + added, digest)

    def ignores(self, folder: str, name: str, is_folder: bool) -> bool:
        """Return whether `name` in `folder` is to be left alone."""
        ignored = False
        for rule in self.rules:
            if rule.folders_only and not is_folder:
                continue
            subject = name if not rule.by_path else os.path.join(folder, name)[len(rule.base) :].lstrip("/")
            if rule.pattern.fullmatch(subject):
                ignored = not rule.keep
        return ignored


def read_rules(path: str) -> str:
    """Return the text of an ignore file, cut at 64 KiB; an unreadable one says nothing."""
    try:
        fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        with open(fd, "rb") as file:
            return os.fsdecode(file.read(_LARGEST))
    except OSError:
        return ""


def _rule(base: str, line: str) -> _Rule | None:
    if not line or line.startswith("#"):
        return None
    keep, line = line.startswith("!"), line.removeprefix("!")
    folders_only, glob = line.endswith("/"), line.strip("/")
    by_path = "/" in glob or line.startswith("/")
    return _Rule(base, _pattern(glob), by_path, folders_only, keep) if glob else None


@lru_cache(maxsize=1024)
def _pattern(glob: str) -> re.Pattern[str]:
    out: list[str] = []
    for part in re.split(r"(\*\*/?|\*|\?|\[[^\]]+\])", glob):
        if part.startswith("**"):
            out.append(".*")
        elif part == "*":
            out.append("[^/]*")
        elif part == "?":
            out.append("[^/]")
        elif part.startswith("[") and part.endswith("]") and len(part) > 2:
            inside = part[1:-1]
            mark, inside = ("^", inside[1:]) if inside[0] in "!^" else ("", inside)
            body = inside.replace("\\", "\\\\").replace("[", "\\[").replace("^", "\\^")
            out.append(f"[{mark}{body}]" if body else re.escape(part))
        else:
            out.append(re.escape(part))
    try:
        return re.compile("".join(out), re.DOTALL)
    except re.error:
        return re.compile(re.escape(glob))
