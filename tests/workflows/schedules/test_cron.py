"""When a task is due: local time, also in the nights in which clocks change."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from workflows.schedules.cron import ScheduleError, check_cron, next_slot, time_zone

OSLO = "Europe/Oslo"
SPRING = datetime(2026, 3, 28, 20, tzinfo=UTC)
AUTUMN = datetime(2026, 10, 24, 20, tzinfo=UTC)


def slots(cron: str, after: datetime, count: int, zone: str = OSLO) -> list[str]:
    found = []
    for _ in range(count):
        after = next_slot(cron, zone, after)
        found.append(after.astimezone(ZoneInfo(zone)).strftime("%d %H:%M%z").removesuffix("00"))
    return found


@pytest.mark.parametrize(
    ("cron", "after", "expected"),
    [
        ("30 2 * * *", SPRING, ["29 03:30+02", "30 02:30+02", "31 02:30+02"]),
        ("30 2 * * *", AUTUMN, ["25 02:30+02", "26 02:30+01", "27 02:30+01"]),
        ("0 3 * * *", SPRING, ["29 03:00+02", "30 03:00+02"]),
        ("0 3 * * *", AUTUMN, ["25 03:00+01", "26 03:00+01"]),
        ("0 0,2 * * *", AUTUMN, ["25 00:00+02", "25 02:00+02", "26 00:00+01"]),
        ("0 * * * *", SPRING.replace(hour=23), ["29 01:00+01", "29 03:00+02", "29 04:00+02"]),
        ("0 * * * *", AUTUMN.replace(hour=23), ["25 02:00+02", "25 02:00+01", "25 03:00+01"]),
        ("*/30 * * * *", AUTUMN.replace(hour=23, minute=45), [
            "25 02:00+02", "25 02:30+02", "25 02:00+01", "25 02:30+01", "25 03:00+01",
        ]),
    ],
)  # fmt: skip
def test_both_nights_in_which_clocks_change(cron: str, after: datetime, expected: list[str]) -> None:
    assert slots(cron, after, len(expected)) == expected


@pytest.mark.parametrize("minute", range(0, 60, 7))
@pytest.mark.parametrize("hour", range(5))
def test_a_certain_time_comes_exactly_once_on_each_local_day(hour: int, minute: int) -> None:
    for start in (SPRING, AUTUMN):
        moment, days = start.replace(day=start.day - 1), []
        for _ in range(4):
            moment = next_slot(f"{minute} {hour} * * *", OSLO, moment)
            days.append(moment.astimezone(ZoneInfo(OSLO)).date())
        assert days == [days[0] + timedelta(days=index) for index in range(4)]


def test_a_shift_of_half_an_hour_is_seen() -> None:
    start = datetime(2026, 4, 4, 12, tzinfo=UTC)
    assert slots("45 1 * * *", start, 2, "Australia/Lord_Howe") == ["05 01:45+11", "06 01:45+1030"]


def test_slots_grow_through_a_whole_year() -> None:
    moment, count = datetime(2025, 12, 31, 23, 30, tzinfo=UTC), 0
    while moment < datetime(2026, 12, 31, 23, tzinfo=UTC):
        following = next_slot("0 */6 * * *", OSLO, moment)
        assert following > moment
        moment, count = following, count + 1
    assert count == 365 * 4


@pytest.mark.parametrize(
    ("cron", "cure"),
    [
        ("", "five fields"),
        ("@daily", "five fields"),
        ("0 0 * * * *", "five fields"),
        ("61 * * * *", "is no schedule"),
        ("a b c d e", "is no schedule"),
        ("0 0 30 2 *", "never comes; use a day that its month has"),
        ("0 0 31 4,6,9 *", "never comes"),
    ],
)
def test_what_is_no_schedule_is_refused_with_the_cure(cron: str, cure: str) -> None:
    with pytest.raises(ScheduleError, match=cure):
        check_cron(cron)


def test_a_leap_day_is_a_schedule() -> None:
    check_cron("0 0 29 2 *")


@pytest.mark.parametrize(
    ("name", "cure"),
    [
        ("Oslo", "use Europe/Oslo"),
        ("", "use an IANA name such as Europe/Oslo"),
        ("../../etc/passwd", "IANA name"),
        ("Mars/Olympus", "IANA name"),
    ],
)
def test_an_unknown_time_zone_is_refused_with_the_cure(name: str, cure: str) -> None:
    with pytest.raises(ScheduleError, match=cure):
        time_zone(name)


@pytest.mark.parametrize("cron", ["R R R R R", "0 r * * *", "R(0-5) 3 * * *", "H H * * *"])
def test_a_schedule_that_is_drawn_anew_each_time_is_refused(cron: str) -> None:
    with pytest.raises(ScheduleError):
        check_cron(cron)
