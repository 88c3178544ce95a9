"""Taking money against a debt, and giving it back."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest

from avileo_pos.domain.enums import PaymentMethod
from avileo_pos.domain.errors import BusinessRuleBroken, PermissionDenied
from avileo_pos.queries.abono import abonos_of_customer, abonos_of_day
from avileo_pos.queries.balance import customer_balance
from avileo_pos.queries.sale import PaperState
from avileo_pos.usecases.abono import RegisterAbono, VoidAbono, register_abono, void_abono
from tests.desktop.shop import JOSE, PEPA, TODAY, customer_id
from tests.till import Till, cash_sale, line, soles

JUANA = customer_id("Juana Mamani")
TWO_YAPES = (soles("200.00", PaymentMethod.YAPE), soles("70.50", PaymentMethod.YAPE), soles("50.00"))


def test_a_debt_is_paid_by_several_ways_at_once(till: Till) -> None:
    till.open_drawer()
    receipt = till.do(register_abono, RegisterAbono(uuid4(), JUANA, TWO_YAPES, notes=" quincena "))
    assert (receipt.saldo_anterior, receipt.abono) == (Decimal("320.50"), Decimal("320.50"))
    assert receipt.saldo_nuevo == 0
    assert receipt.payments == TWO_YAPES
    assert receipt.notes == "quincena"
    [row] = till.ask(abonos_of_customer, JUANA)
    assert (row.payment_method, row.state) == (PaymentMethod.YAPE, PaperState.GUARDADA)


def test_more_than_is_owed_becomes_saldo_a_favor(till: Till) -> None:
    till.open_drawer()
    receipt = till.do(register_abono, RegisterAbono(uuid4(), JUANA, (soles("400.00"),)))
    assert receipt.saldo_nuevo == till.ask(customer_balance, JUANA) == Decimal("-79.50")


def test_pressing_twice_takes_the_money_once(till: Till) -> None:
    till.open_drawer()
    request = RegisterAbono(uuid4(), JUANA, (soles("20.00"),))
    assert till.do(register_abono, request) == till.do(register_abono, request)
    assert till.ask(customer_balance, JUANA) == Decimal("300.50")


def test_abonos_and_sales_share_the_series_of_the_device(till: Till) -> None:
    till.open_drawer()
    sold = till.sell(cash_sale(line("Pechuga", "1.000")))
    taken = till.do(register_abono, RegisterAbono(uuid4(), JUANA, (soles("20.00"),)))
    assert (sold.number, taken.number) == ("A1-000123", "A1-000124")


def test_nothing_is_no_abono(till: Till) -> None:
    till.open_drawer()
    request = RegisterAbono(uuid4(), JUANA, ())
    with pytest.raises(BusinessRuleBroken, match="abono_is_empty"):
        till.do(register_abono, request)
    with pytest.raises(BusinessRuleBroken, match="payment_not_positive"):
        till.do(register_abono, replace(request, payments=(soles("0.00"),)))


def test_an_abono_needs_an_open_drawer(till: Till) -> None:
    with pytest.raises(BusinessRuleBroken, match="no_cash_session"):
        till.do(register_abono, RegisterAbono(uuid4(), JUANA, (soles("20.00"),)))


def test_a_voided_abono_is_owed_again(till: Till) -> None:
    till.open_drawer()
    taken = till.do(register_abono, RegisterAbono(uuid4(), JUANA, TWO_YAPES))
    voided = till.do(void_abono, VoidAbono(taken.abono_id, "era de otra"))
    assert (voided.refund, voided.balance_after) == (Decimal("50.00"), Decimal("320.50"))
    with pytest.raises(BusinessRuleBroken, match="already_voided"):
        till.do(void_abono, VoidAbono(taken.abono_id, "era de otra"))
    [row] = till.ask(abonos_of_day, TODAY)
    assert (row.state, row.void_reason, row.may_void) == (PaperState.ANULADA, "era de otra", False)


def test_another_sellers_abono_needs_the_admin(till: Till) -> None:
    till.open_drawer()
    till.open_drawer(by=JOSE)
    taken = till.do(register_abono, RegisterAbono(uuid4(), JUANA, (soles("20.00"),)), by=JOSE)
    assert till.ask(abonos_of_day, TODAY) == ()
    [seen] = till.ask_as(PEPA, abonos_of_day, TODAY)
    assert seen.may_void
    with pytest.raises(PermissionDenied):
        till.do(void_abono, VoidAbono(taken.abono_id, "era de otra"))
