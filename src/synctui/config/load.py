"""The configuration from its layers: defaults < file < settings.toml < environment < flags."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from synctui.config.document import Document, read_document
from synctui.config.environment import environment_values
from synctui.config.paths import Paths
from synctui.config.relations import check_relations, doubts
from synctui.config.schema import LATER, NAMED, SECTIONS, Config, Setting, settings_of
from synctui.config.secrets import Secret, read_secret
from synctui.config.values import Wrong, convert, dotted, split_key, suggest
from synctui.errors import ConfigError
from synctui.text import display

Key = tuple[str, ...]
"""Section and key, or section, name of the table and key."""


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from; as text `default`, `FILE:LINE`, `settings.toml`, `environment NAME`, `flag --NAME`."""

    layer: Literal["default", "file", "settings", "environment", "flag"] = "default"
    detail: str = ""
    file: Path | None = None
    line: int | None = None

    def __str__(self) -> str:
        if self.layer == "file":
            return f"{display(str(self.file))}:{self.line}" if self.line else display(str(self.file))
        if self.layer == "settings":
            return "settings.toml"
        return f"{self.layer} {self.detail}".strip()


@dataclass(frozen=True, slots=True)
class Loaded:
    """A valid configuration, where each value comes from, and what the user should know.

    `file` is the user's file that was read, None where there is none. `warnings` belong on every run, `notes` only where
    the configuration itself is looked at. `below` are the values of the user's file that `settings.toml` may stand above.
    """

    config: Config
    file: Path | None
    warnings: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    origins: Mapping[Key, Origin] = field(default_factory=dict)
    below: Mapping[Key, tuple[Any, Origin]] = field(default_factory=dict)

    def origin(self, key: str) -> Origin:
        """Return where the value of a dotted key (`player."Living Room".token`) comes from. Raises KeyError."""
        try:
            parts = split_key(key)
        except ValueError:
            raise KeyError(key) from None
        for known, _, _ in self.values():
            if known == parts:
                return self.origins.get(parts, Origin())
        raise KeyError(key)

    def values(self) -> Iterator[tuple[Key, Setting, Any]]:
        """Yield every key with what is known of it and its value, in the order of the file.

        A key of a named table that holds as another section says, because it is not given, is left out.
        """
        for section in SECTIONS:
            tables = getattr(self.config, section)
            for table in tables if section in NAMED else (tables,):
                for setting in settings_of(section).values():
                    if section in NAMED and setting.name == "name":
                        continue
                    value = getattr(table, setting.name)
                    if value is None:
                        continue
                    key = (section, table.name, setting.name) if section in NAMED else (section, setting.name)
                    yield key, setting, value

    def secrets(self) -> tuple[Secret, ...]:
        """Return every secret that is given, for the redaction of logs."""
        return tuple(value for _, _, value in self.values() if isinstance(value, Secret) and value)


@dataclass(frozen=True, slots=True)
class Checked:
    """What `check` finds: every problem, and the configuration where there is none."""

    problems: tuple[ConfigError, ...]
    loaded: Loaded | None


def load(
    *, file: Path | None, paths: Paths, environment: Mapping[str, str], flags: Mapping[str, object] | None = None
) -> Loaded:
    """Return the configuration.

    `file` is what `--config` names (it must be there); None means the usual place, where nothing is needed. `flags` are
    dotted keys with typed values; None is a flag that was not given. Raises ConfigError for the first thing that is wrong.
    """
    checked = check(file=file, paths=paths, environment=environment, flags=flags)
    if checked.loaded is not None:
        return checked.loaded
    first = checked.problems[0]
    if len(checked.problems) > 1:
        more = f"{len(checked.problems) - 1} more: synctui config check"
        first.hint = f"{first.hint}; {more}" if first.hint else more
    raise first


def check(
    *, file: Path | None, paths: Paths, environment: Mapping[str, str], flags: Mapping[str, object] | None = None
) -> Checked:
    """Return the configuration, or everything that is wrong with it; never raises for what a user wrote."""
    layers = _Layers()
    read: Path | None = None
    try:
        document = read_document(file or paths.config, missing_ok=file is None)
        read = document.file if document.mode is not None else None
        layers.add_document(document, "file")
    except ConfigError as error:
        layers.problems.append(error)
    below = dict(layers.values)
    try:
        layers.add_document(read_document(paths.settings, missing_ok=True), "settings")
    except ConfigError as error:
        error.hint = "SyncTUI writes this file: delete it to go back to your configuration"
        layers.problems.append(error)
    layers.drop_leftovers()
    names = {section: tuple(tables) for section, tables in layers.tables.items()}
    for variable, key, value, problem in environment_values(environment, names):
        if problem is not None:
            layers.problems.append(problem)
        else:
            layers.put(key, value, Origin("environment", variable))
    for flag, value in (flags or {}).items():
        if value is not None:
            layers.add_flag(flag, value)
    config = layers.config()
    if layers.problems:
        return Checked(tuple(layers.problems), None)
    return Checked((), Loaded(config, read, tuple(layers.warnings), tuple(layers.notes), layers.origins(), below))


class _Layers:
    """Values as they pile up: a later layer's value replaces an earlier one's."""

    def __init__(self) -> None:
        self.values: dict[Key, tuple[Any, Origin]] = {}
        self.tables: dict[str, dict[str, Origin]] = {}
        self.problems: list[ConfigError] = []
        self.warnings: list[str] = []
        self.notes: list[str] = []

    def add_document(self, document: Document, layer: Literal["file", "settings"]) -> None:
        for section, content in document.data.items():
            here = Origin(layer, file=document.file, line=document.line(section))
            if section not in SECTIONS:
                self._unknown_section(section, here)
            elif section in NAMED:
                self._add_tables(document, section, content, layer)
            elif isinstance(content, dict):
                self._add_table(document, (section,), (section,), content, layer)
            else:
                self._problem("wants a table", here, section, f"write [{section}] and its keys below it")
            if section in LATER and layer == "file" and content:
                self.notes.append(f"{here}: [{section}] is not used by this version yet")
        written = [value for value, origin in self.values.values() if origin.layer == layer and isinstance(value, Secret)]
        secret = any(value and value.file is None for value in written)
        if secret and document.mode is not None and document.mode & (stat.S_IRWXG | stat.S_IRWXO):
            shown = display(os.fspath(document.file))
            self.warnings.append(f"{shown} holds a secret and others may read it: chmod 600 {shown}")

    def _add_tables(self, document: Document, section: str, content: object, layer: Literal["file", "settings"]) -> None:
        top = Origin(layer, file=document.file, line=document.line(section))
        if not isinstance(content, list) or not all(isinstance(row, dict) for row in content):
            self._problem("occurs by name, so wants double brackets", top, section, f"write [[{section}]]")
            return
        seen: set[str] = set()
        for index, row in enumerate(content):
            here = Origin(layer, file=document.file, line=document.line(section, index))
            name = row.get("name")
            if name is None:
                self._problem("the name is missing", here, section, 'add name = "…"')
                continue
            place = Origin(layer, file=document.file, line=document.line(section, index, "name"))
            try:
                name = str(convert(settings_of(section)["name"], name))
                if not name:
                    raise Wrong("the name is empty")
            except Wrong as wrong:
                self._problem(wrong.message, place, f"{section}.name", wrong.hint)
                continue
            if name in seen:
                self._problem(f"there is another [[{section}]] with this name", place, dotted((section, name)))
                continue
            seen.add(name)
            self.tables.setdefault(section, {}).setdefault(name, here)
            rest = {key: value for key, value in row.items() if key != "name"}
            self._add_table(document, (section, name), (section, index), rest, layer)

    def _add_table(
        self,
        document: Document,
        key: Key,
        place: tuple[str | int, ...],
        content: Mapping[str, Any],
        layer: Literal["file", "settings"],
    ) -> None:
        for field_name, value in content.items():
            here = Origin(layer, file=document.file, line=document.line(*place, field_name))
            plain = field_name.removesuffix("_file")
            if plain != field_name and plain in content and self._is_secret(key[0], plain):
                self._problem(f"given twice: {plain} and {field_name}", here, dotted((*key, field_name)), "keep one of them")
            else:
                self.put((*key, field_name), value, here)

    def add_flag(self, flag: str, value: object) -> None:
        key = split_key(flag)
        setting = settings_of(key[0])[key[-1]]
        name = setting.option.flag or "--" + setting.name.replace("_", "-")
        self.put(key, value, Origin("flag", name))

    def put(self, key: Key, value: object, origin: Origin) -> None:
        """Set a value, or note what is wrong with it."""
        known = settings_of(key[0])
        plain = key[-1].removesuffix("_file")
        from_file = plain != key[-1] and key[-1] not in known and self._is_secret(key[0], plain)
        try:
            if from_file:
                self.values[(*key[:-1], plain)] = (self._from_file(value, key, origin), origin)
            elif key[-1] not in known:
                if origin.layer == "settings":  # left by a newer version: not the user's fault
                    self.warnings.append(f"settings.toml: {display(dotted(key))} is unknown to this version")
                else:
                    raise Wrong(
                        "unknown key", suggest(key[-1], [*known, *(f"{name}_file" for name in known if known[name].secret)])
                    )
            else:
                self.values[key] = (convert(known[key[-1]], value), origin)
        except Wrong as wrong:
            self._problem(wrong.message, origin, dotted(key), wrong.hint)

    def _from_file(self, value: object, key: Key, origin: Origin) -> Secret:
        if not isinstance(value, str) or not value or "\x00" in value:
            raise Wrong("wants the path of a file")
        base = origin.file.parent if origin.file is not None else Path()
        path = base / Path(value).expanduser()
        try:
            return Secret(read_secret(path), file=path)
        except ValueError as error:
            raise Wrong(f"{display(os.fspath(path))}: {error}") from None
        except OSError as error:
            reason = os.strerror(error.errno) if error.errno else "cannot be read"
            problem = self._error(f"{display(os.fspath(path))}: {reason}", origin, dotted(key))
            self.warnings.append(str(problem))
            return Secret(file=path, problem=problem)

    def _is_secret(self, section: str, name: str) -> bool:
        setting = settings_of(section).get(name)
        return setting is not None and setting.secret

    def drop_leftovers(self) -> None:
        """Forget tables that settings.toml changed and the user's file no longer has."""
        for section, tables in self.tables.items():
            for name, origin in list(tables.items()):
                if origin.layer == "settings" and self._missing(section, name):
                    del tables[name]
                    for key in [key for key in self.values if key[:2] == (section, name)]:
                        del self.values[key]
                    self.warnings.append(
                        f"settings.toml changes {display(dotted((section, name)))}, which is not there any more"
                    )

    def _missing(self, section: str, name: str) -> list[str]:
        required = [
            setting.name for setting in settings_of(section).values() if setting.option.required and setting.name != "name"
        ]
        return [field_name for field_name in required if not self.values.get((section, name, field_name), (None,))[0]]

    def config(self) -> Config:
        """Return the configuration of what has piled up, having noted what does not fit together."""
        sections: dict[str, Any] = {}
        given: dict[Key, dict[str, Any]] = {}
        for key, (value, _) in self.values.items():
            given.setdefault(key[:-1], {})[key[-1]] = value
        for section, cls in SECTIONS.items():
            if section not in NAMED:
                sections[section] = cls(**given.get((section,), {}))
                continue
            rows = []
            for name, origin in self.tables.get(section, {}).items():
                if not self.problems:
                    for missing in self._missing(section, name):
                        self._problem(f"{missing} is missing", origin, dotted((section, name)), f"add {missing} = …")
                rows.append(cls(name=name, **given.get((section, name), {})))
            sections[section] = tuple(rows)
        config = Config(**sections)
        if not self.problems:
            for key, message, hint in check_relations(config):
                _, origin = self.values.get(key, (None, self.tables.get(key[0], {}).get(key[1], Origin())))
                self._problem(message, origin, dotted(key), hint)
            self.warnings.extend(doubts(config))
        return config

    def origins(self) -> dict[Key, Origin]:
        return {key: origin for key, (_, origin) in self.values.items()}

    def _unknown_section(self, section: str, origin: Origin) -> None:
        homes = [name for name in SECTIONS if section in settings_of(name)]
        if origin.layer == "settings":
            self.warnings.append(f"settings.toml: {display(section)} is unknown to this version")
        elif len(homes) == 1:
            self._problem("a key outside its section", origin, section, f"it belongs below [{homes[0]}]")
        else:
            self._problem("unknown section or key", origin, section, suggest(section, SECTIONS))

    def _problem(self, message: str, origin: Origin, key: str, hint: str = "") -> None:
        self.problems.append(self._error(message, origin, key, hint))

    def _error(self, message: str, origin: Origin, key: str, hint: str = "") -> ConfigError:
        shown = display(key, 200)
        if origin.layer in ("environment", "flag"):
            shown = str(origin)
        return ConfigError(message, file=origin.file, line=origin.line, key=shown, hint=hint)
