"""The closed lists of the schema, member by member under its names and values."""

from enum import StrEnum


class UserRole(StrEnum):
    """What a person is on the platform, whatever the business."""

    ADMIN = "admin"
    VENDEDOR = "vendedor"


class BusinessUserRole(StrEnum):
    """What a person is in one business; decides the permissions there."""

    ADMIN_NEGOCIO = "admin_negocio"
    VENDEDOR = "vendedor"


class SyncStatus(StrEnum):
    PENDING = "pending"
    SYNCED = "synced"
    ERROR = "error"


class SaleType(StrEnum):
    CONTADO = "contado"
    CREDITO = "credito"


class PaymentMethod(StrEnum):
    EFECTIVO = "efectivo"
    YAPE = "yape"
    PLIN = "plin"
    TRANSFERENCIA = "transferencia"


class ProductType(StrEnum):
    POLLO = "pollo"
    HUEVO = "huevo"
    OTRO = "otro"


class ProductUnit(StrEnum):
    KG = "kg"
    UNIDAD = "unidad"


class DistribucionStatus(StrEnum):
    """Assigned, taken by the vendor, settled. The order of a day is ACTIVO, EN_RUTA, CERRADO."""

    ACTIVO = "activo"
    CERRADO = "cerrado"
    EN_RUTA = "en_ruta"


class ModoOperacion(StrEnum):
    INVENTARIO_PROPIO = "inventario_propio"
    SIN_INVENTARIO = "sin_inventario"
    PEDIDOS = "pedidos"
    MIXTO = "mixto"


class MovementKind(StrEnum):
    """Why the stock of a product changed."""

    COMPRA = "compra"
    VENTA = "venta"
    ANULACION = "anulacion"
    CARGA = "carga"
    DEVOLUCION = "devolucion"
    MERMA = "merma"
    AJUSTE = "ajuste"


class CashMovementKind(StrEnum):
    """Why cash entered or left the drawer other than by a sale or an abono."""

    GASTO = "gasto"
    INGRESO = "ingreso"
    RETIRO = "retiro"


class DistribucionMovementKind(StrEnum):
    """Why the kilos of a distribution changed other than by a sale."""

    CARGA = "carga"
    RECARGA = "recarga"
    TRASPASO_ENTRADA = "traspaso_entrada"
    TRASPASO_SALIDA = "traspaso_salida"
    DEVOLUCION = "devolucion"
    MERMA = "merma"
