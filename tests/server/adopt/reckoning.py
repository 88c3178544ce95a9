"""The old reckoning of debts, and what was in a database before and after, told without our own code."""

from __future__ import annotations

from collections import defaultdict
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from tests.server.adopt.old_database import COLUMNS, OldShop, Row

Table = dict[str, Row]


def rows_of(shop: OldShop, schema: str = "public") -> dict[str, Table]:
    """Every row of every old table by its id, as PostgreSQL writes the values as text."""
    found: dict[str, Table] = {}
    for name in COLUMNS:
        columns = [column.split()[0] for column in COLUMNS[name].split(", ")]
        texts = ", ".join(f"{column}::text" for column in columns)
        listed = shop.rows(f"SELECT {texts} FROM {schema}.{name}")
        found[name] = {row[0]: dict(zip(columns, row, strict=True)) for row in listed}
    return found


def debts_by_the_old_reckoning(tables: dict[str, Table]) -> dict[str, Decimal]:
    """Total of the credit sales less the abonos, of everybody who is named; what cannot be counted counts nothing."""
    debts: defaultdict[str, Decimal] = defaultdict(Decimal)
    for sale in tables["sales"].values():
        if sale["client_id"] and sale["sale_type"] == "credito":
            debts[sale["client_id"]] += _counted(sale["total_amount"])
    for abono in tables["abonos"].values():
        if abono["client_id"]:
            debts[abono["client_id"]] -= _counted(abono["amount"])
    rounded = {customer: round_half_up(debt) for customer, debt in debts.items()}
    return {customer: debt for customer, debt in rounded.items() if debt}


def round_half_up(amount: Decimal) -> Decimal:
    return amount.quantize(Decimal("0.01"), ROUND_HALF_UP)


def debts_by_ours(shop: OldShop) -> dict[str, Decimal]:
    """What the cards, sales and abonos of all businesses add up to, of everybody whom the old tables name."""
    question = """
        SELECT id::text, sum(amount) FROM (
          SELECT id, opening_balance AS amount FROM customers
          UNION ALL SELECT client_id, balance_due FROM sales WHERE client_id IS NOT NULL
          UNION ALL SELECT client_id, -amount FROM abonos) AS every
        WHERE id IN (SELECT client_id FROM before_adoption.sales UNION SELECT client_id FROM before_adoption.abonos)
        GROUP BY 1 HAVING sum(amount) <> 0
    """
    return dict(shop.rows(question))


def _counted(amount: Any) -> Decimal:
    return Decimal(0) if amount in {None, "NaN"} else Decimal(amount)


def same(was: str | None, now: str | None) -> bool:
    """Whether two texts are one value: 30.5 and 30.50, 15:30+00 and 15:30."""
    if was is None or now is None or was == now:
        return was == now
    try:
        return Decimal(was) == Decimal(now)
    except ArithmeticError:
        return was.removesuffix("+00") == now
