"""When a scheduled task is due: five cron fields read in the task's time zone, right also when clocks change."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from croniter import croniter
from croniter.croniter import CroniterError

FIELDS = 5
#: No clock is moved by more than this; near a change slots are looked for one by one.
_SHIFT = timedelta(hours=3)
_EVERY_HOUR = 24
#: R and H, for chance and for a hash, where no letter of a month's or day's name is next to it.
_DRAWN = re.compile(r"(?<![A-Za-z])[RH](?![A-Za-z])", re.IGNORECASE)


class ScheduleError(ValueError):
    """A cron expression or time zone that cannot be used; the text names the cure."""


def next_slot(cron: str, zone: str, after: datetime) -> datetime:
    """The first slot later than `after` (aware), in UTC. Raises ScheduleError.

    A schedule of certain hours runs once on each local day: a time that the spring change leaves out runs as much
    later, one that comes twice in autumn runs the first time. A schedule of every hour keeps its pace through both.
    """
    tz, every_hour = time_zone(zone), _hours(cron) == _EVERY_HOUR
    local = after.astimezone(tz).replace(tzinfo=None)
    plain = next(_local_times(cron, local))
    if _is_calm(local, tz) and _is_calm(plain, tz):
        return _instant(plain, tz)
    return _near_a_change(_local_times(cron, local - _SHIFT), tz, after, every_hour)


@lru_cache(maxsize=256)
def time_zone(name: str) -> ZoneInfo:
    """Raises ScheduleError."""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ScheduleError(f"{name!r} is no time zone; {_zone_cure(name)}.") from None


def check_cron(cron: str) -> None:
    """Raises ScheduleError for what is no schedule, and for one that never comes."""
    if len(cron.split()) != FIELDS:
        raise ScheduleError(
            'Use five fields: minute, hour, day of month, month, day of week, such as "0 3 * * *".'
        )
    if _DRAWN.search(cron):
        raise ScheduleError(
            f"{cron!r} is drawn anew each time that it is read; use fixed times such as 17 3 * * *."
        )
    next_slot(cron, "UTC", datetime.now(UTC))


def _zone_cure(name: str) -> str:
    names = sorted(available_timezones())
    near = [item for item in names if name and item.lower().endswith(f"/{name.lower()}")]
    return f"use {' or '.join(near)}" if near else "use an IANA name such as Europe/Oslo or UTC"


def _near_a_change(times: Iterator[datetime], tz: ZoneInfo, after: datetime, every_hour: bool) -> datetime:
    """Around a change, local times and instants do not come in the same order."""
    best: datetime | None = None
    for local in times:
        first = _instant(local, tz)
        if best is not None and first > best + _SHIFT:
            return best
        later = [moment for moment in _instants(local, tz, every_hour) if moment > after]
        best = min([*later, best]) if best else min(later, default=None)
    raise ScheduleError("The schedule has no further time.")


def _instants(local: datetime, tz: ZoneInfo, every_hour: bool) -> list[datetime]:
    first, second = _instant(local, tz), _instant(local, tz, fold=1)
    return [first, second] if every_hour and second > first else [first]


def _instant(local: datetime, tz: ZoneInfo, fold: int = 0) -> datetime:
    return local.replace(tzinfo=tz, fold=fold).astimezone(UTC)


def _is_calm(local: datetime, tz: ZoneInfo) -> bool:
    """Whether no clock change is near this local time."""
    before, after = (local + shift for shift in (-_SHIFT, _SHIFT))
    return tz.utcoffset(before) == tz.utcoffset(after)


def _local_times(cron: str, after: datetime) -> Iterator[datetime]:
    """Local times without zone, ascending. Raises ScheduleError."""
    try:
        times = croniter(cron, after)
        while True:
            yield times.get_next(datetime)
    except CroniterError as error:
        raise ScheduleError(_explained(cron, error)) from None


@lru_cache(maxsize=1024)
def _hours(cron: str) -> int:
    """How many hours of the day the schedule names."""
    try:
        (hours,) = croniter.expand(cron)[0][1:2]
    except CroniterError as error:
        raise ScheduleError(_explained(cron, error)) from None
    return _EVERY_HOUR if hours == ["*"] else len(hours)


def _explained(cron: str, error: Exception) -> str:
    if "failed to find" in str(error):
        return f"{cron!r} never comes; use a day that its month has."
    return f'{cron!r} is no schedule ({error}); use five fields such as "0 3 * * *" or "*/15 * * * *".'
