"""A field for kilos and grams."""

from decimal import Decimal

from PySide6.QtWidgets import QWidget

from avileo_pos.desktop.widgets.number_field import NumberField
from avileo_pos.domain.weight import LARGEST_WEIGHT


class WeightField(NumberField):
    """Its value is a Decimal with 3 places, in kg."""

    def __init__(
        self, accessible_name: str, *, largest: Decimal = LARGEST_WEIGHT, parent: QWidget | None = None
    ) -> None:
        super().__init__(accessible_name, unit="kg", unit_first=False, places=3, largest=largest, parent=parent)
