"""Prints the documentation of the keys: `python -m synctui.tui.commands`."""

from __future__ import annotations

import sys

from synctui.tui.commands.document import document

sys.stdout.write(document())
