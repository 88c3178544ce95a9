"""The one place for a figure that central derives, as this till shows it: central's, and own facts since then.

Central's figure holds every fact up to its own `revision`. A fact of this till is therefore added when central has
not answered it yet, or answered with a later revision: the figure neither dips nor counts twice between the answer
to a push and the next pull (protocol, «Customer balances travel»; invariant I9).

Revisions compare only within an epoch. So when everything is about to be taken anew, each figure takes in what was
done here until then (`fold_own_facts`). From then until central's row comes, it is the till's own: its revision stands
below zero, and only what is done later, in the queue after `folded_seq`, changes it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sqlalchemy import Connection

from avileo_pos.domain.distribution import SIGN_OF_ASSIGNED
from avileo_pos.tables.till import DISCARDED

_SALE: Final = ("sales", "sale_items", "sale_id")
_ABONO: Final = ("abonos", "abono_payments", "abono_id")

_NOT_PULLED: Final = "(q.acked_revision IS NULL OR q.acked_revision > (SELECT pulled_head FROM sync_state))"

When = Callable[[str], str]
"""The SQL condition that operation `q` is to be counted beside the figure of a row, which is known by this name."""


def since(derived: str) -> str:
    """The condition that the figure of row `derived` does not hold operation `q` yet.

    Whatever central answered up to the last head that was pulled to its end is in every figure, which leaves few
    operations to look at. What was discarded is closed without a revision and does nothing.
    """
    return f"""
    {_NOT_PULLED}
    AND iif({derived}.revision < 0,
      q.seq > (SELECT folded_seq FROM sync_state) AND (q.status <> 'acked' OR q.acked_revision IS NOT NULL),
      coalesce(q.acked_revision > coalesce({derived}.revision, 0), q.status <> 'acked'))
    """


def from_queue(table: str, row: str) -> str:
    """What SQL reads to find facts by their operations `q`."""
    return f"sync_queue q CROSS JOIN {table} {row} ON {row}.business_id = :business AND {row}.id = q.entity_id"


def from_wanted(table: str, row: str, column: str) -> str:
    """What SQL reads to find them by the `:ids` that their `column` has, each with its operations `q`."""
    return (
        f"json_each(:ids) wanted CROSS JOIN {table} {row} ON {row}.business_id = :business"
        f" AND {row}.{column} = wanted.value CROSS JOIN sync_queue q ON q.entity_id = {row}.id"
    )


def changes_of_debt(sales: str, abonos: str, when: When = since) -> str:
    """What own facts do to debts, in céntimos by the customer's `id`; the arguments say how the rows are found."""
    balance_of = "LEFT JOIN customer_balances b ON b.business_id = :business AND b.id ="
    return f"""
    SELECT s.client_id AS id, iif(q.operation_type = 'create', s.balance_due, -s.balance_due) AS change
    FROM {sales} {balance_of} s.client_id
    WHERE s.balance_due > 0 AND {when("b")} AND {_counts_with("b", *_SALE)}
    UNION ALL
    SELECT a.client_id, iif(q.operation_type = 'create', -a.amount, a.amount)
    FROM {abonos} {balance_of} a.client_id
    WHERE {when("b")} AND {_counts_with("b", *_ABONO)}
    """


def changes_of_stock(when: When = since) -> str:
    """What own operations do to the stock, in grams or thousandths of a unit, by the product's `id`.

    A void brings back what the sale took, also of a line that came to this till only after the void.
    """
    stock_of = "LEFT JOIN inventory i ON i.business_id = :business AND i.id = m.product_id"
    return f"""
    SELECT m.product_id AS id, iif(q.operation_type = 'create', m.quantity, -m.quantity) AS change
    FROM sync_queue q
    CROSS JOIN inventory_movements m ON m.business_id = :business AND m.sale_id = q.entity_id
      AND m.kind = 'venta' {stock_of}
    WHERE q.collection = 'sales' AND {when("i")} AND {_counts_with("i", *_SALE)}
    UNION ALL
    SELECT m.product_id, m.quantity
    FROM sync_queue q
    CROSS JOIN inventory_movements m ON m.business_id = :business AND m.distribucion_movement_id = q.entity_id
      {stock_of}
    WHERE q.collection = 'distribucion_movements' AND {when("i")}
    UNION ALL
    SELECT m.product_id, m.quantity
    FROM {from_queue("inventory_movements", "m")} {stock_of}
    WHERE q.collection = 'inventory_movements' AND {when("i")}
    """


def changes_of_distribuciones(sales: str, movements: str, when: When = since) -> str:
    """What own operations do to distributions: `asignado` and `vendido` in grams, `recaudado` in céntimos, by `id`."""
    signs = " ".join(f"WHEN '{kind}' THEN {sign}" for kind, sign in SIGN_OF_ASSIGNED.items())
    sign_of_sale = "iif(q.operation_type = 'create', 1, -1)"
    return f"""
    SELECT d.id, 0 AS asignado, {sign_of_sale} * s.net_weight AS vendido, {sign_of_sale} * s.amount_paid AS recaudado
    FROM {sales} CROSS JOIN distribuciones d ON d.business_id = :business AND d.id = s.distribucion_id
    WHERE {when("d")} AND {_counts_with("d", *_SALE)}
    UNION ALL
    SELECT d.id, v.kilos * CASE v.kind {signs} ELSE 0 END, 0, 0
    FROM {movements} CROSS JOIN distribuciones d ON d.business_id = :business AND d.id = v.distribucion_id
    WHERE {when("d")}
    """


def _counts_with(derived: str, fact: str, part: str, link: str) -> str:
    """The condition that operation `q`, on a row of table `fact`, changes the figure of row `derived`.

    A void takes back only what was counted: a fact of this till, unless that was discarded, or one that the figure
    holds. Since when central has another's fact is told by its parts, whose `link` leads to it, as its own revision
    rises with what is done to it. A figure of central's present epoch may not hold a fact that central has not brought
    in it, when it has refused the void. Of a fact that central shows here no more it cannot be known whether somebody
    else has voided it; of an own one that matters once its void was refused and everything has been taken anew. There
    the figure stands as central counts. What was voided in two pasts of this till's file is taken back once.
    """
    # The + keeps SQLite from looking for the least revision through all of a business, where the link leads to a few.
    stored = f"""coalesce(
      (SELECT min(+p.revision) FROM {part} p WHERE p.business_id = :business AND p.{link} = q.entity_id),
      (SELECT f.revision FROM {fact} f WHERE f.business_id = :business AND f.id = q.entity_id))"""
    # Asked apart, so that `q` itself is read from its index alone.
    of_it = "EXISTS (SELECT 1 FROM sync_queue o WHERE o.entity_id = q.entity_id AND o.operation_type ="
    is_refused = f"{of_it} 'delete' AND (o.status = 'parked' OR o.last_code = 'blocked'))"
    head = "(SELECT pulled_head FROM sync_state)"
    return f"""(
      q.operation_type <> 'delete'
      OR {of_it} 'create' AND o.last_code IS NOT '{DISCARDED}') AND NOT (
        {of_it} 'create' AND o.acked_revision <= {head}) AND {stored} = 0 AND {is_refused}
        AND NOT (SELECT resyncing FROM sync_state)
      )
      OR nullif(abs({stored}), 0) <= max(abs(coalesce({derived}.revision, 0)), {head})
      AND NOT ({stored} <= 0 AND {derived}.revision > 0 AND {is_refused})
    ) AND NOT (q.operation_type = 'delete' AND {of_it} 'delete' AND o.seq < q.seq AND o.last_code IS NOT '{DISCARDED}'))
    """


# --- While everything is taken anew -----------------------------------------------------------------------------------


def fold_own_facts(db: Connection) -> None:
    """Let every figure hold what was done here until now; call it in the transaction in which a resync begins."""
    _change_figures(db, "+", since)
    for table in _COLUMNS:
        db.exec_driver_sql(f"UPDATE {table} SET revision = -revision WHERE revision > 0")
    db.exec_driver_sql("UPDATE sync_state SET folded_seq = (SELECT coalesce(max(seq), 0) FROM sync_queue)")


def leave_out(db: Connection, seq: int, *, for_good: bool) -> None:
    """An operation is about to be closed: take it from the figures that were folded with it.

    With a birth that goes for good goes a void of it that central has answered without knowing that birth. Of two voids
    the other stays.
    """
    _change_figures(db, "-", _folded_with, seq=seq, for_good=for_good)


def _folded_with(derived: str) -> str:
    return f"""
    {derived}.revision < 0 AND q.seq <= (SELECT folded_seq FROM sync_state) AND q.last_code IS NOT '{DISCARDED}'
    AND {_NOT_PULLED}
    AND q.seq IN (
      SELECT o.seq FROM sync_queue closed JOIN sync_queue o ON o.entity_id = closed.entity_id
      WHERE closed.seq = :seq
        AND (o.seq = :seq OR :for_good AND closed.operation_type = 'create' AND o.operation_type = 'delete')
        AND NOT (closed.operation_type = 'delete' AND EXISTS (
          SELECT 1 FROM sync_queue other WHERE other.entity_id = closed.entity_id AND other.seq <> closed.seq
            AND other.operation_type = 'delete' AND other.last_code IS NOT '{DISCARDED}'
            AND other.seq <= (SELECT folded_seq FROM sync_state))))
    """


_COLUMNS: Final = {
    "customer_balances": {"balance": "change"},
    "inventory": {"quantity": "change"},
    "distribuciones": {"kilos_asignados": "asignado", "kilos_vendidos": "vendido", "monto_recaudado": "recaudado"},
}


def _change_figures(db: Connection, sign: str, when: When, **named: object) -> None:
    """A row that central has never sent holds no figure, and stays without."""
    sales = from_queue("sales", "s")
    changes = {
        "customer_balances": changes_of_debt(sales, from_queue("abonos", "a"), when),
        "inventory": changes_of_stock(when),
        "distribuciones": changes_of_distribuciones(sales, from_queue("distribucion_movements", "v"), when),
    }
    business_id = db.exec_driver_sql("SELECT business_id FROM till_identity").scalar_one()
    for table, columns in _COLUMNS.items():
        changed = ", ".join(f"{column} = f.{column} {sign} own.{change}" for column, change in columns.items())
        summed = ", ".join(f"sum({change}) AS {change}" for change in columns.values())
        db.exec_driver_sql(
            f"UPDATE {table} AS f SET {changed} FROM (SELECT id, {summed} FROM ({changes[table]}) GROUP BY id) own"
            " WHERE f.business_id = :business AND f.id = own.id AND f.revision <> 0",
            {"business": business_id, **named},
        )
