"""Names that are no text, in columns that take nothing else."""

from __future__ import annotations

import os

import pytest

from synctui.store.blobs import clean, from_blob, path_from_blob, path_to_blob, to_blob
from synctui.text import display
from tests.hostile_names import FILE_NAMES, HOSTILE_NAMES, HostileName

by_id = pytest.mark.parametrize("entry", HOSTILE_NAMES, ids=lambda entry: entry.id)


@by_id
def test_what_a_text_column_takes_is_shown_like_the_name_itself(entry: HostileName) -> None:
    kept = clean(entry.name)
    assert display(kept) == entry.shown
    assert kept.encode("utf-8").decode("utf-8") == kept


@by_id
def test_a_blob_keeps_every_byte(entry: HostileName) -> None:
    assert to_blob(entry.name)
    if entry in FILE_NAMES:
        assert to_blob(entry.name) == os.fsencode(entry.name)
        assert from_blob(to_blob(entry.name)) == entry.name
        assert path_from_blob(path_to_blob(entry.name)) == entry.name
