"""`synctui config`: reads the command line for `cli.config`."""

from __future__ import annotations

import os
import sys

from synctui.cli.arguments import Arguments
from synctui.cli.config import config_check, config_init, config_path, config_show
from synctui.cli.places import paths_of
from synctui.errors import ExitCode


def config(arguments: Arguments) -> ExitCode:
    """Do `config path|show|check|init`."""
    file, paths, out = arguments.config, paths_of(arguments), sys.stdout
    if arguments.action == "path":
        return config_path(file=file, paths=paths, out=out, as_json=arguments.json)
    if arguments.action == "check":
        return config_check(file=file, paths=paths, environment=os.environ, out=out, as_json=arguments.json)
    if arguments.action == "init":
        return config_init(file=file, paths=paths, out=out)
    return config_show(file=file, paths=paths, environment=os.environ, out=out, as_json=arguments.json)
