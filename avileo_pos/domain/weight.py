"""Kilos: tare, net weight, writing and reading. Weights are Decimal with 3 places, in kg."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.money import parse_amount

GRAM = Decimal("0.001")
NO_KILOS = Decimal("0.000")

# What the columns hold: numeric(10,3).
LARGEST_WEIGHT = Decimal("9999999.999")


@dataclass(frozen=True, slots=True)
class Tare:
    """What the containers on the scale weigh: so many jabas or bolsas of `per_container` kg each."""

    per_container: Decimal
    containers: int

    @classmethod
    def typed(cls, kilos: Decimal) -> "Tare":
        """A tare that the cashier knows as one weight."""
        return cls(per_container=kilos, containers=1)

    @property
    def kilos(self) -> Decimal:
        return round_grams(self.per_container * self.containers)


NO_TARE = Tare.typed(NO_KILOS)


def round_grams(value: Decimal) -> Decimal:
    """To the gram, half up (away from zero)."""
    return value.quantize(GRAM, rounding=ROUND_HALF_UP)


def net_weight(gross: Decimal, tare: Tare) -> Decimal:
    """Gross less tare, more than nothing.

    Raises BusinessRuleBroken: tare_negative, tare_exceeds_gross (gross, tare), weight_not_positive (net).
    """
    if tare.kilos < 0:
        raise BusinessRuleBroken("tare_negative", tare=tare.kilos)
    if tare.kilos > gross > 0:
        raise BusinessRuleBroken("tare_exceeds_gross", gross=gross, tare=tare.kilos)
    net = round_grams(gross - tare.kilos)
    if net <= 0:
        raise BusinessRuleBroken("weight_not_positive", net=net)
    return net


def format_kilos(kilos: Decimal) -> str:
    """«12.345 kg», «1,234.500 kg»."""
    return f"{round_grams(kilos):,.3f} kg"


def parse_kilos(text: str) -> Decimal:
    """The weight that a person typed, with or without «kg»; marks as in `money.parse_amount`.

    Raises BusinessRuleBroken: not_a_number, too_many_decimals (places), too_large (largest).
    """
    return parse_amount(text.strip().lower().removesuffix("kg"), places=3, largest=LARGEST_WEIGHT)
