"""Writing down who buys, and changing what is known of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.identity import normal_dni, normal_mobile
from avileo_pos.domain.money import ZERO, exact
from avileo_pos.domain.permissions import Permission
from avileo_pos.queries.customer import CustomerCard, customer_card
from avileo_pos.queries.stored import read
from avileo_pos.tables.shared import customers
from avileo_pos.usecases.once import is_done
from avileo_pos.work import Work

_NOTHING: Final[Mapping[str, object]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class CustomerDetails:
    """What any seller may state; empty texts mean unknown."""

    name: str
    apodo: str = ""
    dni: str = ""
    phone: str = ""
    address: str = ""
    notes: str = ""


@dataclass(frozen=True, slots=True)
class CreateCustomer:
    """`request_id` becomes the customer's id. An opening balance or a credit limit needs the admin."""

    request_id: UUID
    details: CustomerDetails
    opening_balance: Decimal = ZERO
    credit_limit: Decimal | None = None


@dataclass(frozen=True, slots=True)
class EditCustomer:
    """All that the card shall say from now on. Changing any of the terms needs the admin.

    `shown` is the card that was being edited, None for the one of now: what it says otherwise was changed on purpose.
    """

    customer_id: UUID
    details: CustomerDetails
    opening_balance: Decimal
    credit_limit: Decimal | None
    is_active: bool = True
    shown: CustomerCard | None = None


def create_customer(work: Work, request: CreateCustomer) -> CustomerCard:
    """Write a customer down. The same request again gives the same card.

    Raises PermissionDenied (CUSTOMER_EDIT; CUSTOMER_DELETE for an opening balance or a limit) and BusinessRuleBroken:
    name_required, not_a_dni, dni_of_another (name), not_a_mobile, credit_limit_negative, and those of `money.exact`.
    """
    work.actor.require(Permission.CUSTOMER_EDIT)
    if not is_done(work, customers, request.request_id):
        _store(work, request)
    return customer_card(work, request.request_id)


def edit_customer(work: Work, request: EditCustomer) -> CustomerCard:
    """Change what a card says; what came in from elsewhere while it was being edited stays.

    What stands on the card as it is typed is not judged anew: it may come from another system. Raises as
    `create_customer`; not_found; changed_meanwhile where another has changed the same.
    """
    work.actor.require(Permission.CUSTOMER_EDIT)
    now = work.get(customers, request.customer_id)
    shown = now if request.shown is None else _said_by(request.shown)
    terms = _terms(request.opening_balance, request.credit_limit) | {"is_active": request.is_active}
    said = _said(request.details, shown) | terms
    changes = {name: value for name, value in said.items() if value != shown[name]}
    if changes.keys() & terms.keys():
        work.actor.require(Permission.CUSTOMER_DELETE)
    if request.is_active and changes.keys() & {"dni", "is_active"}:
        _require_own_dni(work, request.customer_id, said["dni"])
    if any(now[name] not in (shown[name], value) for name, value in changes.items()):
        raise BusinessRuleBroken("changed_meanwhile")
    work.update(customers, request.customer_id, changes)
    return customer_card(work, request.customer_id)


def proper_customer(work: Work, customer_id: UUID, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Some columns of a card as they are written down. Raises BusinessRuleBroken as `create_customer`."""
    said = {name: _proper(name, value) for name, value in changes.items()}
    _require_own_dni(work, customer_id, said.get("dni"))
    return said


def _store(work: Work, request: CreateCustomer) -> None:
    terms = _terms(request.opening_balance, request.credit_limit)
    if terms["opening_balance"] or terms["credit_limit"] is not None:
        work.actor.require(Permission.CUSTOMER_DELETE)
    said = _said(request.details)
    _require_own_dni(work, request.request_id, said["dni"])
    born = {"id": request.request_id, "is_active": True, "created_at": work.now, "updated_at": work.now}
    work.create(customers, born | said | terms)


def _terms(opening_balance: Decimal, credit_limit: Decimal | None) -> dict[str, object]:
    terms = {"opening_balance": opening_balance, "credit_limit": credit_limit}
    return {name: _proper(name, value) for name, value in terms.items()}


def _said_by(card: CustomerCard) -> dict[str, object]:
    figures = card.figures
    return {
        "name": figures.name,
        "apodo": figures.apodo,
        "dni": figures.dni,
        "phone": figures.phone,
        "address": card.address,
        "notes": card.notes,
        "opening_balance": card.opening_balance,
        "credit_limit": figures.credit_limit,
        "is_active": figures.is_active,
    }


def _said(details: CustomerDetails, shown: Mapping[str, object] = _NOTHING) -> dict[str, Any]:
    typed = {name: text.strip() or None for name, text in asdict(details).items()}
    stands = {name for name, text in typed.items() if name in shown and text == shown[name]}
    return {name: text if name in stands else _proper(name, text) for name, text in typed.items()}


def _proper(name: str, value: Any) -> Any:
    match name:
        case "name":
            return _required_name(value)
        case "dni":
            return value and normal_dni(value)
        case "phone":
            return value and normal_mobile(value)
        case "opening_balance":
            return exact(value)
        case "credit_limit":
            return _limit(value)
    return value


def _required_name(text: str | None) -> str:
    name = " ".join((text or "").split())
    if not name:
        raise BusinessRuleBroken("name_required")
    return name


def _limit(credit_limit: Decimal | None) -> Decimal | None:
    if credit_limit is not None and credit_limit < 0:
        raise BusinessRuleBroken("credit_limit_negative")
    return None if credit_limit is None else exact(credit_limit)


def _require_own_dni(work: Work, customer_id: UUID, dni: str | None) -> None:
    """One person, one card: else a debt is looked for in the wrong one."""
    question = "SELECT name FROM customers WHERE business_id = :business AND is_active AND dni = :dni AND id <> :id"
    found = read(work, question, dni=dni, id=customer_id) if dni else ()
    if found:
        raise BusinessRuleBroken("dni_of_another", name=found[0].name)
