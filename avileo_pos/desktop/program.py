"""The till's program: who serves its window and its page, from the start until everything is closed in order."""

from __future__ import annotations

from pathlib import Path
from typing import Final
from uuid import UUID

from PySide6.QtCore import QObject, QTimer, Signal

from avileo_pos.desktop.background.errands import Errands
from avileo_pos.desktop.departure import Departure
from avileo_pos.desktop.entrance import Entrance
from avileo_pos.desktop.main_window import MainWindow
from avileo_pos.desktop.premises import Premises
from avileo_pos.desktop.safekeeping import Safekeeping
from avileo_pos.desktop.screens.sign_in.sign_in_page import SignInPage
from avileo_pos.desktop.shop import Shop
from avileo_pos.desktop.till import Till
from avileo_pos.replica.database import Clock

# Before each screen that is built ahead: a key that falls into it waits for one screen, never for all.
_BREATH_MS: Final = 500


class TillProgram(QObject):
    """Lives in the GUI thread. `folder` holds the settings and the replicas of this Windows user."""

    entered = Signal(object)  # Till
    sample_asked = Signal()
    refused_to_start = Signal(str)  # a sentence; the program cannot run here

    def __init__(self, folder: Path, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.page = SignInPage()
        self.window = MainWindow(self.page)
        self._premises = Premises(folder, clock, self.window, Errands(self), self)
        self._entrance = Entrance(self._premises, self.page, self)
        Safekeeping(self._premises, self.page, self)
        Departure(self._premises, self._entrance, self)
        self._breath = QTimer(self, interval=_BREATH_MS)
        self._breath.timeout.connect(self._build_ahead)
        self._entrance.entered.connect(self._on_entered)
        self._premises.refused_to_start.connect(self.refused_to_start)
        self.page.sample_asked.connect(self.sample_asked)

    @property
    def shop(self) -> Shop | None:
        """The one that is open."""
        return self._premises.shop

    def start(self) -> None:
        """Open the business that was open last, and ask who works."""
        if self._premises.settings.last_business:
            self._premises.reopen(UUID(self._premises.settings.last_business))
        else:
            self._entrance.begin_anew()

    def close(self) -> None:
        """Finish what was asked for; what was not sent waits in the file."""
        self._premises.errands.end()
        self._premises.leave()

    def enter_as(self, address: str, email: str, password: str, device_name: str) -> None:
        """Sign in at central and open the person's first business, without the page asking."""
        self._entrance.enter_as(address, email, password, device_name)

    def _on_entered(self, till: Till) -> None:
        self._breath.start()
        self.entered.emit(till)

    def _build_ahead(self) -> None:
        if not self.window.build_ahead():
            self._breath.stop()
