"""«Vender sin internet»: whether this till shares with the others of the market, and how to begin and to end that."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from avileo_pos.desktop.market_desk import MarketState, Whereabouts
from avileo_pos.desktop.theme import Space, Tone
from avileo_pos.desktop.widgets.button import Button
from avileo_pos.desktop.widgets.card import Card
from avileo_pos.desktop.widgets.fact_line import FactLine

_HOME = (
    "Dos cajas en la misma red ven las ventas y las deudas una de la otra, aunque no haya internet: una comparte y las"
    " demás se unen con su código. Cuando vuelve el internet, todo llega al servidor."
)
_SHARED = "Escríbalo en las otras cajas: «Esta caja», Unirse a otra caja."
_NO_NETWORK = "Esta computadora no está en ninguna red. Conéctela al wifi del puesto."
_KEPT = "El servidor todavía no tiene todo lo que enviaron las otras cajas. Se entrega solo cuando haya internet."
_GUEST = "Esta caja trabaja con «{name}». Cuando vuelva el internet, regresa sola al servidor."


class MarketCard(Card):
    share_asked = Signal()
    join_asked = Signal()
    leave_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Vender sin internet", parent=parent)
        self.share = Button("Compartir desde aquí…", icon="share-2")
        self.share.clicked.connect(self.share_asked)
        self.join = Button("Unirse a otra caja…", icon="log-in")
        self.join.clicked.connect(self.join_asked)
        self.end = Button("Dejar de compartir", icon="x")
        self.end.clicked.connect(self.leave_asked)
        self.go_home = Button("Volver al servidor", icon="house")
        self.go_home.clicked.connect(self.leave_asked)
        self._code, self._where = FactLine("lock-open", "Código"), FactLine("store", "Dirección")
        self._kept = FactLine("cloud-upload", "Por entregar")
        self._guest = FactLine("store", "Unida a")
        self._faces = QStackedWidget()
        for face in (_row(_muted(_HOME), self.share, self.join), self._as_host(), _row(self._guest, self.go_home)):
            self._faces.addWidget(face)
        self.body.addWidget(self._faces)
        self.body.addWidget(self._kept)

    def show_state(self, state: MarketState) -> None:
        self._faces.setCurrentIndex(_FACES.index(state.where))
        self._code.say(f"{state.code}. {_SHARED}")
        self._where.say(", ".join(state.addresses) or _NO_NETWORK, Tone.NEUTRAL if state.addresses else Tone.WARNING)
        self._kept.say(_KEPT, Tone.WARNING)
        self._kept.setVisible(state.keeps)
        self._guest.say(_GUEST.format(name=state.name))

    def _as_host(self) -> QWidget:
        face = QWidget()
        column = QVBoxLayout(face)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(Space.TIGHT)
        column.addWidget(_row(self._code, self.end))
        column.addWidget(self._where)
        return face


def _muted(sentence: str) -> QLabel:
    label = QLabel(sentence)
    label.setProperty("look", "muted")
    label.setWordWrap(True)
    return label


def _row(explained: QWidget, *buttons: Button) -> QWidget:
    face = QWidget()
    row = QHBoxLayout(face)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(Space.SMALL)
    row.addWidget(explained, 1)
    for button in buttons:
        row.addWidget(button)
    return face


_FACES = [Whereabouts.HOME, Whereabouts.HOST, Whereabouts.GUEST]
