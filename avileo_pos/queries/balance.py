"""What customers owe and what is in stock, as this till shows it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.weight import NO_KILOS
from avileo_pos.figures import changes_of_debt, changes_of_stock, from_queue, from_wanted
from avileo_pos.queries.stored import identity, kilos, read, soles
from avileo_pos.work import Work

# What was owed before by central's figure gives way to what the card shows, edited here or not. A customer without
# such a figure has no other history than this till's own facts.
_BALANCES = """
balances AS (
  SELECT c.id, c.name, c.apodo, c.dni, c.phone, c.credit_limit, c.is_active, c.created_at,
         coalesce(b.balance - coalesce(b.opening_balance, c.opening_balance), 0) + c.opening_balance
           + coalesce(own.change, 0) AS balance
  FROM {customers}
  LEFT JOIN customer_balances b ON b.business_id = :business AND b.id = c.id
  LEFT JOIN own ON own.id = c.id
)
"""

ALL_BALANCES = f"""
WITH own AS MATERIALIZED (
  SELECT id, sum(change) AS change
  FROM ({changes_of_debt(from_queue("sales", "s"), from_queue("abonos", "a"))})
  GROUP BY id
), {_BALANCES.format(customers="(SELECT * FROM customers WHERE business_id = :business) c")}
"""
"""SQL that begins a question over all customers; `balances` is a customer's row with the balance in céntimos."""

_CHANGES_FOUND_BY_CUSTOMER = changes_of_debt(
    from_wanted("sales", "s", "client_id"), from_wanted("abonos", "a", "client_id")
)
_WANTED_CUSTOMERS = "json_each(:ids) wanted CROSS JOIN customers c ON c.business_id = :business AND c.id = wanted.value"

WANTED_BALANCES = f"""
WITH own AS MATERIALIZED (
  SELECT id, sum(change) AS change FROM ({_CHANGES_FOUND_BY_CUSTOMER}) GROUP BY id
), {_BALANCES.format(customers=_WANTED_CUSTOMERS)}
"""
"""The same for the customers whose ids are given as `ids`."""


@dataclass(frozen=True, slots=True)
class Debtor:
    """What selling on credit needs to know: `balance` is the debt in soles, `credit_limit` None without one."""

    id: UUID
    name: str
    balance: Decimal
    credit_limit: Decimal | None


def debtor(work: Work, customer_id: UUID) -> Debtor:
    """Raises BusinessRuleBroken("not_found")."""
    question = f"{WANTED_BALANCES} SELECT name, balance, credit_limit FROM balances"
    found = read(work, question, ids=[customer_id])
    if not found:
        raise BusinessRuleBroken("not_found", collection="customers")
    [row] = found
    limit = None if row.credit_limit is None else soles(row.credit_limit)
    return Debtor(customer_id, row.name, soles(row.balance), limit)


def customer_balance(work: Work, customer_id: UUID) -> Decimal:
    """A customer's debt in soles; below zero is saldo a favor. Raises BusinessRuleBroken("not_found")."""
    return debtor(work, customer_id).balance


def customer_balances(work: Work, customer_ids: Iterable[UUID]) -> dict[UUID, Decimal]:
    """The debts of those customers in soles, by their ids."""
    rows = read(work, f"{WANTED_BALANCES} SELECT id, balance FROM balances", ids=customer_ids)
    return {identity(row.id): soles(row.balance) for row in rows}


STOCK = f"""
SELECT id, sum(change) AS quantity FROM (
  SELECT id, change FROM ({changes_of_stock()})
  UNION ALL SELECT id, quantity FROM inventory WHERE business_id = :business
) GROUP BY id
"""


def stock_by_product(work: Work) -> dict[UUID, Decimal]:
    """The stock of every product that ever moved, in kg or units; it may be below zero."""
    return {identity(row.id): kilos(row.quantity) for row in read(work, STOCK)}


def stock_of(work: Work, product_id: UUID) -> Decimal:
    """The stock of one product, in kg or units."""
    return stock_by_product(work).get(product_id, NO_KILOS)
