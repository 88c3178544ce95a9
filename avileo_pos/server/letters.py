"""What central writes to people, in their Spanish."""

from __future__ import annotations

from avileo_pos.server.mail import Letter


def about_a_new_password(email: str, name: str, link: str) -> Letter:
    return Letter(
        email,
        "Ponga una contraseña nueva en Avileo",
        f"Hola, {name}:\n\n"
        "Alguien pidió cambiar la contraseña de su cuenta de Avileo. Para poner una nueva, abra este enlace:\n\n"
        f"{link}\n\n"
        "Sirve una sola vez, durante una hora. Si usted no lo pidió, no haga nada: su contraseña sigue igual.\n",
    )
