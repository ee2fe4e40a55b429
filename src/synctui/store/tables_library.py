"""Tables of the library: index, verdicts, lineage."""

from __future__ import annotations

LIBRARY_SCHEMA = ""
