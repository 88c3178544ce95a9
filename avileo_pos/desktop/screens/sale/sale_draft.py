"""A cart as a value: what is in it, what it comes to, and what of it is asked of the till."""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

from avileo_pos.domain.enums import SaleType
from avileo_pos.domain.sale import LineInput, PricedSale, price_sale
from avileo_pos.queries.customer import CustomerRow
from avileo_pos.queries.parked_sale import DraftLine, SaleDraft
from avileo_pos.usecases.sale import SaleLine

EMPTY = SaleDraft()


def is_empty(draft: SaleDraft) -> bool:
    return not draft.lines and draft.customer_id is None


def with_line(draft: SaleDraft, line: DraftLine, place: int | None = None) -> SaleDraft:
    """The line at its place, or behind the others."""
    if place is None:
        return replace(draft, lines=(*draft.lines, line))
    return replace(draft, lines=(*draft.lines[:place], line, *draft.lines[place + 1 :]))


def without_line(draft: SaleDraft, place: int) -> SaleDraft:
    return replace(draft, lines=(*draft.lines[:place], *draft.lines[place + 1 :]))


def with_customer(draft: SaleDraft, customer: CustomerRow | None) -> SaleDraft:
    if customer is None:
        return replace(draft, customer_id=None, customer_name=None)
    return replace(draft, customer_id=customer.id, customer_name=customer.name)


def at_prices(draft: SaleDraft, prices: Mapping[UUID, Decimal]) -> SaleDraft:
    """The cart at today's prices: a price that somebody set by hand stays, unless it is now the list's."""
    return replace(draft, lines=tuple(_at_price(line, prices.get(line.product_id)) for line in draft.lines))


def what_it_comes_to(lines: Iterable[LineInput]) -> PricedSale | None:
    """The sale while nothing is paid yet, None while there is nothing in it."""
    inputs = tuple(lines)
    return price_sale(SaleType.CREDITO, inputs, (), has_customer=True) if inputs else None


def line_inputs(draft: SaleDraft) -> tuple[LineInput, ...]:
    return tuple(
        LineInput(line.product_id, line.product_name, line.unit, line.quantity, line.unit_price, line.gross, line.tara)
        for line in draft.lines
    )


def sale_lines(draft: SaleDraft) -> tuple[SaleLine, ...]:
    return tuple(
        SaleLine(
            line.product_id,
            line.quantity,
            line.unit_price,
            line.list_price,
            line.gross,
            line.tara,
            line.price_reason,
        )
        for line in draft.lines
    )


def _at_price(line: DraftLine, price: Decimal | None) -> DraftLine:
    if price is None or price == line.list_price:
        return line
    if line.unit_price in (line.list_price, price):
        return replace(line, unit_price=price, list_price=price, price_reason="")
    return replace(line, list_price=price)
