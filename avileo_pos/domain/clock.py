"""What the clock of a cheap laptop still tells after it was wrong: ahead by decades, or back at the battery's year."""

from datetime import datetime, timedelta


def is_past(last: datetime | None, span: timedelta, now: datetime) -> bool:
    """Whether so long has gone by; where the clock was set back since, nobody knows, and it has."""
    return last is None or not timedelta() <= now - last < span


def is_waiting(until: datetime | None, longest: timedelta, now: datetime) -> bool:
    """Whether a wait still lasts; one that ends later than the longest one could was begun while the clock was ahead.

    That frees nobody who could not set the clock on as well.
    """
    return until is not None and now < until <= now + longest
