"""The window: the sign-in page until somebody enters, then that person's screens with what stands around them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMainWindow, QStackedWidget, QVBoxLayout, QWidget

from avileo_pos.desktop import safety_words
from avileo_pos.desktop.ask_approval import ApprovalQuestion
from avileo_pos.desktop.keys_sheet import KeysSheet
from avileo_pos.desktop.market_desk import MarketDesk
from avileo_pos.desktop.navigation import entries, screens_for
from avileo_pos.desktop.parked_operation_sheet import ParkedOperationSheet
from avileo_pos.desktop.safety_desk import SafetyDesk, SafetyState
from avileo_pos.desktop.screen import Screen
from avileo_pos.desktop.standing_notice import StandingNotice
from avileo_pos.desktop.sync_notice import SyncNotice, show_on_chip
from avileo_pos.desktop.theme import Tone
from avileo_pos.desktop.till import Till
from avileo_pos.desktop.top_bar import TopBar
from avileo_pos.desktop.troubles import words_for
from avileo_pos.desktop.widgets.side_navigation import SideNavigation
from avileo_pos.domain.permissions import Actor, Permission
from avileo_pos.queries.queue import QueuedOperation
from avileo_pos.sync.state import SyncState

# A screen of 1366x768 at 125 %, less the bar of Windows.
SMALLEST_SIZE = (1024, 560)
_WIDE = 1200


class MainWindow(QMainWindow):
    """The `Host` of the screens. They are built when first opened, or ahead of that, and go when the person leaves."""

    lock_asked = Signal()
    sign_in_asked = Signal()  # the session with central is over; selling goes on
    round_asked = Signal()

    def __init__(self, sign_in: QWidget) -> None:
        super().__init__()
        self.setWindowTitle("Avileo")
        self.setMinimumSize(*SMALLEST_SIZE)
        self._till: Till | None = None
        self._kinds: dict[str, type[Screen]] = {}
        self._screens: dict[str, Screen] = {}
        self._sign_in = sign_in
        self._navigation = SideNavigation()
        self._navigation.chosen.connect(self.open_screen)
        self._bar = TopBar()
        self._bar.lock_asked.connect(self.lock_asked)
        self._bar.queue_asked.connect(self._open_queue)
        self._bar.help_asked.connect(self._show_keys)
        self._notice = SyncNotice()
        self._notice.action_chosen.connect(self.sign_in_asked)
        self._market = MarketDesk(self)
        self._safety = SafetyDesk(self)
        self._safety_notice = StandingNotice()
        self._safety.changed.connect(self._show_safety)
        self._stack = QStackedWidget()
        self._shop = self._shop_around(self._stack)
        self._pages = QStackedWidget()
        self._pages.addWidget(self._sign_in)
        self._pages.addWidget(self._shop)
        self.setCentralWidget(self._pages)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._navigation.show_words(self.width() >= _WIDE)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Esc goes back to the first screen, where a screen has no use of its own for it."""
        if event.key() == Qt.Key.Key_Escape and self._till is not None:
            self.open_screen(next(iter(self._kinds)))
        else:
            super().keyPressEvent(event)

    def enter(self, till: Till) -> None:
        """Show the shop as this person may see it, at the first screen."""
        self.leave()
        self._till = till
        self._kinds = screens_for(till)
        self._bar.show_till(till)
        self._notice.come_back()
        self._safety_notice.come_back()
        self._navigation.show_entries(entries(self._kinds))
        self._pages.setCurrentWidget(self._shop)
        self.open_screen(next(iter(self._kinds)))

    def leave(self) -> None:
        """Nobody works now: the screens go, the sign-in page comes."""
        self._till = None
        for screen in self._screens.values():
            self._stack.removeWidget(screen)
            screen.deleteLater()
        self._screens.clear()
        self._pages.setCurrentWidget(self._sign_in)

    def open_screen(self, key: str) -> None:
        """Raises KeyError for a screen that this person may not open."""
        if key not in self._screens:
            self._build(key)
        self._navigation.show_current(key)
        self._stack.setCurrentWidget(self._screens[key])
        self._screens[key].focus_start()

    def build_ahead(self) -> bool:
        """Build the next screen that is not there yet, so that who opens it waits for its rows alone.

        False if all are there, or nobody works.
        """
        missing = next((key for key in self._kinds if key not in self._screens), None)
        if self._till is None or missing is None:
            return False
        self._build(missing)
        return True

    def opened(self, key: str) -> Screen:
        """A screen that is there. Raises KeyError."""
        return self._screens[key]

    def show_sync(self, state: SyncState) -> None:
        show_on_chip(self._bar.chip, state)
        self._notice.show_state(state)

    @property
    def safety(self) -> SafetyDesk:
        return self._safety

    @property
    def market(self) -> MarketDesk:
        return self._market

    def _show_safety(self, state: SafetyState) -> None:
        self._safety_notice.say(*safety_words.notice_of(state))

    def say(self, sentence: str, tone: Tone = Tone.GOOD) -> None:
        self._bar.say(sentence, tone)

    def show_problem(self, trouble: Exception) -> None:
        self.say(words_for(trouble), Tone.DANGER)

    def ask_approval(self, permission: Permission, why: str, then: Callable[[Actor], None]) -> None:
        ApprovalQuestion(self, self._inside().lane, permission, why, then)

    def review_operation(self, operation: QueuedOperation) -> None:
        ParkedOperationSheet(self, self._inside(), operation).open()

    def send_now(self) -> None:
        self.round_asked.emit()

    def _build(self, key: str) -> None:
        self._screens[key] = self._kinds[key](self._inside(), self._stack)
        self._stack.addWidget(self._screens[key])

    def _inside(self) -> Till:
        assert self._till is not None
        return self._till

    def _show_keys(self) -> None:
        screen = self._stack.currentWidget()
        assert isinstance(screen, Screen)
        KeysSheet(self, screen).open()

    def _open_queue(self) -> None:
        self.open_screen("por_enviar")

    def _shop_around(self, screens: QWidget) -> QWidget:
        work = QVBoxLayout()
        work.setSpacing(0)
        work.addWidget(self._safety_notice)
        work.addWidget(self._notice)
        work.addWidget(screens, 1)
        below = QHBoxLayout()
        below.setSpacing(0)
        below.addWidget(self._navigation)
        below.addLayout(work, 1)
        shop = QWidget()
        column = QVBoxLayout(shop)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._bar)
        column.addLayout(below, 1)
        return shop
