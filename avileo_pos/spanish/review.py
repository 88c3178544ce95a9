"""Why central asks the owner to look at a sale or an abono that it has stored all the same."""

from __future__ import annotations

from collections.abc import Iterable

OBSERVED = "con observación"
_BY_REASON = {
    "clock_skew": "La caja tenía mal puesta la hora.",
    "sums_differ": "Las líneas o los pagos no suman el total.",
    "receipt_number_used_twice": "Ese número de nota ya se había usado.",
    "inactive_customer": "Ya no se atendía a ese cliente.",
    "over_credit_limit": "Pasó el límite de crédito del cliente.",
    "seller_not_signed_in": "Quien lo hizo no había iniciado sesión en esa caja.",
    "seller_inactive": "Quien lo hizo ya no trabajaba en el negocio.",
    "device_revoked": "La caja ya se había retirado cuando lo envió.",
    "adopted_with_changes": "Vino de la base anterior con datos que hubo que corregir.",
    "voided_twice": "Se anuló dos veces, desde dos cajas.",
    "voided_with_pin": "Se anuló con el PIN de un administrador.",
    "unknown_customers": "Llegó al servidor antes que la ficha del cliente.",
    "unknown_products": "Llegó al servidor antes que la ficha de un producto.",
    "unknown_cash_sessions": "Llegó al servidor antes que la apertura de su caja.",
    "unknown_distribuciones": "Llegó al servidor antes que su distribución.",
    "unknown_distribucion_movements": "Llegó al servidor antes que los kilos de su distribución.",
}


def review_sentences(reasons: Iterable[str]) -> tuple[str, ...]:
    """One sentence for each reason; an unknown one is said as it is, for whoever helps."""
    return tuple(_BY_REASON.get(reason) or f"Motivo «{reason}»." for reason in reasons)
