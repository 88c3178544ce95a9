"""A sheet asks one thing, and nothing happens behind it meanwhile."""

from __future__ import annotations

from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import delete

from avileo_pos.desktop.widgets.dialogs import ConfirmSheet, PinSheet, ReasonSheet
from avileo_pos.desktop.widgets.keypad import Keypad
from avileo_pos.desktop.widgets.sheet import Sheet
from tests.desktop.hands import shown

Asked = TypeVar("Asked", bound=Sheet)
ENTER, ESCAPE, TAB = Qt.Key.Key_Return, Qt.Key.Key_Escape, Qt.Key.Key_Tab


def test_enter_confirms_once(qtbot: QtBot) -> None:
    sheet = opened(ConfirmSheet(screen(qtbot), "Guardar", "¿Guardar?", confirm="Guardar"))
    with qtbot.waitSignal(sheet.confirmed):
        QTest.keyClick(focus(), ENTER)


def test_a_hurried_enter_destroys_nothing(qtbot: QtBot) -> None:
    sheet = opened(ConfirmSheet(screen(qtbot), "Anular", "¿Anular?", confirm="Anular", variant="danger"))
    with qtbot.assertNotEmitted(sheet.confirmed), qtbot.waitSignal(sheet.dismissed):
        QTest.keyClick(focus(), ENTER)


def test_escape_goes_back_and_returns_the_focus(qtbot: QtBot) -> None:
    behind = screen(qtbot)
    sheet = opened(ReasonSheet(behind, "Quitar", "¿Por qué?", confirm="Quitar"))
    with qtbot.waitSignal(sheet.dismissed):
        QTest.keyClick(focus(), ESCAPE)
    assert focus() is behind.findChild(QLineEdit, "behind")


def test_the_focus_is_not_returned_to_what_is_gone(qtbot: QtBot) -> None:
    behind = screen(qtbot)
    sheet = opened(ReasonSheet(behind, "Quitar", "¿Por qué?", confirm="Quitar"))
    field = behind.findChild(QLineEdit, "behind")
    assert field is not None
    delete(field)
    with qtbot.waitSignal(sheet.dismissed):
        QTest.keyClick(focus(), ESCAPE)


def test_the_keys_of_the_window_sleep_under_a_sheet(qtbot: QtBot) -> None:
    behind = screen(qtbot)
    charged: list[str] = []
    QShortcut("F12", behind).activated.connect(lambda: charged.append("sale"))
    QTest.keyClick(focus(), Qt.Key.Key_F12)
    sheet = opened(PinSheet(behind, "PIN", "Pida el PIN."))
    QTest.keyClick(focus(), Qt.Key.Key_F12)
    sheet.close_sheet()
    QTest.keyClick(focus(), Qt.Key.Key_F12)
    assert charged == ["sale", "sale"]


def test_tab_goes_round_inside_the_sheet(qtbot: QtBot) -> None:
    sheet = opened(ReasonSheet(screen(qtbot), "Quitar", "¿Por qué?", confirm="Quitar"))
    for _ in range(7):
        QTest.keyClick(focus(), TAB)
        assert sheet.isAncestorOf(focus())
    QTest.keyClick(focus(), TAB, Qt.KeyboardModifier.ShiftModifier)
    assert sheet.isAncestorOf(focus())


def test_the_sheet_follows_the_size_of_the_window(qtbot: QtBot) -> None:
    behind = screen(qtbot)
    sheet = opened(ConfirmSheet(behind, "Guardar", "¿Guardar?", confirm="Guardar"))
    behind.resize(900, 650)
    assert sheet.geometry() == behind.rect()


def test_a_reason_must_be_given(qtbot: QtBot) -> None:
    sheet = opened(ReasonSheet(screen(qtbot), "Quitar", "¿Por qué?", confirm="Quitar"))
    given: list[str] = []
    sheet.given.connect(given.append)
    QTest.keyClicks(focus(), "   ")
    QTest.keyClick(focus(), ENTER)
    assert (given, sheet.isVisible()) == ([], True)
    QTest.keyClicks(focus(), "se fue ")
    QTest.keyClick(focus(), ENTER)
    assert given == ["se fue"]


def test_a_usual_reason_is_one_press(qtbot: QtBot) -> None:
    usual = ("Se arrepintió", "Peso mal")
    sheet = opened(ReasonSheet(screen(qtbot), "Quitar", "¿Por qué?", confirm="Quitar", suggestions=usual))
    given: list[str] = []
    sheet.given.connect(given.append)
    QTest.mouseClick(button(sheet, "Peso mal"), Qt.MouseButton.LeftButton)
    QTest.keyClick(focus(), ENTER)
    assert given == ["Peso mal"]


def test_a_pin_is_four_to_six_digits(qtbot: QtBot) -> None:
    sheet = opened(PinSheet(screen(qtbot), "PIN", "Pida el PIN."))
    given: list[str] = []
    sheet.given.connect(given.append)
    QTest.keyClicks(focus(), "12a3")
    QTest.keyClick(focus(), ENTER)
    assert given == []
    QTest.keyClicks(focus(), "45678")
    QTest.keyClick(focus(), ENTER)
    assert given == ["123456"]


def test_a_pin_is_typed_with_the_finger_too(qtbot: QtBot) -> None:
    sheet = opened(PinSheet(screen(qtbot), "PIN", "Pida el PIN."))
    with qtbot.waitSignal(sheet.given) as given:
        for key in ("1", "2", "3", "4", "Listo"):
            QTest.mouseClick(button(sheet, key), Qt.MouseButton.LeftButton)
    assert given.args == ["1234"]


def test_no_key_for_a_pin_types_what_no_pin_has_or_hides_the_others(qtbot: QtBot) -> None:
    sheet = opened(PinSheet(screen(qtbot), "PIN", "Pida el PIN."))
    [keypad] = sheet.findChildren(Keypad)
    keys = {key.accessibleName() for key in keypad.findChildren(QPushButton)}
    assert keys == {*"0123456789", "Borrar la última cifra", "Borrar todo", "Listo"}


def test_a_wrong_pin_may_be_tried_again(qtbot: QtBot) -> None:
    sheet = opened(PinSheet(screen(qtbot), "PIN", "Pida el PIN."))
    QTest.keyClicks(focus(), "9999")
    sheet.show_problem("Ese PIN no es.")
    field = focus()
    assert isinstance(field, QLineEdit)
    assert (field.text(), field.accessibleDescription(), sheet.isVisible()) == ("", "Ese PIN no es.", True)


def test_a_pin_is_never_shown(qtbot: QtBot) -> None:
    opened(PinSheet(screen(qtbot), "PIN", "Pida el PIN."))
    QTest.keyClicks(focus(), "1234")
    field = focus()
    assert isinstance(field, QLineEdit)
    assert not any(digit in field.displayText() for digit in "1234")


def screen(qtbot: QtBot) -> QWidget:
    window = QWidget()
    window.resize(800, 600)
    field = QLineEdit()
    field.setObjectName("behind")
    QVBoxLayout(window).addWidget(field)
    shown(qtbot, window)
    field.setFocus()
    return window


def opened(sheet: Asked) -> Asked:
    sheet.open()
    return sheet


def focus() -> QWidget:
    widget = QApplication.focusWidget()
    assert widget is not None
    return widget


def button(sheet: Sheet, name: str) -> QWidget:
    return next(widget for widget in sheet.findChildren(QWidget) if widget.accessibleName() == name)
