"""What the pages say of trouble, and in «Por revisar»: why something was not taken, what to do, what a field held."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from http import HTTPStatus
from math import ceil
from typing import Final

from avileo_pos.domain.business_day import format_date, format_moment
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.domain.money import format_soles
from avileo_pos.domain.password import LONGEST, SHORTEST
from avileo_pos.domain.weight import format_kilos
from avileo_pos.protocol.collections import COLLECTIONS
from avileo_pos.server.errors import Refused
from avileo_pos.spanish.fields import choice_word
from avileo_pos.spanish.operations import NOT_TAKEN
from avileo_pos.spanish.review import review_sentences
from avileo_pos.spanish.words import unbroken
from avileo_pos.tables.base import Kilos

_SECRET: Final = frozenset({"pin_hash"})

_IN_THE_QUEUE: Final = "Mire «Por enviar» en esa caja: ahí se envía otra vez, se corrige o se descarta con un motivo."
_ADVICE: Final = {
    "forbidden": "Si estaba bien, hágalo usted; si no, descártelo en «Por enviar» de esa caja.",
    "unknown_actor": "Si debe trabajar aquí, agréguela en «Usuarios» con el mismo correo."
    " Se envía otra vez cuando entre en la caja con su contraseña.",
    "seller_inactive": "Si vuelve a trabajar aquí, se envía otra vez cuando entre en la caja con su contraseña.",
    "device_revoked": "Si estaba bien, hágalo usted.",
    "same_id_other_content": "Puede ser una copia del archivo de la caja. Compare las dos antes de descartar una.",
    "sold_otherwise": "La caja volvió a un archivo anterior. Si se vendieron las dos, haga esta de nuevo y descártela.",
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
    "voided_twice": "Se anuló dos veces, desde dos cajas: vea de cuál se devolvió el dinero.",
    "voided_with_pin": "Confirme que un administrador dio su PIN para esto.",
}
_UNKNOWN_PARENT: Final = "unknown_"
_WILL_COME: Final = "Se completa cuando esa ficha llegue. Si no llega, revise «Por enviar» de la caja."


_NOT_FOUND: Final = ("No se encontró", "Esta página no existe, o ya no está.")
_FAILED: Final = (
    "Algo falló",
    "No fue culpa suya, y quedó anotado en el servidor. Vuelva a intentarlo; si sigue fallando, avise a quien cuida el"
    " servidor y dígale este número: {number}",
)
_TROUBLES: Final[Mapping[int, tuple[str, str]]] = {
    HTTPStatus.BAD_REQUEST: ("No se entendió", "Lo que se envió no se entiende. Vuelva a intentarlo."),
    HTTPStatus.FORBIDDEN: ("No se hizo", "El pedido no vino de esta página. Vuelva a abrirla e inténtelo otra vez."),
    HTTPStatus.METHOD_NOT_ALLOWED: (
        "Así no se puede",
        "Esta dirección no se usa así. Empiece por el inicio.",
    ),
    HTTPStatus.REQUEST_TIMEOUT: ("Tardó demasiado", "Lo que envió no llegó completo. Revise su internet y repítalo."),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ("Es demasiado", "Lo que se envió es demasiado grande, y no se guardó nada."),
    HTTPStatus.TOO_MANY_REQUESTS: (
        "Un momento",
        "Se pidió demasiado en poco tiempo desde esta conexión. Espere {wait} y vuelva a intentarlo.",
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: ("Un momento", "El servidor está ocupado. Espere {wait} y vuelva a intentarlo."),
}


def trouble_in_words(status: int, wait: int, number: str) -> tuple[str, str]:
    """A title and a sentence: `wait` seconds are worth waiting, by its `number` the trouble is found in the log."""
    unknown = _FAILED if status >= HTTPStatus.INTERNAL_SERVER_ERROR else _NOT_FOUND
    title, sentence = _TROUBLES.get(status, unknown)
    return title, sentence.format(wait=spoken(wait), number=number)


def spoken(seconds: int) -> str:
    """«1 segundo», «2 minutos»; never less than it takes."""
    count, unit = (seconds, "segundo") if seconds < 60 else (ceil(seconds / 60), "minuto")
    return f"{count} {unit}{'' if count == 1 else 's'}"


def why_not_taken(code: str) -> str:
    """An unknown code says so, with the code, for whoever helps."""
    return NOT_TAKEN.get(code) or f"El servidor no lo aceptó (motivo «{code}»)."


def what_to_do(code: str) -> str:
    """With an operation that was not taken."""
    return _ADVICE.get(code, _IN_THE_QUEUE)


def remarks(reasons: Iterable[str]) -> list[tuple[str, str]]:
    """What central noticed in a fact, and what to do about each; nothing is to be done about what it does not know."""
    return [(review_sentences([reason])[0], _advice_on(reason)) for reason in reasons]


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
    return choice_word(str(value))


def _figure(value: Decimal, collection: str, field: str) -> str:
    if field == "commission_rate":
        return f"{value} %"
    is_weight = isinstance(COLLECTIONS[collection].table.columns[field].type, Kilos)
    return unbroken(format_kilos(value) if is_weight else format_soles(value))


def _advice_on(reason: str) -> str:
    return _WILL_COME if reason.startswith(_UNKNOWN_PARENT) else _ADVICE_ON.get(reason, "")


def refused_in_words(trouble: Refused | BusinessRuleBroken) -> str:
    """Why one could not come in, or a password was not taken; an unknown code says so, for whoever helps."""
    if isinstance(trouble, Refused) and trouble.status == HTTPStatus.TOO_MANY_REQUESTS:
        return f"Demasiados intentos. Espere {spoken(int((trouble.headers or {})['Retry-After']))} y vuelva a probar."
    return _REFUSED.get(trouble.code.lower()) or f"No se pudo (motivo «{trouble.code}»)."


LINK_IS_OVER: Final = "Este enlace ya no sirve."
_REFUSED: Final = {
    "invalid_email": "Escriba el correo completo, por ejemplo rosa@correo.com.",
    "invalid_email_or_password": "El correo o la contraseña no son correctos.",
    "invalid_token": LINK_IS_OVER,
    "reset_password_disabled": "Este servidor no envía correos. Pida una contraseña a otro administrador.",
    "invalid_password": "La contraseña de ahora no es correcta.",
    "password_not_new": "Elija otra: esa es la que le dieron.",
    "password_too_short": f"La contraseña necesita al menos {SHORTEST} caracteres.",
    "password_too_long": f"La contraseña puede tener hasta {LONGEST} caracteres.",
    "passwords_differ": "Las dos contraseñas no son iguales.",
}
