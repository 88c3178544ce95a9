"""How «Mi distribución» looks: what is left in big figures, and how the account stands."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QStackedWidget, QVBoxLayout, QWidget

from avileo_pos.desktop.screens.distribucion.words import STATES, per_cent
from avileo_pos.desktop.theme import Space, Tone, ink_token, set_style
from avileo_pos.desktop.widgets.amount_display import AmountDisplay
from avileo_pos.desktop.widgets.banner import Banner
from avileo_pos.desktop.widgets.button import Button
from avileo_pos.desktop.widgets.card import Card
from avileo_pos.desktop.widgets.empty_state import EmptyState
from avileo_pos.desktop.widgets.icon_label import IconLabel
from avileo_pos.domain.distribution import Settlement
from avileo_pos.domain.enums import DistribucionStatus
from avileo_pos.domain.money import ZERO
from avileo_pos.queries.distribucion import DistribucionRow
from avileo_pos.spanish.words import DISTRIBUCION_STATUSES

_WHOLE = 100


class OwnForm(QWidget):
    accept_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.accept = Button("Recibí los kilos", icon="truck", variant="primary", large=True)
        self.accept.clicked.connect(self.accept_asked)
        self.left = AmountDisplay("Queda")
        self.progress = QProgressBar()
        self._share = QLabel()
        self._point = QLabel()
        self._state_icon, self._state = IconLabel("clock"), QLabel()
        self._oversold = Banner("Vendió más kilos de los que tiene asignados. Avise al administrador.", Tone.WARNING)
        self._account = {word: AmountDisplay(word, look="body") for word in _ACCOUNT}
        self._money = {word: AmountDisplay(word, look="body") for word in _MONEY}
        self._pages = QStackedWidget()
        self._lay_out()

    def show_none(self) -> None:
        self._pages.setCurrentIndex(1)

    def show_distribucion(self, row: DistribucionRow, settlement: Settlement) -> None:
        self._point.setText(row.punto_venta)
        self._show_state(row.estado)
        can_accept = row.estado is DistribucionStatus.ACTIVO
        if self.accept.hasFocus() and not can_accept:
            self.setFocus()  # it would go on to the notice's cross
        self.accept.setVisible(can_accept)
        self._oversold.setVisible(settlement.oversold)
        self._show_progress(row)
        figures = (row.asignado, -row.vendido, -row.devuelto, -row.merma, row.left)
        for display, kilos in zip(self._account.values(), figures, strict=True):
            display.show_kilos(kilos)
        collected = settlement.cobrado
        apart = collected.yape + collected.plin + collected.transferencia
        sold = (settlement.monto_vendido, collected.efectivo, apart, collected.fiado)
        money = (*sold, settlement.faltante_soles)
        for display, soles in zip(self._money.values(), money, strict=True):
            display.show_soles(soles)
        self._pages.setCurrentIndex(0)

    def _show_state(self, status: DistribucionStatus) -> None:
        state = STATES[status]
        self._state.setText(DISTRIBUCION_STATUSES[status])
        set_style(self._state, ink=state.tone.value)
        self._state_icon.show_icon(state.icon, ink_token(state.tone))

    def _show_progress(self, row: DistribucionRow) -> None:
        self.left.set_caption("Queda" if row.left >= 0 else "Vendido de más")
        self.left.show_kilos(abs(row.left))
        share = row.performance or ZERO
        self.progress.setValue(min(int(share), _WHOLE))
        self._share.setText(f"Vendido {per_cent(share)} de lo asignado")
        self.progress.setAccessibleName(self._share.text())

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._pages)
        self._pages.addWidget(self._day())
        self._pages.addWidget(EmptyState("truck", "Hoy todavía no tiene kilos asignados."))
        self._pages.setCurrentIndex(1)

    def _day(self) -> QWidget:
        self.progress.setRange(0, _WHOLE)
        self.progress.setTextVisible(False)
        self._share.setProperty("look", "muted")
        self._point.setProperty("look", "muted")
        today = Card("Mi distribución de hoy")
        today.header.addWidget(self._state_icon)
        today.header.addWidget(self._state)
        for widget in (self._point, self.left, self.progress, self._share, self.accept):
            today.body.addWidget(widget)
        cards = QHBoxLayout()
        cards.setSpacing(Space.LARGE)
        for title, displays in (("Cuadre en kilos", self._account), ("Lo vendido en soles", self._money)):
            card = Card(title)
            for display in displays.values():
                card.body.addWidget(display)
            card.body.addStretch(1)
            cards.addWidget(card, 1)
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(Space.LARGE, Space.LARGE, Space.LARGE, Space.LARGE)
        column.setSpacing(Space.LARGE)
        column.addWidget(self._oversold)
        column.addWidget(today)
        column.addLayout(cards)
        column.addStretch(1)
        column.setAlignment(Qt.AlignmentFlag.AlignTop)
        return page


_ACCOUNT = ("Asignado", "Vendido", "Devuelto", "Merma", "Sin explicar")
_MONEY = ("Vendido", "Efectivo", "Yape, Plin y transferencias", "Fiado", "Sin explicar")
