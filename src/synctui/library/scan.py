"""Reads what is on the disks: one folder after the other, and only what may have changed since the last time.

A directory whose modification and status times are those of the last scan is not listed again: its known files are stat'ed
(a changed file does not change its directory). Directories are entered once, real ones before linked ones; links are
followed only inside the root. Nothing is opened but directories and `.synctuiignore` files.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from synctui.library.folder import Folder, Known, Listing
from synctui.library.ignore import FILE_NAME, Rules, hidden, read_rules
from synctui.library.names import KINDS, SUBTITLE_FOLDERS, is_leftover, kind_of, stem
from synctui.model.plan import Notice
from synctui.text import display

# Directory times are as coarse as 2 s on some file systems: a directory that changed this shortly before it was listed may
# have changed again without a trace.
_COARSE_NS = 2_000_000_000
_PATH_MAX = 4096
_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NONBLOCK


@dataclass(frozen=True, slots=True)
class Problem:
    """A directory or file that was left out, and why (a documented reason code); the scan goes on."""

    path: str
    reason: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class Unchanged:
    """A folder that is as the index knows it, with so many media files."""

    path: str
    files: int


Item = Folder | Problem | Notice | Unchanged


class _Step(NamedTuple):
    """A directory to visit; `device` is that of the directory above, or -1."""

    path: str
    rules: Rules
    device: int = -1
    read: _Read | None = None


class _Read(NamedTuple):
    """A directory that was read, with the rules that hold in it."""

    listing: Listing
    rules: Rules
    device: int


class Scan:
    """One pass over a root; iterate once. What it counted can be read afterwards.

    `complete` is False when it was stopped or the root could not be read; `vanished` then means nothing.
    """

    def __init__(
        self,
        root: str,
        *,
        known: Mapping[str, Known] | None = None,
        ignore: Sequence[str] = (),
        stop: Callable[[], bool] | None = None,
    ) -> None:
        self.root = os.path.abspath(root)
        self.known = known or {}
        self.complete = False
        self.files = 0
        self._real = os.path.realpath(self.root)
        self._rules = Rules.of(self.root, ignore)
        self._stop = stop or (lambda: False)
        self._since = time.time_ns() - _COARSE_NS
        self._unseen = set(self.known)
        self._visited: set[int] = set()
        self._links: list[tuple[str, Rules]] = []
        self._left_out: list[Problem | Notice] = []
        self._protected: list[str] = []

    def vanished(self) -> list[str]:
        """Return the known directories that are gone, apart from those that only could not be read."""
        return sorted(path for path in self._unseen if not self._is_protected(path))

    def kept_files(self) -> int:
        """Return how many known files lie where this pass could not look."""
        return sum(self.known[path].files for path in self._unseen if self._is_protected(path))

    def __iter__(self) -> Iterator[Item]:
        brake = self._root_brake()
        if brake:
            yield brake
            return
        stack = [_Step(self.root, self._rules)]
        while stack or self._links:
            if not stack:
                stack.extend(self._followed())
                continue
            if self._stop():
                return
            yield from self._visit(stack.pop(), stack)
        yield from self._taken()
        before = sum(known.files for known in self.known.values())
        now = self.files + self.kept_files()
        self.complete = not self._is_protected(self.root)
        if self.complete and now * 3 < before * 2:
            yield _brake(
                self.root, f"{before - now} of {before} files under {display(self.root)} are gone: is a disk not mounted?"
            )

    def _root_brake(self) -> Notice | None:
        try:
            with os.scandir(self.root) as entries:
                empty = next(entries, None) is None
        except NotADirectoryError:
            return _brake(self.root, f"{display(self.root)} is not a folder")
        except OSError as error:
            return _brake(self.root, f"{display(self.root)} cannot be read ({error.strerror}): is its disk mounted?")
        return _brake(self.root, f"{display(self.root)} is empty: is its disk mounted?") if empty else None

    def _visit(self, step: _Step, stack: list[_Step]) -> Iterator[Item]:
        """Yield one folder with its subtitle folders; put what lies deeper on the stack."""
        read = step.read or self._read(step)
        if read is None:
            yield from self._taken()
            return
        inner: list[Listing] = []
        after: list[_Step] = []
        for name in read.listing.state.child_names():
            below = _Step(os.path.join(step.path, name), read.rules, read.device)
            if step.read is None and name.lower() in SUBTITLE_FOLDERS:
                after.extend(self._subtitle_folder(below, inner, depth=0))
            else:
                after.append(below)
        stack.extend(reversed(after))
        listings = (read.listing, *inner)
        count = sum(one.state.files for one in listings)
        self.files += count
        yield from self._taken()
        if any(one.changed for one in listings):
            videos, subtitles = read.listing.state.entries()
            yield Folder(
                step.path, videos, subtitles, [Folder(one.path, (), one.state.entries()[1]) for one in inner], listings
            )
        else:
            yield Unchanged(step.path, count)

    def _subtitle_folder(self, step: _Step, inner: list[Listing], depth: int) -> Iterator[_Step]:
        """Read a subtitle folder into `inner`; yield what is visited by itself: folders with videos, and deeper ones."""
        read = self._read(step)
        if read is None:
            return
        state = read.listing.state
        if any(kind_of(name) == "video" for name in os.fsdecode(state.names).split("/")):
            yield _Step(step.path, read.rules, read.device, read)
            return
        inner.append(read.listing)
        for name in state.child_names():
            below = _Step(os.path.join(step.path, name), read.rules, read.device)
            if depth == 0:
                yield from self._subtitle_folder(below, inner, depth=1)
            else:
                yield below

    def _followed(self) -> Iterator[_Step]:
        """Yield the next linked directory, unless it leads out of the root."""
        path, rules = self._links.pop(0)
        target = os.path.realpath(path)
        if target == self._real or target.startswith(self._real.rstrip("/") + "/"):
            yield _Step(path, rules)
        else:
            self._left_out.append(Problem(path, "symlink_outside_root"))

    def _read(self, step: _Step) -> _Read | None:
        """Return the directory as it is now, or None when it was seen already or cannot be read."""
        path = step.path
        try:
            fd = os.open(path, _FLAGS)
        except OSError as error:
            self._failed(path, error)
            return None
        try:
            about = os.fstat(fd)
            place = about.st_dev << 64 | about.st_ino
            if place in self._visited:
                return None
            self._visited.add(place)
            mount = step.device not in (-1, about.st_dev)
            rules = self._rules_in(path, fd, step.rules)
            known = self.known.get(path)
            state = known and self._unlisted(fd, about, mount, rules, known)
            if state is None:
                state = self._list(path, fd, about, mount, rules)
        except OSError as error:
            self._failed(path, error)
            return None
        finally:
            os.close(fd)
        if known and known.mount and not mount and known.children + known.names and not state.children + state.names:
            self._left_out.append(_brake(path, f"{display(path)} is empty: a disk used to be mounted there"))
            self._protected.append(path)
            return None
        self._unseen.discard(path)
        return _Read(Listing(path, state, state != known), rules, about.st_dev)

    def _unlisted(self, fd: int, about: os.stat_result, mount: bool, rules: Rules, known: Known) -> Known | None:
        """Return a directory that did not change with its files' stamps of now, or None when it has to be listed."""
        if known.mtime_ns != about.st_mtime_ns or known.ctime_ns != about.st_ctime_ns or known.rules != rules.digest:
            return None
        stamps = _stamps(fd, known.names)
        if stamps is None:
            return None
        return known if stamps == known.stamps and mount == known.mount else known._replace(stamps=stamps, mount=mount)

    def _rules_in(self, path: str, fd: int, rules: Rules) -> Rules:
        """Return the rules with those of the directory's own ignore file."""
        try:
            os.stat(FILE_NAME, dir_fd=fd, follow_symlinks=False)
        except FileNotFoundError:
            return rules
        return rules.extended(path, read_rules(os.path.join(path, FILE_NAME)))

    def _list(self, path: str, fd: int, about: os.stat_result, mount: bool, rules: Rules) -> Known:
        found: list[tuple[str, int, int]] = []
        leftovers: list[tuple[str, int, int]] = []
        children: list[str] = []
        linked = False
        with os.scandir(fd) as entries:
            for entry in entries:
                name = entry.name
                dot = name.rfind(".")
                kind = KINDS.get(name[dot + 1 :].lower()) if dot > 0 else None
                if kind is None or name[0] == ".":
                    if entry.is_dir(follow_symlinks=False):
                        if not hidden(name) and not (rules.rules and rules.ignores(path, name, True)):
                            children.append(name)
                    elif name == FILE_NAME:
                        about_file = entry.stat(follow_symlinks=False)
                        found.append((name, about_file.st_size, about_file.st_mtime_ns))
                    elif entry.is_symlink() and not hidden(name):
                        linked = self._linked(path, entry, rules) or linked
                    continue
                if rules.rules and rules.ignores(path, name, False):
                    continue
                try:
                    file = entry.stat(follow_symlinks=False)
                except FileNotFoundError:
                    continue
                mode = file.st_mode
                if not stat.S_ISREG(mode):
                    if stat.S_ISDIR(mode) and kind == "video":
                        children.append(name)
                        continue
                    linked = linked or stat.S_ISLNK(mode)
                    target = self._special(path, name, mode, kind, rules)
                    if target is None:
                        continue
                    file = target
                if kind == "subtitle" and is_leftover(name):
                    leftovers.append((name, file.st_size, file.st_mtime_ns))
                else:
                    found.append((name, file.st_size, file.st_mtime_ns))
        if leftovers:
            found.extend(_not_leftover_after_all(leftovers, found))
        if len(path) > _PATH_MAX // 2:
            found = self._short_enough(path, found)
        found.sort()
        children.sort()
        stamps = array("q")
        for _, size, mtime_ns in found:
            stamps.append(size)
            stamps.append(mtime_ns)
        trusted = not linked and about.st_mtime_ns < self._since
        return Known(
            about.st_mtime_ns if trusted else 0,
            about.st_ctime_ns,
            mount,
            rules.digest,
            os.fsencode("/".join([file[0] for file in found])),
            stamps.tobytes(),
            os.fsencode("/".join(children)),
        )

    def _linked(self, path: str, entry: os.DirEntry[str], rules: Rules) -> bool:
        try:
            is_folder = entry.is_dir()
        except OSError:
            return False
        if is_folder and not rules.ignores(path, entry.name, True):
            self._links.append((os.path.join(path, entry.name), rules))
        return is_folder

    def _special(self, path: str, name: str, mode: int, kind: str, rules: Rules) -> os.stat_result | None:
        """Return the stat of a link's target when it counts as a file here; report what else carries such a name."""
        full = os.path.join(path, name)
        if not stat.S_ISLNK(mode):
            self._left_out.append(Problem(full, "not_regular_file"))
            return None
        try:
            target = os.stat(full)
        except OSError as error:
            dangling = error.errno in (errno.ENOENT, errno.ELOOP, errno.ENOTDIR)
            self._left_out.append(Problem(full, "gone" if dangling else "io_error", "the link leads nowhere"))
            return None
        if stat.S_ISDIR(target.st_mode) and kind == "video":
            self._links.append((full, rules))
            return None
        if not stat.S_ISREG(target.st_mode):
            self._left_out.append(Problem(full, "not_regular_file"))
            return None
        # A video is only read, and often linked from another disk; a subtitle is written to.
        if kind == "subtitle" and not os.path.realpath(full).startswith(self._real.rstrip("/") + "/"):
            self._left_out.append(Problem(full, "symlink_outside_root"))
            return None
        return target

    def _short_enough(self, path: str, found: list[tuple[str, int, int]]) -> list[tuple[str, int, int]]:
        room = _PATH_MAX - 2 - len(os.fsencode(path))
        kept = [file for file in found if len(os.fsencode(file[0])) <= room]
        if len(kept) < len(found):
            self._left_out.append(Problem(path, "path_too_long", f"{len(found) - len(kept)} files cannot be reached"))
        return kept

    def _failed(self, path: str, error: OSError) -> None:
        if error.errno in (errno.ENOENT, errno.ENOTDIR):
            self._left_out.append(Problem(path, "gone"))
            return
        reason = {errno.EACCES: "unreadable_dir", errno.EPERM: "unreadable_dir", errno.ENAMETOOLONG: "path_too_long"}
        self._left_out.append(Problem(path, reason.get(error.errno or 0, "io_error"), error.strerror or ""))
        self._protected.append(path)

    def _is_protected(self, path: str) -> bool:
        return any(path == kept or path.startswith(kept + "/") for kept in self._protected)

    def _taken(self) -> Iterator[Problem | Notice]:
        taken, self._left_out = self._left_out, []
        return iter(taken)


def scan(
    root: str,
    *,
    known: Mapping[str, Known] | None = None,
    ignore: Sequence[str] = (),
    stop: Callable[[], bool] | None = None,
) -> Iterator[Item]:
    """Yield what lies under a root: folders, what was left out and why, and a brake when the root looks unmounted.

    With `known` (from the index) unchanged folders are only named. Blocks; meant for a thread.
    """
    return iter(Scan(root, known=known, ignore=ignore, stop=stop))


def _stamps(fd: int, names: bytes) -> bytes | None:
    """Return the packed stamps of a directory's known files, or None when one of them is gone."""
    stamps = array("q")
    if names:
        add, look = stamps.append, os.stat
        try:
            for name in names.split(b"/"):
                about = look(name, dir_fd=fd, follow_symlinks=False)
                add(about.st_size)
                add(about.st_mtime_ns)
        except FileNotFoundError:
            return None
    return stamps.tobytes()


def _not_leftover_after_all(
    leftovers: list[tuple[str, int, int]], found: list[tuple[str, int, int]]
) -> Iterator[tuple[str, int, int]]:
    """Yield the subtitles that look like a tool's output only because their video is called so (`Sync-up.mkv`)."""
    stems = [stem(file[0]).lower() for file in found if kind_of(file[0]) == "video"]
    odd = tuple(text + "." for text in stems if is_leftover(text + ".srt"))
    for file in leftovers:
        lower = file[0].lower()
        longest = max((len(text) for text in odd if lower.startswith(text)), default=0)
        if longest and not is_leftover("x." + lower[longest:]):
            yield file


def _brake(root: str, message: str) -> Notice:
    return Notice("brake", message, root)
