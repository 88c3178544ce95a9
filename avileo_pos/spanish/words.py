"""The schema's closed lists as they are spoken at the stall."""

from decimal import Decimal

from avileo_pos.domain.enums import DistribucionStatus, PaymentMethod, ProductUnit, SaleType
from avileo_pos.domain.weight import format_kilos

METHODS = {
    PaymentMethod.EFECTIVO: "Efectivo",
    PaymentMethod.YAPE: "Yape",
    PaymentMethod.PLIN: "Plin",
    PaymentMethod.TRANSFERENCIA: "Transferencia",
}

UNITS = {ProductUnit.KG: "kg", ProductUnit.UNIDAD: "un."}

SALE_TYPES = {SaleType.CONTADO: "Contado", SaleType.CREDITO: "Crédito"}

DISTRIBUCION_STATUSES = {
    DistribucionStatus.ACTIVO: "Asignada",
    DistribucionStatus.EN_RUTA: "En ruta",
    DistribucionStatus.CERRADO: "Cerrada",
}


def amount_of(quantity: Decimal, unit: ProductUnit) -> str:
    """«12.345 kg», «30 un.»"""
    return format_kilos(quantity) if unit is ProductUnit.KG else f"{quantity:,.0f} {UNITS[unit]}"


def days(count: int) -> str:
    """How long ago: «hoy», «hace 1 día», «hace 12 días»."""
    if count == 0:
        return "hoy"
    return f"hace {count} {'día' if count == 1 else 'días'}"


def unbroken(text: str) -> str:
    """For a label that may break between parts, never between «S/» and its figure."""
    return text.replace(" ", "\N{NO-BREAK SPACE}")
