"""Scanning and cleaning as Kodi does: one thing at a time, cancelled by a second scan, told to whoever listens."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from synctui.simulators.kodi import nfo
from synctui.simulators.kodi.disk import Content, Disk, Source, apart, is_video, slashed
from synctui.simulators.kodi.library import Item, Library

Tell = Callable[[str, Any], None]


class Scanner:
    """Reads folders into the library; every folder takes `pace` seconds.

    Without NFO files it takes nothing in, as a Kodi without a network; with `names` the names of files say enough.
    """

    def __init__(self, disk: Disk, library: Library, tell: Tell, pace: float, *, names: bool = False) -> None:
        self._disk = disk
        self._library = library
        self._tell = tell
        self.pace = pace
        self._names = names
        self._scan: asyncio.Task[None] | None = None
        self._refreshes: set[asyncio.Task[None]] = set()
        # Scans and refreshes stand in one queue, as they came.
        self._queue = asyncio.Lock()

    @property
    def scanning(self) -> bool:
        """True while a scan runs."""
        return self._scan is not None and not self._scan.done()

    async def scan(self, directory: str) -> None:
        """Begin a scan; while one runs, cancel that one, and do nothing else."""
        if self.scanning:
            await self.stop()
            return
        self._scan = asyncio.create_task(self._run(directory))
        # So a scan has got as far as its first folder before it can be cancelled.
        await asyncio.sleep(0)

    async def stop(self) -> None:
        """Cancel a running scan; that, too, is told as its end."""
        if self._scan is not None:
            self._scan.cancel()
            await asyncio.gather(self._scan, return_exceptions=True)

    async def halt(self) -> None:
        """Stop whatever is being done, for good."""
        await self.stop()
        for task in self._refreshes:
            task.cancel()
        await asyncio.gather(*self._refreshes, return_exceptions=True)

    async def idle(self) -> None:
        """Wait until no scan runs."""
        if self._scan is not None:
            await asyncio.gather(self._scan, return_exceptions=True)

    async def _run(self, directory: str) -> None:
        async with self._queue:
            self._tell("OnScanStarted", None)
            try:
                paths = apart(directory) if directory else [source.root for source in self._disk.sources]
                for path in paths:
                    async for _ in self._visit(slashed(path)):
                        await asyncio.sleep(self.pace)
                await asyncio.sleep(self.pace)
            finally:
                self._tell("OnScanFinished", None)

    async def _visit(self, path: str) -> AsyncIterator[str]:
        source = self._disk.source(path)
        if source is None or not self._disk.exists(path):
            return
        if source.content == "movies":
            async for visited in self._films(path):
                yield visited
            return
        depth = len([part for part in path[len(source.root) :].split("/") if part])
        if depth == 0:
            listed = self._disk.listing(path)
            for name in listed.folders if listed else ():
                self._show(f"{path}{name}/")
                yield path
        elif depth == 1:
            self._show(path)
            yield path
        else:
            self._season(path)
            yield path

    async def _films(self, path: str) -> AsyncIterator[str]:
        listed = self._disk.listing(path)
        if listed is None:
            return
        videos = [name for name in listed.files if is_video(name)]
        fingerprint = self._disk.fingerprint(path, listed)
        if videos and self._library.hashes.get(path) != fingerprint:
            place = self._disk.place(path)
            known = False
            for reel in nfo.reels(videos):
                file = reel.path(path)
                if self._library.by_file("movie", file) is None:
                    said = self._said(place / f"{reel.stem}.nfo") if place else None
                    if said is None:
                        continue
                    self._added(self._library.add("movie", file, path, said, self._dated(path, reel.files[0])))
                known = True
            # A folder of which nothing is known is read again each time.
            if known:
                self._library.hashes[path] = fingerprint
        yield path
        for name in listed.folders:
            async for visited in self._films(f"{path}{name}/"):
                yield visited

    def _show(self, path: str) -> None:
        place = self._disk.place(path)
        files = self._videos_below(path)
        fingerprint = self._latest(files)
        if place is None or self._library.hashes.get(path) == fingerprint:
            return
        show = self._library.show_at(path)
        if show is None:
            said = self._said(place / "tvshow.nfo")
            if said is None:
                return
            show = self._library.add_show(path, said.title)
            self._tell("OnUpdate", {"added": True, "item": {"id": show.id, "type": "tvshow"}, "transaction": True})
        for folder, names in files:
            self._episodes(folder, names, show.id)
        self._library.hashes[path] = fingerprint

    def _season(self, path: str) -> None:
        """Read a folder within a show: only where an episode in it is known already is it known whose it is."""
        known = next((item for item in self._library.of("episode") if item.folder == path), None)
        files = self._videos_below(path)
        fingerprint = self._latest(files)
        if known is None or self._library.hashes.get(path) == fingerprint:
            return
        for folder, names in files:
            self._episodes(folder, names, known.show)
        self._library.hashes[path] = fingerprint

    def _latest(self, files: list[tuple[str, list[str]]]) -> str:
        """Return the whole second in which the newest of the folders changed."""
        places = [self._disk.place(folder) for folder, _ in files]
        return str(max((int(place.stat().st_mtime) for place in places if place), default=0))

    def _episodes(self, folder: str, names: list[str], show: int) -> None:
        place = self._disk.place(folder)
        for name in names:
            nameless = nfo.episode_number(name) is None and not self._names
            if place is None or nameless or self._library.by_file("episode", folder + name):
                continue
            said = self._said(place / f"{name.rpartition('.')[0]}.nfo")
            if said is not None:
                self._added(self._library.add("episode", folder + name, folder, said, self._dated(folder, name), show))

    def _said(self, file: Path) -> nfo.Nfo | None:
        """Return what an NFO says, or what its name does where that is enough."""
        found = nfo.read(file)
        if found is not None or not self._names:
            return found
        return nfo.Nfo(file.parent.name if file.name == "tvshow.nfo" else file.stem)

    def _videos_below(self, path: str) -> list[tuple[str, list[str]]]:
        listed = self._disk.listing(path)
        if listed is None:
            return []
        found = [(path, [name for name in listed.files if is_video(name)])]
        for name in listed.folders:
            found += self._videos_below(f"{path}{name}/")
        return found

    def _added(self, item: Item) -> None:
        named = {"id": item.id, "type": item.kind}
        self._tell("OnUpdate", {"item": named, "transaction": True})
        self._tell("OnUpdate", {"added": True, "item": named, "transaction": True})

    def _dated(self, folder: str, name: str) -> str:
        place = self._disk.place(folder)
        stamp = (place / name).stat().st_mtime if place else 0.0
        return datetime.fromtimestamp(stamp).strftime("%Y-%m-%d %H:%M:%S")

    def refresh(self, item: Item) -> None:
        """Have an item read anew, after whatever is waiting already."""
        task = asyncio.create_task(self._refresh(item))
        self._refreshes.add(task)
        task.add_done_callback(self._refreshes.discard)

    async def _refresh(self, item: Item) -> None:
        async with self._queue:
            await asyncio.sleep(self.pace)
            self._read_anew(item)

    def _read_anew(self, item: Item) -> None:
        place = self._disk.place(item.folder)
        stem = nfo.reels([part.rpartition("/")[2] for part in item.file.replace(",,", ",").split(" , ")])
        said = self._said(place / f"{stem[0].stem}.nfo") if place and stem else None
        if said is None or (item.kind, item.id) not in self._library.items:
            return
        self._tell("OnRemove", {"id": item.id, "type": item.kind})
        fresh = self._library.refresh(item, said)
        named = {"id": fresh.id, "type": fresh.kind}
        self._tell("OnUpdate", {"item": named})
        self._tell("OnUpdate", {"added": True, "item": named})

    def clean(self, directory: str, content: str) -> None:
        """Forget items whose file is missing, as far as Kodi understands what is asked."""
        if self.scanning:
            return
        if directory and not self._cleans(slashed(directory), content):
            return
        self._tell("OnCleanStarted", None)
        for source in self._disk.sources:
            # The guard that Kodi has: no folder, no cleaning. An empty one, as a mount point is, does not help.
            if source.folder.is_dir() and _concerns(source.content, content):
                self._clean_source(source, slashed(directory) if directory else source.root)
        self._tell("OnCleanFinished", None)

    def _cleans(self, directory: str, content: str) -> bool:
        source = self._disk.source(directory)
        if source is None or source.content != content:
            return False
        return content == "movies" or directory == source.root

    def _clean_source(self, source: Source, below: str) -> None:
        for item in list(self._library.items.values()):
            if not item.folder.startswith(source.root) or not item.folder.startswith(below):
                continue
            place = self._disk.place(item.folder)
            name = item.file.split(" , ")[0].replace(",,", ",").rpartition("/")[2]
            if place is not None and not (place / name).exists():
                self._library.clean(item)
                self._tell("OnRemove", {"id": item.id, "transaction": True, "type": item.kind})


def _concerns(held: Content, content: str) -> bool:
    return content in ("video", held)
