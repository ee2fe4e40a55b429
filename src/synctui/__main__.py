"""The command `synctui`."""

from __future__ import annotations

import sys


def main() -> int:
    """Run the command line and return the exit code."""
    from synctui.cli.main import main as run  # deferred: an import error of ours should still name this module

    return run(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
