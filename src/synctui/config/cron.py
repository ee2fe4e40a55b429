"""Cron expressions: minute, hour, day, month and weekday, or a name for one, such as `@daily`."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo

_NAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@midnight": "0 0 * * *",
    "@weekly": "0 0 * * 0",
    "@monthly": "0 0 1 * *",
    "@yearly": "0 0 1 1 *",
    "@annually": "0 0 1 1 *",
}
_FIELDS = 5
_LONGEST = 1000
# A year from which the next 50 have every date on every weekday.
_SOME_TIME = datetime(2000, 1, 1, tzinfo=UTC)


def complaint(text: str) -> str:
    """Return what is wrong with an expression, or "" when it is one that comes true at all."""
    # Only what is configured is worth the time that it takes to load.
    from cronsim import CronSimError

    if len(text) > _LONGEST:
        return "too long"
    fields = len(_spelled_out(text).split())
    if fields != _FIELDS:
        return f"five fields are wanted, here {'is one' if fields == 1 else f'are {fields}'}"
    try:
        due = next_after(text, _SOME_TIME, UTC)
    except CronSimError as error:
        said = str(error)
        return said[:1].lower() + said[1:]
    except ValueError:
        return "a number is too long"
    return "" if due else "there is no such day"


def next_after(text: str, moment: datetime, zone: tzinfo) -> datetime | None:
    """Return when (UTC) an expression comes true next after a moment, by the clocks of a time zone; None: never.

    As Debian's cron has it: what names minute and hour comes true once on a day when clocks are changed, a little later
    when they leave its time out; what repeats by `*` goes by the time that passes. Raises CronSimError.
    """
    from cronsim import CronSim

    for due in CronSim(_spelled_out(text), moment.astimezone(zone)):
        instant = due.astimezone(UTC)
        # Within an hour that clocks go through twice, its first pass is named again.
        if instant > moment:
            return instant
    return None


def _spelled_out(text: str) -> str:
    return _NAMES.get(text.strip().lower(), text)
