"""A shown debt holds every own fact once, at each commit of the till, whatever becomes of central and the line (I9)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from avileo_pos.queries.balance import customer_balance, customer_balances
from avileo_pos.replica.database import Replica
from avileo_pos.replica.transaction import read
from avileo_pos.sync.batches import FAILURES_THAT_RAISE_SUSPICION
from avileo_pos.sync.central import ResyncNeeded
from tests.replica.till import MARKET_CUSTOMER, Clock, Till, open_till
from tests.sync.conftest import SyncedTill
from tests.sync.ledger_central import LedgerCentral

ABONO = 500
FOREIGN_SALE = 100_000  # more than all own abonos of a run come to, so that the two can be told apart

T = TypeVar("T")


def test_an_abono_whose_answer_is_lost_again_and_again_counts_once(shop: SyncedTill, central: LedgerCentral) -> None:
    shop.till.takes_abono()
    for _ in range(FAILURES_THAT_RAISE_SUSPICION):
        central.lost_answers = 1
        shop.round()
    assert [row["status"] for row in shop.till.queue()] == ["pending"]
    assert ("abonos", shop.till.queue()[0]["entity_id"]) in central.rows
    assert shown(shop.till, MARKET_CUSTOMER) == -ABONO
    shop.till.voids_abono(UUID(shop.till.queue()[0]["entity_id"]))
    assert shown(shop.till, MARKET_CUSTOMER) == 0
    shop.rounds_until_quiet()
    assert shown(shop.till, MARKET_CUSTOMER) == 0


def shown(till: Till, customer: UUID) -> int:
    """Céntimos."""
    return int(read(till.replica, till.actor, customer_balance, customer) * 100)


class Crash(Exception):  # noqa: N818 - it is what happens
    """The program ends here."""


class DebtsMachine(RuleBasedStateMachine):
    """One till and what others do at central; central puts off, loses answers, goes back to a backup."""

    @initialize()
    def the_shop_opens(self) -> None:
        self.folder = TemporaryDirectory()
        clock = Clock()
        self.central = LedgerCentral(clock, rows_a_page=3)
        self.till = open_till(Path(self.folder.name), clock)
        self.customers = [MARKET_CUSTOMER]
        self.abonos: list[tuple[UUID, UUID]] = []
        self.own = {MARKET_CUSTOMER: 0}
        self.of_others = {MARKET_CUSTOMER: {0}}
        self.backup = self.central.kept()
        self.pieces_left = -1
        self.begin()

    def begin(self) -> None:
        """The program starts."""
        self.synced = SyncedTill(self.till, self.central)
        self.synced.engine._run = self.lane  # type: ignore[method-assign]

    def lane(self, piece: Callable[[Replica], T], /) -> T:
        """Every commit of the till passes here, and debts are looked at after each."""
        if self.pieces_left == 0:
            raise Crash
        self.pieces_left -= 1
        answer = piece(self.till.replica)
        self.every_own_fact_counts_once()
        return answer

    def teardown(self) -> None:
        if hasattr(self, "till"):
            self.till.replica.close()
            self.folder.cleanup()

    # --- At the till -------------------------------------------------------------------------------------------------

    @rule()
    def a_customer_is_new(self) -> None:
        customer = self.till.new_customer()
        self.customers.append(customer)
        self.own[customer], self.of_others[customer] = 0, {0}

    @rule(which=st.integers(0, 9))
    def an_abono_is_taken(self, which: int) -> None:
        customer = self.customers[which % len(self.customers)]
        self.abonos.append((self.till.takes_abono(customer), customer))
        self.own[customer] -= ABONO

    @precondition(lambda self: self.abonos)
    @rule(which=st.integers(0, 9))
    def an_abono_is_voided(self, which: int) -> None:
        abono, customer = self.abonos.pop(which % len(self.abonos))
        self.till.voids_abono(abono)
        self.own[customer] += ABONO

    # --- At central --------------------------------------------------------------------------------------------------

    @rule(which=st.integers(0, 9))
    def another_till_sells_on_credit(self, which: int) -> None:
        customer = self.customers[which % len(self.customers)]
        if ("customers", str(customer)) in self.central.rows:
            self.central.owe(str(customer), FOREIGN_SALE)
            self.of_others[customer] |= {owed + FOREIGN_SALE for owed in self.of_others[customer]}

    @rule()
    def central_is_backed_up(self) -> None:
        self.backup = self.central.kept()

    @rule()
    def central_goes_back_to_its_backup(self) -> None:
        self.central.restore(self.backup)

    @rule(which=st.integers(0, 9))
    def central_puts_an_operation_off(self, which: int) -> None:
        waiting = self.till.rows("SELECT id FROM sync_queue")
        if waiting:
            self.central.answers_retry.add(waiting[which % len(waiting)]["id"])

    @rule()
    def central_puts_nothing_off_any_more(self) -> None:
        self.central.answers_retry.clear()

    # --- Between them ------------------------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([0, 30, 600]))
    def a_round(self, seconds: int) -> None:
        self.till.clock.advance(seconds=seconds)
        self.synced.round()

    @rule()
    def an_answer_is_lost(self) -> None:
        self.central.lost_answers = 1
        self.synced.round()
        self.central.lost_answers = 0

    @rule()
    def everything_is_taken_anew(self) -> None:
        self.central.faults = [ResyncNeeded()]
        self.synced.round()

    @rule(pieces=st.integers(1, 40))
    def the_program_crashes_in_a_round(self, pieces: int) -> None:
        self.pieces_left = pieces
        try:
            self.synced.round()
        except Crash:
            self.till.reopen()
            self.begin()
        self.pieces_left = -1

    # --- What always holds -------------------------------------------------------------------------------------------

    @invariant()
    def every_own_fact_counts_once(self) -> None:
        shown = read(self.till.replica, self.till.actor, customer_balances, self.customers)
        for customer in self.customers:
            of_others = int(shown[customer] * 100) - self.own[customer]
            assert of_others in self.of_others[customer], (customer, shown[customer], self.own[customer])


TestDebts: Any = DebtsMachine.TestCase
TestDebts.settings = settings(
    max_examples=20, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
