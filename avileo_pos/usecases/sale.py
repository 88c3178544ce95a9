"""Selling: a sale with its lines, payments and stock in one transaction, and its voiding."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from avileo_pos.domain.enums import SaleType
from avileo_pos.domain.sale import Payment
from avileo_pos.domain.weight import NO_KILOS


@dataclass(frozen=True, slots=True)
class SaleLine:
    """`quantity` is net kg or units, `gross` None when the net itself was typed; `list_price` what the tile showed.

    A `unit_price` that differs from `list_price` needs a `price_reason` and the permission.
    """

    product_id: UUID
    quantity: Decimal
    unit_price: Decimal
    list_price: Decimal
    gross: Decimal | None = None
    tara: Decimal = NO_KILOS
    price_reason: str = ""


@dataclass(frozen=True, slots=True)
class RegisterSale:
    """`request_id`, made once per charge, becomes the sale's id. `payments` hold cash as tendered.

    `parked_id` is the draft that this sale came from; it goes in the same transaction.
    """

    request_id: UUID
    sale_type: SaleType
    lines: tuple[SaleLine, ...]
    payments: tuple[Payment, ...]
    customer_id: UUID | None = None
    parked_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class VoidSale:
    sale_id: UUID
    reason: str


@dataclass(frozen=True, slots=True)
class VoidReceipt:
    """`refund` is the cash to give back now from the drawer; `balance_after` the customer's debt, if there is one."""

    entity_id: UUID
    number: str
    refund: Decimal
    balance_after: Decimal | None
