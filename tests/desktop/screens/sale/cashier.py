"""A cashier's hands on «Nueva venta»: keys go where the focus is, taps where the finger is, and both are counted."""

from __future__ import annotations

from decimal import Decimal
from typing import TypeVar
from uuid import uuid4

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from avileo_pos.desktop.main_window import MainWindow
from avileo_pos.desktop.screens.sale.sale_screen import SaleScreen
from avileo_pos.desktop.widgets.cart_table import CartTable
from avileo_pos.desktop.widgets.product_tiles import ProductTile
from avileo_pos.desktop.widgets.sheet import Sheet
from avileo_pos.domain.permissions import Actor
from avileo_pos.queries.sale import SaleRow, sales_of_day
from avileo_pos.usecases.cash_session import OpenCashSession, open_cash_session
from tests.desktop.screens.eyes import as_read
from tests.desktop.shop import ROSA, TODAY, Shop

KeyOrText = Qt.Key | str
Kind = TypeVar("Kind", bound=QWidget)


class Cashier:
    def __init__(self, window: MainWindow, shop: Shop, person: Actor) -> None:
        self.window, self.shop, self.person = window, shop, person
        self.keys = 0
        self.taps = 0
        self.settle()

    def open_drawer(self) -> None:
        self.shop.do(open_cash_session, OpenCashSession(uuid4(), Decimal("50.00")), by=self.person)

    def leave(self) -> None:
        self.window.leave()
        self.settle()

    def settle(self) -> None:
        for _ in range(3):
            self.shop.settle()

    def press(self, *keys: KeyOrText) -> None:
        """Each key of the keyboard, and each character of a text, is one press."""
        for key in keys:
            if isinstance(key, str):
                for character in key:
                    self._press_one(character)
            else:
                self._press_one(key)

    def hold(self, key: Qt.Key, repeats: int = 20) -> None:
        """A key that stays down: one press, then what the keyboard repeats, to whatever has the focus by then."""
        self._send(key, QEvent.Type.KeyPress, repeated=False)
        for _ in range(repeats):
            self._send(key, QEvent.Type.KeyPress, repeated=True)
            QApplication.processEvents()
        self._send(key, QEvent.Type.KeyRelease, repeated=False)
        self.settle()

    def tap(self, name: str) -> None:
        """The button that says so, on the sheet in front if there is one."""
        self.tap_on(self.button(name))

    def tap_tile(self, name: str) -> None:
        tiles = self.all_of(ProductTile)
        self.tap_on(next(tile for tile in tiles if tile.tile.name == name))

    def tap_on(self, widget: QWidget) -> None:
        self.taps += 1
        QTest.mouseClick(widget, Qt.MouseButton.LeftButton, pos=QPoint(widget.width() // 2, widget.height() // 2))
        self.settle()

    def button(self, name: str) -> QPushButton:
        found = [each for each in self.all_of(QPushButton) if each.accessibleName() == name]
        assert found, [each.accessibleName() for each in self.all_of(QPushButton)]
        return found[0]

    def write(self, field_name: str, text: str) -> None:
        """Into the field of that name, in place of what stands there."""
        self.field(field_name).setFocus()
        self.field(field_name).selectAll()
        self.press(text)

    def field(self, name: str) -> QLineEdit:
        return next(each for each in self.all_of(QLineEdit) if each.accessibleName() == name)

    def all_of(self, kind: type[Kind]) -> list[Kind]:
        """Those that can be seen and reached now."""
        front = self.sheet() or self.window
        return [each for each in front.findChildren(kind) if each.isVisible()]

    def sheet(self) -> Sheet | None:
        """The one in front."""
        open_sheets = [sheet for sheet in self.window.findChildren(Sheet) if sheet.isVisible()]
        return open_sheets[-1] if open_sheets else None

    def asks(self) -> str:
        """The title of the sheet in front, empty for none."""
        sheet = self.sheet()
        return sheet.accessibleName() if sheet else ""

    def sees(self, words: str) -> bool:
        """Whether something that can be seen says so, in front."""
        front = self.sheet() or self.window
        texts = (
            str(read())
            for each in front.findChildren(QWidget)
            if each.isVisible() and (read := getattr(each, "text", None)) is not None
        )
        return any(words in as_read(text) for text in texts)

    @property
    def screen(self) -> SaleScreen:
        return next(screen for screen in self.window.findChildren(SaleScreen) if screen.isVisible())

    def cart(self) -> list[str]:
        """Each line as a screen reader says it."""
        table = self.screen.findChildren(CartTable)[0]
        model = table.model()
        role = Qt.ItemDataRole.AccessibleTextRole
        return [model.index(row, 0).data(role) for row in range(model.rowCount())]

    def sales(self) -> tuple[SaleRow, ...]:
        """What is registered today, newest first."""
        return self.shop.ask(lambda work: sales_of_day(work, TODAY))

    def _press_one(self, key: KeyOrText) -> None:
        self.keys += 1
        where = QApplication.focusWidget() or self.window
        if not isinstance(key, str):
            QTest.keyClick(where, key)
        elif key.isascii():
            QTest.keyClicks(where, key)
        else:  # QTest knows no keys beyond ASCII
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                QApplication.sendEvent(where, QKeyEvent(kind, 0, Qt.KeyboardModifier.NoModifier, key))
        self.settle()

    def _send(self, key: Qt.Key, kind: QEvent.Type, *, repeated: bool) -> None:
        where = QApplication.focusWidget() or self.window
        QApplication.sendEvent(where, QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, "", repeated))


def sit_down(qtbot: QtBot, shop: Shop, person: Actor = ROSA) -> Cashier:
    """Open the window on «Nueva venta» as that person."""
    window = MainWindow(QWidget())
    window.resize(1366, 768)
    qtbot.addWidget(window)
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    window.enter(shop.till(person, window))
    window.open_screen(SaleScreen.KEY)
    return Cashier(window, shop, person)
