"""What a child process gets to know: an allow-list of our environment, so that no secret of ours or of others leaks."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping

_KEPT = frozenset(
    (
        "HOME",
        "USER",
        "LOGNAME",
        "TZ",
        "TMPDIR",
        "LD_LIBRARY_PATH",
        "DYLD_LIBRARY_PATH",
        "DYLD_FALLBACK_LIBRARY_PATH",
        "PYENV_ROOT",
        "PYENV_VERSION",
        "ASDF_DIR",
        "ASDF_DATA_DIR",
        "CARGO_HOME",
    )
)
_KEPT_PREFIXES = ("XDG_",)
_FALLBACK_PATH = "/usr/local/bin:/usr/bin:/bin"


def trusted_path(path_env: str | None = None) -> str:
    """Return a PATH (default: ours) without its relative and empty entries, which mean "whatever folder we are in"."""
    raw = os.environ.get("PATH", "") if path_env is None else path_env
    return os.pathsep.join(entry for entry in raw.split(os.pathsep) if os.path.isabs(entry)) or _FALLBACK_PATH


def child_environment(additions: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return a foreign program's environment: PATH, home, time zone, a UTF-8 locale with English messages, `additions`."""
    env = {name: value for name, value in os.environ.items() if name in _KEPT or name.startswith(_KEPT_PREFIXES)}
    env["PATH"] = trusted_path()
    env["LC_ALL"] = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
    env["RUST_BACKTRACE"] = "0"
    env["PYTHONUTF8"] = "1"
    env.update(additions or {})
    return env


def worker_environment() -> dict[str, str]:
    """Return the environment of our own worker: it imports what we import, and one worker uses one core."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"), "1")
    places = os.pathsep.join(entry for entry in sys.path if os.path.isabs(entry))
    return child_environment({**threads, "PYTHONPATH": places})
