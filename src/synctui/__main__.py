"""The command `synctui`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from synctui.config.launch import Farewell, Launch


def main() -> int:
    """Run the command line and return the exit code."""
    from synctui.cli.main import main as run  # deferred: an import error of ours should still name this module

    return run(sys.argv[1:], screens=_screens)


async def _screens(launch: Launch) -> Farewell:
    from synctui.tui.app import show  # deferred: no other command draws anything

    return await show(launch)


if __name__ == "__main__":
    sys.exit(main())
