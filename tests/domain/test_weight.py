"""Tare, net weight, writing and reading kilos."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avileo_pos.domain.weight import NO_TARE, Tare, format_kilos, net_weight, parse_kilos, round_grams
from tests.domain.rules import refused
from tests.domain.strategies import kilos


@given(st.integers(0, 50), kilos(largest="9.999"), kilos())
def test_gross_is_net_plus_the_containers(containers: int, each: Decimal, net: Decimal) -> None:
    tare = Tare(per_container=each, containers=containers)
    assert tare.kilos == each * containers
    assert net_weight(net + tare.kilos, tare) == net


def test_a_typed_tare_counts_once() -> None:
    assert net_weight(Decimal("15.000"), Tare.typed(Decimal("0.500"))) == Decimal("14.500")
    assert net_weight(Decimal("15.000"), NO_TARE) == Decimal("15.000")


@pytest.mark.parametrize("gross", ["4.000", "0.001"])
def test_a_tare_above_the_gross_weight_is_refused(gross: str) -> None:
    with refused("tare_exceeds_gross", gross=Decimal(gross), tare=Decimal("4.200")):
        net_weight(Decimal(gross), Tare(Decimal("2.100"), 2))


@pytest.mark.parametrize(("weight", "rounded"), [("1.2345", "1.235"), ("1.2344", "1.234"), ("2", "2.000")])
def test_half_a_gram_goes_up(weight: str, rounded: str) -> None:
    assert str(round_grams(Decimal(weight))) == rounded


@pytest.mark.parametrize(
    ("gross", "tare"), [("2.000", "2.000"), ("0.000", "0.000"), ("0.000", "1.000"), ("-1.000", "0.000")]
)
def test_nothing_left_to_sell_is_refused(gross: str, tare: str) -> None:
    with refused("weight_not_positive"):
        net_weight(Decimal(gross), Tare.typed(Decimal(tare)))


def test_containers_do_not_make_the_goods_heavier() -> None:
    with refused("tare_negative", tare=Decimal("-0.100")):
        net_weight(Decimal("1.000"), Tare.typed(Decimal("-0.100")))


@pytest.mark.parametrize(
    ("weight", "written"), [("12.345", "12.345 kg"), ("1234.5", "1,234.500 kg"), ("0", "0.000 kg")]
)
def test_kilos_are_written_to_the_gram(weight: str, written: str) -> None:
    assert format_kilos(Decimal(weight)) == written


@given(kilos(smallest="0.000", largest="9999999.999"))
def test_kilos_written_read_back_the_same(weight: Decimal) -> None:
    assert parse_kilos(format_kilos(weight)) == weight


def test_a_weight_has_no_more_than_three_decimals() -> None:
    with refused("too_many_decimals", places=3):
        parse_kilos("1.2345 KG")


def test_a_weight_may_fill_its_column_and_no_more() -> None:
    with refused("too_large", largest=Decimal("9999999.999")):
        parse_kilos("10000000")
