"""A central in memory, plain enough to be seen right: a dictionary of rows, one of receipts, and scripted faults."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import msgspec

from avileo_pos.protocol import (
    COLLECTIONS,
    DigestAnswer,
    Operation,
    OperationResult,
    OperationStatus,
    PullPage,
    PushAnswer,
    PushRequest,
    TableDigest,
)
from avileo_pos.sync.central import CentralTrouble, CentralUnreachable, Enrolment, ResyncNeeded
from avileo_pos.tables.base import instant_text
from tests.replica.till import (
    BUSINESS,
    EPOCH,
    MARKET_CUSTOMER,
    Clock,
    Row,
    balance_row,
    business_row,
    customer_row,
    member_row,
    table_page,
)

Fault = CentralTrouble | Exception
JUMP = 2**32


@dataclass
class LedgerCentral:
    """Faults wait in `faults` (before anything is done) and `lost_answers` (after it is done), one for each call.

    `fails_on` are operations that break whatever push they are in, with `failure`; `refuses` are quarantined.
    """

    clock: Clock
    epoch: str = EPOCH
    rows: dict[tuple[str, str], Row] = field(default_factory=dict)
    receipts: dict[str, OperationResult] = field(default_factory=dict)
    contents: dict[str, bytes] = field(default_factory=dict)
    revision: int = 0
    history: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    lost_answers: int = 0
    fails_on: set[str] = field(default_factory=set)
    failure: Callable[[], CentralTrouble] = field(default=lambda: CentralUnreachable("timeout"))
    refuses: set[str] = field(default_factory=set)
    answers_retry: set[str] = field(default_factory=set)
    pushes: list[int] = field(default_factory=list)
    pulls: int = 0
    rows_a_page: int = 5_000
    clock_ahead: timedelta = timedelta()
    too_old_for: set[str] = field(default_factory=set)
    clone_of: set[str] = field(default_factory=set)
    enrolled: list[UUID] = field(default_factory=list)
    lies_about: dict[str, TableDigest] = field(default_factory=dict)
    between_pages: Callable[[], None] = field(default=lambda: None)
    when_pushed: Callable[[], None] = field(default=lambda: None)

    def __post_init__(self) -> None:
        for row in (business_row(), member_row(), customer_row(MARKET_CUSTOMER, "Puesto 14", 3)):
            self.store(row)
        self.owe(str(MARKET_CUSTOMER), 0)

    # --- What a till may ask -----------------------------------------------------------------------------------------

    def push(self, request: PushRequest) -> PushAnswer:
        operations = [msgspec.json.decode(raw, type=Operation) for raw in request.operations]
        self.pushes.append(len(operations))
        self.when_pushed()
        self._fail(operations)
        if request.epoch == self.epoch:
            self._require_in_history(request.marks)
        results = [self._take(operation) for operation in operations]
        if operations and self.lost_answers:
            self.lost_answers -= 1
            raise CentralUnreachable("timeout")
        new_device = request.device_id in self.clone_of
        return PushAnswer(self.epoch, self.revision, self._server_time(), results, new_device, self.history[-1])

    def pull(
        self, business_id: UUID, device_id: UUID, cursor: str | None, limit: int, marks: Sequence[str] = ()
    ) -> PullPage:
        self.pulls += 1
        self._fail()
        self._require_in_history(marks)
        epoch, _, reached = (cursor or f"{self.epoch}|0").partition("|")
        if epoch != self.epoch:
            raise ResyncNeeded
        newer = sorted((row for row in self.rows.values() if row["revision"] > int(reached)), key=by_revision)
        limit = min(limit, self.rows_a_page)
        rows, complete = newer[:limit], len(newer) <= limit
        self.between_pages()
        at = self.revision if complete else rows[-1]["revision"]
        return PullPage(
            epoch=self.epoch,
            head=self.revision,
            server_time=self._server_time(),
            cursor=f"{self.epoch}|{at}",
            complete=complete,
            snapshot=cursor is None,
            tables=[table_page(row["collection"], [row]) for row in rows],
            mark=self.history[-1],
        )

    def digest(self, business_id: UUID, device_id: UUID) -> DigestAnswer:
        self._fail()
        true = {name: self._digest(name) for name in COLLECTIONS}
        return DigestAnswer(self.epoch, self.revision, true | self.lies_about)

    def enrol(self, business_id: UUID, device_id: UUID, name: str) -> Enrolment:
        self.enrolled.append(device_id)
        return Enrolment(f"B{len(self.enrolled)}")

    # --- What others do at central -----------------------------------------------------------------------------------

    def store(self, row: Row) -> None:
        self.revision += 1
        self.history.append(str(uuid4()))
        key = row["collection"], row["id"]
        self.rows[key] = {**self.rows.get(key, {}), **row, "revision": self.revision}

    def owe(self, customer: str, centimos: int) -> None:
        owed = self.rows.get(("customer_balances", customer), {}).get("balance", 0)
        self.store(balance_row(UUID(customer), owed + centimos, 0))

    def remove(self, collection: str, entity: UUID) -> None:
        del self.rows[collection, str(entity)]

    def kept(self) -> dict[str, Any]:
        """A backup."""
        kept = {"rows": dict(self.rows), "receipts": dict(self.receipts), "contents": dict(self.contents)}
        return {**kept, "revision": self.revision, "history": list(self.history)}

    def restore(self, backup: dict[str, Any]) -> None:
        """It remembers nothing of what came after: put back twice, it gives out the same numbers twice."""
        self.slip_back(backup)
        self.revision += JUMP
        self.epoch += "'"

    def slip_back(self, snapshot: dict[str, Any]) -> None:
        """Without knowing of it."""
        self.rows, self.receipts, self.contents = (dict(snapshot[part]) for part in ("rows", "receipts", "contents"))
        self.revision, self.history = snapshot["revision"], list(snapshot["history"])

    def name_of(self, customer: UUID) -> str:
        return str(self.rows["customers", str(customer)]["name"])

    # --- Inside ------------------------------------------------------------------------------------------------------

    def _fail(self, operations: list[Operation] | None = None) -> None:
        if self.faults:
            raise self.faults.pop(0)
        if any(operation.id in self.fails_on for operation in operations or ()):
            raise self.failure()

    def _require_in_history(self, marks: Sequence[str]) -> None:
        if not set(marks) <= set(self.history):
            raise ResyncNeeded

    def _take(self, operation: Operation) -> OperationResult:
        content = bytes(operation.data)
        assert self.contents.setdefault(operation.id, content) == content, "an operation's bytes have changed"
        if operation.id in self.receipts:
            return msgspec.structs.replace(self.receipts[operation.id], status=OperationStatus.DUPLICATE)
        if operation.id in self.answers_retry:
            return OperationResult(operation.id, OperationStatus.RETRY)
        is_lost = operation.operation_type != "create" and (operation.collection, operation.entity_id) not in self.rows
        if is_lost or any(needed not in self.receipts for needed in operation.depends_on):
            return OperationResult(operation.id, OperationStatus.BLOCKED)
        self.receipts[operation.id] = self._apply(operation)
        return self.receipts[operation.id]

    def _apply(self, operation: Operation) -> OperationResult:
        if operation.id in self.refuses:
            return OperationResult(operation.id, OperationStatus.QUARANTINED, code="forbidden")
        data = msgspec.json.decode(operation.data)
        key = operation.collection, operation.entity_id
        if operation.operation_type == "update":
            data = {name: change["now"] for name, change in data.items()}
        elif operation.operation_type == "delete":
            data["voided_by"] = operation.actor_id
        known = self.rows.get(key, {column.name: None for column in COLLECTIONS[key[0]].travelling})
        author = COLLECTIONS[key[0]].author
        stated = {name: value for name, value in data.items() if name in known}
        if operation.operation_type == "create":
            stated |= {"id": key[1], author: operation.actor_id} if author else {"id": key[1]}
            stated |= {"needs_review": 0} if "needs_review" in known else {}
        self.store({**known, **stated, "collection": key[0]})
        answer = OperationResult(operation.id, OperationStatus.APPLIED, revision=self.revision)
        self._derive(operation, self.rows[key])
        return answer

    def _derive(self, operation: Operation, row: Row) -> None:
        """Debts, with a revision above that of the fact behind them."""
        match operation.collection, operation.operation_type:
            case "customers", "create":
                self.owe(row["id"], row["opening_balance"])
            case "abonos", "create":
                self.owe(row["client_id"], -row["amount"])
            case "abonos", "delete":
                self.owe(row["client_id"], row["amount"])

    def _digest(self, collection: str) -> TableDigest:
        revisions = [row["revision"] for row in self.rows.values() if row["collection"] == collection]
        return TableDigest(len(revisions), sum(revisions))

    def _server_time(self) -> str:
        return instant_text(self.clock() + self.clock_ahead)


def by_revision(row: Row) -> int:
    return int(row["revision"])


__all__ = ["BUSINESS", "LedgerCentral"]
