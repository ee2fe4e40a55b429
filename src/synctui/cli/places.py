"""Where a command keeps what it writes."""

from __future__ import annotations

from synctui.cli.arguments import Arguments
from synctui.config.paths import Paths


def paths_of(arguments: Arguments) -> Paths:
    """Return the folders that the command line means."""
    return Paths.under(arguments.data_dir) if arguments.data_dir is not None else Paths.standard()
