"""Says how synchronisation stands: shortly on the chip at all times, in a sentence when a person can do something."""

from __future__ import annotations

from datetime import timedelta

from PySide6.QtWidgets import QWidget

from avileo_pos.desktop.standing_notice import StandingNotice
from avileo_pos.desktop.troubles import trouble_sentence
from avileo_pos.desktop.widgets.status_chip import StatusChip
from avileo_pos.domain.business_day import lima
from avileo_pos.sync.state import SyncKind, SyncState

_MINUTE = timedelta(minutes=1)


class SyncNotice(StandingNotice):
    """Its action opens a new session with central."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Iniciar sesión", parent)

    def show_state(self, state: SyncState) -> None:
        self.say(notice_of(state), with_action=state.kind is SyncKind.SIGNED_OUT and not state.is_withdrawn)


def show_on_chip(chip: StatusChip, state: SyncState) -> None:
    """What stands in the way of sending comes first, then what a person must look at."""
    if state.kind is SyncKind.OFFLINE or state.last_contact_at is None:
        chip.show_offline(state.waiting)
    elif state.is_withdrawn:
        chip.show_withdrawn(state.waiting)
    elif state.kind is SyncKind.SIGNED_OUT:
        chip.show_signed_out(state.waiting)
    elif state.to_review:
        chip.show_to_review(state.to_review)
    elif state.waiting:
        chip.show_sending(state.waiting)
    elif state.at_branch:
        chip.show_shared(lima(state.last_contact_at).time())
    else:
        chip.show_all_sent(lima(state.last_contact_at).time())


def notice_of(state: SyncState) -> str:
    """Empty while nobody needs to do anything."""
    match state.kind:
        case SyncKind.SIGNED_OUT if state.is_withdrawn:
            return (
                f"{trouble_sentence(state.code or '')} Lo vendido se sigue enviando, para que él lo revise; aquí no"
                " llega nada más. En «Esta caja» puede exportarlo y quitarla."
            )
        case SyncKind.SIGNED_OUT:
            return f"{trouble_sentence(state.code or 'signed_out')} Inicie sesión cuando pueda; la venta sigue."
        case SyncKind.TOO_OLD:
            return "Este programa necesita una actualización. Las ventas se siguen enviando; lo demás espera."
        case SyncKind.CLOCK_WRONG:
            return f"El reloj de esta computadora está {_skew(state.clock_skew)}. Corríjalo en Windows."
    return ""


def _skew(skew: timedelta) -> str:
    way = "adelantado" if skew > timedelta() else "atrasado"
    minutes = abs(skew) // _MINUTE
    if minutes < 120:
        return f"{way} {minutes} minutos"
    hours = minutes // 60
    return f"{way} {hours} horas" if hours < 48 else f"{way} {hours // 24} días"
