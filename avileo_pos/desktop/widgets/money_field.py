"""A field for soles and céntimos."""

from decimal import Decimal

from PySide6.QtWidgets import QWidget

from avileo_pos.desktop.widgets.number_field import NumberField
from avileo_pos.domain.money import LARGEST_AMOUNT


class MoneyField(NumberField):
    """Its value is a Decimal with 2 places, in PEN; `largest` is the most that the column behind it holds."""

    def __init__(
        self, accessible_name: str, *, largest: Decimal = LARGEST_AMOUNT, parent: QWidget | None = None
    ) -> None:
        super().__init__(accessible_name, unit="S/", unit_first=True, places=2, largest=largest, parent=parent)
