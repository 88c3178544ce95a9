"""The kilos a vendor takes out: who moves them on and how they are accounted for."""

from dataclasses import replace
from decimal import Decimal
from itertools import product
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avileo_pos.domain.distribution import (
    SIGN_OF_ASSIGNED,
    Collected,
    Settlement,
    performance,
    require_explained,
    require_step,
)
from avileo_pos.domain.enums import BusinessUserRole, DistribucionMovementKind, DistribucionStatus, PaymentMethod
from avileo_pos.domain.money import ZERO
from avileo_pos.domain.permissions import Actor, Permission
from avileo_pos.domain.sale import Payment
from tests.domain.rules import refused
from tests.domain.strategies import kilos, soles

ACTIVO, EN_RUTA, CERRADO = DistribucionStatus.ACTIVO, DistribucionStatus.EN_RUTA, DistribucionStatus.CERRADO
ADMIN = Actor(UUID(int=1), "Rosa", BusinessUserRole.ADMIN_NEGOCIO)
VENDOR = Actor(UUID(int=2), "Juan", BusinessUserRole.VENDEDOR)
ANOTHER = Actor(UUID(int=3), "Ana", BusinessUserRole.VENDEDOR)
STEPS = {(ACTIVO, EN_RUTA), (ACTIVO, CERRADO), (EN_RUTA, CERRADO)}

EVEN_DAY = Settlement(
    asignado=Decimal("100.000"),
    vendido=Decimal("90.000"),
    devuelto=Decimal("8.500"),
    merma=Decimal("1.500"),
    vendido_por_peso=Decimal("810.00"),
    monto_vendido=Decimal("850.00"),
    cobrado=Collected(Decimal("500.00"), Decimal("200.00"), Decimal("50.00"), Decimal("30.00"), Decimal("70.00")),
    reference_price=Decimal("9.50"),
)


@pytest.mark.parametrize(("status", "following"), list(product(DistribucionStatus, repeat=2)))
def test_a_distribution_only_goes_forward(status: DistribucionStatus, following: DistribucionStatus) -> None:
    if (status, following) in STEPS:
        require_step(ADMIN, VENDOR.member_id, status, following)
    else:
        with refused("distribucion_cannot_become", status=status, following=following):
            require_step(ADMIN, VENDOR.member_id, status, following)


def test_a_vendor_accepts_the_own_kilos_and_nobody_elses() -> None:
    require_step(VENDOR, VENDOR.member_id, ACTIVO, EN_RUTA)
    with refused("permission_denied", permission=Permission.DISTRIBUCION_MANAGE):
        require_step(ANOTHER, VENDOR.member_id, ACTIVO, EN_RUTA)


@pytest.mark.parametrize("status", [ACTIVO, EN_RUTA])
def test_only_the_admin_closes(status: DistribucionStatus) -> None:
    with refused("permission_denied", permission=Permission.DISTRIBUCION_MANAGE):
        require_step(VENDOR, VENDOR.member_id, status, CERRADO)


def test_assigned_is_what_was_loaded_and_moved_between_vendors() -> None:
    moved = {
        DistribucionMovementKind.CARGA: "50.000",
        DistribucionMovementKind.RECARGA: "20.000",
        DistribucionMovementKind.TRASPASO_ENTRADA: "7.000",
        DistribucionMovementKind.TRASPASO_SALIDA: "3.000",
        DistribucionMovementKind.DEVOLUCION: "11.000",
        DistribucionMovementKind.MERMA: "2.000",
    }
    assert sum(SIGN_OF_ASSIGNED.get(kind, 0) * Decimal(weight) for kind, weight in moved.items()) == Decimal("74.000")


def test_a_day_that_adds_up_needs_no_reason() -> None:
    assert EVEN_DAY.faltante == EVEN_DAY.faltante_soles == EVEN_DAY.money_difference == ZERO
    assert EVEN_DAY.average_price == Decimal("9.00")
    assert require_explained(EVEN_DAY, "  ") == ""


def test_missing_kilos_are_worth_the_average_price_of_the_day() -> None:
    short = replace(EVEN_DAY, devuelto=Decimal("5.250"))
    assert short.faltante == Decimal("3.250")
    assert short.faltante_soles == Decimal("29.25")
    assert_needs_reason(short, kilos=Decimal("3.250"), soles=ZERO)


def test_the_value_of_missing_kilos_is_rounded_once() -> None:
    short = replace(EVEN_DAY, vendido=Decimal("3.000"), vendido_por_peso=Decimal("10.00"), devuelto=Decimal("95.200"))
    assert short.faltante == Decimal("0.300")
    assert (short.average_price, short.faltante_soles) == (Decimal("3.33"), Decimal("1.00"))


def test_where_nothing_was_sold_the_price_of_the_day_counts() -> None:
    unsold = replace(EVEN_DAY, vendido=Decimal("0.000"), vendido_por_peso=ZERO, devuelto=Decimal("96.500"))
    assert (unsold.faltante, unsold.faltante_soles) == (Decimal("2.000"), Decimal("19.00"))
    assert unsold.average_price == Decimal("9.50")


def test_missing_money_needs_a_reason_too() -> None:
    cobrado = replace(EVEN_DAY.cobrado, efectivo=Decimal("495.00"))
    assert_needs_reason(replace(EVEN_DAY, cobrado=cobrado), kilos=Decimal("0.000"), soles=Decimal("-5.00"))


def assert_needs_reason(settlement: Settlement, **difference: object) -> None:
    with refused("difference_needs_reason", **difference):
        require_explained(settlement, "   ")
    assert require_explained(settlement, " se cayó una jaba ") == "se cayó una jaba"


def test_selling_more_than_assigned_is_flagged() -> None:
    assert not EVEN_DAY.oversold
    assert not replace(EVEN_DAY, vendido=Decimal("100.000")).oversold
    over = replace(EVEN_DAY, vendido=Decimal("100.001"), devuelto=Decimal("0.000"), merma=Decimal("0.000"))
    assert over.oversold
    assert over.faltante == Decimal("-0.001")


@given(st.lists(st.builds(Payment, st.sampled_from(PaymentMethod), soles(smallest="0.01")), max_size=8), soles())
def test_what_was_collected_and_what_is_owed_is_all_that_was_sold(paid: list[Payment], fiado: Decimal) -> None:
    collected = Collected.of(paid, fiado)
    assert collected.total == sum(payment.amount for payment in paid) + fiado
    assert collected.yape == sum(payment.amount for payment in paid if payment.method is PaymentMethod.YAPE)
    assert collected.fiado == fiado


@given(kilos(), kilos())
def test_performance_is_sold_of_assigned(sold: Decimal, assigned: Decimal) -> None:
    percent = performance(sold, assigned)
    assert percent is not None
    assert abs(percent * assigned / 100 - sold) <= assigned * Decimal("0.00005")


def test_a_vendor_without_kilos_has_no_performance() -> None:
    assert performance(Decimal("90.000"), Decimal("100.000")) == Decimal("90.00")
    assert performance(Decimal("1.000"), Decimal("0.000")) is None
