"""Since when a debt is owed: the balance laid over the charges that this till knows, newest first.

What a balance holds beyond them was sold at stalls that this till does not see.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal

from avileo_pos.domain.business_day import business_date
from avileo_pos.domain.credit import Charge, Coverage, cover_up_to, days_of_oldest_debt
from avileo_pos.queries.stored import day, identity, instant, read, soles
from avileo_pos.work import Work


def coverage_of(work: Work, balances: Mapping[str, Decimal]) -> dict[str, Coverage]:
    """For each customer, by the id as stored, the charges with what is covered of them."""
    charges = _charges(work, balances)
    return {customer: cover_up_to(balance, charges[customer], work.today) for customer, balance in balances.items()}


def oldest_debt_days(work: Work, balances: Mapping[str, Decimal]) -> dict[str, int | None]:
    """For each customer, by the id as stored, the whole days since the oldest charge that is still open."""
    covered = coverage_of(work, balances)
    return {customer: days_of_oldest_debt(coverage, work.today) for customer, coverage in covered.items()}


def _charges(work: Work, customers: Iterable[str]) -> defaultdict[str, list[Charge]]:
    charges: defaultdict[str, list[Charge]] = defaultdict(list)
    for row in read(work, _OPENING, ids=customers):
        opened = business_date(instant(row.created_at), work.business.day_cutoff_hour)
        charges[row.id].append(Charge(opened, soles(row.opening_balance)))
    for row in read(work, _CREDIT_SALES, ids=customers):
        charges[row.client_id].append(Charge(day(row.business_date), soles(row.balance_due), identity(row.id)))
    return charges


_OPENING = """
SELECT c.id, c.created_at, c.opening_balance
FROM json_each(:ids) wanted CROSS JOIN customers c ON c.business_id = :business AND c.id = wanted.value
WHERE c.opening_balance <> 0
"""
_CREDIT_SALES = """
SELECT s.id, s.client_id, s.business_date, s.balance_due
FROM json_each(:ids) wanted CROSS JOIN sales s ON s.business_id = :business AND s.client_id = wanted.value
WHERE s.balance_due > 0 AND s.voided_at IS NULL
"""
