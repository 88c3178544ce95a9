"""A PIN: what it looks like, and how guessing it is slowed."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from avileo_pos.domain.clock import is_waiting
from avileo_pos.domain.errors import BusinessRuleBroken

TRIES_BEFORE_WAITING = 5
FIRST_WAIT = timedelta(minutes=1)
LONGEST_WAIT = timedelta(hours=1)

_PIN = re.compile(r"[0-9]{4,6}")


def require_pin(text: str) -> str:
    """4 to 6 digits. Raises BusinessRuleBroken: not_a_pin."""
    if not _PIN.fullmatch(text):
        raise BusinessRuleBroken("not_a_pin")
    return text


@dataclass(frozen=True, slots=True)
class PinTries:
    """How often in a row a person's PIN was mistaken on this till; until `wait_until` no try is looked at."""

    failures: int = 0
    wait_until: datetime | None = None

    @property
    def left(self) -> int:
        """Mistakes that are still free."""
        return max(TRIES_BEFORE_WAITING - self.failures, 0)

    def waits(self, now: datetime) -> bool:
        return is_waiting(self.wait_until, LONGEST_WAIT, now)

    def after_mistake(self, now: datetime) -> "PinTries":
        """From the fifth mistake on the person waits, each time twice as long, up to an hour."""
        failures = self.failures + 1
        beyond = failures - TRIES_BEFORE_WAITING
        if beyond < 0:
            return PinTries(failures)
        return PinTries(failures, now + min(FIRST_WAIT * 2 ** min(beyond, 10), LONGEST_WAIT))
