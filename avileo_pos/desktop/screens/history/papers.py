"""A sale or an abono as one line of the day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from avileo_pos.domain.enums import SaleType
from avileo_pos.domain.money import ZERO, format_soles
from avileo_pos.queries.abono import AbonoRow
from avileo_pos.queries.sale import PaperState, SaleRow
from avileo_pos.spanish.review import OBSERVED
from avileo_pos.spanish.words import METHODS


@dataclass(frozen=True, slots=True)
class Paper:
    """`is_sale` tells a sale from an abono; `how` says how it was paid."""

    id: UUID
    is_sale: bool
    number: str
    at: datetime
    customer_name: str
    seller_name: str
    how: str
    amount: Decimal
    state: PaperState
    may_void: bool
    void_reason: str | None
    review: tuple[str, ...]

    @property
    def kind(self) -> str:
        return "Venta" if self.is_sale else "Abono"

    @property
    def seller(self) -> str:
        """Who sold or received, and whether central has something to remark."""
        done = f"{'Vendió' if self.is_sale else 'Recibió'} {self.seller_name}"
        return f"{done} · {OBSERVED}" if self.review else done

    @property
    def is_voided(self) -> bool:
        return self.void_reason is not None


def paper_of_sale(sale: SaleRow) -> Paper:
    return Paper(
        id=sale.id,
        is_sale=True,
        number=sale.number,
        at=sale.sold_at,
        customer_name=sale.customer_name or "Cliente genérico",
        seller_name=sale.seller_name,
        how=_how_sold(sale),
        amount=sale.total_amount,
        state=sale.state,
        may_void=sale.may_void,
        void_reason=sale.void_reason,
        review=sale.review,
    )


def paper_of_abono(abono: AbonoRow) -> Paper:
    return Paper(
        id=abono.id,
        is_sale=False,
        number=abono.number,
        at=abono.paid_at,
        customer_name=abono.customer_name,
        seller_name=abono.seller_name,
        how=METHODS[abono.payment_method],
        amount=abono.amount,
        state=abono.state,
        may_void=abono.may_void,
        void_reason=abono.void_reason,
        review=abono.review,
    )


def total_of(papers: Iterable[Paper]) -> Decimal:
    """What was voided does not count."""
    return sum((paper.amount for paper in papers if not paper.is_voided), ZERO)


def _how_sold(sale: SaleRow) -> str:
    if sale.sale_type is SaleType.CONTADO:
        return "Contado"
    return f"Fiado {format_soles(sale.balance_due)}" if sale.balance_due else "Crédito, pagado"
