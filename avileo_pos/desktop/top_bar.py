"""The bar over everything: whose shop, which till, who works, whether all has been sent, and the lock.

What has to be said for a moment is said here too, in the place of the shop's name: it stands above every screen,
moves nothing in it and covers nothing of it.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QStackedWidget, QWidget

from avileo_pos.desktop.theme import Size, Space, Tone
from avileo_pos.desktop.till import Till
from avileo_pos.desktop.widgets.banner import Banner
from avileo_pos.desktop.widgets.button import Button
from avileo_pos.desktop.widgets.elided_label import ElidedLabel
from avileo_pos.desktop.widgets.icon_label import IconLabel
from avileo_pos.desktop.widgets.status_chip import StatusChip

READING_TIME_MS: Final = 8000
_INSIDE: Final = 56
_HEIGHT: Final = _INSIDE + 2 * Space.TIGHT + 1  # and the line below
_WIDE: Final = 1200


class TopBar(QFrame):
    lock_asked = Signal()
    queue_asked = Signal()
    help_asked = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("look", "bar")
        self.setFixedHeight(_HEIGHT)
        self.chip = StatusChip()
        self.chip.clicked.connect(self.queue_asked)
        self._business, self._who = ElidedLabel(), ElidedLabel()
        self._shop = self._whose_shop()
        self._notice = Banner()
        self._notice.closed.connect(self._end_notice)
        self._left = QStackedWidget()
        self._keys = Button("Teclas", icon="circle-help", variant="ghost", key="F1")
        self._keys.clicked.connect(self.help_asked)
        self._lock = Button("Bloquear", icon="lock", variant="ghost", key="F8")
        self._lock.clicked.connect(self.lock_asked)
        self._row = QHBoxLayout(self)
        self._farewell = QTimer(self, interval=READING_TIME_MS, singleShot=True)
        self._farewell.timeout.connect(self._end_notice)
        self._lay_out()

    def show_till(self, till: Till) -> None:
        self._end_notice()
        self._business.setText(till.business.name)
        self._who.setText(f"{till.device_name} · {till.person.name}")

    def say(self, sentence: str, tone: Tone) -> None:
        """For as long as it takes to read it; a newer notice takes the place of an older one."""
        self._notice.say(sentence, tone)
        self._left.setCurrentWidget(self._notice)
        self._farewell.start()
        self._make_room()

    def notice(self) -> str:
        """What is being said now, empty for nothing."""
        return self._notice.sentence() if self._left.currentWidget() is self._notice else ""

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for button in (self._keys, self._lock):
            button.show_word(self.width() >= _WIDE)
        self._make_room()

    def _end_notice(self) -> None:
        self._farewell.stop()
        self._left.setCurrentWidget(self._shop)
        self._make_room()

    def _make_room(self) -> None:
        """What takes more lines than the bar has stands in the place of the chip too."""
        self.chip.show()
        self._row.activate()
        self.chip.setVisible(not self.notice() or self._notice.heightForWidth(self._left.width()) <= _INSIDE)

    def _whose_shop(self) -> QWidget:
        self._business.setProperty("look", "title")
        self._who.setProperty("look", "muted")
        shop = QWidget()
        row = QHBoxLayout(shop)
        row.setContentsMargins(Space.MEDIUM, 0, 0, 0)
        row.setSpacing(Space.MEDIUM)
        for widget in (IconLabel("store", "primary", Size.ICON + 8), self._business, self._who):
            row.addWidget(widget)
        row.addStretch(1)
        return shop

    def _lay_out(self) -> None:
        self._left.addWidget(self._shop)
        self._left.addWidget(self._notice)
        self._left.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._row.setContentsMargins(Space.SMALL, Space.TIGHT, Space.SMALL, Space.TIGHT)
        self._row.setSpacing(Space.SMALL)
        self._row.addWidget(self._left, 1)
        for widget in (self.chip, self._keys, self._lock):
            self._row.addWidget(widget)
