"""The one place for a shown figure that central derives: what it was as of a revision, and own facts since then.

Central's figure holds every fact up to its own `revision`. A fact of this till is therefore added when central has
not answered it yet, or answered with a later revision: the figure neither dips nor counts twice between the answer
to a push and the next pull (protocol, «Customer balances travel»; invariant I9).

While everything is taken anew, each figure goes on saying as of when it is. A resync forgets a revision by its sign
alone, so that until the row comes it holds what it held before. And when central comes back from a backup, a fact
has two answers: figures from before it (up to `epoch_floor`) hold what central had answered then, or else now, and
those that it has changed since hold what it has answered since. At every moment a figure is thus the till's own last
truth, or central's with the till's own facts that central has not answered yet.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from uuid import UUID

from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.weight import NO_KILOS
from avileo_pos.queries.stored import identity, kilos, read, soles
from avileo_pos.tables.till import DISCARDED
from avileo_pos.work import Work

SALE: Final = ("sales", "sale_items", "sale_id")
_ABONO: Final = ("abonos", "abono_payments", "abono_id")


def since(derived: str) -> str:
    """The SQL condition that the figure of row `derived` does not hold operation `q` yet.

    Whatever central answered up to the last head that was pulled to its end is in every figure, which leaves few
    operations to look at. What was discarded is closed without a revision and does nothing.
    """
    answered = f"iif({_is_of_this_epoch(derived)}, q.acked_revision, coalesce(q.acked_before, q.acked_revision))"
    return f"""
    (q.acked_revision IS NULL OR q.acked_revision > (SELECT pulled_head FROM sync_state))
    AND coalesce({answered} > {_as_of(derived)}, q.status <> 'acked')
    """


def counts_with(derived: str, fact: str, part: str, link: str) -> str:
    """The SQL condition that operation `q`, on a row of table `fact`, changes the figure of row `derived`.

    A void takes back only what was counted: a fact of this till, unless that was discarded, or one that the figure
    holds. Since when central has another's fact is told by its parts, whose `link` leads to it, as its own revision
    rises with what is done to it. A figure of central's present epoch does not hold what central says it lacks. Of a
    fact that central shows here no more it cannot be known whether somebody else has voided it: there the figure stands
    as central counts.
    """
    # The + keeps SQLite from looking for the least revision through all of a business, where the link leads to a few.
    stored = f"""coalesce(
      (SELECT min(+p.revision) FROM {part} p WHERE p.business_id = :business AND p.{link} = q.entity_id),
      (SELECT f.revision FROM {fact} f WHERE f.business_id = :business AND f.id = q.entity_id))"""
    # Asked apart, so that `q` itself is read from its index alone.
    of_it = "EXISTS (SELECT 1 FROM sync_queue o WHERE o.entity_id = q.entity_id AND o.operation_type ="
    return f"""(
      q.operation_type <> 'delete'
      OR {of_it} 'create' AND o.last_code IS NOT '{DISCARDED}')
      OR nullif(abs({stored}), 0) <= max({_as_of(derived)}, (SELECT pulled_head FROM sync_state))
      AND NOT (
        {stored} <= 0 AND {_is_of_this_epoch(derived)}
        AND {of_it} 'delete' AND o.last_code IN ('blocked', 'unknown_entity'))
      )
    )"""


def _as_of(derived: str) -> str:
    return f"abs(coalesce({derived}.revision, 0))"


def _is_of_this_epoch(derived: str) -> str:
    # Of a backup that was put back twice the two epochs share their numbers; but once a page has come, all that was
    # here before has been forgotten.
    return (
        f"({_as_of(derived)} > (SELECT epoch_floor FROM sync_state)"
        f" OR {derived}.revision > 0 AND (SELECT cursor FROM sync_state) IS NOT NULL)"
    )


def _changes_of_debt(sales: str, abonos: str, customers: str) -> str:
    """What own operations do to debts, the tables joined to the queue `q` as the caller finds them fastest."""
    balance_of = "LEFT JOIN customer_balances b ON b.business_id = :business AND b.id ="
    return f"""
    SELECT s.client_id AS customer_id, iif(q.operation_type = 'create', s.balance_due, -s.balance_due) AS change
    FROM {sales} {balance_of} s.client_id
    WHERE s.balance_due > 0 AND {since("b")} AND {counts_with("b", *SALE)}
    UNION ALL
    SELECT a.client_id, iif(q.operation_type = 'create', -a.amount, a.amount)
    FROM {abonos} {balance_of} a.client_id
    WHERE {since("b")} AND {counts_with("b", *_ABONO)}
    UNION ALL
    SELECT c.id, json_extract(q.data, '$.opening_balance.now') - json_extract(q.data, '$.opening_balance.was')
    FROM {customers} {balance_of} c.id
    WHERE q.operation_type = 'update' AND b.id IS NOT NULL AND {since("b")}
      AND json_extract(q.data, '$.opening_balance') IS NOT NULL
    """


def _from_queue(table: str, row: str) -> str:
    return f"sync_queue q CROSS JOIN {table} {row} ON {row}.business_id = :business AND {row}.id = q.entity_id"


def _from_customer(table: str, row: str, column: str) -> str:
    return (
        f"json_each(:ids) wanted CROSS JOIN {table} {row} ON {row}.business_id = :business"
        f" AND {row}.{column} = wanted.value CROSS JOIN sync_queue q ON q.entity_id = {row}.id"
    )


# An opening balance without central's figure is the customer's whole history before this till's own facts.
_BALANCES = """
balances AS (
  SELECT c.id, c.name, c.apodo, c.dni, c.phone, c.credit_limit, c.is_active, c.created_at,
         coalesce(b.balance, c.opening_balance) + coalesce(own.change, 0) AS balance
  FROM {customers}
  LEFT JOIN customer_balances b ON b.business_id = :business AND b.id = c.id
  LEFT JOIN own ON own.customer_id = c.id
)
"""

ALL_BALANCES = f"""
WITH own AS MATERIALIZED (
  SELECT customer_id, sum(change) AS change
  FROM ({_changes_of_debt(_from_queue("sales", "s"), _from_queue("abonos", "a"), _from_queue("customers", "c"))})
  GROUP BY customer_id
), {_BALANCES.format(customers="(SELECT * FROM customers WHERE business_id = :business) c")}
"""
"""SQL that begins a question over all customers; `balances` is a customer's row with the balance in céntimos."""

_CHANGES_FOUND_BY_CUSTOMER = _changes_of_debt(
    _from_customer("sales", "s", "client_id"),
    _from_customer("abonos", "a", "client_id"),
    _from_customer("customers", "c", "id"),
)
_WANTED_CUSTOMERS = "json_each(:ids) wanted CROSS JOIN customers c ON c.business_id = :business AND c.id = wanted.value"

WANTED_BALANCES = f"""
WITH own AS MATERIALIZED (
  SELECT customer_id, sum(change) AS change FROM ({_CHANGES_FOUND_BY_CUSTOMER}) GROUP BY customer_id
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


_ABOUT_STOCK = "LEFT JOIN inventory i ON i.business_id = :business AND i.id = m.product_id"
STOCK = f"""
WITH changes AS (
  SELECT m.product_id, m.quantity AS change
  FROM sync_queue q
  CROSS JOIN inventory_movements m ON m.business_id = :business AND m.sale_id = q.entity_id
    AND (m.kind = 'anulacion') = (q.operation_type = 'delete') {_ABOUT_STOCK}
  WHERE q.collection = 'sales' AND {since("i")} AND {counts_with("i", *SALE)}
  UNION ALL
  SELECT m.product_id, m.quantity
  FROM sync_queue q
  CROSS JOIN inventory_movements m ON m.business_id = :business AND m.distribucion_movement_id = q.entity_id
    {_ABOUT_STOCK}
  WHERE q.collection = 'distribucion_movements' AND {since("i")}
  UNION ALL
  SELECT m.product_id, m.quantity
  FROM {_from_queue("inventory_movements", "m")} {_ABOUT_STOCK}
  WHERE q.collection = 'inventory_movements' AND {since("i")}
)
SELECT product_id, sum(change) AS quantity FROM (
  SELECT product_id, change FROM changes
  UNION ALL SELECT product_id, quantity FROM inventory WHERE business_id = :business
) GROUP BY product_id
"""


def stock_by_product(work: Work) -> dict[UUID, Decimal]:
    """The stock of every product that ever moved, in kg or units; it may be below zero."""
    return {identity(row.product_id): kilos(row.quantity) for row in read(work, STOCK)}


def stock_of(work: Work, product_id: UUID) -> Decimal:
    """The stock of one product, in kg or units."""
    return stock_by_product(work).get(product_id, NO_KILOS)
