"""The calculator of the stall: total, price per kg or net kilos, the third from the other two."""

from dataclasses import dataclass
from decimal import Decimal

from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.money import LARGEST_PRICE, exact, line_subtotal, round_cents
from avileo_pos.domain.weight import LARGEST_WEIGHT, NO_KILOS, round_grams


@dataclass(frozen=True, slots=True)
class Calculation:
    """Soles, soles per kg, and kg. `net` and `price` may go to a sale line as they are."""

    total: Decimal
    price: Decimal
    net: Decimal
    tare: Decimal

    @property
    def gross(self) -> Decimal:
        return self.net + self.tare


def solve(
    total: Decimal | None = None,
    price: Decimal | None = None,
    net: Decimal | None = None,
    tare: Decimal = NO_KILOS,
) -> Calculation:
    """The missing one of the three, rounded half up once: total and price to the céntimo, net to the gram.

    A computed price or net is rounded, so selling by it may give another total: by up to half a céntimo per kg, or
    half a gram's price, before the line itself is rounded. The given values are never touched.

    Raises BusinessRuleBroken: calculator_needs_two; calculator_not_positive (field) for a given value of zero or
    less; tare_negative; too_large when the result fits no column.
    """
    _require_positive(total=total, price=price, net=net)
    if tare < 0:
        raise BusinessRuleBroken("tare_negative", tare=tare)
    match total, price, net:
        case None, Decimal(), Decimal():
            total = exact(line_subtotal(net, price))
        case Decimal(), None, Decimal():
            price = exact(round_cents(total / net), largest=LARGEST_PRICE)
        case Decimal(), Decimal(), None:
            net = exact(round_grams(total / price), places=3, largest=LARGEST_WEIGHT)
        case _:
            raise BusinessRuleBroken("calculator_needs_two")
    return Calculation(total, price, net, tare)


def _require_positive(**given: Decimal | None) -> None:
    for field, value in given.items():
        if value is not None and value <= 0:
            raise BusinessRuleBroken("calculator_not_positive", field=field)
