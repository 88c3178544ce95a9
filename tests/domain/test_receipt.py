"""Receipt numbers and lines."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from avileo_pos.domain.receipt import TITLE, ReceiptNumber, parse_receipt_number, receipt_number, weighing
from tests.domain.rules import refused


def test_a_receipt_is_numbered_in_the_series_of_its_till() -> None:
    assert receipt_number("A1", 123) == "A1-000123"
    assert receipt_number("A1", 1234567) == "A1-1234567"


@given(st.from_regex(r"[A-Z][A-Z0-9]{0,7}", fullmatch=True), st.integers(1, 10**9))
def test_a_receipt_number_reads_back_the_same(series: str, number: int) -> None:
    assert parse_receipt_number(receipt_number(series, number)) == ReceiptNumber(series, number)


def test_a_receipt_number_may_be_typed_in_small_letters() -> None:
    assert parse_receipt_number(" a1-000123 ") == ReceiptNumber("A1", 123)


@pytest.mark.parametrize(
    "typed", ["", "A1", "A1-123", "A1-000000", "1A-000123", "A1-0001234", "A1-00012x", "A1-٠٠٠١٢٣"]
)
def test_what_is_no_receipt_number_is_refused(typed: str) -> None:
    with refused("not_a_receipt_number", text=typed):
        parse_receipt_number(typed)


@pytest.mark.parametrize(("series", "number"), [("", 1), ("a1", 1), ("A-1", 1), ("A1", 0), ("A1", -5)])
def test_a_number_that_no_till_gives_is_a_mistake_of_ours(series: str, number: int) -> None:
    with pytest.raises(ValueError, match="no receipt number"):
        receipt_number(series, number)


def test_the_title_says_that_it_is_no_tax_document() -> None:
    assert TITLE == "NOTA DE VENTA - documento interno, no es comprobante de pago"


def test_the_weighing_is_shown_in_full() -> None:
    assert weighing(Decimal("1015"), Decimal("0.5"), Decimal("1014.5")) == "1,015.000 - 0.500 = 1,014.500 kg"
