"""Which engines are there, and what is said about one that is not."""

from __future__ import annotations

from pathlib import Path

import pytest

from synctui.adapters.engines import ENGINES, EngineName, find_engine, probed, probes
from synctui.errors import DependencyMissing, ExitCode
from tests.adapters.test_programs import install


@pytest.mark.parametrize(("name", "hint"), [("alass", "cargo install alass-cli"), ("ffsubsync", "pipx install ffsubsync")])
def test_case_61_a_missing_engine_is_exit_8_with_how_to_get_it(name: EngineName, hint: str) -> None:
    engine = find_engine(name, "/nowhere")
    assert not engine.available
    with pytest.raises(DependencyMissing) as missing:
        engine.require()
    assert missing.value.exit_code == ExitCode.DEPENDENCY_MISSING
    assert hint in missing.value.hint
    assert probes(engine) == {} and probed(engine, {}) == engine


def test_an_engine_without_ffmpeg_says_so(tmp_path: Path) -> None:
    folder = install(tmp_path / "bin", "alass-cli", "ffmpeg")
    engine = find_engine("alass", str(folder))
    assert not engine.available
    with pytest.raises(DependencyMissing, match="ffprobe") as missing:
        engine.require()
    assert "install ffmpeg" in missing.value.hint


def test_an_engine_is_known_by_what_its_probes_print(tmp_path: Path) -> None:
    folder = install(tmp_path / "bin", "alass", "ffsubsync", "ffmpeg", "ffprobe")
    for name in ENGINES:
        engine = find_engine(name, str(folder))
        assert engine.available and engine.require().path == str(folder / name)
        assert all(probe.argv[0] == str(folder / name) for probe in probes(engine).values())
    assert probed(find_engine("alass", str(folder)), {"version": "alass-cli 2.0.0"}).version == "2.0.0"


def test_case_61_an_old_or_broken_ffsubsync_is_not_available(tmp_path: Path) -> None:
    folder = install(tmp_path / "bin", "ffsubsync", "ffmpeg", "ffprobe")
    engine = find_engine("ffsubsync", str(folder))
    old = probed(engine, {"version": "ffsubsync 0.3.0", "help": "--encoding E --srtin F"})
    assert not old.available and "too old" in old.problem and "upgrade" in old.hint and old.version == "0.3.0"
    broken = probed(engine, {"version": "ModuleNotFoundError: No module named 'ffsub'", "help": ""})
    assert not broken.available and "pipx" in broken.hint
    text = "--reference-stream R --max-offset-seconds N --encoding E --output-encoding F --vad V"
    new = probed(engine, {"version": "ffsubsync 0.5.1", "help": text})
    assert new.available and "--vad" in new.capabilities
