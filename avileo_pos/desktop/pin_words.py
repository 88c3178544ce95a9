"""What is said of a mistaken PIN."""

from __future__ import annotations

from datetime import timedelta

from avileo_pos.domain.business_day import format_time
from avileo_pos.usecases.approval import PinRefused

_TO_THE_NEXT_MINUTE = timedelta(seconds=59)


def why_refused(refused: PinRefused) -> str:
    if refused.wait_until is not None:
        again = format_time(refused.wait_until + _TO_THE_NEXT_MINUTE)
        return f"PIN equivocado muchas veces. Espere hasta las {again} para volver a probar."
    tries = "Queda 1 intento" if refused.tries_left == 1 else f"Quedan {refused.tries_left} intentos"
    return f"PIN equivocado. {tries}."
