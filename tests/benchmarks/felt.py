"""Measure what a person feels at the till: `python -m tests.benchmarks.felt`, with options that `--help` tells.

The real window over a real replica with a long history; of each wait the p95 is told, in milliseconds, beside what is
promised. Beside them stands how long a fixed piece of work took in the same run: where its p95 is far above its median,
others were at work on this machine, and the waits tell of them too.
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
from pathlib import Path
from statistics import median
from typing import Any, Final

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from avileo_pos.desktop.main_window import MainWindow
from avileo_pos.desktop.navigation import SCREENS
from avileo_pos.desktop.theme import apply_theme
from avileo_pos.desktop.widgets.cart_table import CartTable
from avileo_pos.desktop.widgets.product_tiles import ProductTile
from avileo_pos.desktop.widgets.rows_table import RowsTable
from avileo_pos.desktop.widgets.sheet import Sheet
from avileo_pos.usecases.approval import TakeOverByPin, take_over
from tests.benchmarks.long_history import live_through
from tests.desktop.shop import ROSA, ROSA_PIN, Shop

PROMISED_MS: Final = {
    "ready to sell": 1500,
    "search": 50,
    "add line": 50,
    "open charge": 100,
    "commit": 50,
    "switch screen": 100,
}
FIXED_WORK: Final = "fixed work"
CUSTOMERS, LINES, TURNS = 20_000, 500_000, 60
FEW = 30
TURNS_OF_A_SHIFT: Final = 4
LOOKED_FOR: Final = ("mam", "qui", "hua", "nah", "987", "case")


def main(arguments: Sequence[str]) -> None:
    chosen = _parser().parse_args(arguments)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication([])
    gc.disable()  # as in the program, where a timer collects
    apply_theme(app)
    with tempfile.TemporaryDirectory(prefix="avileo-felt-") as folder:
        replica = Path(folder) / "replica.sqlite"
        live_through(replica, FEW if chosen.small else CUSTOMERS, FEW if chosen.small else chosen.lines, chosen.unsent)
        waits = Person(replica).work(1 if chosen.small else chosen.turns)
    _tell(waits)


def _tell(waits: dict[str, list[float]]) -> None:
    for name, times in waits.items():
        promise = f"promised {PROMISED_MS[name]} ms" if name in PROMISED_MS else ""
        figures = f"median {median(times) * 1000:7.1f} ms   p95 {p95(times) * 1000:7.1f} ms"
        sys.stdout.write(f"{name:16} {figures}   {promise}\n")
    sys.stdout.write(json.dumps({name: round(p95(times) * 1000, 1) for name, times in waits.items()}) + "\n")


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
        self._waits: dict[str, list[float]] = {name: [] for name in (*PROMISED_MS, FIXED_WORK)}

    def work(self, turns: int) -> dict[str, list[float]]:
        """The waits in seconds, by name."""
        self._shop.open_drawer()
        for turn in range(turns):
            if turn % TURNS_OF_A_SHIFT == 0:
                self._come_in()
            self._sell(LOOKED_FOR[turn % len(LOOKED_FOR)])
            self._walk_through_the_screens()
            self._do_fixed_work()
        self._window.leave()
        self._rest()
        self._shop.close()
        return self._waits

    def _come_in(self) -> None:
        """By PIN; every screen is built anew, while she greets the first customer."""
        self._window.leave()
        self._rest()
        with self._timed("ready to sell"):
            self._shop.do(take_over, TakeOverByPin(ROSA.member_id, ROSA_PIN))
            self._window.enter(self._till())
            self._until(lambda: any(tile.isVisible() for tile in self._window.findChildren(ProductTile)))
        while self._window.build_ahead():
            self._rest()
        self._rest()

    def _do_fixed_work(self) -> None:
        with self._timed(FIXED_WORK):
            sum(number * number for number in range(200_000))

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
        direct = Qt.FindChildOption.FindDirectChildrenOnly  # where every sheet lies: to look costs next to nothing
        open_sheets = [sheet for sheet in self._window.findChildren(Sheet, options=direct) if sheet.isVisible()]
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
        """Between two acts, when the program's collector has its turn too."""
        for _ in range(3):
            self._shop.settle()
        gc.collect()

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


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.felt", description=__doc__)
    parser.add_argument("--turns", type=int, default=TURNS, help="sales made, each with a walk through the screens")
    parser.add_argument("--lines", type=int, default=LINES, help="lines sold before")
    parser.add_argument("--unsent", type=int, default=0, help="of them as many sales wait for a line to central")
    parser.add_argument("--small", action="store_true", help="only see that it works: too little to tell anything")
    return parser


if __name__ == "__main__":
    main(sys.argv[1:])
