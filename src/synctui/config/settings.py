"""`settings.toml` in the data folder: what the screens change, since the user's own file is never rewritten."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator, Mapping
from typing import Any

from synctui.config.document import read_document
from synctui.config.paths import Paths, storage_error
from synctui.config.schema import NAMED, SECTIONS, PathMap, Setting, settings_of
from synctui.config.secrets import Secret
from synctui.config.values import Wrong, convert, dotted, split_key, suggest
from synctui.errors import ConfigError
from synctui.failpoints import failpoint
from synctui.text import display

_TEMPORARY = ".synctui-settings-"


class Settings:
    """Changes single values; each change replaces the file in one step, and processes take turns."""

    def __init__(self, paths: Paths) -> None:
        self._file = paths.settings

    def put(self, key: str, value: object) -> None:
        """Set a value, as in `put("subtitles.engine", "alass")`, or a whole table, as in `put("library.Series", {…})`.

        `player."Living Room".token` names a table by its quoted name; a name that is new makes a table. A secret is
        given as text. Raises ConfigError for a key or value that the configuration does not know, StorageError when the
        file cannot be written.
        """
        section, name, field = _parts(key)
        given = {field: value} if field else value
        if not isinstance(given, Mapping):
            raise ConfigError("wants a table of keys and values", key=key)
        written = dict(_checked(section, name, str(field), item) for field, item in given.items())
        with self._change() as tables:
            table = _table(tables, section, name)
            for field in written:
                table.pop(field.removesuffix("_file"), None)
                table.pop(f"{field}_file", None)
            table.update(written)

    def put_back(self, key: str) -> bool:
        """Forget what was set for a key or a whole table, so that the user's file or the default holds again.

        Returns whether there was anything to forget. Raises ConfigError, StorageError.
        """
        section, name, field = _parts(key)
        with self._change() as tables:
            entries = tables.get(section)
            if name is not None:
                rows = entries if isinstance(entries, list) else []
                row = next((row for row in rows if isinstance(row, dict) and row.get("name") == name), None)
                if row is None:
                    return False
                found = _forget(row, field) if field else True
                if not field or set(row) <= {"name"}:
                    rows.remove(row)
            elif field:
                found = isinstance(entries, dict) and _forget(entries, field)
            else:
                found = entries is not None
            if (not field and name is None) or not tables.get(section):
                tables.pop(section, None)
            return found

    def sweep(self) -> None:
        """Remove what a process that died while writing has left behind."""
        with contextlib.suppress(OSError), self._turn():
            self._remove_leftovers()

    @contextlib.contextmanager
    def _change(self) -> Iterator[dict[str, Any]]:
        try:
            self._file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with self._turn():
                document = read_document(self._file, missing_ok=True)
                before = repr(document.data)
                yield document.data
                if repr(document.data) != before:
                    self._remove_leftovers()
                    self._replace(document.data)
        except OSError as error:
            raise storage_error(error, self._file) from error

    @contextlib.contextmanager
    def _turn(self) -> Iterator[None]:
        folder = os.open(self._file.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
        try:
            with contextlib.suppress(OSError):  # some network mounts cannot lock a folder
                fcntl.flock(folder, fcntl.LOCK_EX)
            yield
        finally:
            os.close(folder)

    def _replace(self, tables: Mapping[str, Any]) -> None:
        import tomli_w

        text = "# Written by SyncTUI: what was changed on its screens. It ranks above your configuration file.\n\n"
        data = (text + tomli_w.dumps(tables)).encode()
        temporary = self._file.with_name(f"{_TEMPORARY}{os.getpid()}")
        try:
            descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            with open(descriptor, "wb") as stream:
                os.fchmod(descriptor, 0o600)
                stream.write(data)
                stream.flush()
                os.fsync(descriptor)
            failpoint("settings_written")
            os.replace(temporary, self._file)
            failpoint("settings_replaced")
            folder = os.open(self._file.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise

    def _remove_leftovers(self) -> None:
        for leftover in self._file.parent.glob(f"{_TEMPORARY}*"):
            leftover.unlink(missing_ok=True)


def _parts(key: str) -> tuple[str, str | None, str | None]:
    """Return section, name of the table (None in a plain section) and field (None for all of it)."""
    try:
        parts = split_key(key)
    except ValueError as error:
        raise ConfigError("not a key", key=display(key, 80)) from error
    section = parts[0]
    if section not in SECTIONS:
        raise ConfigError("unknown section", key=display(key, 80), hint=suggest(section, SECTIONS))
    most = 3 if section in NAMED else 2
    if len(parts) > most or (section in NAMED and len(parts) < 2):
        raise ConfigError("not a key", key=display(key, 80), hint=f"as in {section}.NAME.KEY" if most == 3 else "")
    if section in NAMED:
        return section, parts[1], parts[2] if len(parts) == 3 else None
    return section, None, parts[1] if len(parts) == 2 else None


def _checked(section: str, name: str | None, field: str, value: object) -> tuple[str, Any]:
    """Return a key and its value as they are written."""
    key = dotted((section, field) if name is None else (section, name, field))
    known = settings_of(section)
    plain = known.get(field.removesuffix("_file"))
    if field not in known and plain is not None and plain.secret:
        if isinstance(value, str) and value and "\x00" not in value:
            return field, value
        raise ConfigError("wants the path of a file", key=key)
    if field not in known or (name is not None and field == "name"):
        raise ConfigError("unknown key", key=key, hint=suggest(field, known))
    return field, _written(_converted(known[field], value, key))


def _converted(setting: Setting, value: object, key: str) -> object:
    try:
        return convert(setting, value)
    except Wrong as wrong:
        raise ConfigError(wrong.message, key=key, hint=wrong.hint) from None


def _written(value: object) -> Any:
    if isinstance(value, Secret):
        return value.reveal()
    if isinstance(value, str):
        return _utf8(value)
    if isinstance(value, PathMap):
        return {"from": value.source, "to": value.target}
    if isinstance(value, tuple):
        return [_written(item) for item in value]
    if isinstance(value, Mapping):
        return {_utf8(str(name)): _written(item) for name, item in value.items()}
    return value


def _utf8(text: str) -> str:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        raise ConfigError(
            "a name that is not UTF-8 cannot be written down", hint="rename it, or name a folder above it"
        ) from None
    return text


def _table(tables: dict[str, Any], section: str, name: str | None) -> dict[str, Any]:
    found = tables.setdefault(section, {} if name is None else [])
    if name is not None:
        rows = found if isinstance(found, list) else []
        found = next((row for row in rows if isinstance(row, dict) and row.get("name") == name), None)
        if found is None and isinstance(tables[section], list):
            found = {"name": name}
            rows.append(found)
    if not isinstance(found, dict):
        raise ConfigError("settings.toml was changed by hand and is damaged", key=section, hint="delete it, or mend it")
    return found


def _forget(table: dict[str, Any], field: str) -> bool:
    kept = [table.pop(name, None) for name in (field, f"{field}_file")]
    return any(value is not None for value in kept)
