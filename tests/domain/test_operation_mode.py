"""What each operation mode shows, moves and asks."""

from decimal import Decimal
from itertools import product
from uuid import UUID

import pytest

from avileo_pos.domain.enums import BusinessUserRole, ModoOperacion, MovementKind
from avileo_pos.domain.operation_mode import OperationRules, SaleCheck, require_available, shortage
from avileo_pos.domain.permissions import Actor, Permission
from avileo_pos.domain.stock import stock_change
from tests.domain.rules import refused

ADMIN = Actor(UUID(int=1), "Rosa", BusinessUserRole.ADMIN_NEGOCIO)
VENDOR = Actor(UUID(int=2), "Juan", BusinessUserRole.VENDEDOR)
FLAGS = list(product([False, True], repeat=2))


def rules(mode: ModoOperacion, control_kilos: bool = True, usar_distribucion: bool = True) -> OperationRules:
    return OperationRules(mode, control_kilos, usar_distribucion, permitir_venta_sin_stock=False)


def checks(of: OperationRules) -> tuple[SaleCheck, SaleCheck]:
    """Of a sale from a distribution, and of one without."""
    return of.check(in_distribucion=True), of.check(in_distribucion=False)


@pytest.mark.parametrize(("control_kilos", "usar_distribucion"), FLAGS)
def test_the_flags_count_in_mixto_alone(control_kilos: bool, usar_distribucion: bool) -> None:
    own = rules(ModoOperacion.INVENTARIO_PROPIO, control_kilos, usar_distribucion)
    assert own.uses_distribution
    assert own.moves_stock
    assert checks(own) == (SaleCheck.DISTRIBUCION, SaleCheck.STOCK)

    none = rules(ModoOperacion.SIN_INVENTARIO, control_kilos, usar_distribucion)
    assert not none.uses_distribution
    assert not none.moves_stock
    assert checks(none) == (SaleCheck.NOTHING, SaleCheck.NOTHING)

    orders = rules(ModoOperacion.PEDIDOS, control_kilos, usar_distribucion)
    assert not orders.uses_distribution
    assert orders.moves_stock
    assert checks(orders) == (SaleCheck.PEDIDO, SaleCheck.PEDIDO)

    mixed = rules(ModoOperacion.MIXTO, control_kilos, usar_distribucion)
    assert mixed.uses_distribution is usar_distribucion
    assert mixed.moves_stock is control_kilos


@pytest.mark.parametrize(
    ("control_kilos", "usar_distribucion", "in_distribucion", "otherwise"),
    [
        (False, False, SaleCheck.NOTHING, SaleCheck.NOTHING),
        (False, True, SaleCheck.DISTRIBUCION, SaleCheck.NOTHING),
        (True, False, SaleCheck.STOCK, SaleCheck.STOCK),
        (True, True, SaleCheck.DISTRIBUCION, SaleCheck.STOCK),
    ],
)
def test_mixto_checks_by_both_flags(
    control_kilos: bool, usar_distribucion: bool, in_distribucion: SaleCheck, otherwise: SaleCheck
) -> None:
    assert checks(rules(ModoOperacion.MIXTO, control_kilos, usar_distribucion)) == (in_distribucion, otherwise)


def test_kilos_of_a_distribution_leave_the_stock_only_once() -> None:
    own = rules(ModoOperacion.INVENTARIO_PROPIO)
    assert own.sale_moves_stock(in_distribucion=False)
    assert not own.sale_moves_stock(in_distribucion=True)
    without_distribution = rules(ModoOperacion.MIXTO, usar_distribucion=False)
    assert without_distribution.sale_moves_stock(in_distribucion=True)
    assert not rules(ModoOperacion.SIN_INVENTARIO).sale_moves_stock(in_distribucion=False)


def test_a_sale_beyond_what_is_left_asks_for_the_admin() -> None:
    own = rules(ModoOperacion.INVENTARIO_PROPIO)
    wanted, left = Decimal("5.000"), Decimal("3.500")
    assert shortage(wanted, left) == Decimal("1.500")
    with refused("sells_without_stock", check=SaleCheck.STOCK, missing=Decimal("1.500")):
        require_available(own, VENDOR, SaleCheck.STOCK, wanted, left)
    with refused("sells_without_stock", missing=Decimal("0.001")):
        require_available(own, VENDOR, SaleCheck.DISTRIBUCION, Decimal("3.501"), left)
    lent = VENDOR.approved(Permission.SELL_WITHOUT_STOCK, by=ADMIN)
    require_available(own, lent, SaleCheck.STOCK, wanted, left)
    require_available(own, ADMIN, SaleCheck.STOCK, wanted, left)


def test_a_business_may_let_everybody_sell_without_stock() -> None:
    lenient = OperationRules(ModoOperacion.INVENTARIO_PROPIO, True, True, permitir_venta_sin_stock=True)
    require_available(lenient, VENDOR, SaleCheck.STOCK, Decimal("5.000"), Decimal("-2.000"))


def test_what_is_left_to_the_last_gram_may_be_sold() -> None:
    own = rules(ModoOperacion.INVENTARIO_PROPIO)
    require_available(own, VENDOR, SaleCheck.DISTRIBUCION, Decimal("3.500"), Decimal("3.500"))
    assert shortage(Decimal("3.500"), Decimal("4.000")) == 0


def test_a_sale_held_against_nothing_is_never_short() -> None:
    none = rules(ModoOperacion.SIN_INVENTARIO)
    require_available(none, VENDOR, SaleCheck.NOTHING, Decimal("5.000"), Decimal("0.000"))


@pytest.mark.parametrize(
    ("kind", "sign"),
    [("compra", 1), ("venta", -1), ("anulacion", 1), ("carga", -1), ("devolucion", 1), ("merma", -1)],
)
def test_each_kind_of_movement_fills_or_empties_the_stock(kind: str, sign: int) -> None:
    for some in (Decimal("0.001"), Decimal("2.500")):
        assert stock_change(MovementKind(kind), some) == sign * some
    for nothing in (Decimal("0.000"), Decimal("-2.500")):
        with refused("quantity_not_positive"):
            stock_change(MovementKind(kind), nothing)


def test_an_adjustment_goes_either_way() -> None:
    assert stock_change(MovementKind.AJUSTE, Decimal("-2.500")) == Decimal("-2.500")
    assert stock_change(MovementKind.AJUSTE, Decimal("2.500")) == Decimal("2.500")
    with refused("adjustment_is_zero"):
        stock_change(MovementKind.AJUSTE, Decimal("0.000"))
