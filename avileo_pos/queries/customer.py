"""Customers: found while typing, listed by what they owe, and one with all that a card shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer with what matters before weighing, in soles and whole days.

    `available` is None without a credit limit; `oldest_debt_days` is None when nothing is owed.
    """

    id: UUID
    name: str
    apodo: str | None
    phone: str | None
    dni: str | None
    balance: Decimal
    credit_limit: Decimal | None
    available: Decimal | None
    oldest_debt_days: int | None
    is_active: bool


class CustomerFilter(StrEnum):
    """All, those who owe, and those who do not (nothing owed, or saldo a favor)."""

    TODOS = "todos"
    CON_DEUDA = "con_deuda"
    AL_DIA = "al_dia"


@dataclass(frozen=True, slots=True)
class CustomerList:
    """A page of customers by name, with how many there are in all and what they owe together."""

    rows: tuple[CustomerRow, ...]
    count: int
    total_debt: Decimal


@dataclass(frozen=True, slots=True)
class CustomerCard:
    """All that is known of one customer."""

    figures: CustomerRow
    address: str | None
    notes: str | None
    opening_balance: Decimal
    created_at: datetime


@dataclass(frozen=True, slots=True)
class UsualLine:
    """«Lo de siempre»: a product of the customer's last sales, with the quantity of the latest one."""

    product_id: UUID
    product_name: str
    quantity: Decimal
