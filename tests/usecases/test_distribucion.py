"""The day's kilos: given out, taken, added to, moved and settled."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from uuid import UUID, uuid4

import msgspec
import pytest

from avileo_pos.domain.distribution import Collected
from avileo_pos.domain.enums import DistribucionStatus, PaymentMethod
from avileo_pos.domain.errors import BusinessRuleBroken, PermissionDenied
from avileo_pos.queries.balance import stock_of
from avileo_pos.queries.distribucion import (
    DistribucionRow,
    distribucion,
    distribuciones_of_day,
    my_distribucion,
    settlement_of,
)
from avileo_pos.usecases.distribucion import (
    AcceptDistribucion,
    CloseDistribucion,
    MoveKilos,
    OpenDistribucion,
    ReloadDistribucion,
    ReturnedKilos,
    accept_distribucion,
    close_distribucion,
    move_kilos,
    open_distribucion,
    reload_distribucion,
)
from avileo_pos.usecases.sale import VoidSale, void_sale
from tests.desktop.shop import JOSE, PEPA, ROSA, ROSAS_DISTRIBUCION, TODAY, customer_id, product_id
from tests.till import Till, cash_sale, credit_sale, line, soles

POLLO = product_id("Pollo entero")
LUIS = customer_id("Luis Cárdenas")


def _give_jose(till: Till, kilos: str = "30.000", product: UUID | None = POLLO) -> DistribucionRow:
    request = OpenDistribucion(uuid4(), JOSE.member_id, "Carreta", Decimal(kilos), product)
    return till.do(open_distribucion, request, by=PEPA)


def test_kilos_given_out_leave_the_stock(till: Till) -> None:
    given = _give_jose(till)
    assert (given.asignado, given.estado) == (Decimal("30.000"), DistribucionStatus.ACTIVO)
    assert till.ask(stock_of, POLLO) == Decimal("104.500")


def test_the_load_goes_to_central_after_its_distribution(till: Till) -> None:
    _give_jose(till)
    opened, loaded = till.rows("SELECT id, collection, depends_on FROM sync_queue ORDER BY seq")
    assert (opened["collection"], loaded["collection"]) == ("distribuciones", "distribucion_movements")
    assert msgspec.json.decode(loaded["depends_on"]) == [opened["id"]]


def test_kilos_without_a_product_do_not_touch_the_stock(till: Till) -> None:
    _give_jose(till, product=None)
    assert till.ask(stock_of, POLLO) == Decimal("134.500")


def test_pressing_twice_gives_the_kilos_once(till: Till) -> None:
    request = OpenDistribucion(uuid4(), JOSE.member_id, "Carreta", Decimal("30.000"), POLLO)
    first, second = till.do(open_distribucion, request, by=PEPA), till.do(open_distribucion, request, by=PEPA)
    assert first == second


def test_a_vendor_has_one_distribution_under_way_in_a_day(till: Till) -> None:
    _give_jose(till)
    with pytest.raises(BusinessRuleBroken, match="distribucion_already_open"):
        _give_jose(till)


def test_only_the_admin_gives_kilos_out(till: Till) -> None:
    with pytest.raises(PermissionDenied):
        till.do(open_distribucion, OpenDistribucion(uuid4(), ROSA.member_id, "Carro", Decimal("1.000")))


@pytest.mark.parametrize("kilos", ["0.000", "-1.000"])
def test_nothing_cannot_be_given_out(till: Till, kilos: str) -> None:
    with pytest.raises(BusinessRuleBroken, match="kilos_not_positive"):
        _give_jose(till, kilos)


def test_a_reload_adds_to_what_was_assigned(till: Till) -> None:
    request = ReloadDistribucion(uuid4(), ROSAS_DISTRIBUCION, Decimal("12.500"), POLLO)
    till.do(reload_distribucion, request, by=PEPA)
    assert till.do(reload_distribucion, request, by=PEPA).asignado == Decimal("92.500")
    assert till.ask(stock_of, POLLO) == Decimal("122.000")


def test_kilos_moved_between_vendors_stay_out_of_the_stock(till: Till) -> None:
    joses = _give_jose(till)
    move = MoveKilos(uuid4(), ROSAS_DISTRIBUCION, joses.id, Decimal("5.000"), POLLO)
    giving, taking = till.do(move_kilos, move, by=PEPA)
    assert (giving.asignado, taking.asignado) == (Decimal("75.000"), Decimal("35.000"))
    assert till.ask(stock_of, POLLO) == Decimal("104.500")


def test_the_vendor_takes_the_own_kilos_out_and_nobody_elses(till: Till) -> None:
    with pytest.raises(PermissionDenied):
        till.do(accept_distribucion, AcceptDistribucion(ROSAS_DISTRIBUCION), by=JOSE)
    taken = till.do(accept_distribucion, AcceptDistribucion(ROSAS_DISTRIBUCION))
    assert (taken.estado, taken.accepted_at) == (DistribucionStatus.EN_RUTA, till.clock())


def test_sales_are_subtracted_at_once_and_voided_ones_come_back(till: Till) -> None:
    till.open_drawer()
    till.sell(cash_sale(line("Pollo entero", "10.000")))
    wrong = till.sell(credit_sale(LUIS, line("Pollo entero", "2.000")))
    till.do(void_sale, VoidSale(wrong.sale_id, "se equivocó"))
    mine = till.ask(my_distribucion)
    assert mine
    assert (mine.vendido, mine.left) == (Decimal("10.000"), Decimal("70.000"))
    assert (mine.monto_recaudado, mine.performance) == (Decimal("98.00"), Decimal("12.50"))


def test_a_day_that_adds_up_closes_without_a_reason(till: Till) -> None:
    till.open_drawer()
    till.sell(cash_sale(line("Pollo entero", "50.000")))
    close = CloseDistribucion(ROSAS_DISTRIBUCION, (ReturnedKilos(Decimal("29.000"), POLLO),), Decimal("1.000"))
    closed = till.do(close_distribucion, close, by=PEPA)
    assert closed.estado is DistribucionStatus.CERRADO
    assert (closed.devuelto, closed.merma) == (Decimal("29.000"), Decimal("1.000"))
    assert closed.left == 0
    assert till.ask(stock_of, POLLO) == Decimal("163.500")


def test_missing_kilos_are_told_in_soles_and_need_a_reason(till: Till) -> None:
    till.open_drawer()
    till.sell(cash_sale(line("Pollo entero", "50.000")))
    close = CloseDistribucion(ROSAS_DISTRIBUCION, (ReturnedKilos(Decimal("28.000"), POLLO),))
    with pytest.raises(BusinessRuleBroken, match="difference_needs_reason") as refused:
        till.do(close_distribucion, close, by=PEPA)
    assert refused.value.details["kilos"] == Decimal("2.000")
    assert till.ask(distribucion, ROSAS_DISTRIBUCION).devuelto == 0
    closed = till.do(close_distribucion, replace(close, reason="balanza floja"), by=PEPA)
    assert closed.close_reason == "balanza floja"
    assert till.ask(settlement_of, ROSAS_DISTRIBUCION).faltante_soles == Decimal("19.60")


def test_a_settlement_tells_the_money_by_method_and_what_was_left_owing(till: Till) -> None:
    till.open_drawer()
    till.sell(cash_sale(line("Pollo entero", "10.000"), line("Jaba de huevos (30)", "1.000")))
    till.sell(credit_sale(LUIS, line("Pollo entero", "5.000"), paid=(soles("9.00", PaymentMethod.YAPE),)))
    account = till.ask(settlement_of, ROSAS_DISTRIBUCION)
    assert (account.vendido, account.vendido_por_peso) == (Decimal("15.000"), Decimal("147.00"))
    assert account.cobrado == Collected(efectivo=Decimal("114.00"), yape=Decimal("9.00"), fiado=Decimal("40.00"))
    assert account.money_difference == 0
    assert account.average_price == Decimal("9.80")


def test_unsold_kilos_are_valued_at_the_price_of_what_was_loaded(till: Till) -> None:
    assert till.ask(settlement_of, ROSAS_DISTRIBUCION).reference_price == Decimal("9.80")


def test_a_closed_distribution_takes_no_more_kilos(till: Till) -> None:
    close = CloseDistribucion(ROSAS_DISTRIBUCION, (ReturnedKilos(Decimal("80.000"), POLLO),))
    till.do(close_distribucion, close, by=PEPA)
    with pytest.raises(BusinessRuleBroken, match="distribucion_closed"):
        till.do(reload_distribucion, ReloadDistribucion(uuid4(), ROSAS_DISTRIBUCION, Decimal("1.000")), by=PEPA)
    with pytest.raises(BusinessRuleBroken, match="distribucion_cannot_become"):
        till.do(close_distribucion, close, by=PEPA)


def test_a_vendor_sees_the_own_day_and_the_admin_the_whole_table(till: Till) -> None:
    _give_jose(till)
    assert [row.vendedor_id for row in till.ask(distribuciones_of_day, TODAY)] == [ROSA.member_id]
    assert [row.vendedor_name for row in till.ask_as(PEPA, distribuciones_of_day, TODAY)] == [
        "José Huamán",
        "Rosa Quispe",
    ]


def test_yesterdays_distribution_is_not_todays(till: Till) -> None:
    till.clock.go_on(days=1)
    assert till.ask(my_distribucion) is None
