"""What a vendor earns on sales."""

from decimal import Decimal

from avileo_pos.domain.money import round_cents


def commission(sold: Decimal, rate: Decimal) -> Decimal:
    """Soles on the soles sold, at `commission_rate` per cent; rounded once, so ask with the period's sum."""
    return round_cents(sold * rate / 100)
