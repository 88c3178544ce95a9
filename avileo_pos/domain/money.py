"""Soles and céntimos: rounding, writing and reading. Amounts are Decimal with 2 places, in PEN."""

import re
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from avileo_pos.domain.errors import BusinessRuleBroken

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
SMALLEST_COIN = Decimal("0.10")

# What the columns hold: numeric(12,2) for amounts, numeric(10,2) for prices.
LARGEST_AMOUNT = Decimal("9999999999.99")
LARGEST_PRICE = Decimal("99999999.99")

_WRITTEN = re.compile(r"(?P<sign>-?)\s*(?:s/\.?)?\s*(?P<digits>[0-9.,]+)", re.IGNORECASE)
_GROUPED = {mark: re.compile(rf"[1-9][0-9]{{0,2}}(?:{re.escape(mark)}[0-9]{{3}})+") for mark in ",."}


def round_cents(value: Decimal) -> Decimal:
    """To the céntimo, half up (away from zero)."""
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def line_subtotal(quantity: Decimal, unit_price: Decimal) -> Decimal:
    """What a line costs: kilos or units times price, rounded this once."""
    return round_cents(quantity * unit_price)


def payable_in_cash(amount: Decimal) -> Decimal:
    """The amount, not negative, down to the smallest coin in the buyer's favour (Ley 29571, art. 44).

    An amount below that coin stays as it is: it never becomes nothing.
    """
    rounded = amount.quantize(Decimal("0.1"), rounding=ROUND_DOWN).quantize(CENT)
    return rounded if rounded >= SMALLEST_COIN else amount


def format_soles(amount: Decimal) -> str:
    """«S/ 1,234.50», «-S/ 3.00»."""
    soles = round_cents(amount)
    sign = "-" if soles < 0 else ""
    return f"{sign}S/ {abs(soles):,.2f}"


def parse_amount(text: str, places: int = 2, largest: Decimal = LARGEST_AMOUNT) -> Decimal:
    """The number that a person typed, with `places` decimals; the comma and the point are both decimal marks.

    Where both occur, the last is the decimal mark and the other separates thousands. One alone is the decimal mark,
    unless it repeats, or is a comma before three digits where fewer decimals fit: «1,234» soles are a thousand odd,
    «1,234» kilos are one and a bit, «1.234» soles are refused rather than guessed.

    Raises BusinessRuleBroken: not_a_number, too_many_decimals (places), too_large (largest).
    """
    written = _WRITTEN.fullmatch(text.strip())
    if written is None:
        raise BusinessRuleBroken("not_a_number", text=text)
    whole, decimals = _split_decimals(written["digits"], places)
    if whole is None or not whole + decimals:
        raise BusinessRuleBroken("not_a_number", text=text)
    if len(decimals) > places:
        raise BusinessRuleBroken("too_many_decimals", places=places)
    return exact(Decimal(f"{written['sign']}{whole or '0'}.{decimals or '0'}"), places, largest)


def _split_decimals(digits: str, places: int) -> tuple[str | None, str]:
    mark = _decimal_mark(digits, places)
    if mark is None:
        return _without_thousands(digits), ""
    whole, _, decimals = digits.rpartition(mark)
    return _without_thousands(whole), decimals


def _decimal_mark(digits: str, places: int) -> str | None:
    marks = [character for character in digits if character in ",."]
    if not marks or marks.count(marks[-1]) > 1:
        return None
    if marks == [","] and places < 3 and _GROUPED[","].fullmatch(digits):
        return None
    return marks[-1]


def _without_thousands(whole: str) -> str | None:
    """The digits alone, None when the separators do not stand between threes."""
    if whole.isdigit() or not whole:
        return whole
    for mark, grouped in _GROUPED.items():
        if grouped.fullmatch(whole):
            return whole.replace(mark, "")
    return None


def exact(value: Decimal, places: int = 2, largest: Decimal = LARGEST_AMOUNT) -> Decimal:
    """The same number written with `places` decimals, if it can be stored so.

    Raises BusinessRuleBroken: not_a_number, too_many_decimals (places), too_large (largest).
    """
    if not value.is_finite():
        raise BusinessRuleBroken("not_a_number", text=str(value))
    if abs(value) > largest:
        raise BusinessRuleBroken("too_large", largest=largest)
    written = value.quantize(Decimal(1).scaleb(-places))
    if written != value:
        raise BusinessRuleBroken("too_many_decimals", places=places)
    return written
