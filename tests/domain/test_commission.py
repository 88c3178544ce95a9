"""What a vendor earns."""

from decimal import Decimal

from avileo_pos.domain.commission import commission


def test_a_commission_is_rounded_once_half_up() -> None:
    assert commission(Decimal("1234.50"), Decimal("2.50")) == Decimal("30.86")
    assert commission(Decimal("0.20"), Decimal("2.50")) == Decimal("0.01")
    assert commission(Decimal("850.00"), Decimal("0.00")) == Decimal("0.00")
