"""A till for the tests: a real replica file, enrolled and with a small catalog, and what people do at it."""

from __future__ import annotations

import atexit
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import cache
from pathlib import Path
from shutil import copy, rmtree
from tempfile import mkdtemp
from typing import Any
from uuid import UUID, uuid4

from avileo_pos.domain.enums import BusinessUserRole, PaymentMethod
from avileo_pos.domain.permissions import Actor
from avileo_pos.protocol import COLLECTIONS, PullPage, TablePage
from avileo_pos.replica.apply_pull import PagePieces
from avileo_pos.replica.database import Replica
from avileo_pos.replica.identity import TillIdentity, enrol
from avileo_pos.replica.transaction import reads, write, writes
from avileo_pos.tables.base import instant_text
from avileo_pos.tables.shared import abono_payments, abonos, customers
from avileo_pos.work import Work

NOON = datetime(2026, 11, 22, 17, 0, tzinfo=UTC)
BUSINESS = UUID("0b000000-0000-4000-8000-000000000001")
ANA = UUID("0b000000-0000-4000-8000-0000000000a1")
MARKET_CUSTOMER = UUID("0b000000-0000-4000-8000-0000000000c1")
EPOCH = "first"

Row = dict[str, Any]


@dataclass
class Clock:
    """Stands still until it is moved."""

    now: datetime = NOON

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


@dataclass
class Till:
    """An open replica with its admin Ana; everything goes through `run`, as from the lane."""

    replica: Replica
    clock: Clock
    actor: Actor = field(default_factory=lambda: Actor(ANA, "Ana", BusinessUserRole.ADMIN_NEGOCIO))

    def run(self, piece: Callable[[Replica], Any], /) -> Any:
        return piece(self.replica)

    def does(self, act: Callable[..., Any], *details: Any) -> Any:
        return write(self.replica, self.actor, act, *details)

    def new_customer(self, name: str = "Rosa") -> UUID:
        return self.does(create_customer, name)

    def renames(self, customer: UUID, name: str) -> None:
        self.does(rename_customer, customer, name)

    def takes_abono(self, customer: UUID = MARKET_CUSTOMER) -> UUID:
        return self.does(create_abono, customer)

    def voids_abono(self, abono: UUID) -> None:
        self.does(void_abono, abono)

    def applies(self, page: PullPage) -> None:
        for piece in PagePieces().of(page):
            self.run(piece)

    def rows(self, statement: str, *values: object) -> list[Row]:
        def ask(db: Any) -> list[Row]:
            return [dict(row) for row in db.exec_driver_sql(statement, values).mappings()]

        return self.run(reads(ask))

    def value(self, statement: str, *values: object) -> Any:
        (row,) = self.rows(statement, *values)
        (value,) = row.values()
        return value

    def shown_name(self, customer: UUID) -> str:
        return self.value("SELECT name FROM customers WHERE id = ?", str(customer))

    def sync_status(self, table: str, entity: UUID) -> str:
        return self.value(f"SELECT sync_status FROM {table} WHERE id = ?", str(entity))

    def queue(self) -> list[Row]:
        return self.rows("SELECT * FROM sync_queue ORDER BY seq")

    def reopen(self) -> Till:
        """As after a crash and a new start: nothing of an open transaction is left."""
        path = self.replica.path
        self.replica.close()
        self.replica = Replica.open(path, clock=self.clock)
        return self


def open_till(folder: Path, clock: Clock | None = None) -> Till:
    """A till that has pulled its catalog."""
    path = folder / f"{uuid4()}.db"
    copy(_template(), path)
    clock = clock or Clock()
    return Till(Replica.open(path, clock=clock), clock)


@cache
def _template() -> Path:
    folder = mkdtemp(prefix="avileo-replica-")
    atexit.register(rmtree, folder)
    path = Path(folder) / "template.db"
    with Replica.open(path) as replica:
        writes(enrol, TillIdentity(BUSINESS, uuid4(), "Caja 1", "A1"), NOON)(replica)
        for piece in PagePieces().of(catalog_page()):
            piece(replica)
    return path


def catalog_page() -> PullPage:
    return page(business_row(), member_row(), customer_row(MARKET_CUSTOMER, "Puesto 14", revision=3), head=3)


def page(*rows: Row, head: int, cursor: str | None = None, snapshot: bool = False, complete: bool = True) -> PullPage:
    """A page with these rows, each of which names its `collection`."""
    by_collection: dict[str, list[Row]] = {}
    for row in rows:
        by_collection.setdefault(row["collection"], []).append(row)
    return PullPage(
        epoch=EPOCH,
        head=head,
        server_time=instant_text(NOON),
        cursor=cursor or str(head),
        complete=complete,
        snapshot=snapshot,
        tables=[table_page(name, found) for name, found in by_collection.items()],
    )


def table_page(collection: str, rows: Iterable[Mapping[str, Any]]) -> TablePage:
    columns = [column.name for column in COLLECTIONS[collection].travelling]
    return TablePage(collection, columns, [[row[name] for name in columns] for row in rows])


def business_row(revision: int = 1) -> Row:
    return {
        **_travelling("businesses", BUSINESS, revision),
        "name": "Avícola Ana",
        "modo_operacion": "sin_inventario",
        "control_kilos": 0,
        "usar_distribucion": 0,
        "permitir_venta_sin_stock": 1,
        "day_cutoff_hour": 3,
    }


def member_row(revision: int = 2, member: UUID = ANA, user_id: str = "user-ana", name: str = "Ana") -> Row:
    return {
        **_travelling("business_users", member, revision),
        "user_id": user_id,
        "name": name,
        "role": "admin_negocio",
        "commission_rate": 0,
        "joined_at": instant_text(NOON),
    }


def customer_row(customer: UUID, name: str, revision: int, phone: str | None = None) -> Row:
    named = {"name": name, "phone": phone, "opening_balance": 0, "created_by": str(ANA)}
    return {**_travelling("customers", customer, revision), **named}


def balance_row(customer: UUID, centimos: int, revision: int) -> Row:
    return {**_travelling("customer_balances", customer, revision), "balance": centimos, "opening_balance": 0}


def distribucion_row(distribucion: UUID, revision: int, **other: Any) -> Row:
    """Given to Ana today, and not accepted yet."""
    named = {"vendedor_id": str(ANA), "punto_venta": "Carro 1", "fecha": "2026-11-22", "estado": "activo"}
    figures = dict.fromkeys(("kilos_asignados", "kilos_vendidos", "monto_recaudado"), 0)
    return {**_travelling("distribuciones", distribucion, revision), **named, **figures, **other}


def _travelling(collection: str, entity: UUID, revision: int) -> Row:
    empty: Row = {column.name: None for column in COLLECTIONS[collection].travelling}
    common = {
        "collection": collection,
        "id": str(entity),
        "is_active": 1,
        "created_at": instant_text(NOON),
        "updated_at": instant_text(NOON),
        "revision": revision,
    }
    return empty | common


def create_customer(work: Work, name: str) -> UUID:
    customer = work.new_id()
    said = dict.fromkeys(("apodo", "dni", "phone", "address", "notes", "credit_limit"))
    stamps = {"created_at": work.now, "updated_at": work.now}
    known = {"id": customer, "name": name, "opening_balance": Decimal(0), "is_active": True}
    work.create(customers, said | known | stamps)
    return customer


def rename_customer(work: Work, customer: UUID, name: str) -> None:
    work.update(customers, customer, {"name": name})


def create_abono(work: Work, customer: UUID) -> UUID:
    abono = work.new_id()
    paid = {"amount": Decimal("5.00"), "method": PaymentMethod.EFECTIVO, "reference": None}
    row = {
        "id": abono,
        "client_id": customer,
        "cash_session_id": None,
        "device_id": work.device_id,
        "receipt_number": "A1-000001",
        "amount": Decimal("5.00"),
        "payment_method": PaymentMethod.EFECTIVO,
        "balance_before": Decimal("20.00"),
        "notes": None,
        "business_date": work.today,
        "created_at": work.now,
    }
    work.create(abonos, row, {abono_payments: [{"id": work.new_id(), **paid}]})
    return abono


def void_abono(work: Work, abono: UUID) -> None:
    work.void(abonos, abono, "se equivocó", {"void_cash_session_id": None, "void_approved_by": None})


def ids(operations: Sequence[Any]) -> list[str]:
    return [operation.id for operation in operations]
