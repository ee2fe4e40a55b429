"""Where a command keeps what it writes, and what configuration holds for it."""

from __future__ import annotations

import errno
import os
import shutil
import sys
from collections.abc import Mapping

from synctui.cli.arguments import Arguments
from synctui.config.load import Loaded, load
from synctui.config.paths import Paths, storage_error


def paths_of(arguments: Arguments) -> Paths:
    """Return the folders that the command line means."""
    return Paths.under(arguments.data_dir) if arguments.data_dir is not None else Paths.standard()


def is_path(target: str) -> bool:
    """Tell whether a target means a file or folder, and not a name or an address (`LIBRARY::SHOW`) in the index."""
    return os.path.lexists(target) or (os.sep in target and "::" not in target.partition(os.sep)[0])


def flags_of(arguments: Arguments) -> Mapping[str, object]:
    """Return what the command line says instead of the configuration, by dotted keys."""
    return {
        "subtitles.engine": arguments.engine,
        "subtitles.languages": arguments.languages,
        "subtitles.max_offset": arguments.max_offset,
        "subtitles.jobs": arguments.jobs,
    }


def prepared(arguments: Arguments, *, verbose: bool = False) -> tuple[Paths, Loaded]:
    """Return the folders, made, and the configuration in force; the log is being written from here on.

    Raises ConfigError, StorageError.
    """
    from synctui.cli.log import start_log

    paths = paths_of(arguments)
    if paths.data.exists() and not paths.data.is_dir():
        raise storage_error(NotADirectoryError(errno.ENOTDIR, ""), paths.data)
    loaded = load(file=arguments.config, paths=paths, environment=os.environ, flags=flags_of(arguments))
    try:
        paths.ensure()
    except OSError as error:
        raise storage_error(error, paths.data) from error
    start_log(paths.logs, loaded, verbose=verbose)
    return paths, loaded


def program() -> tuple[str, ...]:
    """Return the words that start this program in the user's shell."""
    here = os.path.abspath(sys.argv[0])
    if os.path.basename(here) == "__main__.py":
        return (sys.executable, "-m", "synctui")
    found = shutil.which("synctui")
    return ("synctui" if found is not None and os.path.realpath(found) == os.path.realpath(here) else here,)


def same_data(arguments: Arguments, paths: Paths, *, demo: bool) -> tuple[str, ...]:
    """Return the options that make another command speak of the same data, from whatever folder."""
    options: tuple[str, ...] = ()
    if arguments.data_dir is not None or demo:
        options += ("--data-dir", str(paths.data))
    if arguments.config is not None:
        options += ("--config", os.path.abspath(arguments.config))
    return options
