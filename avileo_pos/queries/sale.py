"""The sales as a list: of a day, of a customer, and the last one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from avileo_pos.domain.enums import SaleType, SyncStatus
from avileo_pos.domain.permissions import Permission
from avileo_pos.domain.void import SALE, VoidRights, permission_to_void
from avileo_pos.queries.receipt import SaleReceipt, sale_receipt
from avileo_pos.queries.stored import day, identity, instant, kilos, read, remarks, soles
from avileo_pos.queries.this_till import made_here
from avileo_pos.work import Work


class PaperState(StrEnum):
    """How far a sale or abono has come: stored here, stored at central, waiting for a person, or voided."""

    GUARDADA = "guardada"
    ENVIADA = "enviada"
    POR_REVISAR = "por_revisar"
    ANULADA = "anulada"


@dataclass(frozen=True, slots=True)
class SaleRow:
    """`may_void` says whether this person's own role allows it now; else an admin's PIN does.

    `review` are central's codes for what the owner should look at.
    """

    id: UUID
    number: str
    sold_at: datetime
    business_date: date
    seller_name: str
    customer_id: UUID | None
    customer_name: str | None
    sale_type: SaleType
    total_amount: Decimal
    amount_paid: Decimal
    balance_due: Decimal
    net_weight: Decimal
    state: PaperState
    may_void: bool
    void_reason: str | None
    review: tuple[str, ...]


def sales_of_day(work: Work, business_date: date) -> tuple[SaleRow, ...]:
    """The day's sales, newest first: all of them for who may see all, else the person's own."""
    condition = "s.business_date = :day AND (:all OR s.seller_id = :member)"
    return _sales(work, condition, day=business_date, all=sees_all(work))


def sales_of_customer(work: Work, customer_id: UUID, limit: int = 100) -> tuple[SaleRow, ...]:
    """The customer's last sales, newest first, as far as this person may see them."""
    condition = "s.client_id = :customer AND (:all OR s.seller_id = :member)"
    return _sales(work, condition, limit, customer=customer_id, all=sees_all(work))


def last_sale(work: Work) -> SaleReceipt | None:
    """The copy of this person's last sale on this till."""
    question = f"""
    SELECT s.id FROM sales s
    WHERE s.business_id = :business AND s.seller_id = :member AND {made_here("s", "sale_date")}
    ORDER BY s.business_date DESC, s.sale_date DESC LIMIT 1
    """
    found = read(work, question, device=work.device_id)
    return sale_receipt(work, identity(found[0].id)) if found else None


def sees_all(work: Work) -> bool:
    """Whether the person sees everybody's sales and abonos, not only the own."""
    return work.actor.may(Permission.SALES_SEE_ALL)


def state_of(paper: Row[Any]) -> PaperState:
    """The state that a row with `voided_at` and `sync_status` is shown in; what waits for a person goes first."""
    if paper.sync_status == SyncStatus.ERROR:
        return PaperState.POR_REVISAR
    if paper.voided_at is not None:
        return PaperState.ANULADA
    return PaperState.ENVIADA if paper.sync_status == SyncStatus.SYNCED else PaperState.GUARDADA


def may_void(work: Work, rights: VoidRights, paper: Row[Any]) -> bool:
    """Whether the person's own role allows to void a row with `seller_id`, `business_date` and `voided_at`."""
    needed = permission_to_void(
        rights,
        work.actor,
        registered_by=identity(paper.seller_id),
        business_date=day(paper.business_date),
        today=work.today,
    )
    return paper.voided_at is None and work.actor.may(needed)


def _sales(work: Work, condition: str, limit: int = -1, **named: Any) -> tuple[SaleRow, ...]:
    question = f"""
    SELECT s.*, m.name AS seller_name, c.name AS customer_name
    FROM sales s
    JOIN business_users m ON m.business_id = s.business_id AND m.id = s.seller_id
    LEFT JOIN customers c ON c.business_id = s.business_id AND c.id = s.client_id
    WHERE s.business_id = :business AND {condition}
    ORDER BY s.sale_date DESC, s.id LIMIT :limit
    """
    return tuple(_row(work, sale) for sale in read(work, question, limit=limit, **named))


def _row(work: Work, sale: Row[Any]) -> SaleRow:
    return SaleRow(
        id=identity(sale.id),
        number=sale.receipt_number,
        sold_at=instant(sale.sale_date),
        business_date=day(sale.business_date),
        seller_name=sale.seller_name,
        customer_id=sale.client_id and identity(sale.client_id),
        customer_name=sale.customer_name,
        sale_type=SaleType(sale.sale_type),
        total_amount=soles(sale.total_amount),
        amount_paid=soles(sale.amount_paid),
        balance_due=soles(sale.balance_due),
        net_weight=kilos(sale.net_weight),
        state=state_of(sale),
        may_void=may_void(work, SALE, sale),
        void_reason=sale.void_reason,
        review=remarks(sale),
    )
