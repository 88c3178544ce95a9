"""Which business day an instant belongs to, and how dates and hours are written. Lima time, whatever the PC says."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

LIMA = ZoneInfo("America/Lima")
DEFAULT_CUTOFF_HOUR = 3


def lima(instant: datetime) -> datetime:
    """The instant by the clocks of Lima. Raises ValueError for one without a time zone."""
    if instant.tzinfo is None:
        raise ValueError("an instant needs its time zone")
    return instant.astimezone(LIMA)


def business_date(instant: datetime, cutoff_hour: int = DEFAULT_CUTOFF_HOUR) -> date:
    """The day that the instant is counted to: before the cut-off hour still the day before."""
    return (lima(instant) - timedelta(hours=cutoff_hour)).date()


def business_day_bounds(day: date, cutoff_hour: int = DEFAULT_CUTOFF_HOUR) -> tuple[datetime, datetime]:
    """First instant of a business day and first instant of the next, in UTC."""
    start = datetime.combine(day, time(cutoff_hour), LIMA)
    return start.astimezone(UTC), (start + timedelta(days=1)).astimezone(UTC)


def format_date(day: date) -> str:
    """«22/11/2026»; of an instant, its day in Lima."""
    on_the_calendar = lima(day) if isinstance(day, datetime) else day
    return f"{on_the_calendar:%d/%m/}{on_the_calendar.year:04d}"


def format_time(instant: datetime) -> str:
    """«10:42»"""
    return f"{lima(instant):%H:%M}"


def format_moment(instant: datetime) -> str:
    """«22/11/2026, 10:42»"""
    return f"{format_date(instant)}, {format_time(instant)}"
