"""The engines beside one another: the built-in one by the real command line, alass and ffsubsync as users run them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.alignment.measuring import Cost, Ran, run_measured

PEER_TIMEOUT_S = 1200.0
_FFSUBSYNC_SPLIT = ("--split-penalty", "--max-offset-seconds", "120")
_FFSUBSYNC_GUARD = ("--skip-sync-on-low-quality", "--quality-max-offset-seconds", "120")
PEERS: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "alass": (("alass-cli", "alass"), ()),
    "alass-no-split": (("alass-cli", "alass"), ("--no-split",)),
    "ffsubsync": (("ffsubsync",), ()),
    "ffsubsync-split": (("ffsubsync",), (*_FFSUBSYNC_SPLIT, *_FFSUBSYNC_GUARD)),
}
"""Names of the program, and options: the defaults, and the best documented ones."""
BUILTINS: dict[str, str] = {"builtin": "", "builtin-bands": "bands", "builtin-silero": "silero"}
"""Which detector is configured; "": none, so that the default holds."""
ENGINES = (*BUILTINS, *PEERS)


@dataclass(frozen=True, slots=True)
class Piece:
    """A subtitle to be aligned with a film."""

    name: str
    film: Path
    subtitle: Path
    language: str


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a piece: the text of the subtitle, and what was said about it; `cost` is None in a run over many."""

    after: str
    said: str
    cost: Cost | None


def find_peer(engine: str) -> str:
    """Return a peer's program on PATH; end the program with a message where it is not there."""
    for name in PEERS[engine][0]:
        if found := shutil.which(name):
            return found
    raise SystemExit(f"{engine}: no {' or '.join(PEERS[engine][0])} on PATH")


def version_of(engine: str) -> str:
    """Return an engine's version as it says it."""
    program = [sys.executable, "-m", "synctui"] if engine in BUILTINS else [find_peer(engine)]
    return subprocess.run([*program, "--version"], capture_output=True, text=True, check=False).stdout.strip()


def run_peer(engine: str, piece: Piece, scratch: Path) -> Result:
    """Align a piece with a peer; where it fails or writes nothing, the subtitle is as it was."""
    program, options = find_peer(engine), PEERS[engine][1]
    out = scratch / f"{piece.name}.{engine}.srt"
    out.unlink(missing_ok=True)
    if program.endswith("ffsubsync"):
        words = [program, str(piece.film), "-i", str(piece.subtitle), "-o", str(out), "--reference-stream", "a:0", *options]
    else:
        words = [program, *options, str(piece.film), str(piece.subtitle), str(out)]
    env = {**os.environ, "COLUMNS": "300", "NO_COLOR": "1", "RUST_BACKTRACE": "0"}
    ran = run_measured(words, env, scratch, PEER_TIMEOUT_S)
    written = ran.code == 0 and out.exists() and out.stat().st_size > 0
    after = (out if written else piece.subtitle).read_text("utf-8", "replace")
    out.unlink(missing_ok=True)
    said = "" if ran.code == 0 else f"exit {ran.code}: {_last_line(ran)}"
    if "leaving subtitles unmodified" in ran.errors:
        said = "low quality"
    return Result(after, said, ran.cost)


def _last_line(ran: Ran) -> str:
    rows = (ran.errors or ran.output).strip().splitlines()
    return rows[-1][:200] if rows else ""


class Library:
    """A folder of films and subtitles for the built-in engine, with data, configuration and home of its own."""

    def __init__(self, folder: Path, engine: str) -> None:
        self.folder = folder
        self.data = folder / "data"
        self._home = folder / "home"
        self._config = folder / "synctui.toml"
        self._home.mkdir(parents=True)
        detector = BUILTINS[engine]
        self._config.write_text(f'[subtitles]\ndetector = "{detector}"\n' if detector else "", "utf-8")

    def put(self, piece: Piece, place: str) -> Path:
        """Put a piece's film (linked) and its subtitle at `place`, a path without ending; return the subtitle's path."""
        stem = self.folder / "library" / place
        stem.parent.mkdir(parents=True, exist_ok=True)
        film = stem.with_name(stem.name + piece.film.suffix)
        if not film.exists():
            try:
                os.link(piece.film, film)
            except OSError:
                film.symlink_to(piece.film.resolve())
        path = stem.with_name(f"{stem.name}.{piece.language}.srt")
        shutil.copyfile(piece.subtitle, path)
        # What was changed a moment ago may still be downloading: it would be deferred.
        os.utime(path, (path.stat().st_atime, path.stat().st_mtime - 3600))
        return path

    def forget(self) -> None:
        """Forget everything, cached speech too."""
        shutil.rmtree(self.data, ignore_errors=True)

    def run(self, targets: Sequence[Path] = (), jobs: int = 1) -> tuple[Ran, dict[str, Mapping[str, Any]]]:
        """Run `synctui --run subtitles`; return the run, and the end of each operation by path."""
        words = [sys.executable, "-m", "synctui", "--run", "subtitles"]
        words += [str(target) for target in targets or [self.folder / "library"]]
        words += ["--engine", "builtin", "--yes", "--allow-mass-change", "--json", "--jobs", str(jobs)]
        words += ["--config", str(self._config), "--data-dir", str(self.data)]
        outer = {name: value for name, value in os.environ.items() if not name.startswith(("SYNCTUI_", "XDG_"))}
        outer.pop("PYTHONDONTWRITEBYTECODE", None)  # as installed: with compiled modules
        ran = run_measured(words, {**outer, "HOME": str(self._home)}, self.folder, 24 * 3600)
        rows = [json.loads(line) for line in ran.output.splitlines() if line.startswith("{")]
        if ran.code not in (0, 3):
            raise SystemExit(f"synctui ended with {ran.code}:\n{ran.output[-2000:]}\n{ran.errors[-2000:]}")
        return ran, {row["path"]: row for row in rows if row["type"] == "op_end"}


def told(end: Mapping[str, Any] | None) -> str:
    """Return what the built-in engine said about a subtitle: outcome, reason, confidence."""
    if end is None:
        return "not in the plan"
    return " ".join(str(end[name]) for name in ("outcome", "reason", "confidence") if end.get(name) is not None)
