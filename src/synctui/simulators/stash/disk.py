"""What a scan finds on the disks, and what can be done to files.

As measured: a scene is bumped when it gets or loses a file; a file that was renamed, moved or replaced is bumped alone.
Another file with the fingerprint of a known one joins its scene. A scene whose last file is gone goes as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypedDict, Unpack

from synctui.simulators.stash.rows import FileRow, SceneRow
from synctui.simulators.stash.shelf import Refused, Shelf, unique

_FALLBACK_MTIME = 1_700_000_000


class FileFields(TypedDict, total=False):
    """What is found of a file; `duration` in seconds, `fingerprints` by type (`oshash`, `phash`, `md5`)."""

    size: int
    duration: float
    mod_time: str
    width: int
    height: int
    video_codec: str
    audio_codec: str
    frame_rate: float
    bit_rate: int
    fingerprints: Mapping[str, str]


class FileEdits(Shelf):
    """What happens to files, by a scan or by request."""

    def file(self, number: int) -> FileRow:
        """Return a file; Refused when it is not known."""
        row = self.files.get(number)
        if row is None:
            raise Refused(f"getting file by id {number}: sql: no rows in result set")
        return row

    def file_at(self, path: str) -> FileRow:
        """Return a file by its path; KeyError when none is known."""
        for row in self.files:
            if row.path == path:
                return row
        raise KeyError(path)

    def scan_found(self, path: str, **fields: Unpack[FileFields]) -> int:
        """Find a file: a new scene without a title, or one more file of a scene; returns the id of the scene.

        A file that is known already keeps its row; when its scene was deleted it gets a new one.
        """
        now = self.clock.stamp()
        known_file = next((row for row in self.files if row.path == path), None)
        if known_file is not None:
            return known_file.scene or self._new_scene(known_file, now)
        file = FileRow(self.files.next_id(), path, created_at=now, updated_at=now)
        self._look(file, fields)
        known = self._twin(file)
        self.files.add(file)
        if known is None:
            return self._new_scene(file, now)
        scene = self.scenes[known.scene]
        scene.files += (file.id,)
        scene.updated_at = now
        file.scene = scene.id
        self.changed()
        return scene.id

    def _new_scene(self, file: FileRow, now: str) -> int:
        scene = self.scenes.add(SceneRow(self.scenes.next_id(), now, now, files=(file.id,)))
        file.scene = scene.id
        self.changed()
        return scene.id

    def rename_file(self, number: int, path: str) -> None:
        """Find a file under another name or in another folder; its scene is not bumped."""
        row = self.file(number)
        row.path = path
        row.updated_at = self.clock.stamp()
        self.changed()

    def replace_file(self, number: int, **fields: Unpack[FileFields]) -> None:
        """Find other content in a file; its scene is not bumped."""
        row = self.file(number)
        self._look(row, fields)
        row.updated_at = self.clock.stamp()
        self.changed()

    def remove_file(self, number: int) -> None:
        """Find that a file is gone, as clean does: its scene loses it, or goes with it when it was the last."""
        row = self.file(number)
        self.files.remove(number)
        scene = self.scenes.get(row.scene)
        if scene is not None:
            scene.files = tuple(other for other in scene.files if other != number)
            scene.updated_at = self.clock.stamp()
            if not scene.files:
                self.scenes.remove(scene.id)
        self.changed()

    def delete_files(self, numbers: Iterable[int]) -> None:
        """Delete files by request, all or none; a scene keeps its primary one."""
        wanted = [self.file(number) for number in unique(numbers)]
        for row in wanted:
            if row.scene and self.scenes[row.scene].files[0] == row.id:
                raise Refused(f"cannot delete primary file {row.path}")
        for row in wanted:
            self._take_away(row)
            self.files.remove(row.id)
        self.changed()

    def move_files(self, numbers: Iterable[int], folder: str, basename: str | None = None) -> None:
        """Move files by request; their scenes are not bumped."""
        wanted = unique(numbers)
        if basename is not None and len(wanted) > 1:
            raise Refused("only one file may be specified when destination_basename is provided")
        for row in [self.file(number) for number in wanted]:
            self.rename_file(row.id, f"{folder.rstrip('/')}/{basename or row.basename}")

    def assign_file(self, number: int, scene: int) -> None:
        """Give a file to another scene; neither is bumped."""
        row = self.file(number)
        if scene not in self.scenes:
            raise Refused(f"scene with id {scene} not found")
        self._take_away(row)
        self.scenes[scene].files += (number,)
        row.scene = scene
        self.changed()

    def generate_phash(self, number: int, value: str) -> None:
        """Give a file its perceptual hash, as a task of the server does: neither file nor scene is bumped."""
        row = self.file(number)
        row.fingerprints = tuple(sorted({**dict(row.fingerprints), "phash": value}.items()))
        self.changed()

    def _take_away(self, row: FileRow) -> None:
        scene = self.scenes.get(row.scene)
        if scene is not None:
            scene.files = tuple(other for other in scene.files if other != row.id)

    def _look(self, row: FileRow, fields: FileFields) -> None:
        for key, value in fields.items():
            if key != "fingerprints":
                setattr(row, key, value)
        row.mod_time = row.mod_time or self.clock.text(_FALLBACK_MTIME)
        if "fingerprints" in fields:
            row.fingerprints = tuple(sorted(fields["fingerprints"].items()))

    def _twin(self, file: FileRow) -> FileRow | None:
        wanted = {one for one in file.fingerprints if one[0] in ("oshash", "md5")}
        return next((row for row in self.files if row.scene and not wanted.isdisjoint(row.fingerprints)), None)
