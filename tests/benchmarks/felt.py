"""Measure what a person feels at the till: `python -m tests.benchmarks.felt [--turns N] [--lines N] [--small]`.

The real window over a real replica with a long history; of each wait the p95 is told, in milliseconds, beside what is
promised.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, Final
from uuid import UUID, uuid4

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from sqlalchemy import insert

from avileo_pos.desktop.main_window import MainWindow
from avileo_pos.desktop.navigation import SCREENS
from avileo_pos.desktop.theme import apply_theme
from avileo_pos.desktop.widgets.cart_table import CartTable
from avileo_pos.desktop.widgets.rows_table import RowsTable
from avileo_pos.desktop.widgets.sheet import Sheet
from avileo_pos.domain.business_day import business_date
from avileo_pos.domain.enums import PaymentMethod, ProductUnit, SaleType
from avileo_pos.domain.money import line_subtotal
from avileo_pos.replica.database import Replica
from avileo_pos.tables import shared
from tests.desktop.shop import (
    BUSINESS,
    DEVICE_ID,
    FRIDAY,
    PEPA,
    PRODUCTS,
    REVISION,
    ROSA,
    TODAY,
    Clock,
    Shop,
    furnish,
    product_id,
)

PROMISED_MS: Final = {"search": 50, "add line": 50, "open charge": 100, "commit": 50, "switch screen": 100}
CUSTOMERS, LINES, TURNS = 20_000, 100_000, 40
FEW = 20
LINES_OF_A_SALE: Final = 3
NAMES: Final = ("Juana Mamani", "Rosa Quispe", "Luis Huamán", "Pollería Ñahui", "Bodega Díaz", "Chifa Wong")
LOOKED_FOR: Final = ("mam", "qui", "hua", "nah", "987", "case")
Row = dict[str, Any]


def main(arguments: Sequence[str]) -> None:
    chosen = _parser().parse_args(arguments)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication([])
    gc.disable()  # as in the program, where a timer collects
    apply_theme(app)
    with tempfile.TemporaryDirectory(prefix="avileo-felt-") as folder:
        replica = Path(folder) / "replica.sqlite"
        furnish(replica)
        live_through(replica, FEW if chosen.small else CUSTOMERS, FEW if chosen.small else chosen.lines)
        waits = Person(replica).work(1 if chosen.small else chosen.turns)
    felt = {name: round(p95(waits[name]) * 1000, 1) for name in waits}
    for name, milliseconds in felt.items():
        sys.stdout.write(f"{name:16} p95 {milliseconds:7.1f} ms   promised {PROMISED_MS[name]} ms\n")
    sys.stdout.write(json.dumps(felt) + "\n")


def p95(waits: Sequence[float]) -> float:
    return sorted(waits)[int(len(waits) * 0.95)]


class Person:
    """Rosa, whose every wait is timed: from the key until what she waits for is on the screen."""

    def __init__(self, replica: Path) -> None:
        self._shop = Shop(replica)
        self._window = MainWindow(QWidget())
        self._window.resize(1366, 768)
        self._window.show()
        self._window.activateWindow()
        self._waits: dict[str, list[float]] = {name: [] for name in PROMISED_MS}

    def work(self, turns: int) -> dict[str, list[float]]:
        """The waits in seconds, by name."""
        self._shop.open_drawer()
        self._window.enter(self._shop.till(ROSA, self._window))
        self._rest()
        for turn in range(turns):
            self._sell(LOOKED_FOR[turn % len(LOOKED_FOR)])
            self._walk_through_the_screens()
        self._window.leave()
        self._rest()
        self._shop.close()
        return self._waits

    def _sell(self, looked_for: str) -> None:
        before = self._lines()
        self._press("1", "2.485")
        with self._timed("add line"):
            self._press(Qt.Key.Key_Enter)
            self._until(lambda: self._lines() > before)
        self._rest()
        self._find_customer(looked_for)
        with self._timed("open charge"):
            self._press(Qt.Key.Key_F12)
            self._until(lambda: self._asks().startswith("Cobrar"))
        with self._timed("commit"):
            self._press(Qt.Key.Key_Enter)
            self._until(lambda: self._asks().startswith("Venta registrada"))
        self._press(Qt.Key.Key_Enter)
        self._rest()

    def _find_customer(self, looked_for: str) -> None:
        self._press(Qt.Key.Key_F2, looked_for[:-1])
        self._rest()
        table = self._front().findChildren(RowsTable)[0]
        with self._timed("search"):
            self._press(looked_for[-1])
            self._until(lambda: table.isVisible() and bool(table.rows.rowCount()))
        self._press(Qt.Key.Key_Enter)
        self._rest()

    def _walk_through_the_screens(self) -> None:
        """Each with what it shows, read anew: a sale changed it."""
        for screen in (each.KEY for each in (*SCREENS[1:], SCREENS[0]) if each.is_for(self._till())):
            with self._timed("switch screen"):
                self._window.open_screen(screen)
                self._shop.settle()
            self._rest()

    def _till(self) -> Any:
        return self._shop.till(ROSA, self._window)

    def _lines(self) -> int:
        """How many lines the cart shows."""
        return sum(cart.model().rowCount() for cart in self._window.findChildren(CartTable))

    def _front(self) -> QWidget:
        open_sheets = [sheet for sheet in self._window.findChildren(Sheet) if sheet.isVisible()]
        return open_sheets[-1] if open_sheets else self._window

    def _asks(self) -> str:
        return self._front().accessibleName()

    def _press(self, *keys: Qt.Key | str) -> None:
        for key in keys:
            target = QApplication.focusWidget() or self._window
            if isinstance(key, str):
                for character in key:
                    QTest.keyClicks(QApplication.focusWidget() or target, character)
            else:
                QTest.keyClick(target, key)

    def _rest(self) -> None:
        for _ in range(3):
            self._shop.settle()

    @contextmanager
    def _timed(self, name: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self._waits[name].append(time.perf_counter() - begun)

    @staticmethod
    def _until(seen: Callable[[], bool]) -> None:
        while not seen():
            QApplication.processEvents()
            time.sleep(0.0005)  # the lane's thread works meanwhile
        QApplication.processEvents()


def live_through(replica: Path, customers: int, lines: int) -> None:
    """A history of so many customers and sold lines, as if sent long ago."""
    people = [uuid4() for _ in range(customers)]
    with Replica.open(replica, clock=Clock()) as opened, opened.writing() as db:
        db.execute(insert(shared.customers), [_customer(place, who) for place, who in enumerate(people)])
        db.execute(insert(shared.customer_balances), [_balance(place, who) for place, who in enumerate(people)])
        sold = [_sale(place, people) for place in range(lines // LINES_OF_A_SALE)]
        db.execute(insert(shared.sales), [sale for sale, _, _ in sold])
        db.execute(insert(shared.sale_items), [line for _, its_lines, _ in sold for line in its_lines])
        db.execute(insert(shared.sale_payments), [payment for _, _, payment in sold])


_MINE: Final = {"business_id": BUSINESS.id, "revision": REVISION}
_BY_KILO: Final = [(name, Decimal(price)) for name, _, unit, price, _ in PRODUCTS if unit is ProductUnit.KG]
_KILOS: Final = Decimal("1.250")


def _customer(place: int, who: UUID) -> Row:
    return {
        **_MINE,
        "id": who,
        "name": f"{NAMES[place % len(NAMES)]} {place}",
        "apodo": f"casera {place}",
        "dni": f"{10_000_000 + place}",
        "phone": f"987{place:06d}",
        "opening_balance": Decimal(place % 1000),
        "credit_limit": Decimal(5000),
        "is_active": True,
        "sync_status": "synced",
        "created_by": PEPA.member_id,
        "created_at": FRIDAY - timedelta(days=400),
        "updated_at": FRIDAY - timedelta(days=400),
    }


def _balance(place: int, who: UUID) -> Row:
    return {**_MINE, "id": who, "balance": Decimal(place % 1000)}


def _sale(place: int, people: Sequence[UUID]) -> tuple[Row, list[Row], Row]:
    """One every quarter of an hour, backwards from today, to one customer after the other."""
    sale_id, at = uuid4(), FRIDAY - timedelta(minutes=15 * place)
    lines = [
        _line(sale_id, position, *_BY_KILO[(place + position) % len(_BY_KILO)]) for position in range(LINES_OF_A_SALE)
    ]
    total = sum(line["subtotal"] for line in lines)
    sale = {
        **_MINE,
        "id": sale_id,
        "client_id": people[place % len(people)],
        "seller_id": ROSA.member_id,
        "device_id": DEVICE_ID,
        "receipt_number": f"B1-{place:06d}",
        "sale_type": SaleType.CONTADO,
        "total_amount": total,
        "redondeo": Decimal(0),
        "amount_paid": total,
        "balance_due": Decimal(0),
        "tara": Decimal(0),
        "net_weight": _KILOS * LINES_OF_A_SALE,
        "sync_status": "synced",
        "sale_date": at,
        "business_date": business_date(at, BUSINESS.day_cutoff_hour),
        "needs_review": False,
        "created_at": at,
    }
    paid = {**_MINE, "id": uuid4(), "sale_id": sale_id, "method": PaymentMethod.YAPE, "amount": total}
    return sale, lines, paid


def _line(sale_id: UUID, position: int, product: str, price: Decimal) -> Row:
    return {
        **_MINE,
        "id": uuid4(),
        "sale_id": sale_id,
        "product_id": product_id(product),
        "position": position,
        "product_name": product,
        "unit": ProductUnit.KG,
        "tara": Decimal(0),
        "quantity": _KILOS,
        "unit_price": price,
        "list_price": price,
        "price_date": TODAY,
        "subtotal": line_subtotal(_KILOS, price),
    }


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.felt", description=__doc__)
    parser.add_argument("--turns", type=int, default=TURNS, help="sales made, each with a walk through the screens")
    parser.add_argument("--lines", type=int, default=LINES, help="lines sold before")
    parser.add_argument("--small", action="store_true", help="only see that it works: too little to tell anything")
    return parser


if __name__ == "__main__":
    main(sys.argv[1:])
