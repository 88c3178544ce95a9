"""Which product's stock the kilos come from or return to."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from avileo_pos.desktop.widgets.choice_field import ChoiceField
from avileo_pos.queries.product import ProductTile


class ProductChoice(ChoiceField):
    """The last entry is for kilos of several products, which move no stock."""

    def __init__(self, products: Sequence[ProductTile]) -> None:
        super().__init__()
        self.setAccessibleName("Producto")
        for product in products:
            self.addItem(product.name, product.id)
        self.addItem("Varios (no mueve el stock)", None)

    def product_id(self) -> UUID | None:
        chosen = self.currentData()
        return chosen if isinstance(chosen, UUID) else None
