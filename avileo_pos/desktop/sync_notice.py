"""Says how synchronisation stands: shortly on the chip at all times, in a sentence when a person can do something."""

from __future__ import annotations

from datetime import timedelta

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from avileo_pos.desktop.theme import Space, Tone
from avileo_pos.desktop.troubles import trouble_sentence
from avileo_pos.desktop.widgets.banner import Banner
from avileo_pos.desktop.widgets.status_chip import StatusChip
from avileo_pos.domain.business_day import lima
from avileo_pos.sync.state import SyncKind, SyncState

_MINUTE = timedelta(minutes=1)


class SyncNotice(QWidget):
    """Stands under the top bar. Closed by a person, it comes back with something else to say, or for who comes next."""

    sign_in_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._banner = Banner(tone=Tone.WARNING, action="Iniciar sesión")
        self._banner.action_chosen.connect(self.sign_in_asked)
        self._banner.closed.connect(self.hide)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.LARGE, Space.MEDIUM, Space.LARGE, 0)
        column.addWidget(self._banner)
        self.hide()

    def show_state(self, state: SyncState) -> None:
        sentence = notice_of(state)
        if sentence == self.sentence():
            return
        self._banner.say(sentence, Tone.WARNING)
        self._banner.show_action(state.kind is SyncKind.SIGNED_OUT)
        self.come_back()

    def come_back(self) -> None:
        """What still holds is said again to whoever comes in."""
        self._banner.show()
        self.setVisible(bool(self.sentence()))

    def sentence(self) -> str:
        return self._banner.sentence()


def show_on_chip(chip: StatusChip, state: SyncState) -> None:
    """What stands in the way of sending comes first, then what a person must look at."""
    if state.kind is SyncKind.OFFLINE or state.last_contact_at is None:
        chip.show_offline(state.waiting)
    elif state.kind is SyncKind.SIGNED_OUT:
        chip.show_signed_out(state.waiting)
    elif state.to_review:
        chip.show_to_review(state.to_review)
    elif state.waiting:
        chip.show_sending(state.waiting)
    else:
        chip.show_all_sent(lima(state.last_contact_at).time())


def notice_of(state: SyncState) -> str:
    """Empty while nobody needs to do anything."""
    match state.kind:
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
