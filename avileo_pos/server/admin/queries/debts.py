"""Who owes: the largest debt first, and since when each is owed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Row

from avileo_pos.domain.business_day import business_date
from avileo_pos.domain.credit import Aging, Charge, aging, cover_up_to, days_of_oldest_debt
from avileo_pos.domain.money import ZERO
from avileo_pos.server.business.desk import Desk
from avileo_pos.tables.base import Instant

ON_A_PAGE: Final = 40

_instant: Final = Instant().from_native


@dataclass(frozen=True, slots=True)
class Debtor:
    """A customer with the debt in soles, below zero for a saldo a favor, and its age in whole days where one is."""

    id: UUID
    name: str
    apodo: str | None
    phone: str | None
    is_active: bool
    balance: Decimal
    credit_limit: Decimal | None
    aging: Aging
    oldest_days: int | None


@dataclass(frozen=True, slots=True)
class Debts:
    """One page of customers, and how many there are in all with what they owe together."""

    rows: Sequence[Debtor]
    count: int
    total: Decimal


def read_debts(desk: Desk, text: str, page: int) -> Debts:
    """Who owes; with a text whoever has all of its words in name, apodo, phone or DNI. Pages count from 1."""
    asked = {
        "business": desk.business_id,
        "words": _folded(text).split(),
        "limit": ON_A_PAGE,
        "skip": (page - 1) * ON_A_PAGE,
    }
    found = desk.connection.exec_driver_sql(_DEBTORS, asked).all()
    shown = [row for row in found if row.id is not None]
    return Debts(debtors_of(desk, shown), found[0].customers, found[0].total)


def debtors_of(desk: Desk, rows: Sequence[Row[Any]]) -> list[Debtor]:
    """The customers of these rows, which hold what `CUSTOMER` names."""
    charges = _charges(desk, [row for row in rows if row.balance > 0])
    return [_debtor(desk, row, charges[row.id]) for row in rows]


def _debtor(desk: Desk, row: Row[Any], charges: Sequence[Charge]) -> Debtor:
    coverage = cover_up_to(row.balance, charges, desk.today)
    return Debtor(
        id=row.id,
        name=row.name,
        apodo=row.apodo,
        phone=row.phone,
        is_active=row.is_active,
        balance=row.balance,
        credit_limit=row.credit_limit,
        aging=aging(coverage, desk.today),
        oldest_days=days_of_oldest_debt(coverage, desk.today),
    )


def _charges(desk: Desk, owing: Sequence[Row[Any]]) -> defaultdict[UUID, list[Charge]]:
    charges: defaultdict[UUID, list[Charge]] = defaultdict(list)
    for row in owing:
        if row.opening_balance:
            opened = business_date(_instant(row.created_at), desk.day_cutoff_hour)
            charges[row.id].append(Charge(opened, row.opening_balance))
    asked = {"business": desk.business_id, "customers": [row.id for row in owing]}
    for sale in desk.connection.exec_driver_sql(_CREDIT_SALES, asked):
        charges[sale.client_id].append(Charge(sale.business_date, sale.balance_due, sale.id))
    return charges


CUSTOMER: Final = f"""
    c.id, c.name, c.apodo, c.phone, c.is_active, c.credit_limit, c.opening_balance, c.created_at,
    coalesce(b.balance, {ZERO}) AS balance
"""
_ACCENTED: Final = "áàäâãéèëêíìïîóòöôõúùüûñç"
_PLAIN: Final = "aaaaaeeeeiiiiooooouuuunc"
_FOLDS: Final = str.maketrans(_ACCENTED, _PLAIN)


def _folded(text: str) -> str:
    """The text without capitals and accents, as `_FOLDED_CUSTOMER` has it."""
    return text.lower().translate(_FOLDS)


# Some databases do not know that «Ñ» is the capital of «ñ».
_FOLDED_CUSTOMER: Final = (
    "translate(lower(concat_ws(' ', c.name, c.apodo, c.phone, c.dni)),"
    f" '{_ACCENTED}{_ACCENTED.upper()}', '{_PLAIN}{_PLAIN}')"
)

_DEBTORS: Final = f"""
    WITH found AS MATERIALIZED (
      SELECT {CUSTOMER}
      FROM customers c LEFT JOIN customer_balances b ON b.business_id = c.business_id AND b.id = c.id
      WHERE c.business_id = %(business)s AND (b.balance > 0 OR cardinality(%(words)s::text[]) > 0)
        AND NOT EXISTS (
          SELECT FROM unnest(%(words)s::text[]) word WHERE strpos({_FOLDED_CUSTOMER}, word) = 0
        )
    )
    SELECT sums.*, shown.*
    FROM (SELECT count(*) AS customers, coalesce(sum(greatest(balance, 0)), {ZERO}) AS total FROM found) sums
    LEFT JOIN (SELECT * FROM found ORDER BY balance DESC, name, id LIMIT %(limit)s OFFSET %(skip)s) shown ON true
    ORDER BY shown.balance DESC, shown.name, shown.id
"""

_CREDIT_SALES: Final = """
    SELECT id, client_id, business_date, balance_due FROM sales
    WHERE business_id = %(business)s AND client_id = ANY(%(customers)s::uuid[])
      AND balance_due > 0 AND voided_at IS NULL
"""
