"""A person's till with its own file, its own line to central, and all that people do at it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any, Concatenate, ParamSpec, TypeVar
from uuid import UUID, uuid4

from avileo_pos.domain.enums import PaymentMethod, SaleType
from avileo_pos.domain.permissions import Actor
from avileo_pos.domain.sale import Payment
from avileo_pos.queries.balance import customer_balance, stock_by_product
from avileo_pos.queries.customer import customer_card
from avileo_pos.queries.product import ProductTile, all_products
from avileo_pos.queries.receipt import AbonoReceipt, SaleReceipt
from avileo_pos.replica.database import Replica
from avileo_pos.replica.identity import read_actor, read_identity
from avileo_pos.replica.transaction import read, reads, write
from avileo_pos.sync.engine import SyncEngine
from avileo_pos.sync.http_client import HttpCentral
from avileo_pos.sync.sign_in import businesses_of, open_till
from avileo_pos.sync.state import RoundOutcome, SyncKind, SyncState
from avileo_pos.usecases.abono import RegisterAbono, register_abono
from avileo_pos.usecases.cash_session import OpenCashSession, open_cash_session
from avileo_pos.usecases.customer import CreateCustomer, CustomerDetails, EditCustomer, create_customer, edit_customer
from avileo_pos.usecases.sale import RegisterSale, SaleLine, VoidSale, register_sale, void_sale
from avileo_pos.work import Work
from tests.journeys.cable import Cable
from tests.journeys.clock import Clock

P = ParamSpec("P")
T = TypeVar("T")
Row = dict[str, Any]

NOBODY_NEEDS_MORE_ROUNDS = 50


class Till:
    """Open until it is closed. `committed` remembers every operation that was done at it, by its id."""

    def __init__(self, address: str, file: Path, clock: Clock) -> None:
        self.file = file
        self.clock = clock
        self.cable = Cable()
        self.token: str | None = None
        self.central = HttpCentral(address, lambda: self.token, transport=self.cable)
        self.committed: dict[str, Row] = {}
        self.actor: Actor
        self._open()

    def turn_to(self, address: str) -> None:
        """Another central from now on, by a line of its own."""
        self.central.close()
        self.cable, self.token = Cable(), None
        self.central = HttpCentral(address, lambda: self.token, transport=self.cable)
        self.start_again()

    def _open(self) -> None:
        self.replica = Replica.open(self.file, clock=self.clock)
        self._remembered = 0
        self.engine = SyncEngine(self.run, self.central, self.clock, random=lambda: 0.5)

    def close(self) -> None:
        self.replica.close()
        self.central.close()

    def run(self, piece: Callable[[Replica], T], /) -> T:
        return piece(self.replica)

    # --- The program -------------------------------------------------------------------------------------------------

    def sign_in(self, email: str, password: str) -> None:
        """In the one business where this person works."""
        [membership] = businesses_of(self.central, self.keep_token, email, password)
        self.actor = open_till(
            self.central, self.run, membership, email, password, f"Caja de {membership.name}", self.clock()
        ).actor

    def sign_in_again(self, email: str, password: str) -> None:
        """At a till that is enrolled, whose session has ended meanwhile."""
        businesses_of(self.central, self.keep_token, email, password)

    @property
    def business_id(self) -> UUID:
        return self.run(reads(read_identity)).business_id

    @property
    def device_id(self) -> UUID:
        return self.run(reads(read_identity)).device_id

    def start_again(self) -> None:
        self.replica.close()
        self._open()

    def copy_file(self, name: str) -> Path:
        """The file as it is now, as a backup of the PC would keep it."""
        copy = self.file.with_name(name)
        self.replica.copy_into(copy)
        return copy

    def go_back_to(self, copy: Path) -> None:
        """The program starts with an older file in the place of its own."""
        self.replica.close()
        for kept in (self.file, *(self.file.with_name(f"{self.file.name}-{part}") for part in ("wal", "shm"))):
            kept.unlink(missing_ok=True)
        shutil.copy(copy, self.file)
        self._open()

    def sync(self) -> RoundOutcome:
        return self.engine.run_round()

    def sync_until_quiet(self) -> SyncState:
        """Rounds as they fall due, until nothing is left to be sent and central has answered."""
        for _ in range(NOBODY_NEEDS_MORE_ROUNDS):
            outcome = self.sync()
            if not outcome.state.waiting and outcome.state.kind in (SyncKind.ONLINE, SyncKind.TO_REVIEW):
                return outcome.state
            self.clock.go_on(outcome.wait)
        raise AssertionError(f"{self.actor.name}'s till never came to rest: {outcome.state}")

    def keep_token(self, token: str) -> None:
        self.token = token

    # --- The person --------------------------------------------------------------------------------------------------

    def do(self, usecase: Callable[[Work, Any], T], request: object) -> T:
        done = write(self.replica, self.actor, usecase, request)
        self.remember()
        return done

    def remember(self) -> None:
        """What was done here since this was last asked."""
        done = self.rows("SELECT * FROM sync_queue WHERE seq > ? ORDER BY seq", self._remembered)
        self.committed |= {each["id"]: each for each in done}
        self._remembered = done[-1]["seq"] if done else self._remembered

    def ask(self, query: Callable[Concatenate[Work, P], T], *args: P.args, **named: P.kwargs) -> T:
        return read(self.replica, self.actor, query, *args, **named)

    def open_drawer(self) -> UUID:
        return self.do(open_cash_session, OpenCashSession(uuid4(), Decimal("50.00"))).id

    def sell(
        self, product: str | ProductTile, quantity: str, *, to: UUID | None = None, paid: str | None = None
    ) -> SaleReceipt:
        """In cash for the whole price, unless `paid` (by Yape) says less: then the rest stays on credit."""
        tile = self.product(product) if isinstance(product, str) else product
        line = SaleLine(tile.id, Decimal(quantity), unit_price=tile.price, list_price=tile.price)
        if paid is None:
            tendered = Payment(PaymentMethod.EFECTIVO, Decimal("9999.00"))
            return self.do(register_sale, RegisterSale(uuid4(), SaleType.CONTADO, (line,), (tendered,), to))
        payments = (Payment(PaymentMethod.YAPE, Decimal(paid)),) if Decimal(paid) else ()
        return self.do(register_sale, RegisterSale(uuid4(), SaleType.CREDITO, (line,), payments, to))

    def void_sale(self, sale_id: UUID) -> None:
        self.do(void_sale, VoidSale(sale_id, "se equivocó de producto"))

    def take_abono(self, customer_id: UUID, amount: str) -> AbonoReceipt:
        payment = Payment(PaymentMethod.EFECTIVO, Decimal(amount))
        return self.do(register_abono, RegisterAbono(uuid4(), customer_id, (payment,)))

    def new_customer(self, name: str) -> UUID:
        return self.do(create_customer, CreateCustomer(uuid4(), CustomerDetails(name))).figures.id

    def edit_customer(self, customer_id: UUID, **details: str) -> None:
        """Change what is said of a customer, the rest as this till shows it."""
        card = self.ask(customer_card, customer_id)
        known = card.figures
        shown = {"name": known.name, "apodo": known.apodo, "dni": known.dni, "phone": known.phone}
        shown |= {"address": card.address, "notes": card.notes}
        said = CustomerDetails(**{name: value or "" for name, value in (shown | details).items()})
        self.do(
            edit_customer, EditCustomer(customer_id, said, card.opening_balance, known.credit_limit, known.is_active)
        )

    # --- What is shown -----------------------------------------------------------------------------------------------

    def product(self, name: str) -> ProductTile:
        [tile] = [tile for tile in self.ask(all_products) if tile.name == name]
        return tile

    def debt_of(self, customer_id: UUID) -> Decimal:
        return self.ask(customer_balance, customer_id)

    def stock(self) -> dict[UUID, Decimal]:
        return self.ask(stock_by_product)

    def become_who_central_says(self) -> None:
        """The person as the last pull knows them, as after unlocking the till."""
        self.actor = self.run(reads(read_actor, self.actor.member_id))

    def rows(self, question: str, *values: object) -> list[Row]:
        with self.replica.reading() as db:
            return [dict(row) for row in db.exec_driver_sql(question, values).mappings()]

    def value(self, question: str, *values: object) -> Any:
        [row] = self.rows(question, *values)
        [value] = row.values()
        return value

    def replica_run(self, statement: str, *values: object) -> None:
        """What the program itself never does."""
        with self.replica.writing() as db:
            db.exec_driver_sql(statement, values)

    def queue(self) -> list[Row]:
        return self.rows("SELECT * FROM sync_queue ORDER BY seq")
