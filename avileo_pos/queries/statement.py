"""The estado de cuenta: every movement of a customer's debt that this till can see, ending at the true balance."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from avileo_pos.domain.credit import Aging, DebtMovement, Movement, StatementRow, aging, days_of_oldest_debt
from avileo_pos.domain.credit import statement as domain_statement
from avileo_pos.domain.money import ZERO
from avileo_pos.domain.permissions import Permission
from avileo_pos.queries.customer import CustomerCard, customer_card
from avileo_pos.queries.debt import coverage_of
from avileo_pos.queries.stored import identity, instant, read, soles
from avileo_pos.work import Work


class StatementKind(StrEnum):
    """OTROS_PUESTOS is what sales and abonos that this person may not see did to the debt, in one sum."""

    SALDO_INICIAL = "saldo_inicial"
    OTROS_PUESTOS = "otros_puestos"
    VENTA = "venta"
    ABONO = "abono"


@dataclass(frozen=True, slots=True)
class StatementLine:
    """`change` is what it did to the debt in soles (zero for a voided one), `balance` the debt after it.

    `entity_id` and `number` are None for the two opening lines, `at` for OTROS_PUESTOS.
    """

    kind: StatementKind
    entity_id: UUID | None
    number: str | None
    at: datetime | None
    amount: Decimal
    change: Decimal
    balance: Decimal
    voided: bool = False


@dataclass(frozen=True, slots=True)
class Statement:
    """Oldest first. `balance` is the debt now, `available` None without a limit."""

    customer_id: UUID
    customer_name: str
    phone: str | None
    as_of: date
    lines: tuple[StatementLine, ...]
    balance: Decimal
    available: Decimal | None
    aging: Aging
    oldest_debt_days: int | None


def statement(work: Work, customer_id: UUID) -> Statement:
    """Raises BusinessRuleBroken("not_found")."""
    customer = customer_card(work, customer_id)
    figures = customer.figures
    movements = _movements(work, customer_id)
    elsewhere = figures.balance - customer.opening_balance - sum((each.movement.change for each in movements), ZERO)
    opening = customer.opening_balance + elsewhere
    numbers = {each.movement.id: each.number for each in movements}
    running = domain_statement((each.movement for each in movements), opening)
    coverage = coverage_of(work, {str(customer_id): figures.balance})[str(customer_id)]
    return Statement(
        customer_id=customer_id,
        customer_name=figures.name,
        phone=figures.phone,
        as_of=work.today,
        lines=(*_opening_lines(customer, elsewhere), *(_line(row, numbers[row.movement.id]) for row in running)),
        balance=figures.balance,
        available=figures.available,
        aging=aging(coverage, work.today),
        oldest_debt_days=days_of_oldest_debt(coverage, work.today),
    )


@dataclass(frozen=True, slots=True)
class _Numbered:
    movement: Movement
    number: str


_MOVEMENTS = """
SELECT 'venta' AS kind, id, receipt_number, sale_date AS at, balance_due AS amount, voided_at IS NOT NULL AS voided
FROM sales
WHERE business_id = :business AND client_id = :customer AND sale_type = 'credito' AND (:all OR seller_id = :member)
UNION ALL
SELECT 'abono', id, receipt_number, created_at, amount, voided_at IS NOT NULL
FROM abonos
WHERE business_id = :business AND client_id = :customer AND (:all OR seller_id = :member)
"""


def _movements(work: Work, customer_id: UUID) -> list[_Numbered]:
    sees_all = work.actor.may(Permission.SALES_SEE_ALL)
    return [
        _Numbered(
            Movement(identity(row.id), DebtMovement(row.kind), instant(row.at), soles(row.amount), bool(row.voided)),
            row.receipt_number,
        )
        for row in read(work, _MOVEMENTS, customer=customer_id, all=sees_all)
    ]


def _opening_lines(customer: CustomerCard, elsewhere: Decimal) -> tuple[StatementLine, ...]:
    opening = customer.opening_balance
    lines = (
        StatementLine(StatementKind.SALDO_INICIAL, None, None, customer.created_at, opening, opening, opening),
        StatementLine(StatementKind.OTROS_PUESTOS, None, None, None, elsewhere, elsewhere, opening + elsewhere),
    )
    return tuple(line for line in lines if line.amount)


def _line(row: StatementRow, number: str) -> StatementLine:
    movement = row.movement
    return StatementLine(
        kind=StatementKind(movement.kind),
        entity_id=movement.id,
        number=number,
        at=movement.at,
        amount=movement.amount,
        change=movement.change,
        balance=row.balance,
        voided=movement.voided,
    )
