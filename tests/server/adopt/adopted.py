"""Adopting in the tests of odd data, and reading what the plan said of it."""

from __future__ import annotations

from avileo_pos.server.adopt.plan import Plan, TablePlan
from tests.server.adopt.old_database import OldShop
from tests.server.adopt.reckoning import debts_by_ours, debts_by_the_old_reckoning, rows_of


def adopted(shop: OldShop) -> Plan:
    """Adopt, and hold that nothing is lost and that everybody owes what the old reckoning said."""
    before = rows_of(shop)
    plan = shop.adopt()
    assert rows_of(shop, "before_adoption") == before
    assert debts_by_ours(shop) == debts_by_the_old_reckoning(before)
    return plan


def table(plan: Plan, name: str) -> TablePlan:
    return next(each for each in plan.tables if each.name == name)


def why_left(plan: Plan, name: str, row_id: str) -> str:
    """Why the plan leaves this row among the old tables."""
    [reason] = [left.reason for left in table(plan, name).left_behind if row_id in left.ids]
    return reason
