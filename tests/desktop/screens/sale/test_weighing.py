"""What follows from what was typed of one product, without any widget."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from avileo_pos.desktop.screens.sale.weighing import Weighed, Weighing
from avileo_pos.domain.enums import ProductType, ProductUnit
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.weight import Tare
from avileo_pos.queries.product import ProductTile

POLLO = ProductTile(
    UUID(int=1), "Pollo entero", ProductType.POLLO, ProductUnit.KG, Decimal("9.80"), date(2026, 11, 20), None, 1, True
)
JABA = replace(POLLO, name="Jaba de huevos", unit=ProductUnit.UNIDAD, price=Decimal("16.00"))
ON_THE_SCALE = Weighing.of(POLLO)


def kilos(written: str) -> Decimal:
    return Decimal(written)


def test_gross_less_tare_by_price_is_the_total() -> None:
    weighed = ON_THE_SCALE.with_gross(kilos("15.000")).with_tare(Tare(kilos("0.250"), 2)).weighed()
    assert weighed == Weighed(kilos("15.000"), kilos("14.500"), Decimal("9.80"), Decimal("142.10"))


def test_a_typed_net_needs_no_gross() -> None:
    line = ON_THE_SCALE.with_gross(kilos("3.000")).with_net(kilos("2.000")).line()
    assert (line.gross, line.tara, line.quantity) == (None, Decimal("0.000"), kilos("2.000"))


def test_a_total_alone_gives_net_and_gross() -> None:
    weighed = ON_THE_SCALE.with_tare(Tare.typed(kilos("0.500"))).with_total(Decimal("49.00")).weighed()
    assert (weighed.gross, weighed.net) == (kilos("5.500"), kilos("5.000"))


def test_a_total_for_what_was_weighed_gives_the_price() -> None:
    weighed = ON_THE_SCALE.with_gross(kilos("11.500")).with_total(Decimal("110.00")).weighed()
    assert (weighed.price, weighed.total) == (Decimal("9.57"), Decimal("110.06"))


def test_a_weight_after_a_total_sells_at_the_price_of_the_day() -> None:
    weighed = ON_THE_SCALE.with_total(Decimal("20.00")).with_gross(kilos("2.055")).weighed()
    assert (weighed.price, weighed.total) == (Decimal("9.80"), Decimal("20.14"))


def test_a_yapa_costs_nothing() -> None:
    assert ON_THE_SCALE.with_gross(kilos("0.100")).with_price(Decimal("0.00")).weighed().total == Decimal("0.00")


def test_pieces_are_one_until_counted() -> None:
    assert Weighing.of(JABA).line().quantity == 1
    assert Weighing.of(JABA).with_net(Decimal(3)).weighed().total == Decimal("48.00")


def test_a_new_price_needs_its_own_reason() -> None:
    explained = ON_THE_SCALE.with_gross(kilos("1.000")).with_price(Decimal("9.50")).with_reason("Por mayor")
    assert explained.line().price_reason == "Por mayor"
    assert explained.with_price(Decimal("9.00")).line().price_reason == ""
    assert explained.with_price(Decimal("9.80")).with_reason("Por mayor").line().price_reason == ""


def test_a_line_taken_up_again_is_the_same_line() -> None:
    line = ON_THE_SCALE.with_gross(kilos("15.000")).with_tare(Tare(kilos("0.250"), 2)).line()
    assert Weighing.again(POLLO, line).line() == line


@pytest.mark.parametrize(
    ("weighing", "code"),
    [
        (ON_THE_SCALE, "calculator_needs_two"),
        (ON_THE_SCALE.with_gross(kilos("1.000")).with_price(None), "calculator_needs_two"),
        (ON_THE_SCALE.with_gross(kilos("1.000")).with_tare(Tare.typed(kilos("2.000"))), "tare_exceeds_gross"),
        (ON_THE_SCALE.with_gross(kilos("1.000")).with_tare(Tare.typed(kilos("1.000"))), "weight_not_positive"),
        (ON_THE_SCALE.with_gross(kilos("1.000")).with_total(Decimal("0.00")), "calculator_not_positive"),
        (Weighing.of(JABA).with_net(Decimal(0)), "quantity_not_positive"),
    ],
)
def test_what_makes_no_sense_is_told(weighing: Weighing, code: str) -> None:
    with pytest.raises(BusinessRuleBroken) as broken:
        weighing.line()
    assert broken.value.code == code
