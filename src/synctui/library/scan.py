"""Reads what is on the disks: one folder after the other, and only what may have changed since the last time.

A directory whose modification and status times are those of the last scan is not listed again: its known files are stat'ed
(a changed file does not change its directory). Directories are entered once, real ones before linked ones; links are
followed only inside the root. Nothing is opened but directories and `.synctuiignore` files.
"""

from __future__ import annotations

import errno
import os
import time
from array import array
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from synctui.library.folder import Entry, Folder, Known, Listing
from synctui.library.ignore import FILE_NAME, Rules, read_rules
from synctui.library.listing import DirectoryReader, Problem
from synctui.library.names import SUBTITLE_FOLDERS, kind_of
from synctui.model.plan import Notice
from synctui.text import display

# Directory times are as coarse as 2 s on some file systems: a directory that changed this shortly before it was listed may
# have changed again without a trace.
_COARSE_NS = 2_000_000_000
_IGNORE_FILE = FILE_NAME.encode()
_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC | os.O_NONBLOCK


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

    `complete` is False when it was stopped or the root could not be read; `vanished` then means nothing. With
    `believe_losses` no brake is drawn: a person said that so much may be gone. `shallow` reads the root's own folder alone,
    with its subtitle folders. Links must not lead out of `within` (the root, unless told).
    """

    def __init__(
        self,
        root: str,
        *,
        known: Mapping[str, Known] | None = None,
        ignore: Sequence[str] = (),
        stop: Callable[[], bool] | None = None,
        believe_losses: bool = False,
        shallow: bool = False,
        within: str | None = None,
    ) -> None:
        self.root = os.path.abspath(root)
        self.known = known or {}
        self.complete = False
        self.files = 0
        self._real = os.path.realpath(within or self.root)
        self._rules = Rules.of(self.root, ignore)
        self._stop = stop or (lambda: False)
        self._believe = believe_losses
        self._shallow = shallow
        self._since = time.time_ns() - _COARSE_NS
        self._unseen = set(self.known)
        self._visited: set[int] = set()
        self._links: list[tuple[str, Rules]] = []
        self._left_out: list[Problem | Notice] = []
        self._protected: list[str] = []

    def halt(self) -> None:
        """End the pass before the next folder, from any thread."""
        self._stop = lambda: True

    def vanished(self) -> list[str]:
        """Return the known directories that are gone, apart from those that only could not be read."""
        return sorted(path for path in self._unseen if not self._is_protected(path))

    def kept_files(self) -> int:
        """Return how many known files lie where this pass could not look."""
        return sum(self.known[path].files for path in self._unseen if self._is_protected(path))

    def __iter__(self) -> Iterator[Item]:
        if brake := self._root_brake():
            yield brake
            return
        stack = [_Step(self.root, self._rules)]
        while stack or (self._links and not self._shallow):
            if not stack:
                stack.extend(self._followed())
                continue
            if self._stop():
                return
            yield from self._visit(stack.pop(), stack)
        yield from self._taken()
        yield from self._lost_mounts()
        before = sum(known.files for known in self.known.values())
        now = self.files + self.kept_files()
        self.complete = not self._is_protected(self.root)
        if self.complete and now * 3 < before * 2 and not self._believe:
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
        if empty and not self._believe:
            return _brake(self.root, f"{display(self.root)} is empty: is its disk mounted?")
        return None

    def _lost_mounts(self) -> Iterator[Notice]:
        """Protect what lay on disks whose mount points are not even there any more, as an automounter leaves it."""
        for path in sorted(self._unseen):
            if self.known[path].mount and not self._believe and not self._is_protected(path):
                self._protected.append(path)
                yield _brake(path, f"{display(path)} is gone: a disk used to be mounted there")

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
        if not self._shallow:
            stack.extend(reversed(after))
        listings = (read.listing, *inner)
        count = sum(one.state.files for one in listings)
        self.files += count
        yield from self._taken()
        if any(one.changed for one in listings):
            videos, subtitles = read.listing.entries()
            yield Folder(step.path, videos, subtitles, [Folder(one.path, (), one.entries()[1]) for one in inner], listings)
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
            # Only the root and links that were judged are followed; what has become a link meanwhile is not.
            fd = os.open(path, _FLAGS if step.device == -1 else _FLAGS | os.O_NOFOLLOW)
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
            known, rules, found = self.known.get(path), step.rules, None
            if known and _IGNORE_FILE in known.names:
                rules = _with_own(rules, path)
            state = known and self._unlisted(fd, about, mount, rules, known)
            if state is None:
                state, rules, found = self._listed(path, fd, about, mount, step.rules)
        except OSError as error:
            self._failed(path, error)
            return None
        finally:
            os.close(fd)
        if self._unmounted(known, state):
            self._left_out.append(_brake(path, f"{display(path)} is empty: a disk used to be mounted there"))
            self._protected.append(path)
            return None
        self._unseen.discard(path)
        return _Read(Listing(path, state, state != known, found), rules, about.st_dev)

    def _unmounted(self, known: Known | None, state: Known) -> bool:
        if known is None or self._believe or not known.mount or state.mount:
            return False
        return bool(known.children or known.names) and not (state.children or state.names)

    def _unlisted(self, fd: int, about: os.stat_result, mount: bool, rules: Rules, known: Known) -> Known | None:
        """Return a directory that did not change with its files' stamps of now, or None when it has to be listed."""
        if known.mtime_ns != about.st_mtime_ns or known.ctime_ns != about.st_ctime_ns or known.rules != rules.digest:
            return None
        stamps = _stamps(fd, known.names)
        if stamps is None:
            return None
        return known if stamps == known.stamps and mount == known.mount else known._replace(stamps=stamps, mount=mount)

    def _listed(
        self, path: str, fd: int, about: os.stat_result, mount: bool, rules: Rules
    ) -> tuple[Known, Rules, tuple[list[Entry], list[Entry]]]:
        """List a directory, and once more when it turns out to have rules of its own."""
        reader = DirectoryReader(path, rules, self._real)
        state = reader.read(fd, about, mount, self._since)
        if reader.has_rules:
            rules = _with_own(rules, path)
            reader = DirectoryReader(path, rules, self._real)
            state = reader.read(fd, about, mount, self._since)
        self._left_out += reader.problems
        self._links += [(link, rules) for link in reader.links]
        return state, rules, (reader.videos, reader.subtitles)

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


def _with_own(rules: Rules, path: str) -> Rules:
    """Return the rules with those of the directory's own ignore file."""
    return rules.extended(path, read_rules(os.path.join(path, FILE_NAME)))


def _brake(root: str, message: str) -> Notice:
    return Notice("brake", message, root)
