"""F7: money that leaves or enters the drawer without a sale, with its reason."""

from __future__ import annotations

from decimal import Decimal

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from avileo_pos.domain.enums import CashMovementKind
from avileo_pos.queries.cash_session import CashMovementRow, cash_report, open_cash_session_id
from avileo_pos.work import Work
from tests.desktop.screens.eyes import notice
from tests.desktop.screens.sale.cashier import Cashier
from tests.desktop.shop import ROSA

ENTER, ESCAPE, TAB, F7 = Qt.Key.Key_Enter, Qt.Key.Key_Escape, Qt.Key.Key_Tab, Qt.Key.Key_F7


def test_a_gasto_is_noted_with_its_reason_by_keys_alone(rosa: Cashier) -> None:
    rosa.press(F7, "12.50", TAB, "Hielo", ENTER)
    assert [told(each) for each in movements(rosa)] == [(CashMovementKind.GASTO, Decimal("12.50"), "Hielo")]
    assert (rosa.asks(), notice(rosa.window)) == ("", "Gasto anotado: S/ 12.50, Hielo.")


def test_a_retiro_is_noted_with_the_finger(rosa: Cashier) -> None:
    rosa.press(F7)
    rosa.tap("Retiro")
    rosa.write("Monto", "200")
    rosa.tap("Entrega al dueño")
    rosa.tap("Anotar")
    assert [told(each) for each in movements(rosa)] == [
        (CashMovementKind.RETIRO, Decimal("200.00"), "Entrega al dueño")
    ]


def test_what_is_missing_is_said_beside_its_field(rosa: Cashier) -> None:
    rosa.press(F7, ENTER)
    assert rosa.sees("El monto debe ser mayor que cero.")
    assert QApplication.focusWidget() is rosa.field("Monto")
    rosa.press("5", ENTER)
    assert rosa.sees("Escriba el motivo.")
    assert QApplication.focusWidget() is rosa.field("Motivo")
    assert movements(rosa) == ()


def test_a_held_enter_notes_it_once(rosa: Cashier) -> None:
    rosa.press(F7, "3", TAB, "Pasajes")
    rosa.hold(ENTER)
    assert len(movements(rosa)) == 1


def test_escape_notes_nothing_and_goes_back_to_the_products(rosa: Cashier) -> None:
    rosa.press(F7, "3", ESCAPE)
    assert (rosa.asks(), movements(rosa)) == ("", ())


def test_the_drawer_is_opened_first(rosa_at_dawn: Cashier) -> None:
    rosa_at_dawn.press(F7)
    assert rosa_at_dawn.asks() == "¿Con cuánto sencillo abre la caja?"
    rosa_at_dawn.press("80", ENTER)
    assert rosa_at_dawn.asks() == "Gasto, retiro o ingreso"


def movements(cashier: Cashier) -> tuple[CashMovementRow, ...]:
    """Of the drawer that is open."""
    return cashier.shop.ask(_movements, by=ROSA)


def _movements(work: Work) -> tuple[CashMovementRow, ...]:
    drawer = open_cash_session_id(work)
    assert drawer is not None
    return cash_report(work, drawer).movements


def told(movement: CashMovementRow) -> tuple[CashMovementKind, Decimal, str]:
    return movement.kind, movement.amount, movement.reason
