"""Writing down who buys, and changing what is known of them."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from avileo_pos.domain.money import ZERO


@dataclass(frozen=True, slots=True)
class CustomerDetails:
    """What any seller may state; empty texts mean unknown."""

    name: str
    apodo: str = ""
    dni: str = ""
    phone: str = ""
    address: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True)
class CreateCustomer:
    """`request_id` becomes the customer's id. An opening balance or a credit limit needs the admin."""

    request_id: UUID
    details: CustomerDetails
    opening_balance: Decimal = ZERO
    credit_limit: Decimal | None = None


@dataclass(frozen=True, slots=True)
class EditCustomer:
    """All that the card shall say from now on. Changing any of the last three needs the admin."""

    customer_id: UUID
    details: CustomerDetails
    opening_balance: Decimal
    credit_limit: Decimal | None
    is_active: bool = True
