"""Debian packages as material: recorded voices, speech synthesisers, music and effects, unpacked into a cache folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

VOICE_PACKAGES = (
    "asterisk-core-sounds-en-g722",
    "asterisk-core-sounds-es-g722",
    "asterisk-core-sounds-fr-g722",
    "asterisk-core-sounds-it-g722",
    "asterisk-core-sounds-ru-g722",
    "asterisk-prompt-es-co",
    "asterisk-prompt-fr-armelle",
    "asterisk-prompt-it-menardi-wav",
)
MUSIC_PACKAGES = ("wesnoth-1.16-music", "warzone2100-music")
EFFECT_PACKAGES = ("freedoom",)
PROGRAM_PACKAGES = {
    "espeak-ng": ("espeak-ng", "espeak-ng-data", "libespeak-ng1", "libpcaudio0", "libsonic0"),
    "flite": ("flite", "libflite1"),
}
DEFAULT_CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "synctui-bench"


class Packages:
    """The packages unpacked under `cache`; what is missing is fetched with apt-get, once, and never installed."""

    def __init__(self, cache: Path) -> None:
        self._folder = cache / "packages"

    def fetch(self, names: Iterable[str]) -> None:
        """Fetch and unpack what is not there yet; end the program with a message where that cannot be done."""
        missing = [name for name in names if not (self._folder / name).is_dir()]
        if not missing:
            return
        if not (shutil.which("apt-get") and shutil.which("dpkg-deb")):
            raise SystemExit(
                "The benchmark's voices and music come from Debian packages, and this system has no apt-get and dpkg-deb.\n"
                f"Unpack these packages of Debian 12 by hand, each into {self._folder}/NAME:\n  " + " ".join(missing)
            )
        print("fetching", *missing, file=sys.stderr)
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._folder) as name:
            done = subprocess.run(["apt-get", "download", *missing], cwd=name, capture_output=True, text=True, check=False)
            if done.returncode:
                raise SystemExit(f"apt-get could not download (is `apt-get update` due?):\n{done.stderr.strip()}")
            for deb in Path(name).glob("*.deb"):
                unpacked = Path(name) / "unpacked" / deb.name.split("_")[0]
                unpacked.mkdir(parents=True)
                subprocess.run(["dpkg-deb", "-x", str(deb), str(unpacked)], check=True)
                unpacked.rename(self._folder / unpacked.name)

    def files(self, name: str, *patterns: str) -> list[Path]:
        """Return the files of a package whose names match, in a fixed order."""
        return sorted(path for pattern in patterns for path in (self._folder / name).rglob(pattern) if path.is_file())

    def program(self, name: str) -> tuple[str, Mapping[str, str]]:
        """Return a synthesiser's path and environment: the one on PATH, or else the one in the packages."""
        if found := shutil.which(name):
            return found, os.environ
        self.fetch(PROGRAM_PACKAGES[name])
        roots = [self._folder / package for package in PROGRAM_PACKAGES[name]]
        libraries = sorted({str(path.parent) for root in roots for path in root.rglob("*.so*")})
        data = next((path.parent.parent for root in roots for path in root.rglob("espeak-ng-data/phontab")), None)
        env = {**os.environ, "LD_LIBRARY_PATH": ":".join(libraries)}
        if data is not None:
            env["ESPEAK_DATA_PATH"] = str(data)
        return str(next(path for root in roots for path in root.rglob(f"bin/{name}"))), env
