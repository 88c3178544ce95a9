"""Somebody who presses anything, in an order that nobody has thought of."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Final, TypeVar
from uuid import UUID

from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit, QTableView, QWidget

from avileo_pos.desktop.main_window import MainWindow
from avileo_pos.replica.database import Replica
from avileo_pos.sync.state import SyncKind, SyncState
from tests.desktop.shop import PEPA_PIN, Shop

Kind = TypeVar("Kind", bound=QWidget)

FIGURES: Final = (
    "0", "1", "2.485", "10", "12,5", "0.001", "0.004", "50", "100", "99999", "999999999", "-1", "1e9", ".",
)  # fmt: skip
WORDS: Final = (
    "Juana", "Ñandú", "🐔", " ", "", "a" * 300, "'; DROP", "<b>x</b>", "%", "12345678", "987654321", "no era", PEPA_PIN,
)  # fmt: skip
KEYS: Final = (
    *(Qt.Key.Key_Return,) * 8,
    *(Qt.Key.Key_Escape,) * 3,
    *(Qt.Key.Key_F12,) * 3,
    *(Qt.Key(Qt.Key.Key_F1 + place) for place in range(11)),
    Qt.Key.Key_Tab, Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_Space, Qt.Key.Key_Plus, Qt.Key.Key_Minus,
    Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Home, Qt.Key.Key_End,
)  # fmt: skip
REFUSALS: Final = ("rule_broken", "forbidden", "unknown_entity")


class Wanderer:
    """At one window, with a shop behind it; `chance` decides everything."""

    def __init__(self, window: MainWindow, shop: Shop, chance: Random) -> None:
        self._window = window
        self._shop = shop
        self._chance = chance
        self._acts: dict[Callable[[], str], int] = {
            self._click: 40,
            self._write: 20,
            self._press: 20,
            self._choose_row: 6,
            self._begin_a_sale: 5,
            self._let_time_pass: 2,
            self._hear_from_central: 2,
            self._send_all: 1,
            self._be_refused: 2,
        }

    def wander(self, steps: int) -> Iterator[str]:
        """What was done, step by step."""
        for _ in range(steps):
            [act] = self._chance.choices(list(self._acts), list(self._acts.values()))
            yield act()
            self._shop.settle()

    def _click(self) -> str:
        button = self._any(QAbstractButton)
        if button is None:
            return "nothing to click"
        name = button.accessibleName() or button.text()
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
        return f"click {name}"

    def _write(self) -> str:
        field = self._any(QLineEdit)
        if field is None:
            return "nowhere to write"
        text = self._chance.choice(FIGURES if self._chance.random() < 0.6 else WORDS)
        field.setFocus()
        field.selectAll()
        self._type(field, text)
        return f"write {text[:20]!r} into {field.accessibleName()}"

    def _press(self) -> str:
        key = self._chance.choice(KEYS)
        QTest.keyClick(self._focus(), key)
        return f"press {key.name}"

    def _choose_row(self) -> str:
        table = self._any(QTableView)
        rows = 0 if table is None else table.model().rowCount(QModelIndex())
        if table is None or not rows:
            return "no row"
        row = self._chance.randrange(rows)
        place = table.visualRect(table.model().index(row, 0)).center()
        QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
        if self._chance.random() < 0.4:
            QTest.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=place)
        return f"row {row} of {table.accessibleName()}"

    def _begin_a_sale(self) -> str:
        """By the keys; how far it goes is chance."""
        for _ in range(3):
            QTest.keyClick(self._window, Qt.Key.Key_Escape)
        QTest.keyClick(self._window, Qt.Key.Key_1, Qt.KeyboardModifier.AltModifier)
        self._shop.settle()
        keyed = self._chance.choice(("12.485", "61", "83", "20.004", "299.999"))
        for character in keyed:
            QTest.keyClick(self._focus(), character)
        QTest.keyClick(self._focus(), Qt.Key.Key_F12)
        for _ in range(self._chance.randrange(4)):
            self._shop.settle()
            QTest.keyClick(self._focus(), Qt.Key.Key_Return)
        return f"sell by {keyed}"

    def _let_time_pass(self) -> str:
        hours = self._chance.choice((0.1, 1, 9, 24, 72))
        self._shop.clock.go_on(hours=hours)
        return f"{hours} h later"

    def _hear_from_central(self) -> str:
        kind = self._chance.choice(list(SyncKind))
        self._window.show_sync(SyncState(kind, last_contact_at=self._shop.clock.now))
        return f"synchronisation {kind}"

    def _send_all(self) -> str:
        self._shop.all_is_sent()
        return "all is sent"

    def _be_refused(self) -> str:
        waiting = self._shop.lane.run(_waiting)
        if not waiting:
            return "nothing to refuse"
        entity_id, collection = self._chance.choice(waiting)
        self._shop.refuse_of(UUID(entity_id), collection, self._chance.choice(REFUSALS))
        return f"{collection} refused"

    def _any(self, kind: type[Kind]) -> Kind | None:
        found = [each for each in self._window.findChildren(kind) if self._is_in_reach(each)]
        return self._chance.choice(found) if found else None

    def _is_in_reach(self, widget: QWidget) -> bool:
        """Whether a hand would meet it: nothing lies over its middle."""
        if not (widget.isVisible() and widget.isEnabled()):
            return False
        at = self._window.childAt(widget.mapTo(self._window, QPoint(widget.width() // 2, widget.height() // 2)))
        return at is not None and (at is widget or widget.isAncestorOf(at))

    def _focus(self) -> QWidget:
        return QApplication.focusWidget() or self._window

    def _type(self, field: QLineEdit, text: str) -> None:
        """QTest has keys for ASCII alone; the rest is pasted."""
        QTest.keyClicks(field, text) if text.isascii() else field.insert(text)


def _waiting(replica: Replica) -> list[tuple[str, str]]:
    """The things that one operation alone waits for."""
    with replica.reading() as db:
        found = db.exec_driver_sql(
            "SELECT entity_id, collection FROM sync_queue GROUP BY entity_id, collection"
            " HAVING count(*) = 1 AND max(status) = 'pending' ORDER BY max(seq)"
        )
        return [(row.entity_id, row.collection) for row in found]
