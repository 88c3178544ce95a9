"""What a cashier, a numpad, a finger or a barcode reader may type into a field of kilos, soles or jabas."""

from __future__ import annotations

from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from avileo_pos.desktop.theme import TextSize
from avileo_pos.desktop.widgets.count_field import CountField
from avileo_pos.desktop.widgets.field_row import FieldRow
from avileo_pos.desktop.widgets.keypad import Keypad
from avileo_pos.desktop.widgets.money_field import MoneyField
from avileo_pos.desktop.widgets.number_field import NumberField
from avileo_pos.desktop.widgets.weight_field import WeightField
from tests.desktop.hands import shown, touch
from tests.desktop.screens.reading import figure_fits

LEFT, PLAIN = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier


@pytest.mark.parametrize("typed", ["12.5", "12,5", "12.500", "12,500"])
def test_comma_and_point_both_weigh(qtbot: QtBot, typed: str) -> None:
    field = shown(qtbot, WeightField("Peso bruto"))
    QTest.keyClicks(field, typed)
    assert (field.value(), field.problem()) == (Decimal("12.500"), "")


@pytest.mark.parametrize("key", [Qt.Key.Key_Period, Qt.Key.Key_Comma])
def test_the_decimal_key_of_the_numpad_works_in_every_layout(qtbot: QtBot, key: Qt.Key) -> None:
    field = shown(qtbot, MoneyField("Precio"))
    for pressed in (Qt.Key.Key_9, key, Qt.Key.Key_8):
        QTest.keyClick(field, pressed, Qt.KeyboardModifier.KeypadModifier)
    assert field.value() == Decimal("9.80")


@pytest.mark.parametrize("typed", ["5", "99999.99", "999999.99"])
def test_a_figure_of_unusual_length_is_shown_smaller_rather_than_cut(qtbot: QtBot, typed: str) -> None:
    field = shown(qtbot, MoneyField("Pago con Efectivo"))
    field.setFixedWidth(140)
    QTest.keyClicks(field, typed)
    assert figure_fits(field)
    field.set_value(Decimal(5))
    assert field.fontInfo().pixelSize() == TextSize.FIGURE


def test_letters_of_a_barcode_reader_leave_no_trace(qtbot: QtBot) -> None:
    field = shown(qtbot, WeightField("Peso bruto"))
    QTest.keyClicks(field, "ABC*+-e;:\"'{}")
    assert (field.text(), field.value(), field.problem()) == ("", None, "")


def test_a_barcode_scanned_into_the_weight_is_refused_in_words(qtbot: QtBot) -> None:
    row = FieldRow("Peso bruto", WeightField("Peso bruto"))
    shown(qtbot, row)
    QTest.keyClicks(row.field, "7751234567890\r")
    assert row.problem() == "El número es demasiado grande."


def test_pasted_garbage_is_refused_in_words(qtbot: QtBot) -> None:
    field = shown(qtbot, MoneyField("Monto"))
    QApplication.clipboard().setText("NaN ∞ 1e5\n\x00")
    field.paste()
    assert (field.value(), field.problem()) == (None, "Escriba solo números, por ejemplo 12.50.")


def test_a_pasted_amount_is_understood(qtbot: QtBot) -> None:
    field = shown(qtbot, MoneyField("Monto"))
    QApplication.clipboard().setText("S/ 1,234.50")
    field.paste()
    assert field.value() == Decimal("1234.50")


def test_a_figure_typed_over_another_replaces_it(qtbot: QtBot) -> None:
    form = QWidget()
    before, field = QLineEdit(), MoneyField("Precio")
    column = QVBoxLayout(form)
    column.addWidget(before)
    column.addWidget(field)
    shown(qtbot, form)
    field.set_value(Decimal("9.80"))
    before.setFocus()
    QTest.keyClick(before, Qt.Key.Key_Tab)
    QTest.keyClicks(field, "10")
    assert field.value() == Decimal("10.00")


def test_a_click_into_a_figure_selects_it_whole(qtbot: QtBot) -> None:
    form = QWidget()
    before, field = QLineEdit(), MoneyField("Precio")
    column = QVBoxLayout(form)
    column.addWidget(before)
    column.addWidget(field)
    shown(qtbot, form)
    field.set_value(Decimal("9.80"))
    before.setFocus()
    QTest.mouseClick(field, LEFT)
    assert field.selectedText() == "9.80"


def test_the_value_is_told_once_for_each_change(qtbot: QtBot) -> None:
    field = shown(qtbot, MoneyField("Precio"))
    told: list[Decimal | None] = []
    field.value_changed.connect(told.append)
    QTest.keyClicks(field, "9.80")
    field.clear()
    assert told == [Decimal("9.00"), Decimal("9.80"), None]


def test_an_empty_field_is_no_problem(qtbot: QtBot) -> None:
    field = shown(qtbot, WeightField("Tara"))
    QTest.keyClicks(field, ".")
    assert (field.value(), field.problem()) == (None, "")


def test_half_a_jaba_is_refused(qtbot: QtBot) -> None:
    field = shown(qtbot, CountField("Jabas", unit="jabas"))
    QTest.keyClicks(field, "2.5")
    assert (field.value(), field.problem()) == (None, "Use como máximo 0 decimales.")


def test_the_sentence_stands_beside_the_field_until_it_is_edited(qtbot: QtBot) -> None:
    field = WeightField("Tara")
    row = FieldRow("Tara", field)
    shown(qtbot, row)
    row.set_problem("La tara pesa más que el bruto.")
    assert (row.problem(), field.accessibleDescription()) == ("La tara pesa más que el bruto.",) * 2
    QTest.keyClicks(field, "1")
    assert row.problem() == ""


def test_a_problem_of_a_plain_field_goes_away_with_the_next_letter(qtbot: QtBot) -> None:
    field = QLineEdit()
    row = FieldRow("Nombre", field, hint="Como le dicen")
    shown(qtbot, row)
    row.set_problem("Escriba el nombre.")
    assert row.problem() == "Escriba el nombre."
    QTest.keyClicks(field, "J")
    assert (row.problem(), field.property("invalid")) == ("", False)


def test_the_key_of_the_containers_passes_through_a_figure(qtbot: QtBot) -> None:
    field = shown(qtbot, WeightField("Peso bruto"))
    asked: list[str] = []
    QShortcut("*", field.window()).activated.connect(lambda: asked.append("containers"))
    QTest.keyClicks(field, "1*2")
    assert (asked, field.text()) == (["containers"], "12")


# --- The keypad ------------------------------------------------------------------------------------------------------


def test_the_keypad_hides_until_a_finger_comes(qtbot: QtBot) -> None:
    _form, field, keypad = with_keypad(qtbot)
    QTest.mouseClick(field, LEFT)
    assert keypad.isHidden()
    touch(field)
    assert keypad.isVisible()


def test_the_keypad_types_into_the_touched_field(qtbot: QtBot) -> None:
    _form, field, keypad = with_keypad(qtbot)
    touch(field)
    for name in ("1", "2", "Decimal", "5", "00", "Borrar la última cifra"):
        press_key(keypad, name)
    assert (field.text(), field.value(), field.hasFocus()) == ("12.50", Decimal("12.500"), True)
    press_key(keypad, "Borrar todo")
    assert field.value() is None


def test_done_is_enter(qtbot: QtBot) -> None:
    _form, field, keypad = with_keypad(qtbot)
    touch(field)
    with qtbot.waitSignals([field.returnPressed, keypad.entered]):
        press_key(keypad, "Listo")


# --- Hands -----------------------------------------------------------------------------------------------------------


def with_keypad(qtbot: QtBot) -> tuple[QWidget, NumberField, Keypad]:
    form = QWidget()
    field, keypad = WeightField("Peso bruto"), Keypad()
    keypad.serve(field)
    column = QVBoxLayout(form)
    column.addWidget(field)
    column.addWidget(keypad)
    shown(qtbot, form)
    field.setFocus()
    return form, field, keypad


def press_key(keypad: Keypad, name: str) -> None:
    key = next(key for key in keypad.findChildren(QPushButton) if key.accessibleName() == name)
    QTest.mouseClick(key, LEFT)
