"""`synctui config path|show|check|init`."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from synctui.config.load import Loaded, check, load
from synctui.config.paths import Paths, storage_error
from synctui.config.schema import PathMap
from synctui.config.secrets import mask
from synctui.config.template import template
from synctui.config.values import dotted, toml
from synctui.errors import ConfigError, ExitCode, UsageError
from synctui.text import cells, display, pad, path_fields


def config_path(*, file: Path | None, paths: Paths, out: TextIO, as_json: bool = False) -> ExitCode:
    """Write where the configuration file is, or would be: one line, nothing else."""
    used = file or paths.config
    if as_json:
        found = {"config": os.fspath(used), "settings": os.fspath(paths.settings), "data": os.fspath(paths.data)}
        fields: dict[str, Any] = {name: path_fields(path) for name, path in found.items()}
        out.write(json.dumps({**fields, "exists": used.exists()}) + "\n")
    else:
        out.write(display(os.fspath(used)) + "\n")
    return ExitCode.DONE


def config_show(
    *,
    file: Path | None,
    paths: Paths,
    environment: Mapping[str, str],
    out: TextIO,
    flags: Mapping[str, object] | None = None,
    as_json: bool = False,
) -> ExitCode:
    """Write every key with its value and where that comes from; secrets as stars. Raises ConfigError."""
    loaded = load(file=file, paths=paths, environment=environment, flags=flags)
    if as_json:
        out.write(json.dumps(_shown(loaded)) + "\n")
        return ExitCode.DONE
    rows = [
        (display(f"{dotted(key)} = {toml(value)}"), str(loaded.origins.get(key, "default")))
        for key, _, value in loaded.values()
    ]
    width = min(max(cells(text) for text, _ in rows), 60)
    for text, origin in rows:
        out.write(f"{text if cells(text) > width else pad(text, width)}  # {origin}\n")
    for warning in loaded.warnings:
        out.write(f"# warning: {warning}\n")
    return ExitCode.DONE


def config_check(
    *,
    file: Path | None,
    paths: Paths,
    environment: Mapping[str, str],
    out: TextIO,
    flags: Mapping[str, object] | None = None,
    as_json: bool = False,
) -> ExitCode:
    """Write everything that is wrong or doubtful; USAGE when something is wrong."""
    checked = check(file=file, paths=paths, environment=environment, flags=flags)
    if as_json:
        out.write(json.dumps(_report(checked.problems, checked.loaded)) + "\n")
    for problem in checked.problems if not as_json else ():
        out.write(f"error: {display(str(problem))}\n")
        if problem.hint:
            out.write(f"       {display(problem.hint)}\n")
    if checked.loaded is None:
        return ExitCode.USAGE
    if not as_json:
        for warning in checked.loaded.warnings:
            out.write(f"warning: {warning}\n")
        for note in checked.loaded.notes:
            out.write(f"note: {note}\n")
        source = display(os.fspath(checked.loaded.file)) if checked.loaded.file else "no configuration file: the defaults"
        out.write(f"{source}: {'usable' if checked.loaded.warnings else 'in order'}\n")
    return ExitCode.DONE


def config_init(*, file: Path | None, paths: Paths, out: TextIO) -> ExitCode:
    """Write the commented configuration file, readable by this user only.

    Raises UsageError when there is one already, StorageError when it cannot be written.
    """
    target = Path(os.path.abspath(file or paths.config))
    try:
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        if not os.path.lexists(target):
            raise UsageError(f"{display(os.fspath(target.parent))}: a file is in the way of a folder") from None
        hint = "edit it, or name another with --config"
        raise UsageError(f"{display(os.fspath(target))} is there already", hint=hint) from None
    except (OSError, ValueError) as error:
        raise storage_error(error, target) from error
    try:
        with open(descriptor, "w", encoding="utf-8") as stream:
            stream.write(template())
            stream.flush()
            os.fsync(descriptor)
    except OSError as error:
        target.unlink(missing_ok=True)
        raise storage_error(error, target) from error
    out.write(f"{display(os.fspath(target))}\n")
    return ExitCode.DONE


def _shown(loaded: Loaded) -> dict[str, Any]:
    values = {
        dotted(key): {
            "value": _plain(mask(value)),
            "origin": str(loaded.origins.get(key, "default")),
            **({"secret": True} if setting.secret else {}),
        }
        for key, setting, value in loaded.values()
    }
    return {
        "file": path_fields(os.fspath(loaded.file)) if loaded.file else None,
        "values": values,
        "warnings": list(loaded.warnings),
    }


def _report(problems: tuple[ConfigError, ...], loaded: Loaded | None) -> dict[str, Any]:
    return {
        "errors": [
            {
                "message": display(problem.message),
                "file": os.fspath(problem.file) if problem.file else None,
                "line": problem.line,
                "key": problem.key,
                "hint": problem.hint,
            }
            for problem in problems
        ],
        "warnings": list(loaded.warnings) if loaded else [],
        "notes": list(loaded.notes) if loaded else [],
    }


def _plain(value: object) -> Any:
    if isinstance(value, PathMap):
        return {"from": value.source, "to": value.target}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value
