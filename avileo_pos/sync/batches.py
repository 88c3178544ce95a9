"""How much to send or ask for at once, and which of many operations it is that makes a batch fail."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from avileo_pos.sync.central import CentralBusy, CentralTrouble, RequestRefused

QUICK_SECONDS: Final = 2.0
MOST_BYTES: Final = 1_000_000
FIRST_OPERATIONS: Final = 20
MOST_OPERATIONS: Final = 500
FIRST_ROWS: Final = 1_000
MOST_ROWS: Final = 5_000
FAILURES_THAT_RAISE_SUSPICION: Final = 3
_REFUSED_FOR_CONTENT: Final = frozenset({400, 413, 422})
_BROKEN_OFF: Final = frozenset({"timeout", "interrupted"})


class Amount:
    """Doubles while calls are quick, halves when one fails for its size."""

    def __init__(self, first: int, most: int) -> None:
        self.now = first
        self._most = most

    def took(self, seconds: float) -> None:
        if seconds < QUICK_SECONDS:
            self.now = min(self.now * 2, self._most)

    def halve(self, sent: int) -> None:
        """`sent` of them were too many."""
        self.now = max(min(self.now, sent) // 2, 1)


def may_be_for_content(trouble: CentralTrouble) -> bool:
    """Whether what was sent can be the reason: not where nothing arrived, nor where central asks for time."""
    match trouble:
        case RequestRefused():
            return trouble.status in _REFUSED_FOR_CONTENT
        case CentralBusy():
            return trouble.retry_after is None
    return trouble.code in _BROKEN_OFF


class PoisonSearch:
    """Finds out that a batch, rather than the line or central, must be what fails.

    It hears of a failure only when an empty push went well right after it. Three of those of the same batch, or of
    what is left of it after halving, begin the search; then larger batches are suspect at the first failure, and a
    single operation still needs three. It ends when everything else has been sent.
    """

    def __init__(self) -> None:
        self.is_on = False
        self._first: str | None = None
        self._failures = 0

    def failed(self, operation_ids: Sequence[str], *, certain: bool) -> bool:
        """Whether the batch is suspect now; `certain` when central itself said that it is for the content."""
        self._failures = self._failures + 1 if operation_ids[0] == self._first else 1
        self._first = operation_ids[0]
        enough = certain or self._failures >= FAILURES_THAT_RAISE_SUSPICION
        suspect = enough or (self.is_on and len(operation_ids) > 1)
        if enough:
            self.is_on = True
            self._failures = 0
        return suspect

    def end(self) -> None:
        self.is_on = False
        self._first, self._failures = None, 0
