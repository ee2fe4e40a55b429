"""Paths as a server may spell them: nothing outside the libraries reaches the change feed, whatever is on which page."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.stash_answers.faults import with_row
from tests.stash_answers.places import CHANGES, SCENES
from tests.stash_answers.stage import Stage

WHERE = {"first": 3, "middle": 15, "last": 34}
PATHS = {
    "up": "../../etc/x.mp4",
    "up_from_the_root": "/data/../../etc/passwd.mp4",
    "up_within": "/data/a/../../etc/x.mp4",
    "absolute": "/etc/passwd",
    "share": "\\\\server\\share\\x.mp4",
    "drive": "C:\\x.mp4",
    "nul": "/data/a\0b.mp4",
    "surrogate": "/data/\udcff.mp4",
    "empty": "",
    "root": "/data",
    "root_and_more": "/database/x.mp4",
    "dots": "/data/./../x.mp4",
    "relative": "x.mp4",
    "url": "http://example.org/x.mp4",
    "option": "-rf",
    "long": "/data/" + "a" * 10_000 + "/../../../x",
}


def _matrix() -> list[Any]:
    places = list(WHERE)
    return [
        pytest.param(path, WHERE[place], id=f"path_{name}-{place}")
        for number, (name, path) in enumerate(PATHS.items())
        for place in (places if name in ("up", "share", "nul") else (places[number % 3],))
    ]


@pytest.mark.parametrize(("path", "number"), _matrix())
def test_bad_answer(path: str, number: int, known: Stage, tmp_path: Path) -> None:
    library = tmp_path / "films"
    library.mkdir()
    known.more = (
        f'path_map = [{{from = "/data", to = "{library}"}}]\n'
        f'[[library]]\nname = "Films"\npath = "{library}"\nkind = "movies"'
    )

    def moved(row: dict[str, Any]) -> None:
        row["files"][0]["path"] = path

    known.wrong(with_row(number, moved), SCENES)
    ran = known.run(*CHANGES)
    assert ran.code == 0, ran.stdout
    told = [
        bytes(row[0]) if isinstance(row[0], bytes) else str(row[0]).encode()
        for row in known.rows("SELECT path FROM changes")
    ]
    root = str(library).encode() + b"/"
    assert all(one.startswith(root) and b"/../" not in one and "\ufffd" not in one.decode() for one in told), told
    had = known.library.files[next(iter(known.library.scene(number).files))].path
    assert any(one == str(library).encode() + had.removeprefix("/data").encode() for one in told), told
    known.front.calm()
    assert known.run("--mode", "full").code == 0
    assert known.catalogue() == known.truth()
