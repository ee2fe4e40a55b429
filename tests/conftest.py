"""What holds for every test: nothing of the person who runs them is read or written."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

# Hundreds of commands are started: each would compile the whole program anew.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

_FOLDERS = {
    "XDG_CONFIG_HOME": ".config",
    "XDG_DATA_HOME": ".local/share",
    "XDG_STATE_HOME": ".local/state",
    "XDG_CACHE_HOME": ".cache",
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let what takes long go first: the short tests that are left at the end fill up both processes evenly."""
    items.sort(key=lambda item: item.get_closest_marker("slow") is None)


@pytest.fixture(autouse=True)
def own_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test, and each process that it starts, a home of its own and no configuration."""
    home = tmp_path_factory.mktemp("home")
    for variable in [name for name in os.environ if name.startswith("SYNCTUI_")]:
        monkeypatch.delenv(variable)
    monkeypatch.setenv("HOME", str(home))
    for variable, folder in _FOLDERS.items():
        monkeypatch.setenv(variable, str(home / folder))
    return home
