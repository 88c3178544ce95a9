"""Sales of one shape, as many as wanted, for all that is measured with sales."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import cycle
from uuid import UUID, uuid4

from avileo_pos.domain.enums import PaymentMethod, SaleType
from avileo_pos.domain.money import line_subtotal
from avileo_pos.domain.sale import Payment
from avileo_pos.usecases.sale import RegisterSale, SaleLine

NET_KILOS = (Decimal("1.250"), Decimal("2.475"), Decimal("0.630"))

Priced = tuple[UUID, Decimal]


def sales_to(customer_ids: Sequence[UUID], products: Sequence[Priced]) -> Iterator[RegisterSale]:
    """Sales without end to one customer after the other: three of the products, paid at once by Yape."""
    lines = tuple(
        SaleLine(product_id, kilos, unit_price=price, list_price=price)
        for (product_id, price), kilos in zip(products, NET_KILOS, strict=False)
    )
    paid = (
        Payment(PaymentMethod.YAPE, sum((line_subtotal(each.quantity, each.unit_price) for each in lines), Decimal(0))),
    )
    for customer_id in cycle(customer_ids):
        yield RegisterSale(uuid4(), SaleType.CONTADO, lines, paid, customer_id=customer_id)
