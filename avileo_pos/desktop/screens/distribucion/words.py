"""A distribution's state and kilos as they are shown."""

from __future__ import annotations

from decimal import Decimal

from avileo_pos.desktop.item_models.rows_model import State
from avileo_pos.desktop.theme import Tone
from avileo_pos.domain.enums import DistribucionStatus
from avileo_pos.queries.distribucion import DistribucionRow

STATES = {
    DistribucionStatus.ACTIVO: State("clock", Tone.WARNING),
    DistribucionStatus.EN_RUTA: State("truck", Tone.INFO),
    DistribucionStatus.CERRADO: State("circle-check", Tone.GOOD),
}


def performance(row: DistribucionRow) -> str:
    return "" if row.performance is None else per_cent(row.performance)


def per_cent(share: Decimal) -> str:
    """«87 %»"""
    return f"{share:,.0f} %"
