"""What «Por revisar» says: why an operation was not taken, what to do about it or a remark, and a field's name."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from avileo_pos.domain.business_day import format_date, format_moment
from avileo_pos.domain.enums import BusinessUserRole, ModoOperacion, ProductType
from avileo_pos.domain.money import format_soles
from avileo_pos.domain.weight import format_kilos
from avileo_pos.protocol.collections import COLLECTIONS
from avileo_pos.spanish.operations import NOT_TAKEN
from avileo_pos.spanish.review import review_sentences
from avileo_pos.spanish.words import DISTRIBUCION_STATUSES, UNITS, unbroken
from avileo_pos.tables.base import Kilos

_SECRET: Final = frozenset({"pin_hash"})

_IN_THE_QUEUE: Final = "Mire «Por enviar» en esa caja: ahí se envía otra vez, o se descarta con un motivo."
_ADVICE: Final = {
    "forbidden": "Si estaba bien, hágalo usted; si no, descártelo en «Por enviar» de esa caja.",
    "unknown_actor": "Vea en «Usuarios» si esa persona debe trabajar aquí. Después envíelo otra vez desde la caja.",
    "same_id_other_content": "Puede ser una copia del archivo de la caja. Compare las dos antes de descartar una.",
    "distribucion_cannot_become": "Mire cómo quedó la distribución y descarte este cambio en la caja.",
    "unparseable": "Actualice el programa de esa caja y envíelo otra vez desde «Por enviar».",
    "unknown_collection": "Actualice el programa de esa caja, o el del servidor.",
    "unknown_operation_type": "Actualice el programa de esa caja, o el del servidor.",
}

_ADVICE_ON: Final = {
    "clock_skew": "Corrija la fecha y la hora de esa computadora.",
    "sums_differ": "Compare con la nota de papel; si está mal, anúlela y hágala de nuevo.",
    "receipt_number_used_twice": "Busque las dos en «Historial» y anule la que sobre, si es la misma venta.",
    "inactive_customer": "Si se le vuelve a atender, actívelo en «Clientes».",
    "over_credit_limit": "Cobre, o cambie su límite en «Clientes».",
    "seller_not_signed_in": "Pregunte quién la hizo. Esa persona debe entrar con su contraseña en la caja.",
    "seller_inactive": "Pregunte quién la hizo, porque esa persona ya no trabaja aquí.",
    "device_revoked": "Confirme con quien tenía la caja que fue de verdad.",
    "adopted_with_changes": "Compare con sus apuntes de antes.",
    "voided_with_pin": "Confirme que un administrador dio su PIN para esto.",
}
_UNKNOWN_PARENT: Final = "unknown_"
_WILL_COME: Final = "Se completa cuando esa ficha llegue. Si no llega, revise «Por enviar» de la caja."

_FIELDS: Final = {
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


def why_not_taken(code: str) -> str:
    """An unknown code says so, with the code, for whoever helps."""
    return NOT_TAKEN.get(code) or f"El servidor no lo aceptó (motivo «{code}»)."


def what_to_do(code: str) -> str:
    """With an operation that was not taken."""
    return _ADVICE.get(code, _IN_THE_QUEUE)


def remarks(reasons: Iterable[str]) -> list[tuple[str, str]]:
    """What central noticed in a fact, and what to do about each; nothing is to be done about what it does not know."""
    return [(review_sentences([reason])[0], _advice_on(reason)) for reason in reasons]


def field_name(field: str) -> str:
    return _FIELDS.get(field, field)


def in_words(value: object, collection: str, field: str) -> str:
    """A field's value as the shop says it. Of a secret nothing is told but whether there is one."""
    match value:
        case None | "":
            return "vacío"
        case _ if field in _SECRET:
            return "otro"
        case bool():
            return "sí" if value else "no"
        case Decimal():
            return _figure(value, collection, field)
        case datetime():
            return format_moment(value)
        case date():
            return format_date(value)
    return _CHOICES.get(str(value), str(value))


def _figure(value: Decimal, collection: str, field: str) -> str:
    if field == "commission_rate":
        return f"{value} %"
    is_weight = isinstance(COLLECTIONS[collection].table.columns[field].type, Kilos)
    return unbroken(format_kilos(value) if is_weight else format_soles(value))


def _advice_on(reason: str) -> str:
    return _WILL_COME if reason.startswith(_UNKNOWN_PARENT) else _ADVICE_ON.get(reason, "")
