"""The turn at the drawer: opened with a float, closed with a blind count."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from avileo_pos.domain.closing import CashCount, require_explained
from avileo_pos.domain.enums import CashMovementKind
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.money import exact
from avileo_pos.domain.permissions import Permission
from avileo_pos.domain.reason import required_reason
from avileo_pos.queries.cash_session import CashReport, CashSession, cash_report, cash_session, open_cash_session_id
from avileo_pos.tables.shared import cash_movements, cash_sessions
from avileo_pos.usecases.drawer import open_drawer
from avileo_pos.usecases.once import is_done
from avileo_pos.work import Work


@dataclass(frozen=True, slots=True)
class OpenCashSession:
    """`request_id` becomes the session's id."""

    request_id: UUID
    opening_float: Decimal


@dataclass(frozen=True, slots=True)
class RecordCashMovement:
    """A gasto, ingreso or retiro in the person's open session; `request_id` becomes its id."""

    request_id: UUID
    kind: CashMovementKind
    amount: Decimal
    reason: str


@dataclass(frozen=True, slots=True)
class CloseCashSession:
    """`counted_cash` is counted before the expected sum is known; the reason is asked only for a difference."""

    session_id: UUID
    counted_cash: Decimal
    difference_reason: str = ""


def open_cash_session(work: Work, request: OpenCashSession) -> CashSession:
    """Begin a turn; a person has one on a till at a time. The same request again gives the same session.

    Raises PermissionDenied (CASH_SESSION_OWN) and BusinessRuleBroken: cash_session_already_open, amount_negative, and
    those of `money.exact`.
    """
    work.actor.require(Permission.CASH_SESSION_OWN)
    if not is_done(work, cash_sessions, request.request_id):
        _store(work, request)
    return cash_session(work, request.request_id)


def record_cash_movement(work: Work, request: RecordCashMovement) -> CashReport:
    """Note a gasto, ingreso or retiro of the open session, and tell how the session stands.

    Raises PermissionDenied (CASH_SESSION_OWN) and BusinessRuleBroken: no_cash_session, amount_not_positive,
    reason_required, and those of `money.exact`.
    """
    work.actor.require(Permission.CASH_SESSION_OWN)
    drawer = open_drawer(work)
    if not is_done(work, cash_movements, request.request_id):
        _store_movement(work, request, drawer)
    return cash_report(work, drawer)


def close_cash_session(work: Work, request: CloseCashSession) -> CashReport:
    """End a turn with what was counted, and give its Z report.

    Raises PermissionDenied (CASH_SESSION_ANY for another's) and BusinessRuleBroken: cash_session_closed,
    amount_negative, difference_needs_reason (soles), not_found, and those of `money.exact`.
    """
    session = cash_session(work, request.session_id)
    own = session.seller_id == work.actor.member_id
    work.actor.require(Permission.CASH_SESSION_OWN if own else Permission.CASH_SESSION_ANY)
    if session.closed_at is not None:
        raise BusinessRuleBroken("cash_session_closed")
    counted = _not_negative(request.counted_cash)
    count = CashCount(cash_report(work, request.session_id).cash.expected, counted)
    closing = {
        "closed_at": work.now,
        "counted_cash": count.counted,
        "expected_cash": count.expected,
        "difference_reason": require_explained(count, request.difference_reason) or None,
    }
    work.update(cash_sessions, request.session_id, closing)
    return cash_report(work, request.session_id)


def _store(work: Work, request: OpenCashSession) -> None:
    if open_cash_session_id(work) is not None:
        raise BusinessRuleBroken("cash_session_already_open")
    row = {
        "id": request.request_id,
        "device_id": work.device_id,
        "opening_float": _not_negative(request.opening_float),
        "opened_at": work.now,
        "business_date": work.today,
        "closed_at": None,
        "counted_cash": None,
        "expected_cash": None,
        "difference_reason": None,
        "created_at": work.now,
        "updated_at": work.now,
    }
    work.create(cash_sessions, row)


def _store_movement(work: Work, request: RecordCashMovement, drawer: UUID) -> None:
    if request.amount <= 0:
        raise BusinessRuleBroken("amount_not_positive")
    row = {
        "id": request.request_id,
        "cash_session_id": drawer,
        "kind": request.kind,
        "amount": exact(request.amount),
        "reason": required_reason(request.reason),
        "business_date": work.today,
        "created_at": work.now,
    }
    work.create(cash_movements, row)


def _not_negative(amount: Decimal) -> Decimal:
    if amount < 0:
        raise BusinessRuleBroken("amount_negative")
    return exact(amount)
