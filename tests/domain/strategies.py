"""What the shop's figures may be, for tests that try many."""

from decimal import Decimal

from hypothesis import strategies as st

from avileo_pos.domain.enums import PaymentMethod


def soles(smallest: str = "0.00", largest: str = "99999.99") -> st.SearchStrategy[Decimal]:
    return st.decimals(Decimal(smallest), Decimal(largest), places=2)


def kilos(smallest: str = "0.001", largest: str = "999.999") -> st.SearchStrategy[Decimal]:
    return st.decimals(Decimal(smallest), Decimal(largest), places=3)


not_cash = st.sampled_from([method for method in PaymentMethod if method is not PaymentMethod.EFECTIVO])
