"""DNI, mobiles, RUC and names as they are searched."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.pe import ruc

from avileo_pos.domain.identity import folded, is_ruc, normal_dni, normal_mobile
from tests.domain.rules import refused


@pytest.mark.parametrize("typed", ["01234567", " 0123 4567", "01.234.567", "01234567 "])
def test_a_dni_is_eight_digits_however_typed(typed: str) -> None:
    assert normal_dni(typed) == "01234567"


@pytest.mark.parametrize("typed", ["", "1234567", "123456789", "1234567a", "١٢٣٤٥٦٧٨"])
def test_what_is_no_dni_is_refused(typed: str) -> None:
    with refused("not_a_dni", text=typed):
        normal_dni(typed)


@pytest.mark.parametrize("typed", ["987654321", "+51 987 654 321", "51987654321", "(51) 987-654-321"])
def test_a_mobile_is_nine_digits_however_typed(typed: str) -> None:
    assert normal_mobile(typed) == "987654321"


@pytest.mark.parametrize(
    "typed", ["", "887654321", "98765432", "9876543210", "+1 987654321", "5198765432", "+52987654321"]
)
def test_what_is_no_peruvian_mobile_is_refused(typed: str) -> None:
    with refused("not_a_mobile", text=typed):
        normal_mobile(typed)


def test_a_ruc_ends_in_its_check_digit() -> None:
    assert is_ruc("20100070970")
    assert not is_ruc("20131312954")
    assert is_ruc("20131312955")


@pytest.mark.parametrize("typed", ["", "2010007097", "201000709700", "2010007097x", "２０１０００７０９７０"])
def test_a_ruc_has_eleven_digits(typed: str) -> None:
    assert not is_ruc(typed)


@given(st.from_regex(r"(10|15|17|20)[0-9]{9}", fullmatch=True))
def test_a_ruc_is_checked_as_others_check_it(digits: str) -> None:
    assert is_ruc(digits) == ruc.is_valid(digits)


@pytest.mark.parametrize(
    ("written", "searched"), [("Ñandú", "nandu"), ("JOSÉ Güímac", "jose guimac"), ("Doña Ángela 2", "dona angela 2")]
)
def test_accents_do_not_hide_a_customer(written: str, searched: str) -> None:
    assert folded(written) == searched


@given(st.text())
def test_what_is_folded_stays_so(text: str) -> None:
    assert folded(folded(text)) == folded(text)
