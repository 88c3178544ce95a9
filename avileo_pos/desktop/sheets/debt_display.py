"""A customer's debt in big figures, told as what it is to the customer."""

from decimal import Decimal

from avileo_pos.desktop.widgets.amount_display import AmountDisplay


def show_debt(display: AmountDisplay, owed: str, debt: Decimal) -> None:
    """Below zero it is a «saldo a favor», shown without its sign."""
    display.set_caption(owed if debt >= 0 else "Saldo a favor")
    display.show_soles(abs(debt))
