"""When it is open, against a reference that walks the clock minute by minute."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tenants.time_zones import zone_of
from workflows.notifications.hours import Hours, next_opening

OSLO = ZoneInfo("Europe/Oslo")
OFFICE = Hours(opens=time(8), closes=time(20), days=(1, 2, 3, 4, 5))


def is_open(moment, hours, zone):
    local = moment.astimezone(zone)
    within = (hours.opens or time.min) <= local.time() < (hours.closes or time.max)
    return within and (not hours.days or local.isoweekday() in hours.days)


quarters = st.integers(0, 95).map(lambda n: time(n // 4, n % 4 * 15))
some_hours = st.builds(
    lambda a, b, days: Hours(opens=min(a, b), closes=max(a, b) if a != b else None, days=tuple(days)),
    quarters,
    quarters,
    st.lists(st.integers(1, 7), unique=True),
)
#: Away from the hours in which clocks change.
moments = st.datetimes(datetime(2026, 4, 5), datetime(2026, 10, 10)).map(
    lambda at: at.replace(minute=at.minute // 15 * 15, second=0, microsecond=0, tzinfo=UTC)
)


@settings(max_examples=60)
@given(moments, some_hours)
def test_it_is_the_first_moment_at_which_it_is_open(moment, hours):
    found = next_opening(moment, hours, OSLO)
    expected = moment
    while not is_open(expected, hours, OSLO):
        expected += timedelta(minutes=15)
    assert found == expected


@pytest.mark.parametrize(
    ("moment", "opening"),
    [
        (
            "2026-03-27T23:00:00+00:00",
            "2026-03-30T06:00:00+00:00",
        ),  # over the spring change, by then it is +02:00
        ("2026-10-23T21:00:00+00:00", "2026-10-26T07:00:00+00:00"),  # over the autumn change
        ("2026-11-26T07:00:00+00:00", "2026-11-26T07:00:00+00:00"),
        ("2026-11-26T19:00:00+00:00", "2026-11-27T07:00:00+00:00"),
    ],
)
def test_clocks_of_the_market_decide(moment, opening):
    assert next_opening(datetime.fromisoformat(moment), OFFICE, OSLO).isoformat() == opening


def test_hours_in_words():
    assert str(OFFICE) == "Monday to Friday 08:00-20:00"
    assert str(Hours(opens=time(9), days=(6, 7))) == "Saturday, Sunday 09:00-24:00"
    assert Hours().always and not OFFICE.always


def test_the_zone_of_a_market():
    assert [zone_of(*given).key for given in [("", "NO"), ("", "IS"), ("Asia/Tokyo", "NO"), ("", "US")]] == [
        "Europe/Oslo",
        "Atlantic/Reykjavik",
        "Asia/Tokyo",
        "UTC",
    ]
