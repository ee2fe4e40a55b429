"""Lists one directory: which files count, which directories are to be entered, what is left out and why."""

from __future__ import annotations

import errno
import os
import stat
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field

from synctui.library.folder import Entry, Known
from synctui.library.ignore import FILE_NAME, Rules, hidden
from synctui.library.names import KINDS, is_leftover, may_hold_leftovers, stem

_PATH_MAX = 4096


@dataclass(frozen=True, slots=True)
class Problem:
    """A directory or file that was left out, and why (a documented reason code); the scan goes on."""

    path: str
    reason: str
    message: str = ""


@dataclass(slots=True)
class DirectoryReader:
    """Lists the directory at `path`; `real_root` is the resolved root that the links of subtitles must not lead out of.

    Afterwards `videos` and `subtitles` are what it holds, `links` the linked directories in it.
    """

    path: str
    rules: Rules
    real_root: str
    links: list[str] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    videos: list[Entry] = field(default_factory=list)
    subtitles: list[Entry] = field(default_factory=list)
    _ignore_file: list[Entry] = field(default_factory=list)
    _children: list[str] = field(default_factory=list)
    _linked: bool = False

    @property
    def has_rules(self) -> bool:
        """Return whether the directory has an ignore file."""
        return bool(self._ignore_file)

    def read(self, fd: int, about: os.stat_result, mount: bool, since: int) -> Known:
        """Return what the open directory `fd` holds.

        One that was modified after `since` (ns), or that holds links or oddities, is to be listed again next time.
        """
        self._list(fd)
        if may_hold_leftovers("/".join([file[0] for file in self.subtitles])):
            self.subtitles = list(_without_leftovers(self.subtitles, self.videos))
        if len(self.path) > _PATH_MAX // 2:
            self.videos, self.subtitles = self._within_reach(self.videos), self._within_reach(self.subtitles)
        self.videos.sort()
        self.subtitles.sort()
        self._children.sort()
        files = sorted(self.videos + self.subtitles + self._ignore_file)
        stamps = array("q")
        add = stamps.append
        for _, size, mtime_ns in files:
            add(size)
            add(mtime_ns)
        trusted = about.st_mtime_ns < since and not self._linked and not self.problems
        return Known(
            about.st_mtime_ns if trusted else 0,
            about.st_ctime_ns,
            mount,
            self.rules.digest,
            os.fsencode("/".join([file[0] for file in files])),
            stamps.tobytes(),
            os.fsencode("/".join(self._children)),
        )

    def _list(self, fd: int) -> None:
        rules = self.rules if self.rules.rules else None
        videos, subtitles, kinds, regular = self.videos, self.subtitles, KINDS, stat.S_ISREG
        with os.scandir(fd) as entries:
            for entry in entries:
                name = entry.name
                dot = name.rfind(".")
                kind = (kinds.get(name[dot + 1 :]) or kinds.get(name[dot + 1 :].lower())) if dot > 0 else None
                if kind is None or name[0] == ".":
                    self._other(entry)
                    continue
                if rules is not None and rules.ignores(self.path, name, False):
                    continue
                try:
                    about: os.stat_result | None = entry.stat(follow_symlinks=False)
                    if about is not None and not regular(about.st_mode):
                        about = self._special(name, about.st_mode, kind)
                except FileNotFoundError:
                    continue
                if about is None:
                    continue
                file = (name, about.st_size, about.st_mtime_ns)
                if kind == "video":
                    videos.append(file)
                else:
                    subtitles.append(file)

    def _other(self, entry: os.DirEntry[str]) -> None:
        """Take in what is neither a video nor a subtitle by name: a directory, a link to one, an ignore file."""
        name = entry.name
        if entry.is_dir(follow_symlinks=False):
            if not hidden(name) and not self.rules.ignores(self.path, name, True):
                self._children.append(name)
        elif name == FILE_NAME:
            about = entry.stat(follow_symlinks=False)
            self._ignore_file.append((name, about.st_size, about.st_mtime_ns))
        elif entry.is_symlink() and not hidden(name):
            try:
                is_folder = entry.is_dir()
            except OSError:
                return
            if is_folder and not self.rules.ignores(self.path, name, True):
                self._link(name)

    def _link(self, name: str) -> None:
        self._linked = True
        self.links.append(os.path.join(self.path, name))

    def _special(self, name: str, mode: int, kind: str) -> os.stat_result | None:
        """Return the stat of a link's target when it counts as a file here; report what else carries such a name."""
        path = os.path.join(self.path, name)
        if stat.S_ISDIR(mode) and kind == "video":
            self._children.append(name)
            return None
        if not stat.S_ISLNK(mode):
            self.problems.append(Problem(path, "not_regular_file"))
            return None
        self._linked = True
        try:
            target = os.stat(path)
        except OSError as error:
            dangling = error.errno in (errno.ENOENT, errno.ELOOP, errno.ENOTDIR)
            self.problems.append(Problem(path, "gone" if dangling else "io_error", "the link leads nowhere"))
            return None
        if stat.S_ISDIR(target.st_mode) and kind == "video":
            self._link(name)
            return None
        if not stat.S_ISREG(target.st_mode):
            self.problems.append(Problem(path, "not_regular_file"))
            return None
        # A video is only read, and often linked from another disk; a subtitle is written to.
        if kind == "subtitle" and not os.path.realpath(path).startswith(self.real_root.rstrip("/") + "/"):
            self.problems.append(Problem(path, "symlink_outside_root"))
            return None
        return target

    def _within_reach(self, files: list[Entry]) -> list[Entry]:
        room = _PATH_MAX - 2 - len(os.fsencode(self.path))
        kept = [file for file in files if len(os.fsencode(file[0])) <= room]
        if len(kept) < len(files):
            self.problems.append(Problem(self.path, "path_too_long", f"{len(files) - len(kept)} files cannot be reached"))
        return kept


def _without_leftovers(subtitles: list[Entry], videos: list[Entry]) -> Iterator[Entry]:
    """Yield the subtitles that are no tool's output, or look so only because their video is called so (`Sync-up.mkv`)."""
    odd = [stem(video[0]).lower() + "." for video in videos if is_leftover(stem(video[0]) + ".srt")]
    for file in subtitles:
        lower = file[0].lower()
        longest = max((len(text) for text in odd if lower.startswith(text)), default=0)
        if not is_leftover("x." + lower[longest:] if longest else lower):
            yield file
