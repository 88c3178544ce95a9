"""What is said of the till's own safety: of its copies, its second place, its disk, and of a file that was rescued."""

from __future__ import annotations

from datetime import datetime

from avileo_pos.desktop.safety_desk import Elsewhere, Room, SafetyState
from avileo_pos.desktop.theme import Tone
from avileo_pos.domain.business_day import format_moment
from avileo_pos.replica.rescue import Opened, Rescue

_MEGABYTE, _GIGABYTE = 2**20, 2**30
_LOOK = "Mire en «Historial» que esté su última venta."


def notice_of(state: SafetyState) -> tuple[str, Tone]:
    """What stands under the top bar; empty while nobody needs to do anything."""
    if state.is_damaged:
        return (
            "El archivo de esta caja tiene un daño. Cierre Avileo y ábralo otra vez: se arregla solo, con sus ventas.",
            Tone.DANGER,
        )
    match state.room:
        case Room.SALES:
            return "El disco está casi lleno. Las ventas se guardan; lo demás espera. Borre lo que no use.", Tone.DANGER
        case Room.SCARCE:
            return "Queda poco espacio en el disco: ya no se hacen copias. Borre lo que no use.", Tone.WARNING
    match state.elsewhere:
        case Elsewhere.GONE:
            return "No está puesta la memoria del segundo lugar. La venta sigue; póngala cuando pueda.", Tone.WARNING
        case Elsewhere.FULL:
            return "No se puede escribir en el segundo lugar: está lleno o protegido. La venta sigue.", Tone.WARNING
        case Elsewhere.FOREIGN:
            return "En el segundo lugar hay copias de otra instalación. Elija otra carpeta en «Respaldo».", Tone.WARNING
    return "", Tone.WARNING


def of_opening(opened: Opened) -> tuple[str, str] | None:
    """Title and words for what was found when the file was opened; None where all was well."""
    lost = (
        f" {_counted(opened.lost)} no se {_could(opened.lost)} leer: vuelva a anotarla si falta." if opened.lost else ""
    )
    rescue = opened.rescue
    if rescue is not None and rescue.copy_of is not None:
        title = "Se recuperó el archivo de esta caja"
        words = (
            f"{_was(rescue)}. La caja sigue con la copia del {format_moment(rescue.copy_of)}"
            f"{_put_back(rescue.operations + opened.came_back)} Lo demás llega del servidor."
        )
    elif rescue is not None:
        title = "Se recuperó lo que estaba por enviar"
        words = (
            f"{_was(rescue)}; no había una copia. Se abrió uno nuevo"
            f"{_put_back(rescue.operations)} Entre con su contraseña y con internet: lo demás llega del servidor."
        )
    elif opened.came_back:
        title = "Se repuso lo que faltaba"
        words = f"El archivo de esta caja era más antiguo o tenía un daño{_put_back(opened.came_back)}"
    elif opened.lost:
        title, words = "Hay un daño en el archivo de esta caja", ""
    else:
        return None
    return title, f"{words}{lost} {_LOOK}".strip()


def of_bringing(rescue: Rescue) -> tuple[str, str]:
    """Title and words for a till that has come from another computer's stick."""
    if rescue.copy_of is None:
        come = "No había una copia que se pudiera leer"
    else:
        come = f"Se trajo la copia del {format_moment(rescue.copy_of)}"
    return "La caja sigue en esta computadora", f"{come}{_put_back(rescue.operations)} Entre como siempre. {_LOOK}"


def _was(rescue: Rescue) -> str:
    return "Estaba dañado y se apartó" if rescue.set_aside.exists() else "Ya no estaba en la computadora"


def _put_back(operations: int) -> str:
    if not operations:
        return "."
    were = "se repuso" if operations == 1 else "se repusieron"
    return f" y {were} {_counted(operations)} de después."


def _counted(operations: int) -> str:
    return "1 operación" if operations == 1 else f"{operations} operaciones"


def _could(operations: int) -> str:
    return "pudo" if operations == 1 else "pudieron"


def copied(state: SafetyState) -> str:
    if state.copied_at is None:
        return "Todavía no hay ninguna. La primera se hace sola en un momento."
    return f"La última es del {format_moment(state.copied_at)}. Se hacen solas cada 2 horas y al cerrar."


def checked(state: SafetyState) -> str:
    if state.is_damaged:
        return "Tiene un daño. Cierre Avileo y ábralo otra vez: se arregla solo."
    return (
        "Se revisa una vez al día."
        if state.checked_at is None
        else f"Revisado el {format_moment(state.checked_at)}: está bien."
    )


def room(state: SafetyState) -> str:
    if state.room is Room.ENOUGH and not state.free:
        return "Se mira en un momento."
    return f"Quedan {size(state.free)} libres."


def second_place(state: SafetyState, folder: str, now: datetime) -> str:
    match state.elsewhere:
        case Elsewhere.NONE:
            return (
                "Ninguno todavía. Elija una memoria USB u otro disco: si esta computadora se malogra o se pierde,"
                " de ahí se recupera todo, hasta la última venta."
            )
        case Elsewhere.KEPT:
            until = format_moment(state.elsewhere_at or now)
            return f"En {folder} está todo hasta el {until}. Solo se abre con la contraseña de quien entró aquí."
        case Elsewhere.GONE:
            return f"{folder} no está ahora. Ponga la memoria: lo que falta se copia solo."
        case Elsewhere.FULL:
            return f"En {folder} no se puede escribir: está lleno o protegido."
        case Elsewhere.FOREIGN:
            return f"En {folder} hay copias de esta caja con otra clave. Elija otra carpeta, o guarde aquellas aparte."


def size(of_bytes: int) -> str:
    if of_bytes >= _GIGABYTE:
        return f"{of_bytes / _GIGABYTE:,.1f} GB"
    return f"{max(of_bytes // _MEGABYTE, 1):,} MB"
