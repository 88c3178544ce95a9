"""What comes into the stock and leaves it other than by a sale: compra, merma, ajuste."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from avileo_pos.domain.enums import MovementKind
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.money import exact
from avileo_pos.domain.permissions import Permission
from avileo_pos.domain.reason import required_reason
from avileo_pos.domain.stock import stock_change
from avileo_pos.domain.weight import LARGEST_WEIGHT
from avileo_pos.queries.balance import stock_of
from avileo_pos.tables.shared import inventory_movements
from avileo_pos.usecases.once import is_done
from avileo_pos.work import Work


@dataclass(frozen=True, slots=True)
class RecordStockMovement:
    """`quantity` is kg or units, above zero; only an ajuste states its sign. `request_id` becomes the movement's id."""

    request_id: UUID
    product_id: UUID
    kind: MovementKind
    quantity: Decimal
    reason: str = ""


_STATED_BY_A_PERSON = frozenset({MovementKind.COMPRA, MovementKind.MERMA, MovementKind.AJUSTE})
_NEEDS_A_REASON = frozenset({MovementKind.MERMA, MovementKind.AJUSTE})


def record_stock_movement(work: Work, request: RecordStockMovement) -> Decimal:
    """Note a compra, merma or ajuste, and give the product's stock after it, in kg or units.

    Raises PermissionDenied (STOCK_MANAGE) and BusinessRuleBroken: movement_follows_from_others (kind),
    reason_required, and those of `domain.stock.stock_change` and `money.exact`.
    """
    work.actor.require(Permission.STOCK_MANAGE)
    if not is_done(work, inventory_movements, request.request_id):
        _store(work, request)
    return stock_of(work, request.product_id)


def _store(work: Work, request: RecordStockMovement) -> None:
    if request.kind not in _STATED_BY_A_PERSON:
        raise BusinessRuleBroken("movement_follows_from_others", kind=request.kind)
    needs_reason = request.kind in _NEEDS_A_REASON
    row = {
        "id": request.request_id,
        "product_id": request.product_id,
        "kind": request.kind,
        "quantity": exact(stock_change(request.kind, request.quantity), 3, LARGEST_WEIGHT),
        "sale_id": None,
        "distribucion_movement_id": None,
        "reason": required_reason(request.reason) if needs_reason else request.reason.strip() or None,
        "business_date": work.today,
        "created_at": work.now,
    }
    work.create(inventory_movements, row)
