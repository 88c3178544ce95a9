"""The people of the business."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from avileo_pos.domain.enums import BusinessUserRole


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
