"""What a server has twice: said, and kept."""

from __future__ import annotations

from synctui.model.catalog import Performer, Studio, Tag
from synctui.syncs.stash.twins import told, twins


def test_names_are_compared_as_the_server_should() -> None:
    alice, other, named = Performer(1, "Alice"), Performer(2, "ALICE", "the other"), Performer(3, "alice")
    assert twins([alice, other, named]) == [(alice, named)]
    sea, ocean, clash = Tag(1, "Sea", aliases=("Ocean", "sea")), Tag(2, "Lake"), Tag(3, "OCEAN")
    assert twins([sea, ocean, clash]) == [(sea, clash)]
    assert twins([Studio(1, "One"), Studio(2, "Two")]) == []


def test_it_is_said_in_a_few_words() -> None:
    assert told([]) == ""
    pairs = twins([Studio(number, "One") for number in range(1, 7)])
    assert told(pairs) == "there twice, both are kept: One (1 and 2), One (1 and 3), One (1 and 4), and 2 more"
