"""Taking abonos: money against a customer's debt, by one or several methods, and its voiding."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from avileo_pos.domain.credit import main_method, take_abono
from avileo_pos.domain.permissions import Permission
from avileo_pos.domain.sale import Payment
from avileo_pos.domain.void import ABONO
from avileo_pos.queries.balance import customer_balance, debtor
from avileo_pos.queries.receipt import AbonoReceipt, abono_receipt
from avileo_pos.tables.shared import abono_payments, abonos
from avileo_pos.usecases.drawer import open_drawer
from avileo_pos.usecases.once import is_done
from avileo_pos.usecases.receipt_series import take_receipt_number
from avileo_pos.usecases.void import VoidReceipt, cash_in, void_paper
from avileo_pos.work import Work


@dataclass(frozen=True, slots=True)
class RegisterAbono:
    """`request_id`, made once per charge, becomes the abono's id."""

    request_id: UUID
    customer_id: UUID
    payments: tuple[Payment, ...]
    notes: str = ""


@dataclass(frozen=True, slots=True)
class VoidAbono:
    abono_id: UUID
    reason: str


def register_abono(work: Work, request: RegisterAbono) -> AbonoReceipt:
    """Take money against a debt, or in advance. The same request again gives the same receipt.

    Raises PermissionDenied (ABONO_CREATE) and BusinessRuleBroken: no_cash_session, not_found, and those of
    `domain.credit.take_abono`.
    """
    work.actor.require(Permission.ABONO_CREATE)
    if not is_done(work, abonos, request.request_id):
        _store(work, request)
    return abono_receipt(work, request.request_id)


def void_abono(work: Work, request: VoidAbono) -> VoidReceipt:
    """Void an abono: the debt is owed again; the row stays.

    Raises PermissionDenied (ABONO_VOID_ANY for another's or another day's) and BusinessRuleBroken: already_voided,
    reason_required, no_cash_session, not_found.
    """
    abono = work.get(abonos, request.abono_id)
    void_paper(work, ABONO, abonos, abono, request.reason, money_was_taken=True)
    refund = cash_in(abono_receipt(work, request.abono_id).payments)
    return VoidReceipt(abono["id"], abono["receipt_number"], refund, customer_balance(work, abono["client_id"]))


def _store(work: Work, request: RegisterAbono) -> None:
    drawer = open_drawer(work)
    balances = take_abono(debtor(work, request.customer_id).balance, request.payments)
    row = {
        "id": request.request_id,
        "client_id": request.customer_id,
        "cash_session_id": drawer,
        "device_id": work.device_id,
        "receipt_number": take_receipt_number(work),
        "amount": balances.abono,
        "payment_method": main_method(request.payments),
        "balance_before": balances.saldo_anterior,
        "notes": request.notes.strip() or None,
        "business_date": work.today,
        "created_at": work.now,
    }
    payments = [
        {"id": work.new_id(), "method": each.method, "amount": each.amount, "reference": each.reference}
        for each in request.payments
    ]
    work.create(abonos, row, {abono_payments: payments})
