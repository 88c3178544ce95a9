"""The turn at the drawer, from the float to the count."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest

from avileo_pos.domain.enums import CashMovementKind, PaymentMethod
from avileo_pos.domain.errors import BusinessRuleBroken, PermissionDenied
from avileo_pos.domain.permissions import Permission
from avileo_pos.queries.cash_session import cash_report, cash_sessions_of_day, open_cash_session_of
from avileo_pos.usecases.abono import RegisterAbono, VoidAbono, register_abono, void_abono
from avileo_pos.usecases.cash_session import (
    CloseCashSession,
    OpenCashSession,
    RecordCashMovement,
    close_cash_session,
    open_cash_session,
    record_cash_movement,
)
from avileo_pos.usecases.sale import VoidSale, void_sale
from tests.desktop.shop import JOSE, PEPA, ROSA, TODAY, customer_id
from tests.till import Till, cash_sale, credit_sale, line, soles

LUIS = customer_id("Luis Cárdenas")
YAPE = PaymentMethod.YAPE
EFECTIVO = PaymentMethod.EFECTIVO


def _moved(kind: CashMovementKind, amount: str) -> RecordCashMovement:
    return RecordCashMovement(uuid4(), kind, Decimal(amount), "bolsas")


def test_a_person_has_one_open_drawer_on_a_till(till: Till) -> None:
    till.open_drawer()
    with pytest.raises(BusinessRuleBroken, match="cash_session_already_open"):
        till.open_drawer()
    till.open_drawer(by=JOSE)


def test_opening_twice_with_one_request_opens_once(till: Till) -> None:
    request = OpenCashSession(uuid4(), Decimal("50.00"))
    first, second = till.do(open_cash_session, request), till.do(open_cash_session, request)
    assert first == second == till.ask(open_cash_session_of)


def test_a_float_below_zero_is_refused(till: Till) -> None:
    with pytest.raises(BusinessRuleBroken, match="amount_negative"):
        till.open_drawer(opening_float="-1.00")


def test_the_drawer_should_hold_what_came_in_less_what_went_out(till: Till) -> None:
    drawer = till.open_drawer(opening_float="50.00")
    till.sell(cash_sale(line("Pechuga", "2.000"), tendered="40.00"))
    till.sell(credit_sale(LUIS, line("Pechuga", "2.000"), paid=(soles("5.00"), soles("6.00", YAPE))))
    till.do(register_abono, RegisterAbono(uuid4(), LUIS, (soles("3.00"), soles("2.00", YAPE))))
    for kind, amount in (("ingreso", "10.00"), ("gasto", "4.00"), ("retiro", "20.00")):
        till.do(record_cash_movement, _moved(CashMovementKind(kind), amount))
    report = till.ask(cash_report, drawer)
    assert report.cash.expected == Decimal("50") + 31 + 5 + 3 + 10 - 4 - 20
    assert (report.sales.count, report.sales.by_method[EFECTIVO], report.sales.by_method[YAPE]) == (
        2,
        Decimal("36.00"),
        Decimal("6.00"),
    )
    assert (report.abonos.count, report.abonos.total) == (1, Decimal("5.00"))
    assert report.fiado == 20
    assert {row.kind for row in report.movements} == set(CashMovementKind)


def test_a_sale_voided_in_its_own_session_leaves_its_totals(till: Till) -> None:
    drawer = till.open_drawer(opening_float="0.00")
    sold = till.sell(cash_sale(line("Pechuga", "2.000")))
    till.do(void_sale, VoidSale(sold.sale_id, "se equivocó"))
    report = till.ask(cash_report, drawer)
    assert report.cash.expected == report.sales.total == report.refunds.total == 0
    assert report.sales.count == 0
    [voided] = report.voided
    assert (voided.number, voided.amount, voided.voided_by_name) == (sold.number, Decimal("31.00"), "Rosa Quispe")


def test_a_sale_voided_later_stays_in_its_session_and_is_a_refund_in_the_other(till: Till) -> None:
    first = till.open_drawer(opening_float="0.00")
    sold = till.sell(cash_sale(line("Pechuga", "2.000")))
    till.do(close_cash_session, CloseCashSession(first, Decimal("31.00")))
    second = till.open_drawer(opening_float="40.00")
    till.do(void_sale, VoidSale(sold.sale_id, "se equivocó"))
    assert till.ask(cash_report, first).cash.expected == Decimal("31.00")
    report = till.ask(cash_report, second)
    assert (report.refunds.count, report.refunds.by_method[EFECTIVO]) == (1, Decimal("31.00"))
    assert report.cash.expected == Decimal("9.00")


def test_an_abono_voided_later_is_a_refund_too(till: Till) -> None:
    first = till.open_drawer(opening_float="0.00")
    taken = till.do(register_abono, RegisterAbono(uuid4(), LUIS, (soles("8.00"), soles("2.00", YAPE))))
    till.do(close_cash_session, CloseCashSession(first, Decimal("8.00")))
    second = till.open_drawer(opening_float="20.00")
    assert till.do(void_abono, VoidAbono(taken.abono_id, "era de otra")).refund == 8
    report = till.ask(cash_report, second)
    assert report.cash.expected == Decimal("12.00")
    assert report.refunds.by_method[YAPE] == 2


def test_a_count_that_fits_needs_no_reason_and_closes(till: Till) -> None:
    drawer = till.open_drawer(opening_float="50.00")
    report = till.do(close_cash_session, CloseCashSession(drawer, Decimal("50.00")))
    assert report.session.closed_at == till.clock()
    assert (report.session.difference, report.session.difference_reason) == (Decimal("0.00"), None)
    assert till.ask(open_cash_session_of) is None


def test_a_difference_is_told_only_after_the_count_and_needs_a_reason(till: Till) -> None:
    drawer = till.open_drawer(opening_float="50.00")
    counted = CloseCashSession(drawer, Decimal("48.50"))
    with pytest.raises(BusinessRuleBroken, match="difference_needs_reason") as refused:
        till.do(close_cash_session, counted)
    assert refused.value.details["soles"] == Decimal("-1.50")
    report = till.do(close_cash_session, replace(counted, difference_reason="mal vuelto"))
    assert report.session.expected_cash == Decimal("50.00")
    assert report.session.difference == Decimal("-1.50")


def test_a_session_is_closed_once(till: Till) -> None:
    drawer = till.open_drawer(opening_float="50.00")
    till.do(close_cash_session, CloseCashSession(drawer, Decimal("50.00")))
    with pytest.raises(BusinessRuleBroken, match="cash_session_closed"):
        till.do(close_cash_session, CloseCashSession(drawer, Decimal("50.00")))


def test_the_admin_closes_anybodys_session_a_seller_the_own(till: Till) -> None:
    drawer = till.open_drawer(opening_float="50.00")
    with pytest.raises(PermissionDenied) as refused:
        till.do(close_cash_session, CloseCashSession(drawer, Decimal("50.00")), by=JOSE)
    assert refused.value.details["permission"] == Permission.CASH_SESSION_ANY
    till.do(close_cash_session, CloseCashSession(drawer, Decimal("50.00")), by=PEPA)


def test_an_expense_pressed_twice_leaves_the_drawer_once(till: Till) -> None:
    till.open_drawer(opening_float="50.00")
    spent = _moved(CashMovementKind.GASTO, "4.00")
    first, second = till.do(record_cash_movement, spent), till.do(record_cash_movement, spent)
    assert first.cash.expected == second.cash.expected == Decimal("46.00")


def test_cash_is_moved_with_a_reason_and_an_amount(till: Till) -> None:
    till.open_drawer()
    with pytest.raises(BusinessRuleBroken, match="reason_required"):
        till.do(record_cash_movement, replace(_moved(CashMovementKind.GASTO, "4.00"), reason=""))
    with pytest.raises(BusinessRuleBroken, match="amount_not_positive"):
        till.do(record_cash_movement, _moved(CashMovementKind.GASTO, "0.00"))


def test_a_seller_sees_the_own_sessions_and_the_admin_all(till: Till) -> None:
    till.open_drawer()
    till.open_drawer(by=JOSE)
    assert [row.seller_id for row in till.ask(cash_sessions_of_day, TODAY)] == [ROSA.member_id]
    assert len(till.ask_as(PEPA, cash_sessions_of_day, TODAY)) == 2
