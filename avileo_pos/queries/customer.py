"""Customers: found while typing, listed by what they owe, and one with all that a card shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from avileo_pos.domain.credit import available_credit
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.queries.balance import ALL_BALANCES, WANTED_BALANCES
from avileo_pos.queries.debt import oldest_debt_days
from avileo_pos.queries.search import contains, glob_pattern, like_pattern
from avileo_pos.queries.stored import identity, instant, kilos, read, soles
from avileo_pos.work import Work


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer with what matters before weighing, in soles and whole days.

    `available` is None without a credit limit; `oldest_debt_days` is None when nothing is owed.
    """

    id: UUID
    name: str
    apodo: str | None
    phone: str | None
    dni: str | None
    balance: Decimal
    credit_limit: Decimal | None
    available: Decimal | None
    oldest_debt_days: int | None
    is_active: bool


class CustomerFilter(StrEnum):
    """All, those who owe, and those who do not (nothing owed, or saldo a favor)."""

    TODOS = "todos"
    CON_DEUDA = "con_deuda"
    AL_DIA = "al_dia"


@dataclass(frozen=True, slots=True)
class CustomerList:
    """A page of customers by name, with how many there are in all and what they owe together."""

    rows: tuple[CustomerRow, ...]
    count: int
    total_debt: Decimal


@dataclass(frozen=True, slots=True)
class CustomerCard:
    """All that is known of one customer."""

    figures: CustomerRow
    address: str | None
    notes: str | None
    opening_balance: Decimal
    created_at: datetime


@dataclass(frozen=True, slots=True)
class UsualLine:
    """«Lo de siempre»: a product of the customer's last sales, with the quantity of the latest one."""

    product_id: UUID
    product_name: str
    quantity: Decimal


FEWEST_LETTERS = 3
_NAMES = ("name", "apodo")
_NUMBERS = ("phone", "dni")


def search_customers(work: Work, text: str, limit: int = 20) -> tuple[CustomerRow, ...]:
    """Active customers with every word of the text in name or apodo, or all its digits in phone or DNI.

    Nothing is looked for under 3 letters. Those whose name begins with the text come first, then by name.
    """
    words = text.split()
    if len("".join(words)) < FEWEST_LETTERS:
        return ()
    condition, patterns = _matches(words)
    question = f"""
    SELECT id FROM customers c
    WHERE business_id = :business AND is_active AND {condition}
    ORDER BY name NOT GLOB :beginning, name, id LIMIT :limit
    """
    beginning = glob_pattern(" ".join(words)).removeprefix("*")
    found = read(work, question, beginning=beginning, limit=limit, **patterns)
    return _rows_of(work, [row.id for row in found])


def list_customers(
    work: Work, which: CustomerFilter = CustomerFilter.TODOS, text: str = "", limit: int = 100, offset: int = 0
) -> CustomerList:
    """The active customers by name, narrowed by what they owe and by the text as in `search_customers`."""
    condition, patterns = _matches(text.split())
    chosen = f"FROM balances c WHERE is_active AND {_OWING[which]} AND {condition}"
    # Apart, as a page by name alone looks at no debts: with 20,000 customers both in one take twice as long.
    page = f"{ALL_BALANCES} SELECT id {chosen} ORDER BY name, id LIMIT :limit OFFSET :offset"
    sums = f"{ALL_BALANCES} SELECT count(*) AS customers, coalesce(sum(max(balance, 0)), 0) AS debt {chosen}"
    rows = _rows_of(work, [row.id for row in read(work, page, limit=limit, offset=offset, **patterns)])
    [all_of_them] = read(work, sums, **patterns)
    return CustomerList(rows, all_of_them.customers, soles(all_of_them.debt))


def customer_row(work: Work, customer_id: UUID) -> CustomerRow:
    """One customer with the figures, active or not. Raises BusinessRuleBroken("not_found")."""
    found = _rows_of(work, [customer_id])
    if not found:
        raise BusinessRuleBroken("not_found", collection="customers")
    return found[0]


def customer_card(work: Work, customer_id: UUID) -> CustomerCard:
    """Raises BusinessRuleBroken("not_found")."""
    figures = customer_row(work, customer_id)
    question = """
    SELECT address, notes, opening_balance, created_at FROM customers WHERE business_id = :business AND id = :id
    """
    [card] = read(work, question, id=customer_id)
    return CustomerCard(figures, card.address, card.notes, soles(card.opening_balance), instant(card.created_at))


def usual_order(work: Work, customer_id: UUID, of_last_sales: int = 5) -> tuple[UsualLine, ...]:
    """The products in most of the customer's last sales, each with the quantity of its latest."""
    # CROSS JOIN holds SQLite to this order: from a few sales to their lines, never through every line of a product.
    question = """
    WITH last AS (
      SELECT id, sale_date FROM sales
      WHERE business_id = :business AND client_id = :customer AND voided_at IS NULL
      ORDER BY sale_date DESC LIMIT :sales
    )
    SELECT i.product_id, p.name, i.quantity, max(last.sale_date)
    FROM last
    CROSS JOIN sale_items i ON i.business_id = :business AND i.sale_id = last.id
    CROSS JOIN products p ON p.business_id = :business AND p.id = i.product_id
    WHERE p.is_active
    GROUP BY i.product_id HAVING 2 * count(DISTINCT last.id) > (SELECT count(*) FROM last)
    ORDER BY p.tile_position
    """
    rows = read(work, question, customer=customer_id, sales=of_last_sales)
    return tuple(UsualLine(identity(row.product_id), row.name, kilos(row.quantity)) for row in rows)


_OWING = {
    CustomerFilter.TODOS: "true",
    CustomerFilter.CON_DEUDA: "balance > 0",
    CustomerFilter.AL_DIA: "balance <= 0",
}


def _matches(words: Sequence[str]) -> tuple[str, dict[str, str]]:
    """The SQL condition that a customer `c` is meant by the words, and the patterns that it names."""
    patterns = {f"like_{index}": like_pattern(word) for index, word in enumerate(words)}
    patterns |= {f"glob_{index}": glob_pattern(word) for index, word in enumerate(words)}
    by_name = " AND ".join(f"({contains(_NAMES, str(index))})" for index in range(len(words)))
    digits = "".join(words).removeprefix("+51")
    if not digits.isdigit():
        return by_name or "true", patterns
    by_number = " OR ".join(f"{column} LIKE :digits" for column in _NUMBERS)
    return f"({by_name} OR {by_number})", patterns | {"digits": f"%{digits}%"}


def _rows_of(work: Work, customer_ids: Sequence[UUID | str]) -> tuple[CustomerRow, ...]:
    """The customers in the order asked, each with balance, available credit and the age of the debt."""
    found = {row.id: row for row in read(work, f"{WANTED_BALANCES} SELECT * FROM balances", ids=customer_ids)}
    owing = {row.id: soles(row.balance) for row in found.values() if row.balance > 0}
    oldest = oldest_debt_days(work, owing)
    return tuple(_row(found[key], oldest.get(key)) for key in map(str, customer_ids) if key in found)


def _row(row: Row[Any], oldest_debt: int | None) -> CustomerRow:
    balance = soles(row.balance)
    limit = None if row.credit_limit is None else soles(row.credit_limit)
    return CustomerRow(
        id=identity(row.id),
        name=row.name,
        apodo=row.apodo,
        phone=row.phone,
        dni=row.dni,
        balance=balance,
        credit_limit=limit,
        available=available_credit(limit, balance),
        oldest_debt_days=oldest_debt,
        is_active=bool(row.is_active),
    )
