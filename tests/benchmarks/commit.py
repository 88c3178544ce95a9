"""Registering a sale in the till's file, beside the least SQLite transaction that keeps the same rows as safely."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing
from decimal import Decimal
from functools import partial
from itertools import islice
from pathlib import Path
from statistics import median
from typing import Final
from uuid import uuid4

from sqlalchemy import insert

from avileo_pos.replica.database import Replica
from avileo_pos.replica.transaction import write
from avileo_pos.tables.shared import customers
from avileo_pos.usecases.cash_session import OpenCashSession, open_cash_session
from avileo_pos.usecases.sale import RegisterSale, register_sale
from tests.benchmarks.comparison import Figure, Turn, compare, seconds, undisturbed
from tests.benchmarks.selling import sales_to
from tests.desktop.shop import BUSINESS, FRIDAY, JOSE, PRODUCTS, REVISION, Clock, furnish, known_id, product_id

TARGET: Final = 3.0
PRODUCTS_SOLD: Final = [(product_id(name), Decimal(price)) for name, _, _, price, _ in PRODUCTS]
REGULARS: Final = [known_id(f"casera {number}") for number in range(100)]

_OF_THE_SALE: Final = f"business_id = '{BUSINESS.id}' AND sale_id = ?"
_ROWS_OF_A_SALE: Final = {
    "sales": f"business_id = '{BUSINESS.id}' AND id = ?",
    "sale_items": _OF_THE_SALE,
    "sale_payments": _OF_THE_SALE,
    "inventory_movements": _OF_THE_SALE,
    "sync_queue": "entity_id = ?",
}

Statement = tuple[str, Sequence[Sequence[object]]]


def measure(folder: Path, *, runs: int, small: bool) -> Iterator[Figure]:
    """In a file that holds few sales, and in one that holds ten times as many, none of them sent yet."""
    sales, few = (10, 10) if small else (200, 1_000)
    ours, raw = folder / "ours.sqlite", folder / "raw.sqlite"
    _open_shop(ours)
    for held in (few, 10 * few):
        _sell_until(ours, held)
        shutil.copy(ours, raw)
        with Replica.open(ours, clock=Clock()) as replica, closing(_raw_connection(raw)) as connection:
            turn = partial(_turn, replica, connection, sales)
            yield compare("commit", turn, size=sales, runs=runs, unit="s per sale", target=TARGET, sales_before=held)


def _open_shop(file: Path) -> None:
    """José has opened his drawer, sells from the stock and knows whom he sells to."""
    furnish(file)
    card = {"business_id": BUSINESS.id, "revision": REVISION, "sync_status": "synced", "is_active": True}
    stamps = {"created_at": FRIDAY, "updated_at": FRIDAY}
    with Replica.open(file, clock=Clock()) as replica:
        with replica.writing() as db:
            db.execute(insert(customers), [{**card, **stamps, "id": each, "name": str(each)} for each in REGULARS])
        write(replica, JOSE, open_cash_session, OpenCashSession(uuid4(), Decimal("100.00")))


def _sell_until(file: Path, held: int) -> None:
    with Replica.open(file, clock=Clock()) as replica:
        with replica.reading() as db:
            missing = held - db.exec_driver_sql("SELECT count(*) FROM sales").scalar_one()
        for request in islice(sales_to(REGULARS, PRODUCTS_SOLD), missing):
            write(replica, JOSE, register_sale, request)


def _raw_connection(file: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(file, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    return connection


def _turn(replica: Replica, connection: sqlite3.Connection, sales: int) -> Turn:
    """So many sales, each of them first by us, then by hand."""
    ours, raw = [], []
    with undisturbed():
        for request in islice(sales_to(REGULARS, PRODUCTS_SOLD), sales):
            ours.append(seconds(partial(write, replica, JOSE, register_sale, request)))
            statements = _statements(replica, request)
            raw.append(seconds(partial(_write_by_hand, connection, statements)))
    return Turn(ours=median(ours), baseline=median(raw))


def _statements(replica: Replica, request: RegisterSale) -> list[Statement]:
    """What puts the rows of a sale, as they stand in our file, into another."""
    statements: list[Statement] = []
    with replica.reading() as db:
        for table, condition in _ROWS_OF_A_SALE.items():
            rows = db.exec_driver_sql(f"SELECT * FROM {table} WHERE {condition}", (str(request.request_id),))
            names = tuple(rows.keys())
            insertion = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
            statements.append((insertion, [tuple(row) for row in rows]))
    return statements


def _write_by_hand(connection: sqlite3.Connection, statements: Sequence[Statement]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for statement, rows in statements:
        connection.executemany(statement, rows)
    connection.execute("UPDATE till_identity SET last_receipt = last_receipt + 1")
    connection.execute("COMMIT")
