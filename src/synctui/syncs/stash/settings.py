"""The Stash server as it is configured."""

from __future__ import annotations

from dataclasses import dataclass, field

from synctui.config.schema import Config, PathMap
from synctui.config.secrets import Secret
from synctui.library.paths import PathMaps
from synctui.model.catalog import Strategy


@dataclass(frozen=True, slots=True)
class StashSettings:
    """What is configured of the server; `maps` lead from our paths to the server's, `timeout` is in seconds.

    `brake_share` is the share of a catalogue that may vanish at once without a person saying so.
    """

    url: str = ""
    api_key: Secret = field(default_factory=Secret)
    maps: PathMaps = field(default_factory=PathMaps)
    strategy: Strategy = "remote_wins"
    page_size: int = 500
    in_flight: int = 2
    brake_share: float = 0.2
    timeout: float = 60.0
    full_schedule: str = ""
    incremental_interval: int = 0
    on_scan: bool = False


def stash_settings(config: Config) -> StashSettings:
    """Return what the configuration says."""
    stash = config.stash
    return StashSettings(
        url=stash.url,
        api_key=stash.api_key,
        # In the configuration a folder is named as Stash has it first; a map goes from here to there.
        maps=PathMaps(tuple(PathMap(one.target, one.source) for one in stash.path_map)),
        strategy=stash.conflict,
        page_size=stash.page_size,
        in_flight=stash.in_flight,
        brake_share=stash.brake_share,
        timeout=stash.timeout,
        full_schedule=stash.full_schedule,
        incremental_interval=stash.incremental_interval,
        on_scan=stash.on_scan,
    )
