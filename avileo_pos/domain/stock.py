"""The stock of a product: the sum of its movements, each with the sign of its kind."""

from decimal import Decimal
from uuid import UUID, uuid5

from avileo_pos.domain.enums import MovementKind
from avileo_pos.domain.errors import BusinessRuleBroken

_ENTERS = frozenset({MovementKind.COMPRA, MovementKind.ANULACION, MovementKind.DEVOLUCION})


def stock_change(kind: MovementKind, quantity: Decimal) -> Decimal:
    """What a movement adds to the stock: kg or units, below zero when it leaves.

    The quantity is what a person states, above zero; only an ajuste states the change itself, either way.
    The stock may go below zero.

    Raises BusinessRuleBroken: quantity_not_positive; adjustment_is_zero.
    """
    if kind is MovementKind.AJUSTE:
        if quantity == 0:
            raise BusinessRuleBroken("adjustment_is_zero")
        return quantity
    if quantity <= 0:
        raise BusinessRuleBroken("quantity_not_positive")
    return quantity if kind in _ENTERS else -quantity


def movement_of_line(item_id: UUID, kind: MovementKind) -> UUID:
    """The id of the movement that a line of a sale makes: whoever returns the kilos of a voided one does it once."""
    return uuid5(item_id, kind)
