"""What an operation is called at the stall, and why central did not take it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

_KINDS = {
    ("sales", "create"): "Venta",
    ("sales", "delete"): "Anulación de venta",
    ("abonos", "create"): "Abono",
    ("abonos", "delete"): "Anulación de abono",
    ("customers", "create"): "Cliente nuevo",
    ("customers", "update"): "Cambio de cliente",
    ("products", "create"): "Producto nuevo",
    ("products", "update"): "Cambio de producto",
    ("envases", "create"): "Envase nuevo",
    ("envases", "update"): "Cambio de envase",
    ("businesses", "update"): "Ajustes del negocio",
    ("business_users", "update"): "Cambio de persona",
    ("distribuciones", "create"): "Distribución nueva",
    ("distribuciones", "update"): "Cambio de distribución",
    ("distribucion_movements", "create"): "Kilos de distribución",
    ("cash_sessions", "create"): "Apertura de caja",
    ("cash_sessions", "update"): "Cierre de caja",
    ("cash_movements", "create"): "Movimiento de caja",
    ("inventory_movements", "create"): "Movimiento de stock",
}

NOT_TAKEN: Mapping[str, str] = MappingProxyType(
    {
        "forbidden": "El rol de quien lo hizo no lo permite.",
        "last_admin": "El negocio necesita por lo menos un administrador activo.",
        "unknown_actor": "El servidor no tiene en este negocio a quien lo hizo.",
        "seller_not_signed_in": "Quien lo hizo debe entrar en la caja con su contraseña y con internet:"
        " entonces se envía otra vez.",
        "seller_inactive": "Quien lo hizo ya no trabajaba en el negocio.",
        "device_revoked": "La caja ya se había retirado cuando lo envió.",
        "unknown_entity": "El servidor no conoce aquello que se cambió.",
        "unknown_reference": "Nombra algo que el servidor no conoce.",
        "same_id_other_content": "El servidor ya tiene otra operación con el mismo número.",
        "sold_otherwise": "El mismo carrito ya se había cobrado, con otros productos o a otra persona.",
        "distribucion_cannot_become": "La distribución ya estaba en otro estado.",
        "not_creatable": "Esto lo calcula el servidor, no se envía.",
        "not_editable": "Se cambió algo que ya no se puede cambiar.",
        "not_voidable": "Esto no se puede anular.",
        "rule_broken": "Los datos no cuadran con lo que el servidor guarda.",
        "not_storable": "Los datos no caben en el servidor.",
        "too_large": "La operación es demasiado grande para el servidor.",
        "unparseable": "El servidor no entendió la operación.",
        "unknown_collection": "El servidor no conoce esta clase de registro.",
        "unknown_operation_type": "El servidor no conoce esta clase de operación.",
    }
)
"""By the code of central's refusal."""


def kind_of(collection: str, operation_type: str) -> str:
    """«Venta», «Cambio de cliente»."""
    return _KINDS.get((collection, operation_type), "Registro")
