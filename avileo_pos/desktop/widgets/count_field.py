"""A field for a count of things: containers, units, notes of a denomination."""

from decimal import Decimal

from PySide6.QtWidgets import QWidget

from avileo_pos.desktop.widgets.number_field import NumberField

_MANY = Decimal(999_999)


class CountField(NumberField):
    """Its value is a Decimal without decimals; `unit` names what is counted («un.», «jabas»)."""

    def __init__(
        self, accessible_name: str, *, unit: str = "un.", largest: Decimal = _MANY, parent: QWidget | None = None
    ) -> None:
        super().__init__(accessible_name, unit=unit, unit_first=False, places=0, largest=largest, parent=parent)
