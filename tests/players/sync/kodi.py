"""What a simulated Kodi was asked to do."""

from __future__ import annotations

from collections import Counter

from synctui.simulators.kodi.server import KodiSimulator
from synctui.simulators.web import Ask

WRITES = ("Scan", "Clean", "Remove", "Refresh", "Set")


def written(kodi: KodiSimulator) -> Counter[str]:
    """Return how often each method was called that changes anything."""
    names = [method.partition(".")[2] for method, _ in kodi.calls if method.startswith("VideoLibrary.")]
    return Counter(name for name in names if name.startswith(WRITES))


def scanned(kodi: KodiSimulator) -> list[str]:
    """Return what had to be scanned."""
    return [str(params.get("directory", "")) for params in kodi.called("VideoLibrary.Scan")]


def asked_id(ask: Ask) -> int:
    """Return the id of the one call of a request."""
    return int(ask.body.partition(b'"id": ')[2].partition(b",")[0])
