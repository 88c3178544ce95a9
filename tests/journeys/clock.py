"""The one time of central and of all tills."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

# The sample's own morning is another day's, so that everybody begins without kilos given out.
MORNING = datetime(2031, 3, 14, 15, 0, tzinfo=UTC)


class Clock:
    """Stands still but when somebody waits."""

    def __init__(self) -> None:
        self.now = MORNING

    def __call__(self) -> datetime:
        return self.now

    def go_on(self, duration: timedelta) -> None:
        self.now += duration
