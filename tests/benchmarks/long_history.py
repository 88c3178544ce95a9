"""A till that has sold for years: a few sales by the use case itself, multiplied as a set.

Each copy has ids, a moment, a customer and a receipt number of its own; all else is what selling wrote. What central
was sent in the last 45 days still stands in the queue, answered; what it was not sent yet stands there as it was sold.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import islice
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

from argon2 import PasswordHasher
from sqlalchemy import Connection, Table, insert, update

from avileo_pos.domain.business_day import business_date
from avileo_pos.domain.enums import ProductUnit, SaleType
from avileo_pos.queries.cash_session import cash_report
from avileo_pos.replica.database import Replica
from avileo_pos.replica.transaction import read, write
from avileo_pos.tables import shared
from avileo_pos.tables.base import instant_text
from avileo_pos.usecases.cash_session import CloseCashSession, OpenCashSession, close_cash_session, open_cash_session
from avileo_pos.usecases.sale import RegisterSale, register_sale
from tests.benchmarks.selling import sales_to
from tests.desktop.shop import BUSINESS, FRIDAY, PEPA, PRODUCTS, REVISION, ROSA, ROSA_PIN, furnish, product_id

LINES_OF_A_SALE: Final = 3
_SALES_BY_HAND: Final = 40
_ON_CREDIT: Final = 5  # every fifth sale is
_BETWEEN_SALES: Final = timedelta(minutes=6)
_ANSWERED_SALES_STAY: Final = timedelta(days=45)
_NAMES: Final = ("Juana Mamani", "Rosa Quispe", "Luis Huamán", "Pollería Ñahui", "Bodega Díaz", "Chifa Wong")
_OF_A_SALE: Final = (shared.sale_items, shared.sale_payments, shared.inventory_movements)
# What no query looks into needs no better randomness than SQLite's own.
_NEW_ID: Final = (
    "lower(hex(randomblob(4)) || '-' || hex(randomblob(2)) || '-4' || substr(hex(randomblob(2)), 2)"
    " || '-a' || substr(hex(randomblob(2)), 2) || '-' || hex(randomblob(6)))"
)
Row = dict[str, Any]


def live_through(file: Path, customers: int, lines: int, unsent: int = 0) -> None:
    """Make a till at `file` that knows so many customers and has sold at least so many lines.

    Of its sales the last `unsent` still wait for a line to central; the others were sent long ago.
    """
    furnish(file)
    sales = -(-lines // LINES_OF_A_SALE)
    people = [uuid4() for _ in range(customers)]
    with _at_work(file, sales + 1) as replica, replica.writing() as db:
        began = replica.clock()
        db.execute(insert(shared.customers), [_customer(place, who, began) for place, who in enumerate(people)])
        db.execute(insert(shared.customer_balances), [_balance(place, who) for place, who in enumerate(people)])
        _give_rosa_a_pin_that_costs_what_it_does(db)
    with _at_work(file, sales + 1) as replica:
        sold = _sell_by_hand(replica, people)
        with replica.writing() as db:
            _have_sent_everything(db)
            _multiply(db, sold, people, range(unsent, sales))
            _raise_balances(db)
    if unsent:
        with _at_work(file, unsent + 1) as replica:
            sold = _sell_by_hand(replica, people)
            with replica.writing() as db:
                _multiply(db, sold, people, range(unsent))


def _at_work(file: Path, sales_ago: int) -> Replica:
    at = FRIDAY - _BETWEEN_SALES * sales_ago - timedelta(days=1)
    return Replica.open(file, clock=lambda: at)


def _sell_by_hand(replica: Replica, people: Sequence[UUID]) -> list[UUID]:
    """In a turn of its own that is closed by now."""
    turn = write(replica, ROSA, open_cash_session, OpenCashSession(uuid4(), Decimal("50.00"))).id
    priced = [(product_id(name), Decimal(price)) for name, _, unit, price, _ in PRODUCTS if unit is ProductUnit.KG]
    sold = []
    for place, sale in enumerate(islice(sales_to(people, priced), _SALES_BY_HAND)):
        request = (
            sale if place % _ON_CREDIT else RegisterSale(uuid4(), SaleType.CREDITO, sale.lines, (), sale.customer_id)
        )
        sold.append(write(replica, ROSA, register_sale, request).sale_id)
    expected = read(replica, ROSA, cash_report, turn).cash.expected
    write(replica, ROSA, close_cash_session, CloseCashSession(turn, expected))
    return sold


def _have_sent_everything(db: Connection) -> None:
    """Central has answered it, and its figures hold it."""
    for table in (*_OF_A_SALE, shared.sales, shared.cash_sessions):
        sent = ", sync_status = 'synced'" if "sync_status" in table.columns else ""
        db.exec_driver_sql(f"UPDATE {table.name} SET revision = {REVISION}{sent}")
    db.exec_driver_sql(
        "UPDATE sync_queue SET status = 'acked', first_sent_at = created_at, acked_at = created_at, acked_revision = ?",
        (REVISION,),
    )
    db.exec_driver_sql(
        "UPDATE sync_state SET catalog_ready = 1, last_seen_head = ?, pulled_head = ?", (REVISION, REVISION)
    )


def _multiply(db: Connection, sold: Sequence[UUID], people: Sequence[UUID], places: range) -> None:
    """A copy of one of the sold for each of the places, which count backwards from today."""
    _write_plan(db, sold, people, places)
    for table in (shared.sales, *_OF_A_SALE):
        names = [column.name for column in table.columns]
        values = ", ".join(_of_plan(table, name) for name in names)
        pattern = "id" if table is shared.sales else "sale_id"
        db.exec_driver_sql(
            f"INSERT INTO {table.name} ({', '.join(names)}) SELECT {values} FROM plan"
            f" CROSS JOIN {table.name} old ON old.business_id = '{BUSINESS.id}' AND old.{pattern} = plan.pattern"
        )
    db.exec_driver_sql(
        f"INSERT INTO sync_queue (id, operation_type, collection, entity_id, data, depends_on, actor_id, schema,"
        " created_at, sha256, status, first_sent_at, acked_at, acked_revision)"
        f" SELECT {_NEW_ID}, operation_type, collection, plan.id, data, depends_on, actor_id, schema,"
        " plan.at, sha256, status, iif(acked_at IS NULL, NULL, plan.at), iif(acked_at IS NULL, NULL, plan.at),"
        " acked_revision FROM plan CROSS JOIN sync_queue old ON old.entity_id = plan.pattern"
        " WHERE acked_at IS NULL OR plan.at > ? ORDER BY plan.at",
        (instant_text(FRIDAY - _ANSWERED_SALES_STAY),),
    )
    db.exec_driver_sql("UPDATE till_identity SET last_receipt = (SELECT count(*) FROM sales)")
    db.exec_driver_sql("DROP TABLE plan")


def _write_plan(db: Connection, sold: Sequence[UUID], people: Sequence[UUID], places: range) -> None:
    [[last_receipt]] = db.exec_driver_sql("SELECT last_receipt FROM till_identity")
    db.exec_driver_sql("CREATE TEMP TABLE plan (pattern TEXT, id TEXT, at TEXT, day TEXT, customer TEXT, number TEXT)")
    plan = list(_plan(sold, people, places, last_receipt))
    db.exec_driver_sql("INSERT INTO plan VALUES (?, ?, ?, ?, ?, ?)", plan)


def _plan(sold: Sequence[UUID], people: Sequence[UUID], places: range, last_receipt: int) -> Iterator[tuple[str, ...]]:
    """To one customer after the other."""
    for place in places:
        at = FRIDAY - _BETWEEN_SALES * (place + 1)
        day = business_date(at, BUSINESS.day_cutoff_hour)
        customer = people[place % len(people)]
        number = f"A1-{last_receipt + places.stop - place:06d}"
        yield str(sold[place % len(sold)]), str(uuid4()), instant_text(at), day.isoformat(), str(customer), number


def _raise_balances(db: Connection) -> None:
    """By what was sold on credit."""
    db.exec_driver_sql(
        "UPDATE customer_balances SET balance = balance"
        " + (SELECT coalesce(sum(s.balance_due), 0) FROM sales s"
        " WHERE s.business_id = customer_balances.business_id AND s.client_id = customer_balances.id)"
    )


def _of_plan(table: Table, column: str) -> str:
    of_plan = {
        "id": "plan.id" if table is shared.sales else _NEW_ID,
        "sale_id": "plan.id",
        "client_id": "plan.customer",
        "receipt_number": "plan.number",
        "sale_date": "plan.at",
        "created_at": "plan.at",
        "business_date": "plan.day",
    }
    return of_plan.get(column, f"old.{column}")


def _give_rosa_a_pin_that_costs_what_it_does(db: Connection) -> None:
    """The tests' own is the cheapest that there is."""
    db.execute(
        update(shared.business_users)
        .where(shared.business_users.c.id == ROSA.member_id)
        .values(pin_hash=PasswordHasher().hash(ROSA_PIN))
    )


_MINE: Final = {"business_id": BUSINESS.id, "revision": REVISION}


def _customer(place: int, who: UUID, began: datetime) -> Row:
    return {
        **_MINE,
        "id": who,
        "name": f"{_NAMES[place % len(_NAMES)]} {place}",
        "apodo": f"casera {place}",
        "dni": f"{10_000_000 + place}",
        "phone": f"987{place:06d}",
        "opening_balance": Decimal(place % 1000),
        "credit_limit": Decimal(5000),
        "is_active": True,
        "sync_status": "synced",
        "created_by": PEPA.member_id,
        "created_at": began,
        "updated_at": began,
    }


def _balance(place: int, who: UUID) -> Row:
    return {**_MINE, "id": who, "balance": Decimal(place % 1000)}
