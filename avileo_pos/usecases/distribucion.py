"""Giving out the day's kilos, taking them, adding and moving some, and settling at night."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from avileo_pos.domain.weight import NO_KILOS


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
