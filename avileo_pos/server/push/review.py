"""What the owner should look at in a fact that is stored all the same: no fact is refused for a business reason."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from avileo_pos.domain.enums import SaleType
from avileo_pos.server.postgres.wire_sql import WireRow
from avileo_pos.server.push.open_push import NewRow, OpenPush, Stated
from avileo_pos.server.push.parse_push import Create
from avileo_pos.tables.shared import abonos, sales


def review_rows(push: OpenPush, roots: Sequence[Stated], known: Mapping[str, Iterable[str]]) -> None:
    """Write `review_reason`, codes with a space between, into those sales and abonos that give reason to.

    `known` are the reasons, by operation, that were found before.
    """
    reviewed = [stated for stated in roots if "needs_review" in stated.table.columns]
    repeated = _receipts_used_before(push, [stated.row for stated in reviewed])
    burdened = _burdened_customers(push, [stated.row for stated in reviewed if stated.table is sales])
    for stated in reviewed:
        reasons = [*known.get(stated.arrived.id, ())]
        if push.clock_is_wrong:
            reasons.append("clock_skew")
        if not _adds_up(stated):
            reasons.append("sums_differ")
        if stated.row["receipt_number"] in repeated:
            reasons.append("receipt_number_used_twice")
        reasons.extend(burdened.get(stated.row["id"], ()))
        if reasons:
            stated.row["review_reason"] = " ".join(dict.fromkeys(reasons))


def _adds_up(stated: Stated) -> bool:
    assert isinstance(stated.arrived.act, Create)
    root, parts = stated.arrived.act.root, stated.arrived.act.parts
    if stated.table is not sales:
        return bool(root["amount"] == _sum(parts["abono_payments"], "amount"))
    lines = root["total_amount"] == _sum(parts["sale_items"], "subtotal")
    return bool(lines and root["amount_paid"] == _sum(parts["sale_payments"], "amount"))


def _sum(rows: Iterable[WireRow], name: str) -> int:
    return sum(row[name] for row in rows)


def _receipts_used_before(push: OpenPush, new: Sequence[NewRow]) -> set[str]:
    """The receipt numbers that another sale or abono has, here or among the new ones: they share a till's series."""
    numbers = Counter(row["receipt_number"] for row in new)
    if not numbers:
        return set()
    asked = {"business_id": push.business_id, "numbers": list(numbers), "new": [row["id"] for row in new]}
    found = push.connection.exec_driver_sql(_OTHERS_RECEIPTS, asked)
    return {number for number, times in numbers.items() if times > 1} | set(found.scalars())


_OTHERS_RECEIPTS: Final = " UNION ALL ".join(
    f"SELECT t.receipt_number FROM {table.name} t WHERE t.business_id = %(business_id)s"
    " AND t.receipt_number = ANY(%(numbers)s) AND t.id <> ALL(%(new)s::uuid[])"
    for table in (sales, abonos)
)


def _burdened_customers(push: OpenPush, new_sales: Sequence[NewRow]) -> Mapping[str, list[str]]:
    """By sale: the customer is no longer served, or owes more than the limit once this sale is counted."""
    with_customer = [sale for sale in new_sales if sale["client_id"] is not None]
    if not with_customer:
        return {}
    standing = _standing(push, {sale["client_id"] for sale in with_customer})
    reasons: defaultdict[str, list[str]] = defaultdict(list)
    owed: Counter[str] = Counter()
    for sale in with_customer:
        customer = standing.get(sale["client_id"])
        if customer is None:
            continue
        if not customer["is_active"]:
            reasons[sale["id"]].append("inactive_customer")
        owed[sale["client_id"]] += sale["balance_due"]
        limit = customer["credit_limit"]
        on_credit = sale["sale_type"] == SaleType.CREDITO
        if on_credit and limit is not None and customer["balance"] + owed[sale["client_id"]] > limit:
            reasons[sale["id"]].append("over_credit_limit")
    return reasons


def _standing(push: OpenPush, customer_ids: set[str]) -> Mapping[str, Mapping[Any, Any]]:
    found = push.connection.exec_driver_sql(
        "SELECT c.id::text, c.is_active, (c.credit_limit * 100)::bigint AS credit_limit,"
        " coalesce(b.balance * 100, 0)::bigint AS balance"
        " FROM customers c LEFT JOIN customer_balances b ON b.business_id = c.business_id AND b.id = c.id"
        " WHERE c.business_id = %s AND c.id = ANY(%s::uuid[])",
        (push.business_id, list(customer_ids)),
    )
    return {row["id"]: row for row in found.mappings()}
