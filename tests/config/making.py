"""A configuration in a folder of its own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from synctui.config.load import Checked, Loaded, check, load
from synctui.config.paths import Paths
from synctui.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Place:
    """A file for the user's configuration and a data folder."""

    file: Path
    paths: Paths

    def write(self, text: str | bytes, mode: int = 0o600) -> Place:
        self.file.write_bytes(text.encode() if isinstance(text, str) else text)
        self.file.chmod(mode)
        return self

    def settings(self, text: str) -> Place:
        self.paths.ensure()
        self.paths.settings.write_text(text)
        return self

    def load(self, environment: Mapping[str, str] | None = None, flags: Mapping[str, object] | None = None) -> Loaded:
        named = self.file if self.file.exists() else None
        return load(file=named, paths=self.paths, environment=environment or {}, flags=flags)

    def check(self, environment: Mapping[str, str] | None = None) -> Checked:
        return check(file=self.file, paths=self.paths, environment=environment or {})

    def error(self, environment: Mapping[str, str] | None = None) -> ConfigError:
        """Return the error that loading ends with."""
        with pytest.raises(ConfigError) as raised:
            self.load(environment)
        assert raised.value.exit_code == 2
        return raised.value
