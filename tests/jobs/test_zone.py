"""The time zone of a machine is found as its C library finds it."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import TZPATH, ZoneInfo

import pytest

from synctui.jobs.zone import local_zone

WINTER, SUMMER = (datetime(2026, month, 15, 12, tzinfo=UTC) for month in (1, 7))


def hours(zone: object, moment: datetime) -> float:
    offset = moment.astimezone(zone).utcoffset()  # type: ignore[arg-type]
    assert offset is not None
    return offset.total_seconds() / 3600


def file_of(zone: str) -> Path:
    return next(path for path in (Path(folder) / zone for folder in TZPATH) if path.exists())


@pytest.mark.parametrize("name", ["America/New_York", ":America/New_York"])
def test_tz_names_it(tmp_path: Path, name: str) -> None:
    zone = local_zone({"TZ": name}, tmp_path / "none")
    assert (hours(zone, WINTER), hours(zone, SUMMER)) == (-5, -4)


def test_tz_may_be_a_file_or_nothing(tmp_path: Path) -> None:
    assert hours(local_zone({"TZ": f":{file_of('Asia/Tokyo')}"}, tmp_path / "none"), SUMMER) == 9
    assert local_zone({"TZ": ""}, file_of("Asia/Tokyo")) is UTC


def test_etc_localtime_may_be_a_link_or_a_copy(tmp_path: Path) -> None:
    link, copy = tmp_path / "link", tmp_path / "copy"
    link.symlink_to(file_of("Europe/Paris"))
    copy.write_bytes(file_of("Europe/Paris").read_bytes())
    for path in (link, copy):
        zone = local_zone({}, path)
        assert (hours(zone, WINTER), hours(zone, SUMMER)) == (1, 2)
    found = local_zone({}, link)
    assert isinstance(found, ZoneInfo)
    assert found.key == "Europe/Paris"


@pytest.mark.parametrize(
    "name", ["Nowhere/At All", "../../etc/passwd", "/etc/passwd", "EST5EDT,M3.2.0,M11.1.0", "\0", "x" * 5000]
)
def test_what_names_no_zone_leaves_the_offset_of_now(tmp_path: Path, name: str) -> None:
    zone = local_zone({"TZ": name}, tmp_path / "none")
    assert hours(zone, datetime.now(UTC)) == time.localtime().tm_gmtoff / 3600


def test_no_localtime_leaves_the_offset_of_now(tmp_path: Path) -> None:
    (tmp_path / "broken").write_bytes(b"TZif2")
    for path in (tmp_path / "none", tmp_path / "broken", tmp_path):
        assert hours(local_zone({}, path), datetime.now(UTC)) == time.localtime().tm_gmtoff / 3600
