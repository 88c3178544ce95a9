"""The cash sessions: the open one, and what one took in, gave out and should hold."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import Row

from avileo_pos.domain.closing import CashCount, CashFlow
from avileo_pos.domain.enums import CashMovementKind, PaymentMethod
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.money import ZERO
from avileo_pos.domain.permissions import Permission
from avileo_pos.queries.stored import day, identity, instant, read, soles
from avileo_pos.queries.this_till import made_here
from avileo_pos.work import Work


@dataclass(frozen=True, slots=True)
class CashSession:
    """One turn at the drawer; the last five are None while it is open, the reason also when nothing differed."""

    id: UUID
    seller_id: UUID
    seller_name: str
    opened_at: datetime
    business_date: date
    opening_float: Decimal
    closed_at: datetime | None
    counted_cash: Decimal | None
    expected_cash: Decimal | None
    difference: Decimal | None
    difference_reason: str | None


@dataclass(frozen=True, slots=True)
class CashMovementRow:
    id: UUID
    kind: CashMovementKind
    amount: Decimal
    reason: str
    created_at: datetime
    created_by_name: str


@dataclass(frozen=True, slots=True)
class MethodTotals:
    """Soles by way of payment, every method present, and how many papers they come from."""

    count: int
    by_method: dict[PaymentMethod, Decimal]

    @property
    def total(self) -> Decimal:
        return sum(self.by_method.values(), Decimal("0.00"))


@dataclass(frozen=True, slots=True)
class CashReport:
    """An X report while the session is open, the Z report once it is closed.

    `sales` and `abonos` are apart; `fiado` is what this session's sales left owing. `refunds` is what was given back
    here for sales and abonos of other sessions. `voided` are this session's own papers that were voided.
    """

    session: CashSession
    sales: MethodTotals
    abonos: MethodTotals
    refunds: MethodTotals
    fiado: Decimal
    cash: CashFlow
    movements: tuple[CashMovementRow, ...]
    voided: tuple[VoidedPaper, ...]


@dataclass(frozen=True, slots=True)
class VoidedPaper:
    """A voided sale or abono of the session, for the report."""

    number: str
    amount: Decimal
    voided_at: datetime
    voided_by_name: str
    reason: str


def open_cash_session_of(work: Work) -> CashSession | None:
    """The open session of this person on this till."""
    open_id = open_cash_session_id(work)
    return cash_session(work, open_id) if open_id else None


def open_cash_session_id(work: Work) -> UUID | None:
    """The id of the open session of this person on this till."""
    found = read(work, OPEN_CASH_SESSION, device=work.device_id)
    return identity(found[0].id) if found else None


# A till that went back to an older file may have two: the turn begun since, and the one that came back from central.
OPEN_CASH_SESSION = f"""
SELECT c.id FROM cash_sessions c
WHERE c.business_id = :business AND c.seller_id = :member AND c.closed_at IS NULL AND {made_here("c", "opened_at")}
ORDER BY c.opened_at DESC, c.id LIMIT 1
"""
"""SQL for the id of the open session of the person on the till of `:device`, the latest first."""


def cash_session(work: Work, session_id: UUID) -> CashSession:
    """Raises BusinessRuleBroken("not_found")."""
    found = _sessions(work, "s.id = :session", session=session_id)
    if not found:
        raise BusinessRuleBroken("not_found", collection="cash_sessions")
    return found[0]


def cash_sessions_of_day(work: Work, business_date: date) -> tuple[CashSession, ...]:
    """The day's sessions in the order of opening: all of them for the admin, else the person's own."""
    sees_all = work.actor.may(Permission.CASH_SESSION_ANY)
    return _sessions(
        work, "s.business_date = :day AND (:all OR s.seller_id = :member)", day=business_date, all=sees_all
    )


def cash_report(work: Work, session_id: UUID) -> CashReport:
    """What the session took in and should hold. Raises BusinessRuleBroken("not_found").

    A paper voided within its own session leaves that session's totals. One voided from another session stays in its
    own, whose count is done, and is a refund there where the money was given back.
    """
    session = cash_session(work, session_id)
    sales = _taken(work, "sales", "sale_payments", "sale_id", session_id)
    abonos = _taken(work, "abonos", "abono_payments", "abono_id", session_id)
    refunds = _refunds(work, session_id)
    movements = _movements(work, session_id)
    moved = {kind: sum((each.amount for each in movements if each.kind is kind), ZERO) for kind in CashMovementKind}
    cash = CashFlow(
        opening_float=session.opening_float,
        sales=sales.by_method[PaymentMethod.EFECTIVO],
        abonos=abonos.by_method[PaymentMethod.EFECTIVO],
        ingresos=moved[CashMovementKind.INGRESO],
        gastos=moved[CashMovementKind.GASTO],
        retiros=moved[CashMovementKind.RETIRO],
        refunds=refunds.by_method[PaymentMethod.EFECTIVO],
    )
    return CashReport(
        session, sales, abonos, refunds, _fiado(work, session_id), cash, movements, _voided(work, session_id)
    )


_SESSIONS = """
SELECT s.*, m.name AS seller_name
FROM cash_sessions s
JOIN business_users m ON m.business_id = s.business_id AND m.id = s.seller_id
WHERE s.business_id = :business AND {condition}
ORDER BY s.opened_at, s.id
"""


def _sessions(work: Work, condition: str, **named: Any) -> tuple[CashSession, ...]:
    return tuple(_session(row) for row in read(work, _SESSIONS.format(condition=condition), **named))


def _session(row: Row[Any]) -> CashSession:
    closed = row.closed_at is not None
    counted = soles(row.counted_cash) if closed else None
    expected = soles(row.expected_cash) if closed else None
    return CashSession(
        id=identity(row.id),
        seller_id=identity(row.seller_id),
        seller_name=row.seller_name,
        opened_at=instant(row.opened_at),
        business_date=day(row.business_date),
        opening_float=soles(row.opening_float),
        closed_at=instant(row.closed_at) if closed else None,
        counted_cash=counted,
        expected_cash=expected,
        difference=CashCount(expected, counted).difference if counted is not None and expected is not None else None,
        difference_reason=row.difference_reason,
    )


# What was voided from another session, or from none, still counts where it was taken.
_COUNTS_WHERE_TAKEN = "(p.voided_at IS NULL OR p.void_cash_session_id IS NOT p.cash_session_id)"
_REFUNDED_HERE = "p.void_cash_session_id = :session AND p.cash_session_id IS NOT :session"


def _taken(work: Work, papers: str, payments: str, parent_column: str, session_id: UUID) -> MethodTotals:
    condition = f"p.cash_session_id = :session AND {_COUNTS_WHERE_TAKEN}"
    return _totals(work, papers, payments, parent_column, condition, session_id)


def _refunds(work: Work, session_id: UUID) -> MethodTotals:
    sales = _totals(work, "sales", "sale_payments", "sale_id", _REFUNDED_HERE, session_id)
    abonos = _totals(work, "abonos", "abono_payments", "abono_id", _REFUNDED_HERE, session_id)
    both = {method: sales.by_method[method] + abonos.by_method[method] for method in PaymentMethod}
    return MethodTotals(sales.count + abonos.count, both)


def _totals(
    work: Work, papers: str, payments: str, parent_column: str, condition: str, session_id: UUID
) -> MethodTotals:
    chosen = f"FROM {papers} p WHERE p.business_id = :business AND {condition}"
    by_method = f"""
    SELECT y.method, sum(y.amount) AS amount
    FROM {payments} y
    WHERE y.business_id = :business AND y.{parent_column} IN (SELECT p.id {chosen})
    GROUP BY y.method
    """
    [counted] = read(work, f"SELECT count(*) AS papers {chosen}", session=session_id)
    amounts = {PaymentMethod(row.method): soles(row.amount) for row in read(work, by_method, session=session_id)}
    return MethodTotals(counted.papers, {method: amounts.get(method, ZERO) for method in PaymentMethod})


def _fiado(work: Work, session_id: UUID) -> Decimal:
    question = """
    SELECT coalesce(sum(balance_due), 0) AS fiado FROM sales
    WHERE business_id = :business AND cash_session_id = :session AND voided_at IS NULL
    """
    [row] = read(work, question, session=session_id)
    return soles(row.fiado)


def _movements(work: Work, session_id: UUID) -> tuple[CashMovementRow, ...]:
    question = """
    SELECT c.*, m.name AS created_by_name
    FROM cash_movements c
    JOIN business_users m ON m.business_id = c.business_id AND m.id = c.created_by
    WHERE c.business_id = :business AND c.cash_session_id = :session
    ORDER BY c.created_at, c.id
    """
    return tuple(
        CashMovementRow(
            id=identity(row.id),
            kind=CashMovementKind(row.kind),
            amount=soles(row.amount),
            reason=row.reason,
            created_at=instant(row.created_at),
            created_by_name=row.created_by_name,
        )
        for row in read(work, question, session=session_id)
    )


def _voided(work: Work, session_id: UUID) -> tuple[VoidedPaper, ...]:
    question = """
    SELECT p.*, m.name AS voided_by_name
    FROM (
      SELECT business_id, cash_session_id, receipt_number, total_amount AS amount, voided_at, voided_by, void_reason
      FROM sales
      UNION ALL
      SELECT business_id, cash_session_id, receipt_number, amount, voided_at, voided_by, void_reason FROM abonos
    ) p
    JOIN business_users m ON m.business_id = p.business_id AND m.id = p.voided_by
    WHERE p.business_id = :business AND p.cash_session_id = :session AND p.voided_at IS NOT NULL
    ORDER BY p.voided_at
    """
    return tuple(
        VoidedPaper(
            number=row.receipt_number,
            amount=soles(row.amount),
            voided_at=instant(row.voided_at),
            voided_by_name=row.voided_by_name,
            reason=row.void_reason,
        )
        for row in read(work, question, session=session_id)
    )
