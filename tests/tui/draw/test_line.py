"""Lines as they are drawn."""

from __future__ import annotations

from synctui.tui.draw.line import Span, strip_of
from synctui.tui.draw.palette import Palette
from synctui.tui.theme import DARK


def test_what_is_cut_is_ascii_too_where_ascii_is_wanted() -> None:
    strip = strip_of((Span("S01E01 · A long title"),), 12, Palette.of(DARK), ascii=True)
    assert strip.text == "S01E01 . A ~"
    assert strip.cell_length == 12
