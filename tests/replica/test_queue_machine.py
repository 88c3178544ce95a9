"""Whatever people and central do in whatever order: the invariants of the outbox hold at every step."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import UUID

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from avileo_pos.protocol import Operation, OperationStatus
from avileo_pos.replica.sync_state import adopt_epoch
from avileo_pos.replica.transaction import writes
from avileo_pos.usecases.queue import DiscardOperation, discard_operation, retry_operation
from tests.replica.answers import applied, blame, give_back, next_batch, put_off, quarantined, settle
from tests.replica.till import BUSINESS, MARKET_CUSTOMER, Till, open_till

NAMES = st.text("abcñ", min_size=1, max_size=3)
FATES = st.lists(st.sampled_from(["applied", "lost", "retry", "blocked", "quarantined"]), min_size=6, max_size=6)

EXPECTED_STATUS = """
    SELECT e.id, e.sync_status, e.sync_attempts,
        CASE WHEN EXISTS (SELECT 1 FROM sync_queue q WHERE q.entity_id = e.id AND q.status = 'parked') THEN 'error'
             WHEN EXISTS (SELECT 1 FROM sync_queue q WHERE q.entity_id = e.id AND q.status <> 'acked') THEN 'pending'
             ELSE 'synced' END AS status,
        coalesce((SELECT max(attempts) FROM sync_queue q WHERE q.entity_id = e.id AND q.status <> 'acked'), 0)
             AS attempts
    FROM (SELECT id, sync_status, sync_attempts FROM customers
          UNION ALL SELECT id, sync_status, sync_attempts FROM abonos) e
"""


class OutboxMachine(RuleBasedStateMachine):
    """People sell, edit and void; batches are sent, answered, lost; the program crashes; central is restored."""

    @initialize()
    def the_shop_opens(self) -> None:
        self.folder = TemporaryDirectory()
        self.till: Till = open_till(Path(self.folder.name))
        self.customers: list[UUID] = [MARKET_CUSTOMER]
        self.abonos: list[UUID] = []
        self.first_bytes: dict[str, bytes] = {}
        self.blamed: set[str] = set()
        self.epochs = 0

    def teardown(self) -> None:
        if hasattr(self, "till"):
            self.till.replica.close()
            self.folder.cleanup()

    # --- People ------------------------------------------------------------------------------------------------------

    @rule(name=NAMES)
    def a_customer_is_new(self, name: str) -> None:
        self.customers.append(self.till.new_customer(name))

    @rule(name=NAMES, which=st.integers(0, 20))
    def a_customer_is_renamed(self, name: str, which: int) -> None:
        self.till.renames(self.customers[which % len(self.customers)], name)

    @rule(which=st.integers(0, 20))
    def an_abono_is_taken(self, which: int) -> None:
        self.abonos.append(self.till.takes_abono(self.customers[which % len(self.customers)]))

    @precondition(lambda self: self.abonos)
    @rule()
    def an_abono_is_voided(self) -> None:
        self.till.voids_abono(self.abonos.pop())

    @rule()
    def a_person_retries_what_is_parked(self) -> None:
        for row in self.parked():
            self.till.does(retry_operation, row["id"])

    @rule()
    def a_person_discards_an_edit(self) -> None:
        for row in self.parked():
            if row["operation_type"] == "update" and not self.needed(row["id"]):
                self.till.does(discard_operation, DiscardOperation(row["id"], "no va"))

    # --- Central and the line ----------------------------------------------------------------------------------------

    @rule(fates=FATES, limit=st.integers(1, 6), seconds=st.integers(0, 20))
    def a_batch_is_sent(self, fates: Sequence[str], limit: int, seconds: int) -> None:
        self.till.clock.advance(seconds=seconds)
        open_before = {row["id"] for row in self.still_open()}
        batch = next_batch(self.till, limit=limit)
        self.nothing_goes_before_what_it_needs(batch, open_before)
        self.nothing_ready_is_held_back(batch)
        for operation in batch:
            sent = bytes(operation.data)
            assert self.first_bytes.setdefault(operation.id, sent) == sent, "I10"
        answers = dict(zip((operation.id for operation in batch), fates, strict=False))
        give_back(self.till, *(operation for operation in batch if answers[operation.id] == "lost"))
        settle(self.till, *(self.result(each, answers[each.id]) for each in batch if answers[each.id] != "lost"))

    @rule()
    def one_fails_alone(self) -> None:
        batch = next_batch(self.till, limit=1)
        for operation in batch:
            self.blamed.add(operation.id)
            blame(self.till, operation)

    @rule()
    def the_program_crashes_while_sending(self) -> None:
        next_batch(self.till)
        self.till.reopen()

    @rule()
    def central_is_restored(self) -> None:
        self.epochs += 1
        self.till.run(writes(adopt_epoch, BUSINESS, f"epoch {self.epochs}"))

    # --- What always holds -------------------------------------------------------------------------------------------

    @invariant()
    def rows_say_what_the_queue_says(self) -> None:
        for row in self.till.rows(EXPECTED_STATUS):
            assert (row["sync_status"], row["sync_attempts"]) == (row["status"], row["attempts"]), "I11"

    @invariant()
    def only_failing_alone_or_a_refusal_burns_attempts(self) -> None:
        burned = self.till.rows("SELECT id, last_code FROM sync_queue WHERE attempts > 0 AND status = 'pending'")
        assert {row["id"] for row in burned} <= self.blamed, "I14"

    @invariant()
    def a_base_is_kept_only_while_something_is_open(self) -> None:
        assert not self.till.rows(
            "SELECT entity_id FROM sync_bases WHERE entity_id NOT IN"
            " (SELECT entity_id FROM sync_queue WHERE status <> 'acked')"
        )

    @invariant()
    def a_market_customer_shows_the_last_edit_that_is_not_parked(self) -> None:
        edits = self.till.rows(
            "SELECT json_extract(data, '$.name.now') AS name FROM sync_queue WHERE entity_id = ?"
            " AND status IN ('pending', 'inflight') ORDER BY seq DESC LIMIT 1",
            str(MARKET_CUSTOMER),
        )
        if edits and not self.epochs:
            assert self.till.shown_name(MARKET_CUSTOMER) == edits[0]["name"], "I7"

    # --- Helpers -----------------------------------------------------------------------------------------------------

    def nothing_goes_before_what_it_needs(self, batch: Sequence[Operation], open_before: set[str]) -> None:
        gone: set[str] = set()
        for operation in batch:
            assert not (set(operation.depends_on) & open_before) - gone
            gone.add(operation.id)

    def nothing_ready_is_held_back(self, batch: Sequence[Operation]) -> None:
        """Only a full batch, or failing alone before, leaves behind what could go: I12."""
        if batch:
            return
        now = self.till.clock().strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        open_now = {row["id"] for row in self.still_open()}
        ready = self.till.rows(
            "SELECT id, depends_on FROM sync_queue WHERE status = 'pending' AND coalesce(next_attempt_at, '') <= ?", now
        )
        assert not [row for row in ready if not any(needed in row["depends_on"] for needed in open_now)]

    def result(self, operation: Operation, fate: str) -> Any:
        if fate == "applied":
            return applied(operation)
        if fate == "quarantined":
            return quarantined(operation)
        return put_off(operation, OperationStatus(fate))

    def still_open(self) -> list[dict[str, Any]]:
        return self.till.rows("SELECT id FROM sync_queue WHERE status IN ('pending', 'inflight')")

    def parked(self) -> list[dict[str, Any]]:
        return self.till.rows("SELECT id, operation_type FROM sync_queue WHERE status = 'parked'")

    def needed(self, operation_id: str) -> bool:
        return bool(
            self.till.rows(
                "SELECT 1 FROM sync_queue WHERE status <> 'acked' AND depends_on LIKE '%' || ? || '%'", operation_id
            )
        )


TestOutbox = OutboxMachine.TestCase
TestOutbox.settings = settings(
    max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
)
