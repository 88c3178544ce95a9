"""Business days by the clocks of Lima."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avileo_pos.domain.business_day import (
    business_date,
    business_day_bounds,
    format_date,
    format_moment,
    format_time,
    lima,
)
from tests.domain.strategies import instants


@pytest.mark.parametrize(
    ("utc", "day"),
    [
        (datetime(2026, 11, 22, 7, 59, 59, tzinfo=UTC), date(2026, 11, 21)),
        (datetime(2026, 11, 22, 8, 0, tzinfo=UTC), date(2026, 11, 22)),
        (datetime(2026, 11, 23, 4, 30, tzinfo=UTC), date(2026, 11, 22)),
        (datetime(2027, 1, 1, 7, 0, tzinfo=UTC), date(2026, 12, 31)),
    ],
)
def test_the_night_until_three_belongs_to_the_day_before(utc: datetime, day: date) -> None:
    assert business_date(utc) == day


def test_the_owner_may_cut_the_day_at_another_hour() -> None:
    half_past_four_in_lima = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
    assert business_date(half_past_four_in_lima, cutoff_hour=5) == date(2026, 11, 21)
    assert business_date(half_past_four_in_lima, cutoff_hour=0) == date(2026, 11, 22)


@given(instants, st.integers(-12, 14))
def test_the_time_zone_of_the_pc_changes_nothing(instant: datetime, hours: int) -> None:
    elsewhere = instant.astimezone(timezone(timedelta(hours=hours)))
    assert business_date(elsewhere) == business_date(instant)
    assert format_moment(elsewhere) == format_moment(instant)


@given(instants, st.integers(0, 12))
def test_each_instant_lies_within_its_business_day(instant: datetime, cutoff_hour: int) -> None:
    day = business_date(instant, cutoff_hour)
    start, end = business_day_bounds(day, cutoff_hour)
    assert start <= instant < end
    assert end == business_day_bounds(day + timedelta(days=1), cutoff_hour)[0]
    assert start.tzinfo is UTC


def test_dates_and_hours_are_written_as_in_peru() -> None:
    late_evening = datetime(2026, 11, 23, 3, 5, tzinfo=UTC)
    assert format_date(late_evening) == "22/11/2026"
    assert format_date(date(2026, 3, 1)) == "01/03/2026"
    assert format_time(late_evening) == "22:05"
    assert format_moment(late_evening) == "22/11/2026, 22:05"


def test_an_instant_without_a_zone_is_a_mistake_of_ours() -> None:
    with pytest.raises(ValueError, match="time zone"):
        lima(datetime(2026, 11, 22, tzinfo=UTC).replace(tzinfo=None))
