"""A furnished till without its screens, and a small central that answers what it pushes and sends what it derives."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID, uuid4

import msgspec
import pytest
from sqlalchemy import Connection

from avileo_pos.domain.enums import PaymentMethod, SaleType
from avileo_pos.domain.permissions import Actor
from avileo_pos.domain.sale import Payment
from avileo_pos.protocol import Operation, OperationResult, OperationStatus, PullPage, TablePage
from avileo_pos.queries.receipt import SaleReceipt
from avileo_pos.replica.apply_pull import PagePieces
from avileo_pos.replica.database import Replica
from avileo_pos.replica.queue import next_batch, settle
from avileo_pos.replica.transaction import read, write, writes
from avileo_pos.tables.base import instant_text
from avileo_pos.usecases.cash_session import OpenCashSession, open_cash_session
from avileo_pos.usecases.sale import RegisterSale, SaleLine, register_sale
from avileo_pos.work import Work
from tests.desktop.shop import BUSINESS, PRODUCTS, REVISION, ROSA, Clock, furnish, product_id

P = ParamSpec("P")
T = TypeVar("T")

PRICES = {name: Decimal(price) for name, _, _, price, _ in PRODUCTS}


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A closed replica with the whole shop in it, to be copied."""
    file = tmp_path_factory.mktemp("furnished") / "furnished.sqlite"
    furnish(file)
    return file


@pytest.fixture
def till(furnished: Path, tmp_path: Path) -> Iterator[Till]:
    opened = Till(furnished, tmp_path)
    yield opened
    opened.close()


def soles(amount: str, method: PaymentMethod = PaymentMethod.EFECTIVO) -> Payment:
    return Payment(method, Decimal(amount))


def line(product: str, quantity: str, **more: Any) -> SaleLine:
    """A line at the price of the card."""
    price = PRICES[product]
    return SaleLine(product_id(product), Decimal(quantity), unit_price=price, list_price=price, **more)


def cash_sale(*lines: SaleLine, tendered: str = "1000.00") -> RegisterSale:
    return RegisterSale(uuid4(), SaleType.CONTADO, lines, (soles(tendered),))


def credit_sale(customer: UUID, *lines: SaleLine, paid: tuple[Payment, ...] = ()) -> RegisterSale:
    return RegisterSale(uuid4(), SaleType.CREDITO, lines, paid, customer_id=customer)


class Till:
    """Rosa's till over a real file."""

    def __init__(self, furnished: Path, folder: Path) -> None:
        self.file = folder / "till.sqlite"
        shutil.copy(furnished, self.file)
        self.clock = Clock()
        self.replica = Replica.open(self.file, clock=self.clock)
        self.central = Central()

    def close(self) -> None:
        self.replica.close()

    def do(self, usecase: Callable[[Work, Any], T], request: object, by: Actor = ROSA) -> T:
        return write(self.replica, by, usecase, request)

    def ask(self, query: Callable[Concatenate[Work, P], T], *args: P.args, **named: P.kwargs) -> T:
        return self.ask_as(ROSA, query, *args, **named)

    def ask_as(self, who: Actor, query: Callable[Concatenate[Work, P], T], *args: P.args, **named: P.kwargs) -> T:
        return read(self.replica, who, query, *args, **named)

    def open_drawer(self, by: Actor = ROSA, opening_float: str = "50.00") -> UUID:
        return self.do(open_cash_session, OpenCashSession(uuid4(), Decimal(opening_float)), by).id

    def sell(self, request: RegisterSale, by: Actor = ROSA) -> SaleReceipt:
        return self.do(register_sale, request, by)

    def push(self, limit: int = 1000) -> None:
        """Send up to so many waiting operations and take central's answers."""
        batch = writes(next_batch, limit, 10**9, self.clock())(self.replica)
        results = [self.central.apply(self.replica, operation) for operation in batch]
        writes(settle, BUSINESS.id, results, self.clock(), lambda result: self.clock())(self.replica)

    def pull(self) -> None:
        """Take what central has derived since it was last asked."""
        for piece in PagePieces().of(self.central.page(instant_text(self.clock()))):
            piece(self.replica)

    def rows(self, question: str, *values: object) -> list[dict[str, Any]]:
        """What stands in the file."""
        with self.replica.reading() as db:
            return [dict(row) for row in db.exec_driver_sql(question, values).mappings()]


class Central:
    """Numbers what comes and keeps the derived figures, in the wire's form, as the protocol has it."""

    def __init__(self) -> None:
        self.revision = REVISION
        self.debts: dict[str, int] = {}
        self.openings: dict[str, int] = {}
        self.stock: dict[str, int] = {}
        self.changed_debts: dict[str, list[Any]] = {}
        self.changed_stock: dict[str, list[Any]] = {}

    def apply(self, replica: Replica, operation: Operation) -> OperationResult:
        self.revision += 1
        answer = OperationResult(operation.id, OperationStatus.APPLIED, self.revision)
        with replica.reading() as db:
            self._derive(db, operation)
        return answer

    def page(self, now: str) -> PullPage:
        debts = list(self.changed_debts.values())
        stock = [[product, product, grams, now, revision] for product, grams, revision in self.changed_stock.values()]
        tables = [
            TablePage("customer_balances", ["id", "balance", "opening_balance", "revision"], debts),
            TablePage("inventory", ["id", "product_id", "quantity", "updated_at", "revision"], stock),
        ]
        self.changed_debts = {}
        self.changed_stock = {}
        return PullPage("e", self.revision, now, str(self.revision), complete=True, snapshot=False, tables=tables)

    def _derive(self, db: Connection, operation: Operation) -> None:
        data = msgspec.json.decode(operation.data)
        sign = -1 if operation.operation_type == "delete" else 1
        if operation.collection == "sales":
            [sale] = db.exec_driver_sql("SELECT client_id, balance_due FROM sales WHERE id = ?", (operation.entity_id,))
            if sale.client_id and sale.balance_due:
                self._owe(db, sale.client_id, sign * sale.balance_due)
        elif operation.collection == "abonos":
            [abono] = db.exec_driver_sql("SELECT client_id, amount FROM abonos WHERE id = ?", (operation.entity_id,))
            self._owe(db, abono.client_id, -sign * abono.amount)
        elif operation.collection == "customers" and operation.operation_type == "create":
            self._owe(db, operation.entity_id, data["opening_balance"], said=data["opening_balance"])
        elif operation.collection == "customers" and "opening_balance" in data:
            opening = data["opening_balance"]
            self._owe(db, operation.entity_id, opening["now"] - opening["was"], said=opening["now"])
        moved = [data] if operation.collection == "inventory_movements" else data.get("inventory_movements", [])
        for movement in moved:
            self._move(db, movement["product_id"], movement["quantity"])

    def _owe(self, db: Connection, customer: str, amount: int, said: int | None = None) -> None:
        """The card says now that so much was owed before, if that has changed."""
        if customer not in self.debts:
            self.debts[customer] = _first(db, "SELECT balance FROM customer_balances WHERE id = ?", customer)
            self.openings[customer] = _first(db, "SELECT opening_balance FROM customer_balances WHERE id = ?", customer)
        self.debts[customer] += amount
        if said is not None:
            self.openings[customer] = said
        self.revision += 1
        self.changed_debts[customer] = [customer, self.debts[customer], self.openings[customer], self.revision]

    def _move(self, db: Connection, product: str, quantity: int) -> None:
        if product not in self.stock:
            self.stock[product] = _first(db, "SELECT quantity FROM inventory WHERE id = ?", product)
        self.stock[product] += quantity
        self.revision += 1
        self.changed_stock[product] = [product, self.stock[product], self.revision]


def _first(db: Connection, question: str, entity_id: str) -> int:
    """The figure that stands here before central is first asked for another."""
    found = db.exec_driver_sql(question, (entity_id,)).scalar()
    return found or 0
