"""How long to wait before trying central again: longer each time, and never all tills at the same moment."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Final

from avileo_pos.replica.queue import LONGEST_PUT_OFF

SHORTEST: Final = 2.0  # seconds
LONGEST: Final = LONGEST_PUT_OFF.total_seconds()

Random = Callable[[], float]


def wait_after(failures: int, random: Random, at_least: timedelta | None = None) -> timedelta:
    """The wait after so many failures in a row: anywhere from 2 s to a ceiling that doubles up to 300 s.

    `random` gives numbers from 0 to below 1; `at_least` is what central asked for.
    """
    ceiling = min(LONGEST, SHORTEST * 2.0 ** min(failures, 20))
    wait = timedelta(seconds=SHORTEST + random() * (ceiling - SHORTEST))
    return max(wait, at_least or wait)
