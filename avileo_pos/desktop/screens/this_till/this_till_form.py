"""How «Esta caja» looks: what it is and what waits, and the two ways of leaving it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from avileo_pos.desktop import leaving_words
from avileo_pos.desktop.screens.this_till.market_card import MarketCard
from avileo_pos.desktop.theme import Space, Tone
from avileo_pos.desktop.widgets.button import Button
from avileo_pos.desktop.widgets.card import Card
from avileo_pos.desktop.widgets.fact_line import FactLine
from avileo_pos.desktop.widgets.scrolled import scrolled
from avileo_pos.queries.queue import Waiting

_SIGN_OUT = (
    "Para quien ya no va a vender en esta caja. Antes se le dice qué falta enviar. Para cambiar de persona basta"
    " «Bloquear» (F8)."
)
_REMOVE = (
    "Para dejar de usar Avileo en esta computadora. Lo hace un administrador, cuando todo está enviado o exportado a un"
    " archivo."
)


class ThisTillForm(QWidget):
    sign_out_asked = Signal()
    removal_asked = Signal()
    export_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._till, self._person = FactLine("store", "Caja"), FactLine("user", "Persona")
        self._unsent = FactLine("cloud-check", "Sin enviar")
        self.export = Button("Exportar…", icon="share-2")
        self.export.clicked.connect(self.export_asked)
        self.sign_out = Button("Cerrar sesión…", icon="log-out")
        self.sign_out.clicked.connect(self.sign_out_asked)
        self.remove = Button("Quitar esta caja…", icon="trash-2")
        self.remove.clicked.connect(self.removal_asked)
        self.market = MarketCard()
        self._lay_out()

    def show_till(self, till: str, business: str, person: str) -> None:
        self._till.say(f"{till}, de {business}")
        self._person.say(person)

    def show_waiting(self, waiting: Waiting) -> None:
        self._unsent.say(leaving_words.unsent(waiting), Tone.WARNING if waiting.operations else Tone.GOOD)
        self.export.setEnabled(bool(waiting.operations))

    def _lay_out(self) -> None:
        card = Card("Esta caja")
        card.header.addWidget(self.export)
        for line in (self._till, self._person, self._unsent):
            card.body.addWidget(line)
        ground = QWidget()
        column = QVBoxLayout(ground)
        column.setContentsMargins(Space.LARGE, Space.LARGE, Space.LARGE, Space.LARGE)
        column.setSpacing(Space.MEDIUM)
        column.addWidget(card)
        column.addWidget(self.market)
        column.addWidget(_way_out("Cerrar sesión", _SIGN_OUT, self.sign_out))
        column.addWidget(_way_out("Quitar esta caja", _REMOVE, self.remove))
        column.addStretch(1)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.addWidget(scrolled(ground))


def _way_out(title: str, sentence: str, button: Button) -> Card:
    card = Card(title)
    explained = QLabel(sentence)
    explained.setProperty("look", "muted")
    explained.setWordWrap(True)
    row = QHBoxLayout()
    row.setSpacing(Space.LARGE)
    row.addWidget(explained, 1)
    row.addWidget(button)
    card.body.addLayout(row)
    return card
