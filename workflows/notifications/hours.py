"""When a message may go out: after its delay, within its opening hours, as clocks show at the market. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_ALL_DAY = (time.min, time.max)


@dataclass(frozen=True, slots=True, kw_only=True)
class Hours:
    """`opens` and `closes` are local times of one day; None is all day. `days` are 1 (Monday) to 7; empty is every day."""

    opens: time | None = None
    closes: time | None = None
    days: tuple[int, ...] = ()

    @property
    def always(self) -> bool:
        return self.opens is None and self.closes is None and not self.days

    def __str__(self) -> str:
        """Such as "Monday to Friday 08:00-20:00"."""
        span = f"{_clock(self.opens or time.min)}-{_clock(self.closes) if self.closes else '24:00'}"
        return f"{_days(self.days)} {span}".strip()


def next_opening(moment: datetime, hours: Hours, zone: tzinfo) -> datetime:
    """`moment` (aware) where it is open, else the next opening, in UTC.

    An opening that the spring change leaves out comes as much later; one that autumn brings twice comes the first time.
    """
    if hours.always:
        return moment
    local = moment.astimezone(zone)
    for offset in range(8):
        day = local.date() + timedelta(days=offset)
        if hours.days and day.isoweekday() not in hours.days:
            continue
        opens, closes = hours.opens or _ALL_DAY[0], hours.closes or _ALL_DAY[1]
        if offset == 0 and local.time() >= closes:
            continue
        opening = datetime.combine(day, opens, tzinfo=zone).astimezone(UTC)
        return max(moment, opening)
    raise ValueError("there is no day on which it is open")


def in_words(minutes: int) -> str:
    """Such as "2 days 4 h"."""
    days, rest = divmod(minutes, 24 * 60)
    hours, left = divmod(rest, 60)
    parts = [(days, "day" if days == 1 else "days"), (hours, "h"), (left, "min")]
    return " ".join(f"{number} {unit}" for number, unit in parts if number)


def _days(days: tuple[int, ...]) -> str:
    if not days:
        return "every day"
    ordered = sorted(days)
    if len(ordered) > 2 and ordered == list(range(ordered[0], ordered[-1] + 1)):
        return f"{DAYS[ordered[0] - 1]} to {DAYS[ordered[-1] - 1]}"
    return ", ".join(DAYS[day - 1] for day in ordered)


def _clock(moment: time) -> str:
    return moment.strftime("%H:%M")
