"""By which clocks people live where this machine stands."""

from __future__ import annotations

import os
import struct
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

_LOCALTIME = Path("/etc/localtime")


def local_zone(environment: Mapping[str, str] | None = None, localtime: Path = _LOCALTIME) -> tzinfo:
    """Return the time zone of this machine: by `TZ`, by /etc/localtime, or else what its clock is off UTC now.

    Touches the disk.
    """
    name = (os.environ if environment is None else environment).get("TZ")
    if name == "":
        # What an empty TZ means to the C library.
        return UTC
    zone = _read(localtime) if name is None else _named(name.removeprefix(":"))
    return zone or _offset()


def _named(name: str) -> tzinfo | None:
    if name.startswith("/"):
        return _read(Path(name))
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, OSError, ValueError, struct.error):
        return None


def _read(path: Path) -> tzinfo | None:
    try:
        with path.open("rb") as file:
            return ZoneInfo.from_file(file, key=_name_of(path))
    except (OSError, ValueError, struct.error):
        return None


def _name_of(path: Path) -> str:
    """Return what a zone's file is called, `America/New_York`, wherever it lies."""
    return path.resolve().as_posix().rpartition("/zoneinfo/")[2]


def _offset() -> tzinfo:
    here = datetime.now(UTC).astimezone()
    return timezone(here.utcoffset() or timedelta(), here.tzname() or "")
