"""The command with a Dask cluster: its machines listen and align, and everything else is as without."""

from __future__ import annotations

import importlib
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.cli.command import Ran, synctui, tree
from tests.tiny_library import put_film, put_subtitle, subtitle

pytest.importorskip("distributed", reason="Dask is not installed (extra dask)")


@pytest.fixture(scope="module")
def dask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    distributed = importlib.import_module("distributed")
    with distributed.LocalCluster(
        n_workers=2,
        threads_per_worker=1,
        processes=True,
        host="127.0.0.1",
        dashboard_address=None,
        local_directory=str(tmp_path_factory.mktemp("dask")),
    ) as made:
        yield made


def put_films(folder: Path) -> Path:
    """Fill a folder with two films and what belongs to them: late, stretched, right, another film's, and one without."""
    put_film(folder / "Orbit.mkv")
    put_film(folder / "Harbour.mkv", "harbour")
    put_subtitle(folder / "Orbit.en.srt", subtitle(late_ms=2300))
    put_subtitle(folder / "Orbit.de.srt", subtitle())
    put_subtitle(folder / "Harbour.en.srt", subtitle("harbour", ratio=25 / (24000 / 1001)))
    put_subtitle(folder / "Harbour.de.srt", subtitle())
    put_subtitle(folder / "Lost.en.srt", subtitle())
    return folder


def run(library: Path, data: Path) -> Ran:
    return synctui("--run", "subtitles", library, "--yes", "--json", "--data-dir", data)


def ends(ran: Ran, library: Path) -> dict[str, tuple[Any, ...]]:
    """Return how each operation ended, in words and numbers, by its name."""
    fields = ("action", "outcome", "reason", "message", "offset_ms", "ratio", "confidence", "reference")
    return {
        str(Path(line["path"]).relative_to(library)): tuple(line.get(name) for name in fields) for line in ran.of("op_end")
    }


def test_a_library_ends_as_it_does_without(dask: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    alone, together = put_films(tmp_path / "alone"), put_films(tmp_path / "together")
    without = run(alone, tmp_path / "data")
    assert without.code == 0

    monkeypatch.setenv("SYNCTUI_SUBTITLES__CLUSTER", dask.scheduler_address)
    distributed = importlib.import_module("distributed")
    with distributed.Client(dask.scheduler_address, set_as_default=False) as client:
        assert not client.get_events("synctui")
        ran = run(together, tmp_path / "data with a cluster")
        assert ran.code == 0 and not ran.err
        assert len(client.get_events("synctui")) > 4, "the cluster's workers told of their tasks"

    assert ends(ran, together) == ends(without, alone)
    assert {name: content for name, (content, _) in tree(together).items()} == {
        name: content for name, (content, _) in tree(alone).items()
    }
    assert (tmp_path / "data with a cluster" / "cache" / "speech").is_dir()


def test_a_cluster_that_is_not_there_loses_nothing(library: Path, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = tree(library)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{free.getsockname()[1]}"
        monkeypatch.setenv("SYNCTUI_SUBTITLES__CLUSTER", address)
        ran = run(library, data)
    assert ran.code == 5
    assert f"no Dask scheduler answers at {address}" in ran.out
    assert ran.one("run_end")["exit_code"] == 5
    assert tree(library) == before

    monkeypatch.delenv("SYNCTUI_SUBTITLES__CLUSTER")
    assert run(library, data).code == 0
    assert tree(library) != before
