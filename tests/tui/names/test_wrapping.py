"""Names in several lines: each drawn as it was cut, none wider than there is room."""

from __future__ import annotations

import pytest

from synctui.text import cells, display
from synctui.tui.draw.wrap import wrapped
from tests.hostile_names import HOSTILE_NAMES, HostileName


@pytest.mark.parametrize("entry", HOSTILE_NAMES, ids=lambda entry: entry.id)
def test_a_name_in_several_lines(entry: HostileName) -> None:
    text = "".join(entry.shown.split()) * 3
    for width in range(6, 40):
        lines = wrapped(text, width)
        assert all(cells(display(line)) <= width for line in lines)
        assert "".join(lines).replace("\u200c", "") == text.replace("\u200c", "")
