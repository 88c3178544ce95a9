"""What the voiding of a sale and of an abono have in common: who may, why, and where the money is given back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Table

from avileo_pos.domain.enums import PaymentMethod
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.reason import required_reason
from avileo_pos.domain.sale import Payment, totals_by_method
from avileo_pos.domain.void import VoidRights, permission_to_void
from avileo_pos.queries.cash_session import open_cash_session_id
from avileo_pos.usecases.drawer import open_drawer
from avileo_pos.work import Parts, Work


@dataclass(frozen=True, slots=True)
class VoidReceipt:
    """`refund` is the cash to give back now from the drawer; `balance_after` the customer's debt, if there is one."""

    entity_id: UUID
    number: str
    refund: Decimal
    balance_after: Decimal | None


def void_paper(
    work: Work,
    rights: VoidRights,
    table: Table,
    paper: Mapping[str, Any],
    reason: str,
    *,
    money_was_taken: bool,
    parts: Parts | None = None,
) -> None:
    """Void a stored sale or abono.

    What was paid is given back from the open session of who voids it; where nothing was paid, none is needed.

    Raises BusinessRuleBroken: already_voided, reason_required, no_cash_session; PermissionDenied.
    """
    if paper["voided_at"] is not None:
        raise BusinessRuleBroken("already_voided", receipt_number=paper["receipt_number"])
    needed = permission_to_void(
        rights,
        work.actor,
        registered_by=paper["seller_id"],
        business_date=paper["business_date"],
        today=work.today,
    )
    work.actor.require(needed)
    said = {
        "void_cash_session_id": open_drawer(work) if money_was_taken else open_cash_session_id(work),
        "void_approved_by": work.actor.approved_by if needed in work.actor.approvals else None,
    }
    work.void(table, paper["id"], required_reason(reason), said, parts)


def cash_in(payments: Iterable[Payment]) -> Decimal:
    """The soles of those payments that went into the drawer."""
    return totals_by_method(payments)[PaymentMethod.EFECTIVO]
