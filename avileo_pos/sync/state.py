"""What the person at the till is told of synchronisation: one value for the status chip and its details."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum, auto
from typing import Final

from avileo_pos.replica.queue import AppliedOver

CLOCK_MAY_DIFFER: Final = timedelta(minutes=5)


class SyncKind(StrEnum):
    """Which one matters most now, the first that applies standing first."""

    OFFLINE = auto()
    SIGNED_OUT = auto()
    TOO_OLD = auto()
    CLOCK_WRONG = auto()
    TO_REVIEW = auto()
    SENDING = auto()
    ONLINE = auto()


@dataclass(frozen=True, slots=True)
class SyncState:
    """`code` says more of trouble (see `CentralTrouble`); `next_round_at` is when central is called again.

    `clock_skew` is how far this PC's clock is ahead of central's. `at_branch` says that a branch answers in its place.
    """

    kind: SyncKind
    waiting: int = 0
    to_review: int = 0
    code: str | None = None
    last_contact_at: datetime | None = None
    next_round_at: datetime | None = None
    clock_skew: timedelta = timedelta()
    catalog_ready: bool = False
    at_branch: bool = False

    @property
    def is_withdrawn(self) -> bool:
        """Whether an admin has withdrawn this till: no password opens a session for it any more."""
        return self.kind is SyncKind.SIGNED_OUT and self.code == "device_revoked"


@dataclass(frozen=True, slots=True)
class RoundOutcome:
    """How a round ended; the next one is due after `wait`, or at once after a write. `conflicts` are to be told."""

    state: SyncState
    wait: timedelta
    conflicts: tuple[AppliedOver, ...] = ()
