"""The estado de cuenta of one customer: every movement of the debt, ending at what is owed now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final
from uuid import UUID

from avileo_pos.domain.credit import DebtMovement, Movement, statement
from avileo_pos.domain.money import ZERO
from avileo_pos.server.admin.queries.debts import CUSTOMER, Debtor, debtors_of
from avileo_pos.server.business.desk import Desk, NotHere
from avileo_pos.tables.base import Instant

ON_A_PAGE: Final = 60

_instant: Final = Instant().from_native


@dataclass(frozen=True, slots=True)
class StatementLine:
    """A credit sale (what was left owing) or an abono, with the debt after it; a voided one did nothing to it."""

    kind: DebtMovement
    number: str
    at: datetime
    amount: Decimal
    balance: Decimal
    voided: bool


@dataclass(frozen=True, slots=True)
class AccountOf:
    """The newest movement first. `opening` is what was owed before the first one; `count` are all there are."""

    customer: Debtor
    lines: Sequence[StatementLine]
    count: int
    opening: Decimal


def read_account(desk: Desk, customer_id: UUID, page: int) -> AccountOf:
    """Pages count from 1. Raises NotHere."""
    asked = {"business": desk.business_id, "customer": customer_id}
    found = desk.connection.exec_driver_sql(_CUSTOMER, asked).one_or_none()
    if found is None:
        raise NotHere
    [customer] = debtors_of(desk, [found])
    movements, numbers = [], {}
    for row in desk.connection.exec_driver_sql(_MOVEMENTS, asked):
        movements.append(Movement(row.id, DebtMovement(row.kind), _instant(row.at), row.amount, row.voided))
        numbers[row.id] = row.receipt_number
    opening = customer.balance - sum((movement.change for movement in movements), ZERO)
    newest_first = statement(movements, opening)[::-1]
    shown = newest_first[(page - 1) * ON_A_PAGE : page * ON_A_PAGE]
    lines = [
        StatementLine(
            row.movement.kind,
            numbers[row.movement.id],
            row.movement.at,
            row.movement.amount,
            row.balance,
            row.movement.voided,
        )
        for row in shown
    ]
    return AccountOf(customer, lines, len(newest_first), opening)


_CUSTOMER: Final = f"""
    SELECT {CUSTOMER}
    FROM customers c LEFT JOIN customer_balances b ON b.business_id = c.business_id AND b.id = c.id
    WHERE c.business_id = %(business)s AND c.id = %(customer)s
"""

_MOVEMENTS: Final = """
    SELECT 'venta' AS kind, id, receipt_number, sale_date AS at, balance_due AS amount, voided_at IS NOT NULL AS voided
    FROM sales WHERE business_id = %(business)s AND client_id = %(customer)s AND balance_due > 0
    UNION ALL
    SELECT 'abono', id, receipt_number, created_at, amount, voided_at IS NOT NULL
    FROM abonos WHERE business_id = %(business)s AND client_id = %(customer)s
"""
