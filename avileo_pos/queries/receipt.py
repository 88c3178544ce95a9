"""What the papers of a sale, an abono and a voided sale say, read from the stored rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from avileo_pos.domain.enums import PaymentMethod, ProductUnit, SaleType
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.money import ZERO
from avileo_pos.domain.receipt import TITLE
from avileo_pos.domain.sale import Payment
from avileo_pos.queries.stored import identity, instant, kilos, read, remarks, soles
from avileo_pos.work import Work


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
    around this sale, None without a customer and on a copy. `review` are central's codes for the owner.
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
    review: tuple[str, ...] = ()


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
    review: tuple[str, ...] = ()


def sale_receipt(work: Work, sale_id: UUID) -> SaleReceipt:
    """A sale's paper as it is stored, for a copy. Raises BusinessRuleBroken("not_found")."""
    sale = _root(work, _SALE, "sales", sale_id)
    items = read(work, _ITEMS, id=sale_id)
    return SaleReceipt(
        sale_id=sale_id,
        number=sale.receipt_number,
        title=TITLE,
        business_name=work.business.name,
        business_ruc=work.business.ruc,
        seller_name=sale.seller_name,
        customer_id=sale.client_id and identity(sale.client_id),
        customer_name=sale.customer_name,
        sold_at=instant(sale.sale_date),
        sale_type=SaleType(sale.sale_type),
        lines=tuple(_line(item) for item in items),
        tara=kilos(sale.tara),
        net_weight=kilos(sale.net_weight),
        total_amount=soles(sale.total_amount),
        redondeo=soles(sale.redondeo),
        payments=_payments(work, "sale_payments", "sale_id", sale_id),
        amount_paid=soles(sale.amount_paid),
        balance_due=soles(sale.balance_due),
        change=ZERO,
        balance_before=None,
        balance_after=None,
        voided_at=sale.voided_at and instant(sale.voided_at),
        void_reason=sale.void_reason,
        review=remarks(sale),
    )


def abono_receipt(work: Work, abono_id: UUID) -> AbonoReceipt:
    """An abono's paper as it is stored. Raises BusinessRuleBroken("not_found")."""
    abono = _root(work, _ABONO, "abonos", abono_id)
    amount, before = soles(abono.amount), soles(abono.balance_before)
    return AbonoReceipt(
        abono_id=abono_id,
        number=abono.receipt_number,
        business_name=work.business.name,
        business_ruc=work.business.ruc,
        seller_name=abono.seller_name,
        customer_id=identity(abono.client_id),
        customer_name=abono.customer_name,
        paid_at=instant(abono.created_at),
        payments=_payments(work, "abono_payments", "abono_id", abono_id),
        saldo_anterior=before,
        abono=amount,
        saldo_nuevo=before - amount,
        notes=abono.notes,
        voided_at=abono.voided_at and instant(abono.voided_at),
        void_reason=abono.void_reason,
        review=remarks(abono),
    )


_SALE = """
SELECT s.*, m.name AS seller_name, c.name AS customer_name
FROM sales s
JOIN business_users m ON m.business_id = s.business_id AND m.id = s.seller_id
LEFT JOIN customers c ON c.business_id = s.business_id AND c.id = s.client_id
WHERE s.business_id = :business AND s.id = :id
"""
_ITEMS = "SELECT * FROM sale_items WHERE business_id = :business AND sale_id = :id ORDER BY position"
_ABONO = """
SELECT a.*, m.name AS seller_name, c.name AS customer_name
FROM abonos a
JOIN business_users m ON m.business_id = a.business_id AND m.id = a.seller_id
JOIN customers c ON c.business_id = a.business_id AND c.id = a.client_id
WHERE a.business_id = :business AND a.id = :id
"""


def _root(work: Work, question: str, collection: str, entity_id: UUID) -> Row[Any]:
    found = read(work, question, id=entity_id)
    if not found:
        raise BusinessRuleBroken("not_found", collection=collection)
    return found[0]


def _line(item: Row[Any]) -> ReceiptLine:
    return ReceiptLine(
        product_id=identity(item.product_id),
        product_name=item.product_name,
        unit=ProductUnit(item.unit),
        gross=None if item.gross_weight is None else kilos(item.gross_weight),
        tara=kilos(item.tara),
        quantity=kilos(item.quantity),
        unit_price=soles(item.unit_price),
        list_price=soles(item.list_price),
        subtotal=soles(item.subtotal),
    )


def _payments(work: Work, table: str, parent_column: str, parent_id: UUID) -> tuple[Payment, ...]:
    question = f"""
    SELECT method, amount, reference FROM {table}
    WHERE business_id = :business AND {parent_column} = :id ORDER BY rowid
    """
    rows = read(work, question, id=parent_id)
    return tuple(Payment(PaymentMethod(row.method), soles(row.amount), row.reference) for row in rows)
