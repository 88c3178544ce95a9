"""What the shop's figures may be, for tests that try many."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from avileo_pos.domain.enums import PaymentMethod


def soles(smallest: str = "0.00", largest: str = "99999.99") -> st.SearchStrategy[Decimal]:
    return st.decimals(Decimal(smallest), Decimal(largest), places=2)


def kilos(smallest: str = "0.001", largest: str = "999.999") -> st.SearchStrategy[Decimal]:
    return st.decimals(Decimal(smallest), Decimal(largest), places=3)


# A century of instants, to the microsecond.
instants = st.timedeltas(timedelta(0), timedelta(days=36_500)).map(
    lambda since: datetime(2000, 1, 1, tzinfo=UTC) + since
)
not_cash = st.sampled_from([method for method in PaymentMethod if method is not PaymentMethod.EFECTIVO])
