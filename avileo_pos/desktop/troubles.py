"""What is said to a person of any known trouble: a rule of the shop, central, the way to it, the till's own file."""

from __future__ import annotations

from avileo_pos.desktop.sentences import sentence
from avileo_pos.domain.errors import BusinessRuleBroken
from avileo_pos.replica.errors import ReplicaTrouble
from avileo_pos.spanish.operations import NOT_TAKEN
from avileo_pos.sync.central import CentralTrouble

_BY_CODE = {
    **NOT_TAKEN,
    # Central puts an operation off
    "blocked": "Espera a otra operación que va antes.",
    "retry": "El servidor no pudo en ese momento. Se vuelve a intentar solo.",
    "newer_schema": "El servidor espera una actualización. Se vuelve a intentar solo.",
    "not_answered": "El servidor no respondió por esta operación. Se vuelve a intentar solo.",
    "conflict": "Otra persona lo había cambiado también.",
    "already_so": "El servidor ya lo tenía así. Se le pregunta otra vez.",
    # The way to central
    "no_route": "No se llega al servidor.",
    "no_address": "No se encuentra esa dirección. Revise que esté bien escrita.",
    "timeout": "El servidor tarda demasiado en responder.",
    "tls": "La conexión con el servidor no es segura. Revise la fecha de esta computadora.",
    "interrupted": "La conexión se cortó.",
    "not_central": "En esa dirección no responde un servidor Avileo.",
    "redirected": "Esa dirección lleva a otra. Pregunte al administrador cuál es la correcta.",
    "address_needs_https": "La dirección debe empezar con https://",
    "central_busy": "El servidor está ocupado. Se vuelve a intentar solo.",
    "database_unavailable": "El servidor está en mantenimiento. Se vuelve a intentar solo.",
    "wrong_schema": "El servidor está en mantenimiento. Se vuelve a intentar solo.",
    "too_many_requests": "Demasiados pedidos seguidos al servidor. Se vuelve a intentar solo.",
    "body_too_slow": "La conexión es demasiado lenta. Se vuelve a intentar solo.",
    "internal_error": "El servidor tuvo un problema. Se vuelve a intentar solo.",
    "broken_request": "El pedido llegó incompleto al servidor. Se vuelve a intentar solo.",
    "validation_error": "El servidor no entendió lo que se le envió. Llame a quien le ayuda.",
    "too_many_attempts": "Demasiados intentos. Espere unos minutos y vuelva a probar.",
    "signed_out": "La sesión venció.",
    "password_must_change": "Falta poner una contraseña nueva: ingrese otra vez.",
    "device_revoked": "El administrador retiró esta caja.",
    "not_a_member": "Esta persona ya no es de este negocio. Consulte con el administrador.",
    "too_old": "Este programa necesita una actualización.",
    "not_a_branch": "En esa dirección no comparte ninguna caja.",
    "resync_needed": "Los datos se están trayendo de nuevo.",
    # This computer
    "no_keyring": "Esta computadora no guarda contraseñas: habrá que escribirla cada vez que se abra el programa.",
    # The till's file
    "replica_trouble": "No se puede usar el archivo de esta caja.",
    "replica_in_use": "Avileo ya está abierto en esta computadora.",
    "replica_damaged": "El archivo de esta caja está dañado. Llame a quien le ayuda.",
    "replica_too_new": "Otra versión más nueva ya abrió este archivo. Actualice el programa.",
    "nothing_to_bring": "En esa carpeta no hay copias de una caja. Elija la memoria o el disco donde se guardaban.",
    "wrong_password_for_copies": "Con esa contraseña no se abren las copias. Use la de alguien que entró en esa caja.",
    "till_already_here": "Esta computadora ya tiene una caja de ese negocio.",
    "replica_unwritable": "No hay permiso para escribir en la carpeta de Avileo.",
    "disk_full": "El disco está lleno. No se guardó: libere espacio y vuelva a intentar.",
    "disk_failing": "El disco no responde bien. No se guardó: llame a quien le ayuda.",
}


def words_for(trouble: Exception) -> str:
    """What to say of a trouble that a person can understand. Any other flies: it belongs in the crash window."""
    match trouble:
        case BusinessRuleBroken():
            return sentence(trouble.code, trouble.details)
        case CentralTrouble() | ReplicaTrouble():
            return trouble_sentence(trouble.code)
    raise trouble


def code_of(trouble: Exception) -> str:
    """By which a trouble finds the field that it is about; empty for one that nobody foresaw."""
    return trouble.code if isinstance(trouble, BusinessRuleBroken | CentralTrouble | ReplicaTrouble) else ""


def trouble_sentence(code: str) -> str:
    """The sentence for a code of central, of the way to it, or of the till's file.

    An unknown code says so, with the code, for whoever helps.
    """
    return _BY_CODE.get(code) or f"No se pudo (motivo «{code}»)."
