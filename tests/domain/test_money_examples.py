"""The worked examples of docs/money.md, each executed."""

import re
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import pytest

from avileo_pos.domain.credit import Charge, cover_oldest_first, customer_debt
from avileo_pos.domain.enums import PaymentMethod, ProductUnit, SaleType
from avileo_pos.domain.money import line_subtotal, parse_amount, payable_in_cash
from avileo_pos.domain.sale import LineInput, Payment, PricedSale, price_sale
from avileo_pos.domain.weight import parse_kilos
from tests.domain.rules import answer_or_code, refused

PAGE = (Path(__file__).parents[2] / "docs" / "money.md").read_text(encoding="utf-8")
TABLE = re.compile(r"<!-- (\w+) -->\n\|.*\n\|[-|]+\|\n((?:\|.*\n)+)")
TABLES = {
    name: [[cell.strip() for cell in row.strip("|").split("|")] for row in rows.splitlines()]
    for name, rows in TABLE.findall(PAGE)
}


def examples(table: str) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("row", TABLES[table], ids=" ".join)


def amounts(cell: str) -> list[Decimal]:
    return [Decimal(amount) for amount in cell.split()]


def sale(sale_type: str, total: str, cash: str, yape: str) -> PricedSale:
    line = LineInput(UUID(int=1), "Pollo", ProductUnit.UNIDAD, Decimal("1.000"), Decimal(total))
    offered = [(PaymentMethod.EFECTIVO, cash), (PaymentMethod.YAPE, yape)]
    payments = [Payment(method, Decimal(amount)) for method, amount in offered if amount]
    return price_sale(SaleType(sale_type), [line], payments, has_customer=True)


def test_every_table_of_the_page_is_executed() -> None:
    assert PAGE.count("|---|\n") == len(TABLES)
    assert set(TABLES) == {"lines", "cash", "sales", "refused", "debts", "fifo", "typed", "weighed"}


@examples("lines")
def test_a_line_is_rounded_once(row: list[str]) -> None:
    quantity, price, product, subtotal = map(Decimal, row)
    assert quantity * price == product
    assert line_subtotal(quantity, price) == subtotal


@examples("cash")
def test_cash_is_rounded_in_the_buyers_favour(row: list[str]) -> None:
    amount, due, redondeo = map(Decimal, row)
    assert payable_in_cash(amount) == due
    assert amount - due == redondeo


@examples("sales")
def test_a_sale_is_settled(row: list[str]) -> None:
    priced = sale(*row[:4])
    assert [priced.redondeo, priced.amount_paid, priced.change, priced.balance_due] == list(map(Decimal, row[4:]))


@examples("refused")
def test_a_sale_is_refused(row: list[str]) -> None:
    code, (figure, amount) = row[4], row[5].split()
    with refused(code, **{figure: Decimal(amount)}):
        sale(*row[:4])


@examples("debts")
def test_a_debt_is_what_was_not_paid(row: list[str]) -> None:
    opening, balances, abonos, debt = row
    assert customer_debt(Decimal(opening), amounts(balances), amounts(abonos)) == Decimal(debt)


@examples("fifo")
def test_an_abono_covers_the_oldest_debt_first(row: list[str]) -> None:
    owed, paid, still_open, in_favour = row
    charges = [Charge(date(2026, 11, 1) + timedelta(days), amount) for days, amount in enumerate(amounts(owed))]
    coverage = cover_oldest_first(charges, Decimal(paid))
    assert [charge.open for charge in coverage.charges] == amounts(still_open)
    assert coverage.in_favour == Decimal(in_favour)


@examples("typed")
def test_soles_are_read_as_typed(row: list[str]) -> None:
    typed, outcome = row
    assert str(answer_or_code(lambda: parse_amount(typed))) == outcome


@examples("weighed")
def test_kilos_are_read_as_typed(row: list[str]) -> None:
    typed, outcome = row
    assert str(answer_or_code(lambda: parse_kilos(typed))) == outcome
