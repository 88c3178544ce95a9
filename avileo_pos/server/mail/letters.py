"""What central writes to people, in their Spanish."""

from __future__ import annotations

from datetime import datetime

from avileo_pos.domain.business_day import format_moment
from avileo_pos.server.mail.mail import Letter


def about_a_new_password(email: str, name: str, link: str) -> Letter:
    return Letter(
        email,
        "Ponga una contraseña nueva en Avileo",
        f"Hola, {name}:\n\n"
        "Alguien pidió cambiar la contraseña de su cuenta de Avileo. Para poner una nueva, abra este enlace:\n\n"
        f"{link}\n\n"
        "Sirve una sola vez, durante una hora. Si usted no lo pidió, no haga nada: su contraseña sigue igual.\n",
    )


def about_a_handed_password(email: str, name: str, business_name: str) -> Letter:
    """To the person, so that nobody comes in with their name unnoticed; the password itself is not in it."""
    return Letter(
        email,
        "Le dieron una contraseña de un solo uso en Avileo",
        f"Hola, {name}:\n\nEl administrador de «{business_name}» hizo una contraseña de un solo uso para su cuenta de "
        "Avileo. Pídasela, entre con ella y ponga una nueva. Si usted no la necesita, hable con él: la contraseña que "
        "ya tenía sigue sirviendo, y al cambiarla la otra deja de servir.\n",
    )


def about_an_invitation(email: str, business_name: str, inviter: str, code: str, expires_at: datetime) -> Letter:
    return Letter(
        email,
        f"{business_name} lo invita a trabajar con Avileo",
        f"Hola:\n\n{inviter} lo invita a trabajar en «{business_name}» con Avileo. Su código es:\n\n    {code}\n\n"
        f"Sirve una sola vez, hasta el {format_moment(expires_at)}, para la cuenta de este correo. "
        "Si todavía no tiene cuenta, primero cree una con este correo.\n",
    )
