"""What a business's operation mode shows, moves and asks at a sale.

| mode | distribution | stock | a sale is held against |
|---|---|---|---|
| inventario_propio | shown | moves | the assigned kilos of its distribution, else the stock |
| sin_inventario | hidden | does not move | nothing |
| pedidos | hidden | moves, by the order that a sale delivers | the customer's order |
| mixto | by usar_distribucion | by control_kilos | both flags: assigned kilos, else the stock |
"""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from avileo_pos.domain.enums import ModoOperacion
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.permissions import Actor, Permission
from avileo_pos.domain.weight import NO_KILOS


class SaleCheck(StrEnum):
    """What the quantity of a sale is held against."""

    NOTHING = "nothing"
    DISTRIBUCION = "distribucion"
    STOCK = "stock"
    PEDIDO = "pedido"


@dataclass(frozen=True, slots=True)
class OperationRules:
    """The settings of one business, as in `businesses`."""

    mode: ModoOperacion
    control_kilos: bool
    usar_distribucion: bool
    permitir_venta_sin_stock: bool

    @property
    def uses_distribution(self) -> bool:
        return self._by_mode(self.usar_distribucion, shown_in={ModoOperacion.INVENTARIO_PROPIO})

    @property
    def moves_stock(self) -> bool:
        return self._by_mode(self.control_kilos, shown_in={ModoOperacion.INVENTARIO_PROPIO, ModoOperacion.PEDIDOS})

    def sale_moves_stock(self, *, in_distribucion: bool) -> bool:
        """Kilos sold from a distribution left the stock with its load, and must not leave it twice."""
        return self.moves_stock and not (in_distribucion and self.uses_distribution)

    def check(self, *, in_distribucion: bool) -> SaleCheck:
        if self.mode is ModoOperacion.PEDIDOS:
            return SaleCheck.PEDIDO
        if self.uses_distribution and in_distribucion:
            return SaleCheck.DISTRIBUCION
        return SaleCheck.STOCK if self.moves_stock else SaleCheck.NOTHING

    def _by_mode(self, flag: bool, shown_in: set[ModoOperacion]) -> bool:
        return flag if self.mode is ModoOperacion.MIXTO else self.mode in shown_in


def shortage(wanted: Decimal, left: Decimal) -> Decimal:
    """How much a sale wants beyond what is left, for the warning; zero when there is enough."""
    return max(wanted - left, NO_KILOS)


def require_available(rules: OperationRules, actor: Actor, check: SaleCheck, wanted: Decimal, left: Decimal) -> None:
    """At the till alone: central stores and flags such a sale, and never refuses it.

    Raises BusinessRuleBroken: sells_without_stock (check, missing), which an admin's PIN for SELL_WITHOUT_STOCK lifts.
    """
    if check is SaleCheck.NOTHING or rules.permitir_venta_sin_stock or actor.may(Permission.SELL_WITHOUT_STOCK):
        return
    missing = shortage(wanted, left)
    if missing > 0:
        raise BusinessRuleBroken("sells_without_stock", check=check, missing=missing)
