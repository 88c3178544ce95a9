"""The people of the business."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from avileo_pos.domain.enums import BusinessUserRole
from avileo_pos.queries.stored import identity, per_cent, read
from avileo_pos.work import Work


@dataclass(frozen=True, slots=True)
class Member:
    """`id` is the membership's; `commission_rate` is per cent, and zero where this till may not know it."""

    id: UUID
    name: str
    role: BusinessUserRole
    sales_point: str | None
    commission_rate: Decimal
    has_pin: bool
    is_active: bool


def members(work: Work) -> tuple[Member, ...]:
    """Everybody of the business by name, also who has left."""
    question = "SELECT * FROM business_users WHERE business_id = :business ORDER BY name, id"
    return tuple(
        Member(
            id=identity(row.id),
            name=row.name,
            role=BusinessUserRole(row.role),
            sales_point=row.sales_point,
            commission_rate=per_cent(row.commission_rate),
            has_pin=row.pin_hash is not None,
            is_active=bool(row.is_active),
        )
        for row in read(work, question)
    )


def vendors(work: Work) -> tuple[Member, ...]:
    """The active members, to whom kilos can be given."""
    return tuple(member for member in members(work) if member.is_active)
