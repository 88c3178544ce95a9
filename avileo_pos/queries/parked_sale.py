"""Sales that are being put together by one person, as they were left."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

import msgspec

from avileo_pos.domain.enums import ProductUnit, SaleType
from avileo_pos.domain.weight import NO_KILOS
from avileo_pos.queries.stored import identity, instant, read
from avileo_pos.work import Work


@dataclass(frozen=True, slots=True)
class DraftLine:
    """A line as it stands in the cart; the names are those of the sale line."""

    product_id: UUID
    product_name: str
    unit: ProductUnit
    quantity: Decimal
    unit_price: Decimal
    list_price: Decimal
    gross: Decimal | None = None
    tara: Decimal = NO_KILOS
    price_reason: str = ""


@dataclass(frozen=True, slots=True)
class SaleDraft:
    """A cart with its customer."""

    customer_id: UUID | None = None
    customer_name: str | None = None
    sale_type: SaleType = SaleType.CONTADO
    lines: tuple[DraftLine, ...] = ()


@dataclass(frozen=True, slots=True)
class ParkedSale:
    id: UUID
    draft: SaleDraft
    updated_at: datetime


def parked_sales(work: Work) -> tuple[ParkedSale, ...]:
    """This person's carts in the order in which they were begun.

    One that is a sale already is none: a file that was put back from a copy has kept it, and the sale came back too.
    """
    return tuple(
        ParkedSale(identity(row.id), msgspec.json.decode(row.draft, type=SaleDraft), instant(row.updated_at))
        for row in read(work, _WAITING)
    )


_WAITING = """
SELECT p.id, p.draft, p.updated_at FROM parked_sales p
WHERE p.member_id = :member AND NOT EXISTS (SELECT 1 FROM sales s WHERE s.business_id = :business AND s.id = p.id)
ORDER BY p.position, p.id
"""
