"""What the columns of a card are called at the stall, and the values of its closed lists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from avileo_pos.domain.enums import BusinessUserRole, ModoOperacion, ProductType
from avileo_pos.spanish.words import DISTRIBUCION_STATUSES, UNITS

_FIELDS: Final[Mapping[str, str]] = {
    "name": "Nombre",
    "apodo": "Apodo",
    "dni": "DNI",
    "ruc": "RUC",
    "phone": "Celular",
    "email": "Correo",
    "address": "Dirección",
    "notes": "Notas",
    "logo_url": "Logo",
    "opening_balance": "Saldo inicial",
    "credit_limit": "Límite de crédito",
    "is_active": "Se atiende o se usa",
    "base_price": "Precio",
    "price_date": "Fecha del precio",
    "tile_position": "Lugar en la pantalla",
    "type": "Tipo",
    "unit": "Unidad",
    "tara": "Tara",
    "role": "Rol",
    "sales_point": "Punto de venta",
    "punto_venta": "Punto de venta",
    "commission_rate": "Comisión (%)",
    "pin_hash": "PIN",
    "estado": "Estado",
    "accepted_at": "Hora de salida",
    "closed_at": "Hora de cierre",
    "closed_by": "Quién cerró",
    "close_reason": "Motivo del cierre",
    "counted_cash": "Efectivo contado",
    "expected_cash": "Efectivo esperado",
    "difference_reason": "Motivo de la diferencia",
    "modo_operacion": "Modo de operación",
    "control_kilos": "Control de kilos",
    "usar_distribucion": "Usar distribución",
    "permitir_venta_sin_stock": "Vender sin stock",
    "day_cutoff_hour": "Hora de corte del día",
}
_CHOICES: Final[Mapping[str, str]] = {
    **{str(status): word for status, word in DISTRIBUCION_STATUSES.items()},
    **{str(unit): word for unit, word in UNITS.items()},
    BusinessUserRole.ADMIN_NEGOCIO: "Administrador",
    BusinessUserRole.VENDEDOR: "Vendedor",
    ProductType.POLLO: "Pollo",
    ProductType.HUEVO: "Huevo",
    ProductType.OTRO: "Otro",
    ModoOperacion.INVENTARIO_PROPIO: "Inventario propio",
    ModoOperacion.SIN_INVENTARIO: "Sin inventario",
    ModoOperacion.PEDIDOS: "Pedidos",
    ModoOperacion.MIXTO: "Mixto",
}


def field_name(column: str) -> str:
    return _FIELDS.get(column, column)


def choice_word(value: str) -> str:
    return _CHOICES.get(value, value)
