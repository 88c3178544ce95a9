"""The accounts after the day: the rows and debts of both tills beside what PostgreSQL itself holds."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Final

import psycopg
from sqlalchemy import select

from avileo_pos.desktop.program import TillProgram
from avileo_pos.protocol import COLLECTIONS
from avileo_pos.protocol.collections import UNTRAVELLED
from avileo_pos.queries.balance import customer_balances
from avileo_pos.replica.database import Replica
from avileo_pos.replica.queue import counts
from avileo_pos.replica.transaction import read, reads
from avileo_pos.server.business import sample
from avileo_pos.server.postgres.embedded import EmbeddedPostgres
from avileo_pos.tables.shared import customers
from avileo_pos.work import Work

_DEBTS_FROM_FACTS: Final = """
    SELECT (SELECT coalesce(sum(opening_balance), 0) FROM customers WHERE business_id = %(business)s)
         + (SELECT coalesce(sum(balance_due), 0) FROM sales
             WHERE business_id = %(business)s AND client_id IS NOT NULL AND voided_at IS NULL)
         - (SELECT coalesce(sum(amount), 0) FROM abonos WHERE business_id = %(business)s AND voided_at IS NULL)
"""


def debt_of(till: TillProgram) -> Decimal:
    """What all customers owe together, as this till shows it."""
    assert till.shop is not None
    person = till.shop.lane.person
    assert person is not None
    return till.shop.lane.run(lambda replica: read(replica, person, _all_debts))


def debt_at_central(folder: Path) -> Decimal:
    """The same, reckoned anew from every sale and abono in PostgreSQL."""
    with EmbeddedPostgres(folder / "postgres") as server, psycopg.connect(server.url("avileo")) as connection:
        row = connection.execute(_DEBTS_FROM_FACTS, {"business": sample.SAMPLE}).fetchone()
        assert row is not None
        return Decimal(row[0])


def pending_of(till: TillProgram) -> int:
    """Operations that wait for central or for a person; -1 before the till is open."""
    if till.shop is None:
        return -1
    waiting = till.shop.lane.run(reads(counts))
    return waiting.waiting + waiting.to_review


def sales_of(till: TillProgram) -> int:
    """How many sales stand on this till, voided ones too."""
    return len(_rows_of(till, "sales"))


def differing_rows(seen_by_one: TillProgram, seen_by_all: TillProgram) -> list[str]:
    """The rows of the first till that the second, which sees everything, has otherwise or not at all."""
    differing = []
    for name, collection in COLLECTIONS.items():
        if collection.masked:
            continue  # an owner sees in these what a cashier does not
        ours, theirs = _rows_of(seen_by_one, name), _rows_of(seen_by_all, name)
        differing += [f"{name} {key}" for key, row in ours.items() if theirs.get(key) != row]
    return differing


def _all_debts(work: Work) -> Decimal:
    everybody = work.db.execute(select(customers.c.id)).scalars()
    return sum(customer_balances(work, everybody).values(), Decimal("0.00"))


def _rows_of(till: TillProgram, collection: str) -> dict[str, tuple[object, ...]]:
    assert till.shop is not None
    return till.shop.lane.run(lambda replica: _rows(replica, collection))


def _rows(replica: Replica, collection: str) -> dict[str, tuple[object, ...]]:
    """Every value that travels, by the row's id."""
    names = [column.name for column in COLLECTIONS[collection].table.columns if column.name not in UNTRAVELLED]
    with replica.reading() as db:
        found = db.exec_driver_sql(f"SELECT id, {', '.join(names)} FROM {collection}")
        return {row[0]: tuple(row) for row in found}
