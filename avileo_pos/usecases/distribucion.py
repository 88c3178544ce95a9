"""Giving out the day's kilos, taking them, adding and moving some, and settling at night."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid5

from avileo_pos.domain.distribution import require_explained, require_step
from avileo_pos.domain.enums import DistribucionMovementKind, DistribucionStatus, MovementKind
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.money import exact
from avileo_pos.domain.permissions import Permission
from avileo_pos.domain.reason import required_reason
from avileo_pos.domain.stock import stock_change
from avileo_pos.domain.weight import LARGEST_WEIGHT, NO_KILOS
from avileo_pos.queries.distribucion import DistribucionRow, distribucion, settlement_of
from avileo_pos.queries.stored import read
from avileo_pos.tables.shared import distribucion_movements, distribuciones, inventory_movements
from avileo_pos.usecases.once import is_done
from avileo_pos.work import Parts, Work


@dataclass(frozen=True, slots=True)
class OpenDistribucion:
    """`request_id` becomes the distribution's id. With a product its kilos leave the stock; `fecha` None is today."""

    request_id: UUID
    vendedor_id: UUID
    punto_venta: str
    kilos: Decimal
    product_id: UUID | None = None
    fecha: date | None = None


@dataclass(frozen=True, slots=True)
class ReloadDistribucion:
    """`request_id` becomes the movement's id."""

    request_id: UUID
    distribucion_id: UUID
    kilos: Decimal
    product_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class MoveKilos:
    """Kilos from one vendor's cart to another's; `request_id` becomes the id of what leaves."""

    request_id: UUID
    from_distribucion_id: UUID
    to_distribucion_id: UUID
    kilos: Decimal
    product_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class AcceptDistribucion:
    distribucion_id: UUID


@dataclass(frozen=True, slots=True)
class ReturnedKilos:
    """Kilos that came back; with a product they return to the stock."""

    kilos: Decimal
    product_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class CloseDistribucion:
    """`merma` is kg lost on the way; the reason is asked only where kilos or money remain unexplained."""

    distribucion_id: UUID
    returns: tuple[ReturnedKilos, ...] = ()
    merma: Decimal = NO_KILOS
    reason: str = ""


def open_distribucion(work: Work, request: OpenDistribucion) -> DistribucionRow:
    """Give a vendor the day's kilos. The same request again gives the same distribution.

    Raises PermissionDenied (DISTRIBUCION_MANAGE) and BusinessRuleBroken: distribucion_already_open,
    punto_venta_required, kilos_not_positive, not_found, and those of `money.exact`.
    """
    work.actor.require(Permission.DISTRIBUCION_MANAGE)
    if not is_done(work, distribuciones, request.request_id):
        _store(work, request)
        # The load is a fact of its own: central may hear of the two at different times.
        load_id = uuid5(request.request_id, DistribucionMovementKind.CARGA)
        _move(work, load_id, request.request_id, DistribucionMovementKind.CARGA, request.kilos, request.product_id)
    return distribucion(work, request.request_id)


def reload_distribucion(work: Work, request: ReloadDistribucion) -> DistribucionRow:
    """Give more kilos to a vendor under way.

    Raises PermissionDenied (DISTRIBUCION_MANAGE) and BusinessRuleBroken: distribucion_closed, kilos_not_positive,
    not_found, and those of `money.exact`.
    """
    work.actor.require(Permission.DISTRIBUCION_MANAGE)
    _require_under_way(work, request.distribucion_id)
    if not is_done(work, distribucion_movements, request.request_id):
        kind = DistribucionMovementKind.RECARGA
        _move(work, request.request_id, request.distribucion_id, kind, request.kilos, request.product_id)
    return distribucion(work, request.distribucion_id)


def move_kilos(work: Work, request: MoveKilos) -> tuple[DistribucionRow, DistribucionRow]:
    """Move kilos from one vendor to another; the stock does not notice. Raises as `reload_distribucion`."""
    work.actor.require(Permission.DISTRIBUCION_MANAGE)
    giving, taking = request.from_distribucion_id, request.to_distribucion_id
    for distribucion_id in (giving, taking):
        _require_under_way(work, distribucion_id)
    if not is_done(work, distribucion_movements, request.request_id):
        leaving, arriving = DistribucionMovementKind.TRASPASO_SALIDA, DistribucionMovementKind.TRASPASO_ENTRADA
        arrival_id = uuid5(request.request_id, arriving)
        _move(work, request.request_id, giving, leaving, request.kilos, request.product_id)
        _move(work, arrival_id, taking, arriving, request.kilos, request.product_id)
    return distribucion(work, giving), distribucion(work, taking)


def accept_distribucion(work: Work, request: AcceptDistribucion) -> DistribucionRow:
    """The vendor takes the kilos out. Raises PermissionDenied; BusinessRuleBroken: distribucion_cannot_become,
    not_found.
    """
    row = distribucion(work, request.distribucion_id)
    require_step(work.actor, row.vendedor_id, row.estado, DistribucionStatus.EN_RUTA)
    taken = {"estado": DistribucionStatus.EN_RUTA, "accepted_at": work.now}
    work.update(distribuciones, request.distribucion_id, taken)
    return distribucion(work, request.distribucion_id)


def close_distribucion(work: Work, request: CloseDistribucion) -> DistribucionRow:
    """Settle a vendor's day: what came back, what was lost, and why the rest is missing.

    What comes back of a product does so once, though two admins settle the same day without knowing of each other:
    central takes what it hears of first.

    Raises PermissionDenied (DISTRIBUCION_MANAGE) and BusinessRuleBroken: distribucion_cannot_become,
    difference_needs_reason (kilos, soles), kilos_not_positive, not_found, and those of `money.exact`.
    """
    row = distribucion(work, request.distribucion_id)
    require_step(work.actor, row.vendedor_id, row.estado, DistribucionStatus.CERRADO)
    for product_id, kilos in _by_product(request.returns).items():
        _settle(work, request.distribucion_id, DistribucionMovementKind.DEVOLUCION, kilos, product_id)
    if request.merma:
        _settle(work, request.distribucion_id, DistribucionMovementKind.MERMA, request.merma, None)
    reason = require_explained(settlement_of(work, request.distribucion_id), request.reason)
    closing = {
        "estado": DistribucionStatus.CERRADO,
        "closed_at": work.now,
        "closed_by": work.actor.member_id,
        "close_reason": reason or None,
    }
    work.update(distribuciones, request.distribucion_id, closing)
    return distribucion(work, request.distribucion_id)


def _by_product(returns: Sequence[ReturnedKilos]) -> dict[UUID | None, Decimal]:
    kilos: dict[UUID | None, Decimal] = {}
    for returned in returns:
        kilos[returned.product_id] = kilos.get(returned.product_id, NO_KILOS) + returned.kilos
    return kilos


def _settle(
    work: Work, distribucion_id: UUID, kind: DistribucionMovementKind, kilos: Decimal, product_id: UUID | None
) -> None:
    movement_id = uuid5(distribucion_id, f"{kind} {product_id}")
    if not is_done(work, distribucion_movements, movement_id):
        _move(work, movement_id, distribucion_id, kind, kilos, product_id)


def _store(work: Work, request: OpenDistribucion) -> None:
    fecha = request.fecha or work.today
    _require_none_under_way(work, request.vendedor_id, fecha)
    row = {
        "id": request.request_id,
        "vendedor_id": request.vendedor_id,
        "punto_venta": required_reason(request.punto_venta, "punto_venta_required"),
        "fecha": fecha,
        "estado": DistribucionStatus.ACTIVO,
        "accepted_at": None,
        "closed_at": None,
        "closed_by": None,
        "close_reason": None,
        "created_at": work.now,
        "updated_at": work.now,
    }
    work.create(distribuciones, row)


def _require_none_under_way(work: Work, vendedor_id: UUID, fecha: date) -> None:
    """A vendor's sales go to one distribution: two at once would leave it to chance which."""
    question = """
    SELECT 1 FROM distribuciones
    WHERE business_id = :business AND vendedor_id = :vendedor AND fecha = :day AND estado <> 'cerrado'
    """
    if read(work, question, vendedor=vendedor_id, day=fecha):
        raise BusinessRuleBroken("distribucion_already_open")


def _require_under_way(work: Work, distribucion_id: UUID) -> None:
    if distribucion(work, distribucion_id).estado is DistribucionStatus.CERRADO:
        raise BusinessRuleBroken("distribucion_closed")


_STOCK_KIND = {
    DistribucionMovementKind.CARGA: MovementKind.CARGA,
    DistribucionMovementKind.RECARGA: MovementKind.CARGA,
    DistribucionMovementKind.DEVOLUCION: MovementKind.DEVOLUCION,
}
"""What leaves the stock with a load and returns to it; what is lost or moved on the way had left it before."""


def _move(
    work: Work,
    movement_id: UUID,
    distribucion_id: UUID,
    kind: DistribucionMovementKind,
    kilos: Decimal,
    product_id: UUID | None,
) -> None:
    if kilos <= NO_KILOS:
        raise BusinessRuleBroken("kilos_not_positive")
    row = {
        "id": movement_id,
        "distribucion_id": distribucion_id,
        "kind": kind,
        "product_id": product_id,
        "kilos": exact(kilos, 3, LARGEST_WEIGHT),
        "reason": None,
        "created_at": work.now,
    }
    work.create(distribucion_movements, row, _stock_moved(work, movement_id, kind, kilos, product_id))


def _stock_moved(
    work: Work, movement_id: UUID, kind: DistribucionMovementKind, kilos: Decimal, product_id: UUID | None
) -> Parts:
    if product_id is None or kind not in _STOCK_KIND or not work.business.rules.moves_stock:
        return {}
    moved = {
        "id": uuid5(movement_id, _STOCK_KIND[kind]),
        "product_id": product_id,
        "kind": _STOCK_KIND[kind],
        "quantity": stock_change(_STOCK_KIND[kind], kilos),
        "business_date": work.today,
        "created_at": work.now,
    }
    return {inventory_movements: [moved]}
