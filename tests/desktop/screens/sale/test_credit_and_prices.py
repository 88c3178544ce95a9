"""Whom Rosa sells to, what she may fiar, and what needs Pepa's PIN."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel

from avileo_pos.desktop.main_window import SMALLEST_SIZE
from avileo_pos.desktop.theme import TextSize
from avileo_pos.desktop.widgets.money_field import MoneyField
from avileo_pos.domain.enums import PaymentMethod, SaleType
from avileo_pos.domain.permissions import Permission
from avileo_pos.queries.balance import customer_balance
from avileo_pos.queries.customer import search_customers
from avileo_pos.queries.receipt import sale_receipt
from avileo_pos.spanish.words import METHODS
from avileo_pos.usecases.product import NewPrice, SetPrices, set_prices
from tests.desktop.screens.sale.cashier import Cashier
from tests.desktop.shop import PEPA, PEPA_PIN, customer_id, product_id

ENTER, ESC = Qt.Key.Key_Return, Qt.Key.Key_Escape
CUSTOMER, ABONO, PRICE, CHARGE = Qt.Key.Key_F2, Qt.Key.Key_F3, Qt.Key.Key_F4, Qt.Key.Key_F12
JUANA, SAN_JOSE = "Juana Mamani", "Pollería San José"


@pytest.mark.parametrize("typed", ["juana", "casera", "987654", "412563", "JUA mam"])
def test_a_customer_is_found_by_name_apodo_phone_or_dni(rosa: Cashier, typed: str) -> None:
    rosa.press(CUSTOMER, typed, ENTER)
    assert rosa.sees(JUANA)


def test_the_debt_is_told_before_anything_is_weighed(rosa: Cashier) -> None:
    rosa.press(CUSTOMER, "juana", ENTER)
    assert rosa.sees("Debe S/ 320.50 hace 90 días · disponible S/ 179.50")


def test_nobody_is_looked_for_under_three_letters(rosa: Cashier) -> None:
    rosa.press(CUSTOMER, "ju", ENTER)
    assert rosa.asks() == "¿Quién compra?"
    assert rosa.sees("Escriba al menos 3 letras")


def test_a_new_customer_is_written_down_at_the_counter(rosa: Cashier) -> None:
    rosa.press(CUSTOMER, "Nélida Rojas", CUSTOMER)
    rosa.write("Celular", "911222333")
    rosa.press(ENTER)
    assert rosa.asks() == ""
    assert rosa.sees("Nélida Rojas")
    [found] = rosa.shop.ask(partial(search_customers, text="nelida"))
    assert found.phone == "911222333"


def test_what_is_wrong_with_a_new_customer_stands_beside_its_field(rosa: Cashier) -> None:
    rosa.press(CUSTOMER, "Nélida", CUSTOMER)
    rosa.write("DNI", "123")
    rosa.press(ENTER)
    assert rosa.sees("El DNI tiene 8 cifras.")
    assert rosa.field("DNI").hasFocus()


def test_a_sale_without_a_customer_is_cash_only(rosa: Cashier) -> None:
    rosa.press("1", "1", CHARGE)
    assert not rosa.button("Crédito").isEnabled()
    assert rosa.sees("Para fiar, elija al cliente con F2 antes de cobrar.")


def test_a_sale_on_credit_is_owed(rosa: Cashier) -> None:
    rosa.press(CUSTOMER, "juana", ENTER, "1", "10", CHARGE)
    rosa.tap("Crédito")
    assert rosa.sees("S/ 418.50")
    rosa.press(ENTER)
    [sale] = rosa.sales()
    assert (sale.sale_type, sale.balance_due) == (SaleType.CREDITO, Decimal("98.00"))
    assert balance_of(rosa, JUANA) == Decimal("418.50")


def test_a_part_is_paid_and_the_rest_fiado(rosa: Cashier) -> None:
    rosa.press(CUSTOMER, "juana", ENTER, "1", "10", CHARGE)
    rosa.tap("Mixto")
    rosa.press("48", ENTER)
    assert rosa.sales()[0].balance_due == Decimal("50.00")


def test_over_the_limit_needs_a_pin_and_sells_once(rosa: Cashier) -> None:
    rosa.press(CUSTOMER, "san jose", ENTER, "1", "1", CHARGE)
    rosa.tap("Crédito")
    assert rosa.sees("Pasa su límite de S/ 40.00 por S/ 14.80.")
    rosa.press(ENTER)
    assert rosa.asks() == "PIN de administrador"
    assert rosa.sales() == ()
    rosa.press(PEPA_PIN, ENTER)
    assert len(rosa.sales()) == 1
    assert balance_of(rosa, SAN_JOSE) == Decimal("54.80")


def test_without_the_pin_nothing_is_sold_and_it_can_be_paid_instead(rosa: Cashier) -> None:
    rosa.press(CUSTOMER, "san jose", ENTER, "1", "1", CHARGE)
    rosa.tap("Crédito")
    rosa.press(ENTER, ESC)
    assert rosa.sales() == ()
    rosa.tap("Contado")
    rosa.press(ENTER)
    assert rosa.sales()[0].balance_due == 0


def test_another_price_needs_a_reason_and_a_pin(rosa: Cashier) -> None:
    rosa.press("1", "10", PRICE, "9.50", ENTER)
    assert rosa.asks() == "Otro precio"
    rosa.tap("Por mayor")
    rosa.press(ENTER)
    assert rosa.asks() == "PIN de administrador"
    rosa.press(PEPA_PIN, ENTER)
    assert "a S/ 9.50, S/ 95.00" in rosa.cart()[0]
    rosa.press(CHARGE, ENTER)
    [sale] = rosa.sales()
    [line] = rosa.shop.ask(partial(sale_receipt, sale_id=sale.id)).lines
    assert (line.unit_price, line.list_price) == (Decimal("9.50"), Decimal("9.80"))


def test_without_the_pin_the_price_stays_unsold(rosa: Cashier) -> None:
    rosa.press("1", "10", PRICE, "9.50", ENTER)
    rosa.tap("Por mayor")
    rosa.press(ENTER, ESC)
    assert rosa.cart() == []


def test_a_round_total_for_something_weighed_is_another_price(rosa: Cashier) -> None:
    rosa.press("1", "11.5")
    rosa.write("Total", "110")
    assert rosa.field("Precio").text() == "9.57"
    assert rosa.sees("Se cobrará S/ 110.06.")
    rosa.press(ENTER)
    assert rosa.asks() == "Otro precio"


def test_a_line_of_the_cart_gets_another_price(rosa: Cashier) -> None:
    rosa.press("1", "10", ENTER, PRICE)
    assert rosa.field("Precio").hasFocus()


def test_a_price_set_meanwhile_holds_for_the_cart(rosa: Cashier) -> None:
    rosa.press("1", "10", ENTER)
    rosa.shop.do(set_prices, SetPrices((NewPrice(product_id("Pollo entero"), Decimal("9.90")),)), by=PEPA)
    rosa.settle()
    assert "a S/ 9.90, S/ 99.00" in rosa.cart()[0]
    rosa.press(CHARGE, ENTER)
    assert rosa.sales()[0].total_amount == Decimal("99.00")


def test_cash_is_rounded_in_the_buyers_favour_and_the_change_told(rosa: Cashier) -> None:
    rosa.press("1", "1.017", CHARGE)
    assert rosa.field("Pago con Efectivo").text() == "9.90"
    assert rosa.sees("Redondeo a favor del cliente")
    rosa.tap("20 soles")
    rosa.press(ENTER)
    assert rosa.sees("S/ 10.10")
    [sale] = rosa.sales()
    assert (sale.amount_paid, sale.balance_due) == (Decimal("9.90"), Decimal("0.00"))


def test_a_press_on_yape_pays_all_by_it_to_the_centimo(rosa: Cashier) -> None:
    rosa.press("1", "1.017", CHARGE)
    rosa.tap("Yape")
    rosa.write("Número de operación de Yape", "00481")
    rosa.press(ENTER)
    [sale] = rosa.sales()
    [payment] = rosa.shop.ask(partial(sale_receipt, sale_id=sale.id)).payments
    assert (payment.method, payment.amount, payment.reference) == (PaymentMethod.YAPE, Decimal("9.97"), "00481")


def test_too_little_money_registers_nothing(rosa: Cashier) -> None:
    rosa.press("1", "10", CHARGE, "50", ENTER)
    assert rosa.sees("Faltan S/ 48.00 para cubrir el total.")
    assert rosa.sales() == ()
    rosa.tap("Exacto")
    rosa.press(ENTER)
    assert len(rosa.sales()) == 1


def test_an_abono_is_taken_at_the_counter(rosa: Cashier) -> None:
    rosa.press(CUSTOMER, "juana", ENTER, ABONO, "100")
    assert rosa.sees("S/ 220.50")
    rosa.hold(ENTER)
    assert rosa.asks().startswith("Abono registrado")
    assert balance_of(rosa, JUANA) == Decimal("220.50")
    rosa.press(ENTER)
    assert rosa.sees("Debe S/ 220.50")


def test_todo_pays_the_whole_debt_by_two_methods(rosa: Cashier) -> None:
    rosa.press(CUSTOMER, "juana", ENTER, ABONO, "120.50")
    rosa.tap("Yape")
    assert rosa.field("Pago con Yape").text() == "200.00"
    rosa.press(ENTER)
    assert balance_of(rosa, JUANA) == 0


def test_lo_de_siempre_is_offered_to_who_comes_back(rosa: Cashier) -> None:
    rosa.press(CUSTOMER, "juana", ENTER, "1", "2.5", CHARGE, ENTER, ENTER)
    rosa.press(CUSTOMER, "juana", ENTER)
    rosa.tap("Pollo entero · 2.5")
    rosa.press("3", ENTER)
    assert "Pollo entero, 3.000 kg" in rosa.cart()[0]


def test_rosa_may_fiar_within_the_limit_by_herself(rosa: Cashier) -> None:
    assert not rosa.person.may(Permission.OVER_CREDIT_LIMIT)
    rosa.press(CUSTOMER, "juana", ENTER, "1", "18", CHARGE)
    rosa.tap("Crédito")
    rosa.press(ENTER)
    assert len(rosa.sales()) == 1


def balance_of(cashier: Cashier, name: str) -> Decimal:
    return cashier.shop.ask(partial(customer_balance, customer_id=customer_id(name)))


def test_on_credit_the_account_stands_where_the_payments_were(rosa: Cashier) -> None:
    rosa.press("1", "2", ENTER, CUSTOMER, "juana", ENTER, CHARGE)
    rosa.tap("Crédito")
    assert rosa.sees("Cuenta del cliente")
    assert rosa.sees("S/ 340.10")
    assert [each.accessibleName() for each in rosa.all_of(MoneyField)] == []
    rosa.tap("Contado")
    assert len(rosa.all_of(MoneyField)) == len(PaymentMethod)


def test_the_receipt_is_topped_by_the_change_that_is_due(rosa: Cashier) -> None:
    rosa.press("1", "2.485", CHARGE, "50", ENTER)
    assert biggest(rosa) == ["S/ 25.70"]


def test_an_exact_payment_is_topped_by_what_was_paid(rosa: Cashier) -> None:
    rosa.press("1", "2.5", CHARGE, ENTER)
    assert biggest(rosa) == ["S/ 24.50"]
    assert rosa.sees("Pagó exacto: no hay vuelto.")


def biggest(cashier: Cashier) -> list[str]:
    return [each.text() for each in cashier.all_of(QLabel) if each.property("look") == "total"]


@pytest.mark.parametrize("size", [(1366, 768), SMALLEST_SIZE])
@pytest.mark.parametrize("sheet", [ABONO, CHARGE])
def test_a_hundred_thousand_soles_are_paid_in_big_figures(rosa: Cashier, sheet: Qt.Key, size: tuple[int, int]) -> None:
    rosa.window.resize(*size)
    rosa.press(CUSTOMER, "juana", ENTER, "1", "10500", ENTER, sheet)
    for method in PaymentMethod:
        field = rosa.field(f"Pago con {METHODS[method]}")
        field.setText("100000.00")
        rosa.settle()
        assert field.fontInfo().pixelSize() == TextSize.FIGURE
