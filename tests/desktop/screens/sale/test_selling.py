"""Selling over the counter: fast, by keys or fingers, and each sale once."""

from __future__ import annotations

from decimal import Decimal

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from avileo_pos.desktop.widgets.keypad import Keypad
from avileo_pos.domain.enums import SaleType
from avileo_pos.queries.sale import last_sale
from tests.desktop.hands import touch
from tests.desktop.screens.sale.cashier import Cashier
from tests.desktop.shop import ROSA

ENTER, ESC = Qt.Key.Key_Return, Qt.Key.Key_Escape
CHARGE, TARE, LAST_SALE = Qt.Key.Key_F12, Qt.Key.Key_F5, Qt.Key.Key_F9
MOST_KEYS, MOST_TAPS = 11, 4


def test_a_cash_sale_of_one_weighed_product_takes_eleven_keys_at_most(rosa: Cashier) -> None:
    rosa.press("1", "12.345", ENTER, CHARGE, ENTER)
    assert rosa.keys <= MOST_KEYS
    [sale] = rosa.sales()
    assert (sale.total_amount, sale.net_weight, sale.sale_type) == (
        Decimal("120.98"),
        Decimal("12.345"),
        SaleType.CONTADO,
    )


def test_what_lies_on_the_scale_is_charged_without_being_added_first(rosa: Cashier) -> None:
    rosa.press("1", "12.345", CHARGE, ENTER, ENTER)
    assert rosa.keys <= MOST_KEYS
    assert len(rosa.sales()) == 1
    assert rosa.asks() == ""
    assert rosa.cart() == []


def test_a_cash_sale_takes_four_taps_at_most(rosa: Cashier) -> None:
    rosa.tap_tile("Jaba de huevos (30)")
    rosa.tap("Agregar")
    rosa.tap("Cobrar S/ 16.00")
    rosa.tap("Registrar venta")
    assert rosa.taps <= MOST_TAPS
    assert rosa.sales()[0].total_amount == Decimal("16.00")


def test_enter_starts_the_next_sale_and_the_digits_choose_again(rosa: Cashier) -> None:
    for _ in range(2):
        rosa.press("1", "2.5", ENTER, CHARGE, ENTER)
        assert rosa.asks().startswith("Venta registrada")
        rosa.press(ENTER)
    assert len(rosa.sales()) == 2


def test_a_held_enter_registers_one_sale(rosa: Cashier) -> None:
    rosa.press("1", "2.5", ENTER, CHARGE)
    rosa.hold(ENTER)
    assert len(rosa.sales()) == 1
    assert rosa.asks().startswith("Venta registrada")


def test_a_press_and_a_click_together_register_one_sale(rosa: Cashier) -> None:
    rosa.press("1", "2.5", ENTER, CHARGE)
    confirm = rosa.button("Registrar venta")
    QTest.keyClick(rosa.window.focusWidget(), ENTER)
    QTest.mouseClick(confirm, Qt.MouseButton.LeftButton)
    QTest.mouseClick(confirm, Qt.MouseButton.LeftButton)
    rosa.settle()
    assert len(rosa.sales()) == 1


def test_a_held_enter_adds_one_line(rosa: Cashier) -> None:
    rosa.press("1", "2.5")
    rosa.hold(ENTER)
    assert len(rosa.cart()) == 1


def test_the_cart_says_gross_less_tare(rosa: Cashier) -> None:
    rosa.press("1", "15", TARE, "0.5", ENTER)
    [line] = rosa.cart()
    assert "bruto 15.000 kg, tara 0.500 kg, 14.500 kg" in line


def test_the_star_counts_containers(rosa: Cashier) -> None:
    rosa.press("1", "15", "*")
    rosa.tap("Jaba 2.000 kg")
    rosa.press("*", "3", ENTER)
    [line] = rosa.cart()
    assert "tara 6.000 kg, 9.000 kg" in line


def test_a_tare_above_the_gross_is_refused_beside_its_field(rosa: Cashier) -> None:
    rosa.press("1", "1", TARE, "2", ENTER)
    assert rosa.sees("La tara (2.000 kg) pesa más que el bruto (1.000 kg).")
    assert rosa.cart() == []


def test_a_weight_with_which_nobody_could_charge_the_sale_does_not_come_into_it(rosa: Cashier) -> None:
    rosa.press("1", "9999999", ENTER, "1", "9999999", ENTER)
    assert len(rosa.cart()) == 1
    assert rosa.sees("El número es demasiado grande.")
    rosa.press(ESC, "1", "2.5", CHARGE)
    assert len(rosa.cart()) == 1


def test_a_line_more_than_a_sale_may_have_is_refused_before_it_is_charged(
    rosa: Cashier, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("avileo_pos.domain.sale.MOST_LINES", 2)
    rosa.press("1", "2.5", ENTER, "1", "2.5", ENTER, "1", "2.5", CHARGE)
    assert len(rosa.cart()) == 2
    assert rosa.sees("Una venta tiene hasta 2 líneas. Cobre esta y siga en otra.")
    rosa.press(ESC, CHARGE, ENTER)
    assert len(rosa.sales()) == 1


def test_twenty_soles_of_chicken_give_the_weight_to_cut(rosa: Cashier) -> None:
    rosa.press("1")
    rosa.write("Total", "20")
    assert rosa.field("Neto").text() == "2.041"
    rosa.press(ENTER)
    [line] = rosa.cart()
    assert "2.041 kg a S/ 9.80, S/ 20.00" in line


def test_a_letter_searches_and_enter_takes_the_first_find(rosa: Cashier) -> None:
    rosa.press("rosado", ENTER)
    assert rosa.sees("Huevo rosado")
    rosa.press("2", ENTER)
    assert "Huevo rosado" in rosa.cart()[0]


def test_a_line_can_be_changed_and_removed(rosa: Cashier) -> None:
    rosa.press("1", "2.5", ENTER, "2", "1", ENTER)
    rosa.tap("Cambiar la línea (Enter)")
    rosa.press("1.5", ENTER)
    assert "1.500 kg" in rosa.cart()[1]
    rosa.tap("Quitar la línea (Supr)")
    rosa.tap("Quitar")
    assert len(rosa.cart()) == 1


def test_escape_never_empties_a_cart_without_asking(rosa: Cashier) -> None:
    rosa.press("1", "2.5", ENTER, ESC)
    assert rosa.asks() == "¿Vaciar la venta?"
    rosa.press(ENTER)
    assert len(rosa.cart()) == 1, "a hurried Enter keeps it"
    rosa.press(ESC)
    rosa.tap("Vaciar")
    assert rosa.cart() == []


def test_emptying_says_how_many_lines_are_lost(rosa: Cashier) -> None:
    rosa.press("1", "2.5", ENTER, ESC)
    assert rosa.sees("Se borra la línea de esta venta, que no se ha cobrado.")
    rosa.press(ESC, "2", "1", ENTER, ESC)
    assert rosa.sees("Se borran las 2 líneas de esta venta, que no se ha cobrado.")
    rosa.press(ESC)


def test_nothing_is_charged_where_nothing_was_chosen(rosa: Cashier) -> None:
    rosa.press(CHARGE)
    assert rosa.asks() == ""
    assert rosa.sees("Agregue al menos un producto.")


def test_the_first_sale_of_the_day_asks_for_the_float_and_goes_on(rosa_at_dawn: Cashier) -> None:
    rosa_at_dawn.press("1", "2.5", ENTER, CHARGE)
    assert rosa_at_dawn.asks() == "¿Con cuánto sencillo abre la caja?"
    rosa_at_dawn.press("50", ENTER)
    assert rosa_at_dawn.asks() == "Cobrar"
    rosa_at_dawn.press(ENTER)
    assert len(rosa_at_dawn.sales()) == 1


def test_the_last_sale_can_be_seen_again(rosa: Cashier) -> None:
    rosa.press(LAST_SALE)
    assert rosa.sees("Todavía no hay ventas suyas en esta caja.")
    rosa.press("1", "2.5", CHARGE, ENTER, ENTER, LAST_SALE)
    sold = rosa.shop.ask(last_sale, by=ROSA)
    assert sold is not None
    assert rosa.asks() == f"Copia de {sold.number}"
    rosa.press(ENTER)
    assert rosa.asks() == ""


def test_the_receipt_says_what_it_is_and_how_it_was_weighed(rosa: Cashier) -> None:
    rosa.press("1", "15", TARE, "0.5", CHARGE, ENTER)
    assert rosa.sees("NOTA DE VENTA - documento interno, no es comprobante de pago")
    assert rosa.sees("15.000 - 0.500 = 14.500 kg × S/ 9.80")


def test_the_touch_keypad_shows_itself_to_a_finger_only(rosa: Cashier) -> None:
    rosa.press("1", "2")
    assert rosa.all_of(Keypad) == []
    touch(rosa.field("Bruto"))
    assert len(rosa.all_of(Keypad)) == 1
