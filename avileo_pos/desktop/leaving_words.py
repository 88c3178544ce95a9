"""What is said to whoever signs out, or takes a till off a computer, of what central has not been told yet."""

from __future__ import annotations

from avileo_pos.domain.business_day import format_moment
from avileo_pos.domain.money import format_soles
from avileo_pos.queries.queue import Waiting
from avileo_pos.replica.handover import Carried
from avileo_pos.replica.removal import Removed
from avileo_pos.spanish.words import unbroken

ALL_SENT = "Nada: todo lo de esta caja está en el servidor."


def unsent(waiting: Waiting) -> str:
    """«5 ventas por S/ 230.00, 2 abonos por S/ 40.00 y 3 registros más, desde el 20/11/2026, 10:42.»"""
    if not waiting.operations or waiting.since is None:
        return ALL_SENT
    return f"{_listed(_parts(waiting))}, desde el {unbroken(format_moment(waiting.since))}."


def _parts(waiting: Waiting) -> list[str]:
    parts = []
    if waiting.sales:
        parts.append(f"{_counted(waiting.sales, 'venta')} por {unbroken(format_soles(waiting.sold))}")
    if waiting.abonos:
        parts.append(f"{_counted(waiting.abonos, 'abono')} por {unbroken(format_soles(waiting.paid))}")
    if waiting.others:
        parts.append(unbroken(_counted(waiting.others, "registro") + (" más" if parts else "")))
    return parts


def _listed(parts: list[str]) -> str:
    *before, last = parts
    return f"{', '.join(before)} y {last}" if before else last


def exported(carried: Carried) -> str:
    """Of an export that was written and read again."""
    return f"{_counted(carried.operations, 'registro')} en el archivo. Guárdelo hasta que se importe."


def of_removal(removed: Removed) -> tuple[str, str]:
    """Title and words for a till that is gone from this computer."""
    if removed.unsent:
        words = (
            f"Falta llevar al servidor {_counted(removed.unsent, 'registro')}: importe el archivo en otra caja del"
            f" negocio o en el servidor. Por si acaso, lo de esta caja quedó apartado en {removed.aside}"
        )
    elif removed.aside is not None:
        words = f"Todo está en el servidor. Algo no se pudo borrar: bórrelo usted en {removed.aside}"
    else:
        words = "Todo está en el servidor, y aquí no quedó nada. Si no va a volver, retírela en la lista de cajas."
    return "La caja se quitó de esta computadora", words


def _counted(count: int, of: str) -> str:
    return f"1 {of}" if count == 1 else f"{count:,} {of}s"
