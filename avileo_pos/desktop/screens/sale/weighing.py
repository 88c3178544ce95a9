"""One product on the scale: what was typed of it, and what follows from that."""

from dataclasses import dataclass, replace
from decimal import Decimal

from avileo_pos.domain.calculator import solve
from avileo_pos.domain.enums import ProductUnit
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.money import line_subtotal
from avileo_pos.domain.weight import NO_KILOS, NO_TARE, Tare, net_weight
from avileo_pos.queries.parked_sale import DraftLine
from avileo_pos.queries.product import ProductTile


@dataclass(frozen=True, slots=True)
class Weighed:
    """All figures of one line: kg (or units) and soles. `gross` is None where the net itself was typed."""

    gross: Decimal | None
    net: Decimal
    price: Decimal
    total: Decimal


@dataclass(frozen=True, slots=True)
class Weighing:
    """`net` and `total` hold only what a person typed; a count of units stands in `net`.

    A weight and a price give the total. A total typed before any weight gives the weight, so that «20 soles de pollo»
    can be cut; a total typed for something weighed gives the price, as the stall rounds for a good customer.
    """

    product: ProductTile
    price: Decimal | None
    gross: Decimal | None = None
    tare: Tare = NO_TARE
    net: Decimal | None = None
    total: Decimal | None = None
    price_reason: str = ""

    @classmethod
    def of(cls, product: ProductTile) -> "Weighing":
        """A product at zero has no price yet: it must be typed, or it would be given away by a hurried Enter."""
        first = None if is_weighed(product) else Decimal(1)
        return cls(product, product.price or None, net=first)

    @classmethod
    def again(cls, product: ProductTile, line: DraftLine) -> "Weighing":
        """A line of the cart, to be changed."""
        return cls(
            product,
            line.unit_price,
            gross=line.gross,
            tare=Tare.typed(line.tara),
            net=line.quantity if line.gross is None else None,
            price_reason=line.price_reason,
        )

    def with_gross(self, gross: Decimal | None) -> "Weighing":
        return replace(self, gross=gross, net=None, total=None)

    def with_tare(self, tare: Tare) -> "Weighing":
        """What was typed as a total stays only while it decides the weight."""
        return replace(self, tare=tare, net=None, total=None if self.gross is not None else self.total)

    def with_net(self, net: Decimal | None) -> "Weighing":
        """The scale was set to zero with the container on it, or the pieces were counted."""
        return replace(self, net=net, gross=None, tare=NO_TARE, total=None)

    def with_price(self, price: Decimal | None) -> "Weighing":
        return replace(self, price=price, total=None if self._has_weight() else self.total, price_reason="")

    def with_total(self, total: Decimal | None) -> "Weighing":
        return replace(self, total=total, price_reason="")

    def with_reason(self, reason: str) -> "Weighing":
        return replace(self, price_reason=reason)

    def is_blank(self) -> bool:
        return not self._has_weight() and self.total is None

    def weighed(self) -> Weighed:
        """Raises BusinessRuleBroken: calculator_needs_two and what `calculator.solve` and `net_weight` raise."""
        if not self._has_weight():
            solved = solve(total=self.total, price=self.price, tare=self.tare.kilos)
            return Weighed(solved.gross, solved.net, solved.price, solved.total)
        net = self._net()
        if self.total is not None:
            solved = solve(total=self.total, net=net)
            return Weighed(self.gross, net, solved.price, line_subtotal(net, solved.price))
        if self.price is None:
            raise BusinessRuleBroken("calculator_needs_two")
        return Weighed(self.gross, net, self.price, line_subtotal(net, self.price))

    def line(self) -> DraftLine:
        """The line of the cart. Raises as `weighed`."""
        figures = self.weighed()
        is_list_price = figures.price == self.product.price
        return DraftLine(
            product_id=self.product.id,
            product_name=self.product.name,
            unit=self.product.unit,
            quantity=figures.net,
            unit_price=figures.price,
            list_price=self.product.price,
            gross=figures.gross,
            tara=NO_KILOS if figures.gross is None else self.tare.kilos,
            price_reason="" if is_list_price else self.price_reason,
        )

    def _has_weight(self) -> bool:
        return self.gross is not None or self.net is not None

    def _net(self) -> Decimal:
        if self.gross is not None:
            return net_weight(self.gross, self.tare)
        assert self.net is not None
        if self.net <= 0:
            raise BusinessRuleBroken("quantity_not_positive", product_name=self.product.name)
        return self.net


def is_weighed(product: ProductTile) -> bool:
    return product.unit is ProductUnit.KG


def is_overridden(line: DraftLine) -> bool:
    """Whether the line is sold at another price than the list's."""
    return line.unit_price != line.list_price
