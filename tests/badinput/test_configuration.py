"""Group E: configuration, secrets and the command line's surroundings."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.command import COMMAND, Ran, Screen, synctui, told
from tests.tiny_library import put_film, put_subtitle, subtitle, warm


@pytest.fixture
def library(tmp_path: Path) -> Path:
    put_film(tmp_path / "library" / "film.mkv")
    put_subtitle(tmp_path / "library" / "film.en.srt", subtitle(late_ms=2300))
    return tmp_path / "library"


@pytest.fixture
def data(tmp_path: Path) -> Path:
    return warm(tmp_path / "data")


@pytest.mark.parametrize(
    ("content", "place"),
    [
        (b"[subtitles\n", ":1"),
        (b"[subtitles]\njobs = 'many'\n", ":2"),
        (b"[subtitles]\nengin = 'auto'\n", ":2"),
        (b"[sub]\n", ""),
        (b"[subtitles]\nengine = '\x1b[31mred'\n", ""),
        (b"\xff\xfe\x00", ""),
        (b"# " + b"x" * (10 << 20), ""),
    ],
    ids=["broken", "type", "unknown", "section", "escape", "bytes", "10MB"],
)
def test_e86_configuration_that_is_wrong(content: bytes, place: str, library: Path, data: Path, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_bytes(content)
    ran = synctui("--run", "subtitles", library, "--yes", "--json", "--data-dir", data, "--config", config)
    assert (ran.code, ran.lines[0]["type"], ran.lines[-1]["exit_code"]) == (2, "run_start", 2)
    assert f"{config}{place}" in ran.err
    assert "\x1b" not in ran.err
    assert len(ran.err) < 2000


def test_e86_configuration_with_a_mark_of_its_encoding(library: Path, data: Path, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_bytes(b"\xef\xbb\xbf[subtitles]\njobs = 1\n")
    assert synctui("--run", "subtitles", library, "-n", "--data-dir", data, "--config", config).code == 0


@pytest.mark.parametrize("kind", ["missing", "folder"])
def test_e86_configuration_that_is_no_file(kind: str, library: Path, data: Path, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    if kind == "folder":
        config.mkdir()
    assert synctui("--run", "subtitles", library, "-n", "--data-dir", data, "--config", config).code == 2


def test_e87_tokens_are_never_shown(library: Path, data: Path, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text('[stash]\napi_key = "hunter2hunter2"\n')
    config.chmod(0o644)
    common = ("--data-dir", data, "--config", config)
    ran = synctui("--run", "subtitles", library, "--yes", "-vv", *common)
    shown = synctui("config", "show", *common)
    told_all = ran.out + ran.err + shown.out + shown.err + synctui("doctor", *common).out
    assert "hunter2" not in told_all
    assert "hunter2" not in "".join(path.read_text("utf-8", "replace") for path in (data / "logs").iterdir())
    assert "0644" in told_all or "readable" in told_all or "others" in told_all


def test_e88_newline_in_a_secret_of_the_environment(library: Path, data: Path) -> None:
    env = {"SYNCTUI_STASH__API_KEY": "abc\r\nX-Evil: 1"}
    ran = synctui("--run", "subtitles", library, "-n", "--data-dir", data, env=env)
    assert ran.code in (0, 2)
    assert "X-Evil" not in ran.out + ran.err


@pytest.mark.parametrize("closed", ["<&-", "2>&-", ">&-", "<&- >&- 2>&-"])
def test_e89_closed_streams(closed: str, library: Path, data: Path) -> None:
    words = " ".join(f"'{word}'" for word in (*COMMAND, "--run", "subtitles", library, "--yes", "--data-dir", data))
    done = subprocess.run(["/bin/sh", "-c", f"exec {words} {closed}"], capture_output=True, text=True, timeout=60)
    ran = told(done.returncode, done.stdout, done.stderr)
    assert ran.code == 0
    assert (library / "film.en.srt.bak").exists()
    assert synctui("jobs", "show", "1", "--data-dir", data).code == 0


def test_e89_closed_input_and_nobody_to_confirm(library: Path, data: Path) -> None:
    words = " ".join(f"'{word}'" for word in (*COMMAND, "--run", "subtitles", library, "--data-dir", data))
    done = subprocess.run(["/bin/sh", "-c", f"exec {words} <&-"], capture_output=True, text=True, timeout=60)
    assert told(done.returncode, done.stdout, done.stderr).code == 10


@pytest.mark.parametrize("form", ["--json", "-v"])
def test_e89_reader_that_leaves(form: str, library: Path, data: Path) -> None:
    for number in range(12):
        put_subtitle(library / f"film.en.{number + 2}.srt", subtitle(late_ms=1000 + 100 * number))
    words = " ".join(f"'{word}'" for word in (*COMMAND, "--run", "subtitles", library, "--yes", form, "--data-dir", data))
    script = f"{{ {words}; echo $? >&3; }} 3>&2 2>'{data}/err' | head -1"
    done = subprocess.run(["/bin/bash", "-c", script], capture_output=True, text=True, timeout=60)
    assert int(done.stderr.split()[-1]) == 5
    assert "Traceback" not in (data / "err").read_text() and "Broken" not in (data / "err").read_text()
    assert synctui("--run", "subtitles", library, "--resume", "--data-dir", data).code == 0


@pytest.mark.parametrize("words", [("--help",), ("jobs",), ("status", "--json"), ("config", "show"), ("doctor",)])
def test_e89_reader_that_leaves_at_once(words: tuple[str, ...], data: Path) -> None:
    read, write = os.pipe()
    os.close(read)
    try:
        done = subprocess.run(
            [*COMMAND, *words, "--data-dir", str(data)], stdout=write, stderr=subprocess.PIPE, text=True, timeout=60
        )
    finally:
        os.close(write)
    assert done.returncode in (0, 3)
    assert done.stderr == ""


def test_e89_full_disk_behind_the_output(library: Path, data: Path) -> None:
    with Path("/dev/full").open("w") as full:
        words = [*COMMAND, "--run", "subtitles", str(library), "--yes", "--json", "--data-dir", str(data)]
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert done.returncode == 13
    assert "Traceback" not in done.stderr and "space" in done.stderr


def on_screen(library: Path, data: Path, **more: object) -> tuple[Screen, int]:
    screen = Screen.of("--run", "subtitles", library, "--yes", "--data-dir", data, **more)  # type: ignore[arg-type]
    return screen, screen.end()


def test_e89_terminal_that_can_nothing(library: Path, data: Path) -> None:
    screen, code = on_screen(library, data, env={"TERM": "dumb"})
    assert code == 0
    assert "\x1b" not in screen.text and "1 aligned" in screen.text


def test_e89_tiny_terminal(library: Path, data: Path) -> None:
    screen, code = on_screen(library, data, columns=20, rows=5)
    assert code == 0
    assert "1 aligned" in screen.text


def test_e89_terminal_without_unicode(library: Path, data: Path) -> None:
    plain = {"LC_ALL": "C", "LANG": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    put_film(library / "caf\u00e9 \u8a9e.mkv")
    put_subtitle(library / "caf\u00e9 \u8a9e.en.srt", subtitle(late_ms=2300))
    screen, code = on_screen(library, data, env=plain)
    assert code == 0
    assert screen.raw.isascii()
    assert "2 aligned" in screen.text


def ran_with(env: dict[str, str], library: Path, data: Path) -> Ran:
    return synctui("--run", "subtitles", library, "--yes", "--json", "--data-dir", data, env=env)


@pytest.mark.parametrize(
    "env", [{"LANG": "C"}, {"LC_ALL": "POSIX", "PYTHONUTF8": "0"}, {"HOME": "/nonexistent"}, {"TZ": "Nowhere"}]
)
def test_e89_surroundings(env: dict[str, str], library: Path, data: Path) -> None:
    assert ran_with(env, library, data).code == 0
