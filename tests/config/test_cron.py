"""Cron expressions: what is one, and when it comes true, also in zones that change their clocks oddly."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from synctui.config.cron import complaint, next_after


@pytest.mark.parametrize(
    "text",
    ["30 3 * * *", "*/15 8-18 * * MON-FRI", "0 0 L * *", "0 0 * * 5L", "0 0 * * MON#2", "@daily", "@Weekly", "0 0 29 2 *"],
)
def test_these_are_expressions(text: str) -> None:
    assert complaint(text) == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "five"),
        ("daily", "five"),
        ("@reboot", "five"),
        ("0 30 3 * * *", "five"),
        ("60 * * * *", "minute"),
        ("* 24 * * *", "hour"),
        ("0 0 0 * *", "day-of-month"),
        ("0 0 * 13 *", "month"),
        ("0 0 * * 8", "day-of-week"),
        ("*/0 * * * *", "minute"),
        ("5-1 * * * *", "minute"),
        ("0 0 ? * *", "day-of-month"),
        ("²  * * * *", "minute"),
        ("0 0 31 2 *", "day-of-month"),
        ("0 0 31 4,6 *", "day"),
        ("9" * 900 + " * * * *", "minute"),
        ("1," * 5000 + "1 * * * *", "too long"),
    ],
)
def test_these_are_not_and_it_is_said_why(text: str, said: str) -> None:
    assert said in complaint(text)


@pytest.mark.parametrize(
    "zone",
    ["UTC", "America/New_York", "Australia/Lord_Howe", "America/Havana", "Asia/Beirut", "Asia/Kathmandu", "Pacific/Apia",
     "Africa/Casablanca", "Europe/Dublin"],
)  # fmt: skip
def test_times_go_on_and_none_is_named_twice(zone: str) -> None:
    begin = datetime(2026, 1, 1, tzinfo=UTC) - timedelta(seconds=1)
    for text, number in (
        ("30 1 * * *", 365),
        ("0 0 * * *", 365),
        ("30 2 * * *", 365),
        ("59 23 * * *", 365),
        ("0 4 * * 0", 52),
    ):
        due, times = next_after(text, begin, ZoneInfo(zone)), []
        while due is not None and due < begin + timedelta(days=365):
            times.append(due)
            due = next_after(text, due, ZoneInfo(zone))
        assert times == sorted(set(times))
        assert len(times) == number
        # Whenever one looks, it is the same times that come.
        for at in times:
            for ahead in (timedelta(minutes=1), timedelta(minutes=29), timedelta(minutes=61)):
                assert next_after(text, at - ahead, ZoneInfo(zone)) == at
            assert next_after(text, at + timedelta(seconds=1), ZoneInfo(zone)) != at


@pytest.mark.parametrize("zone", ["America/New_York", "Australia/Lord_Howe"])
@pytest.mark.parametrize(("text", "minutes"), [("*/15 * * * *", 15), ("*/5 * * * *", 5)])
def test_what_repeats_goes_by_the_time_that_passes(zone: str, text: str, minutes: int) -> None:
    for month in (3, 4, 10, 11):
        at = datetime(2026, month, 1, tzinfo=UTC)
        for _ in range(14 * 24 * 60 // minutes):
            due = next_after(text, at, ZoneInfo(zone))
            assert due == at + timedelta(minutes=minutes)
            at = due
