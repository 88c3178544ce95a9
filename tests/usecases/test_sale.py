"""Selling and voiding, as a person at the till does it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import uuid4

import msgspec
import pytest

from avileo_pos.domain.enums import PaymentMethod, SaleType
from avileo_pos.domain.errors import BusinessRuleBroken, PermissionDenied
from avileo_pos.domain.permissions import Permission
from avileo_pos.domain.receipt import TITLE
from avileo_pos.queries.balance import customer_balance, stock_of
from avileo_pos.queries.parked_sale import SaleDraft, parked_sales
from avileo_pos.queries.receipt import sale_receipt
from avileo_pos.tables.shared import businesses, products
from avileo_pos.usecases.customer import CreateCustomer, CustomerDetails, create_customer
from avileo_pos.usecases.parked_sale import SaveParkedSale, save_parked_sale
from avileo_pos.usecases.product import NewPrice, SetPrices, set_prices
from avileo_pos.usecases.sale import RegisterSale, VoidSale, void_sale
from tests.desktop.shop import JOSE, PEPA, ROSA, ROSAS_DISTRIBUCION, TODAY, customer_id, product_id
from tests.till import Till, cash_sale, credit_sale, line, soles

JUANA = customer_id("Juana Mamani")
POLLERIA = customer_id("Pollería San José")
A_MISTAKE = "se equivocó de cliente"


def test_a_cash_sale_tells_change_and_the_rounding_in_the_buyers_favour(till: Till) -> None:
    till.open_drawer()
    receipt = till.sell(cash_sale(line("Huevo pardo", "1.383"), tendered="20.00"))
    assert receipt.total_amount == Decimal("9.96")
    assert receipt.redondeo == Decimal("0.06")
    assert receipt.amount_paid == Decimal("9.90")
    assert receipt.change == Decimal("10.10")
    assert receipt.balance_due == 0


def test_the_paper_says_gross_less_tare_is_net(till: Till) -> None:
    till.open_drawer()
    weighed = line("Pollo entero", "14.500", gross=Decimal("15.000"), tara=Decimal("0.500"))
    receipt = till.sell(cash_sale(weighed))
    [printed] = receipt.lines
    assert (printed.gross, printed.tara, printed.quantity) == (Decimal("15.000"), Decimal("0.500"), Decimal("14.500"))
    assert receipt.title == TITLE
    assert receipt.number == "A1-000123"


def test_a_copy_says_what_the_receipt_said(till: Till) -> None:
    till.open_drawer()
    payments = (soles("5.00", PaymentMethod.YAPE), soles("10.00"))
    lines = (line("Pechuga", "2.345"), line("Jaba de huevos (30)", "2.000"))
    told = till.sell(credit_sale(JUANA, *lines, paid=payments))
    copy = till.ask(sale_receipt, told.sale_id)
    assert copy == replace(told, balance_before=None, balance_after=None)


def test_receipts_are_numbered_without_gaps_and_a_refused_sale_takes_none(till: Till) -> None:
    till.open_drawer()
    first = till.sell(cash_sale(line("Pechuga", "1.000")))
    with pytest.raises(BusinessRuleBroken, match="payment_too_small"):
        till.sell(cash_sale(line("Pechuga", "1.000"), tendered="1.00"))
    second = till.sell(cash_sale(line("Pechuga", "1.000")))
    assert (first.number, second.number) == ("A1-000123", "A1-000124")


def test_pressing_twice_registers_one_sale_and_shows_the_same_receipt(till: Till) -> None:
    till.open_drawer()
    request = credit_sale(JUANA, line("Pechuga", "2.000"), paid=(soles("10.00"),))
    first, second = till.sell(request), till.sell(request)
    assert first == second
    assert len(till.rows("SELECT id FROM sales")) == 1
    assert len(till.rows("SELECT id FROM sync_queue WHERE collection = 'sales'")) == 1


@pytest.mark.parametrize(
    "otherwise",
    [{"lines": (line("Pechuga", "3.000"),)}, {"lines": (line("Pavita", "2.000"),)}, {"customer_id": POLLERIA}],
)
def test_what_else_is_charged_from_a_cart_that_is_a_sale_already_is_not_given_its_receipt(
    till: Till, otherwise: dict[str, Any]
) -> None:
    till.open_drawer()
    request = credit_sale(JUANA, line("Pechuga", "2.000"))
    sold = till.sell(request)
    with pytest.raises(BusinessRuleBroken, match="sold_otherwise") as refused:
        till.sell(replace(request, **otherwise))
    assert refused.value.details == {"receipt_number": sold.number}


def test_pressing_twice_gives_the_change_once_more(till: Till) -> None:
    till.open_drawer()
    request = cash_sale(line("Huevo pardo", "1.383"), tendered="20.00")
    assert till.sell(request).change == till.sell(request).change == Decimal("10.10")


def test_without_an_open_drawer_nothing_is_sold(till: Till) -> None:
    with pytest.raises(BusinessRuleBroken, match="no_cash_session"):
        till.sell(cash_sale(line("Pechuga", "1.000")))


def test_the_drawer_of_a_colleague_is_not_ones_own(till: Till) -> None:
    till.open_drawer(by=JOSE)
    with pytest.raises(BusinessRuleBroken, match="no_cash_session"):
        till.sell(cash_sale(line("Pechuga", "1.000")))


def test_the_whole_sale_waits_for_central_as_one_operation(till: Till) -> None:
    drawer = till.open_drawer()
    receipt = till.sell(credit_sale(JUANA, line("Pechuga", "2.000"), line("Jaba de huevos (30)", "1.000")))
    opened, sold = till.rows("SELECT * FROM sync_queue ORDER BY seq")
    data = msgspec.json.decode(sold["data"])
    assert sold["entity_id"] == str(receipt.sale_id)
    assert msgspec.json.decode(sold["depends_on"]) == [opened["id"]]
    assert data["cash_session_id"] == str(drawer)
    assert data["distribucion_id"] == str(ROSAS_DISTRIBUCION)
    assert [item["subtotal"] for item in data["sale_items"]] == [3100, 1600]


def test_a_customer_born_offline_goes_to_central_before_the_sale(till: Till) -> None:
    till.open_drawer()
    born = till.do(create_customer, CreateCustomer(uuid4(), CustomerDetails("Doña Julia")))
    till.sell(credit_sale(born.figures.id, line("Pechuga", "1.000")))
    [birth] = till.rows("SELECT id FROM sync_queue WHERE collection = 'customers'")
    [sold] = till.rows("SELECT depends_on FROM sync_queue WHERE collection = 'sales'")
    assert birth["id"] in msgspec.json.decode(sold["depends_on"])


# --- Price, credit, stock --------------------------------------------------------------------------------------------


def test_a_lower_price_needs_the_admin_and_a_reason(till: Till) -> None:
    till.open_drawer()
    cheaper = replace(line("Pechuga", "2.000"), unit_price=Decimal("15.00"))
    lent = ROSA.approved(Permission.PRICE_OVERRIDE, by=PEPA)
    with pytest.raises(PermissionDenied):
        till.sell(cash_sale(cheaper))
    with pytest.raises(BusinessRuleBroken, match="price_needs_reason"):
        till.sell(cash_sale(cheaper), by=lent)
    receipt = till.sell(cash_sale(replace(cheaper, price_reason="casera de años")), by=lent)
    assert receipt.total_amount == Decimal("30.00")
    [item] = till.rows("SELECT list_price, unit_price, price_reason FROM sale_items")
    assert item == {"list_price": 1550, "unit_price": 1500, "price_reason": "casera de años"}


def test_a_price_that_changed_while_weighing_is_shown_before_it_is_charged(till: Till) -> None:
    till.open_drawer()
    weighed = line("Pechuga", "2.000")
    till.do(set_prices, SetPrices((NewPrice(product_id("Pechuga"), Decimal("16.00")),)), by=PEPA)
    with pytest.raises(BusinessRuleBroken, match="price_changed") as refused:
        till.sell(cash_sale(weighed))
    assert refused.value.details["price"] == Decimal("16.00")


def test_a_price_set_later_does_not_touch_a_past_sale(till: Till) -> None:
    till.open_drawer()
    sold = till.sell(cash_sale(line("Pechuga", "2.000")))
    till.do(set_prices, SetPrices((NewPrice(product_id("Pechuga"), Decimal("99.00")),)), by=PEPA)
    assert till.ask(sale_receipt, sold.sale_id).lines == sold.lines


def test_over_the_limit_the_admin_decides(till: Till) -> None:
    till.open_drawer()
    request = credit_sale(POLLERIA, line("Pechuga", "1.000"))
    with pytest.raises(BusinessRuleBroken, match="over_credit_limit") as refused:
        till.sell(request)
    assert refused.value.details["excess"] == Decimal("20.50")
    receipt = till.sell(request, by=ROSA.approved(Permission.OVER_CREDIT_LIMIT, by=PEPA))
    assert (receipt.balance_before, receipt.balance_after) == (Decimal("45.00"), Decimal("60.50"))


def test_who_pays_in_full_buys_over_the_limit(till: Till) -> None:
    till.open_drawer()
    request = replace(cash_sale(line("Pechuga", "1.000")), customer_id=POLLERIA)
    assert till.sell(request).balance_after == Decimal("45.00")


def test_credit_needs_a_customer(till: Till) -> None:
    till.open_drawer()
    nobody = RegisterSale(uuid4(), SaleType.CREDITO, (line("Pechuga", "1.000"),), ())
    with pytest.raises(BusinessRuleBroken, match="customer_required"):
        till.sell(nobody)


def test_kilos_from_a_distribution_leave_the_stock_with_the_load_and_pieces_with_the_sale(till: Till) -> None:
    till.open_drawer()
    till.sell(cash_sale(line("Pechuga", "2.000"), line("Jaba de huevos (30)", "3.000")))
    assert till.ask(stock_of, product_id("Pechuga")) == Decimal("42.000")
    assert till.ask(stock_of, product_id("Jaba de huevos (30)")) == Decimal("21.000")


def test_without_a_distribution_kilos_leave_the_stock_with_the_sale(till: Till) -> None:
    till.open_drawer(by=JOSE)
    receipt = till.sell(cash_sale(line("Pechuga", "2.000"), line("Pechuga", "1.500")), by=JOSE)
    assert till.ask(stock_of, product_id("Pechuga")) == Decimal("38.500")
    assert len(till.rows("SELECT id FROM inventory_movements WHERE sale_id = ?", str(receipt.sale_id))) == 2


def _refuse_without_stock(till: Till) -> None:
    with till.replica.writing() as db:
        db.execute(businesses.update().values(permitir_venta_sin_stock=False))


def test_more_than_the_distribution_holds_needs_the_admin(till: Till) -> None:
    _refuse_without_stock(till)
    till.open_drawer()
    till.sell(cash_sale(line("Pollo entero", "79.000")))
    with pytest.raises(BusinessRuleBroken, match="sells_without_stock") as refused:
        till.sell(cash_sale(line("Pollo entero", "1.500")))
    assert refused.value.details["missing"] == Decimal("0.500")
    till.sell(cash_sale(line("Pollo entero", "1.500")), by=ROSA.approved(Permission.SELL_WITHOUT_STOCK, by=PEPA))


def test_two_lines_of_a_product_are_held_against_the_stock_together(till: Till) -> None:
    _refuse_without_stock(till)
    till.open_drawer(by=JOSE)
    with pytest.raises(BusinessRuleBroken, match="sells_without_stock") as refused:
        till.sell(cash_sale(line("Pavita", "4.000"), line("Pavita", "4.000")), by=JOSE)
    assert refused.value.details["missing"] == Decimal("2.000")


def test_a_product_that_is_not_here_cannot_be_sold(till: Till) -> None:
    till.open_drawer()
    unknown = replace(line("Pechuga", "1.000"), product_id=uuid4())
    with pytest.raises(BusinessRuleBroken, match="not_found"):
        till.sell(cash_sale(unknown))


def test_a_charged_cart_leaves_the_parked_ones_with_the_sale(till: Till) -> None:
    till.open_drawer()
    parked, waiting = uuid4(), uuid4()
    for cart in (parked, waiting):
        till.do(save_parked_sale, SaveParkedSale(cart, SaleDraft()))
    till.sell(replace(cash_sale(line("Pechuga", "1.000")), request_id=parked))
    assert [cart.id for cart in till.ask(parked_sales)] == [waiting]


def test_a_sale_after_midnight_belongs_to_the_day_before(till: Till) -> None:
    till.open_drawer()
    till.clock.go_on(hours=15)
    receipt = till.sell(cash_sale(line("Pechuga", "1.000"), tendered="20.00"))
    [sale] = till.rows("SELECT business_date FROM sales")
    assert receipt.sold_at.date() == date(2026, 11, 21)
    assert sale["business_date"] == TODAY.isoformat()


# --- Voiding ---------------------------------------------------------------------------------------------------------


def test_a_voided_sale_stays_and_its_debt_and_pieces_go_back(till: Till) -> None:
    till.open_drawer()
    sold = till.sell(credit_sale(JUANA, line("Jaba de huevos (30)", "3.000"), paid=(soles("8.00"),)))
    voided = till.do(void_sale, VoidSale(sold.sale_id, A_MISTAKE))
    assert voided.refund == Decimal("8.00")
    assert voided.balance_after == Decimal("320.50")
    assert till.ask(stock_of, product_id("Jaba de huevos (30)")) == Decimal("24.000")
    assert till.ask(sale_receipt, sold.sale_id).void_reason == A_MISTAKE


def test_a_sale_is_voided_once(till: Till) -> None:
    till.open_drawer()
    sold = till.sell(cash_sale(line("Pechuga", "1.000")))
    till.do(void_sale, VoidSale(sold.sale_id, A_MISTAKE))
    with pytest.raises(BusinessRuleBroken, match="already_voided"):
        till.do(void_sale, VoidSale(sold.sale_id, A_MISTAKE))


def test_a_void_needs_a_reason(till: Till) -> None:
    till.open_drawer()
    sold = till.sell(cash_sale(line("Pechuga", "1.000")))
    with pytest.raises(BusinessRuleBroken, match="reason_required"):
        till.do(void_sale, VoidSale(sold.sale_id, "  "))


def test_yesterdays_sale_is_voided_with_the_admins_pin_which_is_told(till: Till) -> None:
    till.open_drawer()
    sold = till.sell(cash_sale(line("Pechuga", "1.000")))
    till.clock.go_on(days=1)
    with pytest.raises(PermissionDenied) as refused:
        till.do(void_sale, VoidSale(sold.sale_id, A_MISTAKE))
    assert refused.value.details["permission"] == Permission.SALE_VOID_ANY
    till.do(void_sale, VoidSale(sold.sale_id, A_MISTAKE), by=ROSA.approved(Permission.SALE_VOID_ANY, by=PEPA))
    [sale] = till.rows("SELECT voided_by, void_approved_by FROM sales")
    assert sale == {"voided_by": str(ROSA.member_id), "void_approved_by": str(PEPA.member_id)}


def test_another_sellers_sale_is_not_ones_own(till: Till) -> None:
    till.open_drawer(by=JOSE)
    till.open_drawer()
    sold = till.sell(cash_sale(line("Pechuga", "1.000")), by=JOSE)
    with pytest.raises(PermissionDenied):
        till.do(void_sale, VoidSale(sold.sale_id, A_MISTAKE))


def test_money_is_given_back_from_an_open_drawer_only(till: Till) -> None:
    till.open_drawer()
    paid = till.sell(cash_sale(line("Pechuga", "1.000")))
    owed = till.sell(credit_sale(JUANA, line("Pechuga", "1.000")))
    with pytest.raises(BusinessRuleBroken, match="no_cash_session"):
        till.do(void_sale, VoidSale(paid.sale_id, A_MISTAKE), by=PEPA)
    assert till.do(void_sale, VoidSale(owed.sale_id, A_MISTAKE), by=PEPA).refund == 0


def test_a_line_that_comes_only_after_the_void_goes_back_to_the_stock_too(till: Till) -> None:
    """A page brings a colleague's sale in pieces, and it may be voided between two of them."""
    till.open_drawer()
    sold = till.sell(cash_sale(line("Jaba de huevos (30)", "3.000")))
    till.push()
    till.pull()
    with till.replica.writing() as db:
        db.exec_driver_sql("CREATE TEMP TABLE to_come AS SELECT * FROM inventory_movements WHERE kind = 'venta'")
        db.exec_driver_sql("DELETE FROM inventory_movements WHERE kind = 'venta'")
    till.do(void_sale, VoidSale(sold.sale_id, A_MISTAKE))
    with till.replica.writing() as db:
        db.exec_driver_sql("INSERT INTO inventory_movements SELECT * FROM to_come")
    assert till.ask(stock_of, product_id("Jaba de huevos (30)")) == Decimal("24.000")


def test_two_tills_that_void_the_same_sale_return_its_kilos_under_one_id(till: Till) -> None:
    till.open_drawer()
    sold = till.sell(cash_sale(line("Jaba de huevos (30)", "3.000")))
    till.do(void_sale, VoidSale(sold.sale_id, A_MISTAKE))
    [first] = till.rows("SELECT id FROM inventory_movements WHERE kind = 'anulacion'")
    with till.replica.writing() as db:
        db.exec_driver_sql("DELETE FROM inventory_movements WHERE kind = 'anulacion'")
        db.exec_driver_sql("UPDATE sales SET voided_at = NULL, voided_by = NULL, void_reason = NULL")
    till.do(void_sale, VoidSale(sold.sale_id, A_MISTAKE))
    [second] = till.rows("SELECT id FROM inventory_movements WHERE kind = 'anulacion'")
    assert first == second


def test_a_deactivated_product_in_a_parked_cart_can_still_be_sold(till: Till) -> None:
    till.open_drawer()
    with till.replica.writing() as db:
        db.execute(products.update().where(products.c.id == product_id("Pechuga")).values(is_active=False))
    assert till.sell(cash_sale(line("Pechuga", "1.000"))).total_amount == Decimal("15.50")


def test_a_sale_moves_the_debt_by_what_it_left_owing(till: Till) -> None:
    till.open_drawer()
    till.sell(credit_sale(JUANA, line("Pechuga", "2.000"), paid=(soles("10.00", PaymentMethod.PLIN),)))
    assert till.ask(customer_balance, JUANA) == Decimal("341.50")
