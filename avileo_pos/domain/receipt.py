"""What a receipt says: its number, its title, its weighing."""

import re
from dataclasses import dataclass
from decimal import Decimal

from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.weight import format_kilos, round_grams

TITLE = "NOTA DE VENTA - documento interno, no es comprobante de pago"

_SERIES = re.compile(r"[A-Z][A-Z0-9]{0,7}")
_NUMBER = re.compile(r"(?P<series>[A-Z][A-Z0-9]{0,7})-(?P<number>[0-9]{6}|[1-9][0-9]{6,})")


@dataclass(frozen=True, slots=True)
class ReceiptNumber:
    """The place of a receipt in the series of one device, from 1 up without gaps."""

    series: str
    number: int

    def __str__(self) -> str:
        return f"{self.series}-{self.number:06d}"


def receipt_number(series: str, number: int) -> str:
    """«A1-000123». Raises ValueError for a series or number that no device can have."""
    if not _SERIES.fullmatch(series) or number < 1:
        raise ValueError(f"no receipt number: {series!r}, {number}")
    return str(ReceiptNumber(series, number))


def parse_receipt_number(text: str) -> ReceiptNumber:
    """Raises BusinessRuleBroken: not_a_receipt_number (text)."""
    match = _NUMBER.fullmatch(text.strip().upper())
    if match is None or int(match["number"]) < 1:
        raise BusinessRuleBroken("not_a_receipt_number", text=text)
    return ReceiptNumber(match["series"], int(match["number"]))


def weighing(gross: Decimal, tara: Decimal, net: Decimal) -> str:
    """«15.000 - 0.500 = 14.500 kg»: bruto - tara = neto."""
    return f"{round_grams(gross):,} - {round_grams(tara):,} = {format_kilos(net)}"
