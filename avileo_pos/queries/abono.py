"""The abonos as a list: of a day and of a customer."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from avileo_pos.domain.enums import PaymentMethod
from avileo_pos.domain.void import ABONO
from avileo_pos.queries.sale import PaperState, may_void, sees_all, state_of
from avileo_pos.queries.stored import day, identity, instant, read, remarks, soles
from avileo_pos.work import Work


@dataclass(frozen=True, slots=True)
class AbonoRow:
    """`payment_method` is that of the largest part; `may_void` and `review` as for a sale."""

    id: UUID
    number: str
    paid_at: datetime
    business_date: date
    seller_name: str
    customer_id: UUID
    customer_name: str
    amount: Decimal
    payment_method: PaymentMethod
    state: PaperState
    may_void: bool
    void_reason: str | None
    review: tuple[str, ...]


def abonos_of_day(work: Work, business_date: date) -> tuple[AbonoRow, ...]:
    """The day's abonos, newest first: all of them for who may see all, else the person's own."""
    condition = "a.business_date = :day AND (:all OR a.seller_id = :member)"
    return _abonos(work, condition, day=business_date, all=sees_all(work))


def abonos_of_customer(work: Work, customer_id: UUID, limit: int = 100) -> tuple[AbonoRow, ...]:
    """The customer's last abonos, newest first, as far as this person may see them."""
    condition = "a.client_id = :customer AND (:all OR a.seller_id = :member)"
    return _abonos(work, condition, limit, customer=customer_id, all=sees_all(work))


def _abonos(work: Work, condition: str, limit: int = -1, **named: Any) -> tuple[AbonoRow, ...]:
    question = f"""
    SELECT a.*, m.name AS seller_name, c.name AS customer_name
    FROM abonos a
    JOIN business_users m ON m.business_id = a.business_id AND m.id = a.seller_id
    JOIN customers c ON c.business_id = a.business_id AND c.id = a.client_id
    WHERE a.business_id = :business AND {condition}
    ORDER BY a.created_at DESC, a.id LIMIT :limit
    """
    return tuple(_row(work, abono) for abono in read(work, question, limit=limit, **named))


def _row(work: Work, abono: Row[Any]) -> AbonoRow:
    return AbonoRow(
        id=identity(abono.id),
        number=abono.receipt_number,
        paid_at=instant(abono.created_at),
        business_date=day(abono.business_date),
        seller_name=abono.seller_name,
        customer_id=identity(abono.client_id),
        customer_name=abono.customer_name,
        amount=soles(abono.amount),
        payment_method=PaymentMethod(abono.payment_method),
        state=state_of(abono),
        may_void=may_void(work, ABONO, abono),
        void_reason=abono.void_reason,
        review=remarks(abono),
    )
