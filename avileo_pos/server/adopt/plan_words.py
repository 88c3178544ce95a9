"""The plan in plain words, for the operator who has to say yes to it."""

from __future__ import annotations

from collections.abc import Iterator

from avileo_pos.server.adopt.plan import Change, Debts, LeftBehind, Plan, Question, TablePlan

_MOST_IDS = 20


def plan_text(plan: Plan) -> str:
    """The whole plan, a paragraph for each table."""
    return "\n".join(_lines(plan))


def _lines(plan: Plan) -> Iterator[str]:
    for table in plan.tables:
        yield from _table(table)
    yield from _debts(plan.debts)
    yield from _section("Worth knowing:", plan.warnings)
    yield from _section("To be answered first:", map(_question, plan.questions))
    if plan.questions:
        yield "  --copy-shared-products answers for all that several businesses have sold: each gets a card of its own."
    yield from _section("Cannot be done:", plan.refusals)


def _section(title: str, lines: Iterator[str] | tuple[str, ...]) -> Iterator[str]:
    said = [f"  {line}" for line in lines]
    if said:
        yield title
        yield from said


def _table(table: TablePlan) -> Iterator[str]:
    yield f"{table.name}: {_rows(table)}"
    if table.added:
        yield f"  adds {', '.join(table.added)}"
    for column, rows in table.filled:
        yield f"  fills {column} in, where it was NULL: {_counted(rows, 'row')}"
    for change in table.changed:
        yield f"  {_change(change)}"
    for left in table.left_behind:
        yield f"  {_left(left)}"
    if table.kept:
        yield f"  keeps the other tool's {', '.join(table.kept)}"
    if table.in_the_way:
        yield f"  does not take over {', '.join(table.in_the_way)}: ours of that name may mean something else"


def _rows(table: TablePlan) -> str:
    more = [
        _counted(table.copies, "copy", "copies") + " for other businesses" if table.copies else "",
        _counted(table.stand_ins, "row") + " made" if table.stand_ins else "",
    ]
    known = "a new table" if table.is_new else f"{_counted(table.rows, 'row')}, {table.taken} taken over"
    return ", ".join([known, *filter(None, more)])


def _change(change: Change) -> str:
    examples = "; ".join(f"{row_id}: {was} becomes {becomes}" for row_id, was, becomes in change.examples)
    more = "" if change.rows == len(change.examples) else "; ..."
    return f"changes {change.column}, as our rules have it: {_counted(change.rows, 'row')} ({examples}{more})"


def _left(left: LeftBehind) -> str:
    return f"leaves {_counted(left.rows, 'row')} among the old tables, as {left.reason}: {_some(left.ids)}"


def _debts(debts: Debts) -> Iterator[str]:
    owing, opening = _counted(debts.customers, "customer"), _counted(debts.opening_customers, "customer")
    yield f"Debts of {owing}: S/ {debts.before:,.2f} before, S/ {debts.after:,.2f} after"
    if debts.opening_customers:
        yield (
            f"  {opening} with an opening balance, S/ {debts.opening:,.2f} in all:"
            " what was paid at a credit sale and stands as an abono too (or was never taken off), and what of an amount"
            " could not be taken over"
        )


def _question(question: Question) -> str:
    sellers = ", ".join(f"«{name}» {business}" for business, name in question.sellers)
    sold = f"sold by {sellers}" if sellers else "sold by nobody yet"
    return f"Whose is «{question.name}» ({sold})? --owner {question.product_id}=BUSINESS"


def _some(ids: tuple[str, ...]) -> str:
    more = f" and {len(ids) - _MOST_IDS} more" if len(ids) > _MOST_IDS else ""
    return ", ".join(ids[:_MOST_IDS]) + more


def _counted(number: int, one: str, many: str = "") -> str:
    return f"{number} {one if number == 1 else many or one + 's'}"
