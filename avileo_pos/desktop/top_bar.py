"""The bar over every screen: whose shop, which till, who works, whether all has been sent, and the lock."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QWidget

from avileo_pos.desktop.theme import Size, Space
from avileo_pos.desktop.till import Till
from avileo_pos.desktop.widgets.button import Button
from avileo_pos.desktop.widgets.card import Card
from avileo_pos.desktop.widgets.icon_label import IconLabel
from avileo_pos.desktop.widgets.status_chip import StatusChip

_HEIGHT = 64


class TopBar(Card):
    lock_asked = Signal()
    queue_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(look="bar", parent=parent)
        self.chip = StatusChip()
        self.chip.clicked.connect(self.queue_asked)
        self._business = QLabel()
        self._business.setProperty("look", "title")
        self._who = QLabel()
        self._who.setProperty("look", "muted")
        lock = Button("Bloquear", icon="lock", variant="ghost", key="F8")
        lock.clicked.connect(self.lock_asked)
        self.setFixedHeight(_HEIGHT)
        self.body.setContentsMargins(Space.LARGE, 0, Space.SMALL, 0)
        self.header.setSpacing(Space.MEDIUM)
        for place, widget in enumerate((IconLabel("store", "primary", Size.ICON + 8), self._business, self._who)):
            self.header.insertWidget(place, widget)
        self.header.addWidget(self.chip)
        self.header.addWidget(lock)

    def show_till(self, till: Till) -> None:
        self._business.setText(till.business.name)
        self._who.setText(f"{till.device_name} · {till.person.name}")
