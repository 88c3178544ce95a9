"""A till with its engine, and the central that it calls."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from avileo_pos.sync.engine import SyncEngine
from avileo_pos.sync.state import RoundOutcome, SyncKind, SyncState
from tests.replica.till import Clock, Till, open_till
from tests.sync.ledger_central import LedgerCentral


class SyncedTill:
    """What one round after another does, with the clock moved on as the sync thread would wait."""

    def __init__(self, till: Till, central: LedgerCentral) -> None:
        self.till = till
        self.central = central
        self.told: list[SyncState] = []
        self.engine = SyncEngine(
            till.run, central, till.clock, told=self.told.append, random=lambda: 0.5, timer=lambda: 0.0
        )

    def round(self) -> RoundOutcome:
        return self.engine.run_round()

    def rounds_until_quiet(self, most_minutes: int = 10) -> None:
        """Rounds as they fall due, until nothing that can be sent is left. Fails after 10 minutes without a fault."""
        begun = self.till.clock()
        while True:
            outcome = self.round()
            if not outcome.state.waiting and outcome.state.kind in (SyncKind.ONLINE, SyncKind.TO_REVIEW):
                return
            self.till.clock.now += outcome.wait
            assert (self.till.clock() - begun).total_seconds() <= most_minutes * 60, outcome

    def reopen(self) -> None:
        self.till.reopen()
        self.engine = SyncEngine(self.till.run, self.central, self.till.clock, random=lambda: 0.5)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def central(clock: Clock) -> LedgerCentral:
    return LedgerCentral(clock)


@pytest.fixture
def shop(tmp_path: Path, clock: Clock, central: LedgerCentral) -> Iterator[SyncedTill]:
    """A till that has spoken with central once."""
    till = open_till(tmp_path, clock)
    synced = SyncedTill(till, central)
    synced.round()
    yield synced
    till.replica.close()
