"""What the papers of a sale, an abono and a voided sale say, read from the stored rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from avileo_pos.domain.enums import ProductUnit, SaleType
from avileo_pos.domain.sale import Payment


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One line: kilos with 3 places (units for `unidad`); `gross` is None where the net itself was typed."""

    product_id: UUID
    product_name: str
    unit: ProductUnit
    gross: Decimal | None
    tara: Decimal
    quantity: Decimal
    unit_price: Decimal
    list_price: Decimal
    subtotal: Decimal


@dataclass(frozen=True, slots=True)
class SaleReceipt:
    """Everything that is shown and printed of a sale.

    `change` is told only at the charge, for it is not stored: zero on a copy. The balances are the customer's debt
    around this sale, None without a customer and on a copy.
    """

    sale_id: UUID
    number: str
    title: str
    business_name: str
    business_ruc: str | None
    seller_name: str
    customer_id: UUID | None
    customer_name: str | None
    sold_at: datetime
    sale_type: SaleType
    lines: tuple[ReceiptLine, ...]
    tara: Decimal
    net_weight: Decimal
    total_amount: Decimal
    redondeo: Decimal
    payments: tuple[Payment, ...]
    amount_paid: Decimal
    balance_due: Decimal
    change: Decimal
    balance_before: Decimal | None
    balance_after: Decimal | None
    voided_at: datetime | None = None
    void_reason: str | None = None


@dataclass(frozen=True, slots=True)
class AbonoReceipt:
    """Saldo anterior, abono, saldo nuevo, in soles."""

    abono_id: UUID
    number: str
    business_name: str
    business_ruc: str | None
    seller_name: str
    customer_id: UUID
    customer_name: str
    paid_at: datetime
    payments: tuple[Payment, ...]
    saldo_anterior: Decimal
    abono: Decimal
    saldo_nuevo: Decimal
    notes: str | None = None
    voided_at: datetime | None = None
    void_reason: str | None = None
