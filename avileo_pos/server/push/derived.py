"""The figures that central derives from facts: what customers owe, what is in stock, how a distribution stands.

They move by exactly what the facts of one transaction add, so that the cost does not grow with history. Money is in
céntimos, weight and stock in grams, as on the wire.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from avileo_pos.domain.distribution import SIGN_OF_ASSIGNED
from avileo_pos.domain.enums import DistribucionMovementKind, ProductUnit
from avileo_pos.server.postgres.wire_sql import WireRow, recordset, rows_parameter
from avileo_pos.server.push.open_push import OpenPush
from avileo_pos.tables.shared import customer_balances, distribuciones, inventory


def _no_kilos() -> dict[str, int]:
    return {"kilos_asignados": 0, "kilos_vendidos": 0, "monto_recaudado": 0}


@dataclass(slots=True)
class Ledger:
    """What one transaction adds to each derived row."""

    debts: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    openings: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    stock: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    distributions: defaultdict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(_no_kilos))

    def owe(self, customer_id: str | None, amount: int) -> None:
        if customer_id is not None:
            self.debts[customer_id] += amount

    def open_with(self, customer_id: str, amount: int) -> None:
        """What a card says that was owed before is owed too, and told apart."""
        self.owe(customer_id, amount)
        self.openings[customer_id] += amount

    def sell(self, sale: WireRow, kilos: int, sign: int = 1) -> None:
        """A sale with the kilos of its kg lines; a sign of -1 takes a voided one back."""
        if sale["balance_due"]:
            self.owe(sale["client_id"], sign * sale["balance_due"])
        if sale["distribucion_id"] is not None:
            given = self.distributions[sale["distribucion_id"]]
            given["kilos_vendidos"] += sign * kilos
            given["monto_recaudado"] += sign * sale["amount_paid"]

    def assign(self, movement: WireRow) -> None:
        sign = SIGN_OF_ASSIGNED.get(DistribucionMovementKind(movement["kind"]))
        if sign is not None:
            self.distributions[movement["distribucion_id"]]["kilos_asignados"] += sign * movement["kilos"]

    def move(self, movement: WireRow) -> None:
        self.stock[movement["product_id"]] += movement["quantity"]


def kilos_by_sale(items: Iterable[WireRow]) -> Mapping[str, int]:
    """The grams of each sale's kg lines."""
    kilos: defaultdict[str, int] = defaultdict(int)
    for item in items:
        if item["unit"] == ProductUnit.KG:
            kilos[item["sale_id"]] += item["quantity"]
    return kilos


def write_derived(push: OpenPush, ledger: Ledger) -> None:
    """Move the derived rows, each under a revision above those of the facts behind it."""
    balances = [
        {"id": customer, "balance": debt, "opening_balance": ledger.openings.get(customer, 0)}
        for customer, debt in ledger.debts.items()
    ]
    _write(push, _BALANCES, balances)
    _write(push, _STOCK, [{"id": product, "quantity": grams} for product, grams in ledger.stock.items()])
    _write(push, _DISTRIBUTIONS, [{"id": name, **given} for name, given in ledger.distributions.items()])


def _write(push: OpenPush, statement: str, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    numbered = [
        {**row, "revision": revision} for row, revision in zip(rows, push.revisions.take(len(rows)), strict=True)
    ]
    push.connection.exec_driver_sql(
        statement, {"business_id": push.business_id, "now": push.now, "rows": rows_parameter(numbered)}
    )


_BALANCES: Final = f"""
    INSERT INTO customer_balances AS t (business_id, id, balance, opening_balance, revision)
    SELECT %(business_id)s, x.id, x.balance * 0.01, x.opening_balance * 0.01, x.revision
    FROM {recordset(customer_balances, ("id", "balance", "opening_balance", "revision"))}
    ON CONFLICT (business_id, id) DO UPDATE SET
      balance = t.balance + excluded.balance,
      opening_balance = t.opening_balance + excluded.opening_balance,
      revision = excluded.revision
"""

_STOCK: Final = f"""
    INSERT INTO inventory AS t (business_id, id, product_id, quantity, updated_at, revision)
    SELECT %(business_id)s, x.id, x.id, x.quantity * 0.001, %(now)s::timestamp, x.revision
    FROM {recordset(inventory, ("id", "quantity", "revision"))}
    ON CONFLICT (business_id, id) DO UPDATE
    SET quantity = t.quantity + excluded.quantity, updated_at = excluded.updated_at, revision = excluded.revision
"""

_DISTRIBUTIONS: Final = f"""
    UPDATE distribuciones AS t SET
      kilos_asignados = t.kilos_asignados + x.kilos_asignados * 0.001,
      kilos_vendidos = t.kilos_vendidos + x.kilos_vendidos * 0.001,
      monto_recaudado = t.monto_recaudado + x.monto_recaudado * 0.01,
      revision = x.revision
    FROM {recordset(distribuciones, ("id", "kilos_asignados", "kilos_vendidos", "monto_recaudado", "revision"))}
    WHERE t.business_id = %(business_id)s AND t.id = x.id
"""
