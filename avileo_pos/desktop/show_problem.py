"""Tells a person what went wrong: a broken rule beside the field or over the screen, a defect in the crash window."""

import logging
import sys
import threading
from collections.abc import Mapping
from traceback import format_exception
from types import TracebackType

from PySide6.QtCore import QEvent, QObject, Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from avileo_pos.desktop.sentences import sentence
from avileo_pos.desktop.theme import Space, Tone
from avileo_pos.desktop.widgets.banner import Banner
from avileo_pos.desktop.widgets.button import Button
from avileo_pos.desktop.widgets.empty_state import EmptyState
from avileo_pos.desktop.widgets.field_row import FieldRow
from avileo_pos.domain.errors import BusinessRuleBroken

_log = logging.getLogger(__name__)

_READING_TIME_MS = 8000
_WIDEST_BANNER = 640


def show_problem(screen: QWidget, problem: BusinessRuleBroken, beside: Mapping[str, FieldRow] | None = None) -> None:
    """Beside the field that `beside` names for the problem's code, else as a banner over the screen."""
    words = sentence(problem.code, problem.details)
    row = (beside or {}).get(problem.code)
    if row is None:
        show_notice(screen, words, Tone.DANGER)
    else:
        row.set_problem(words)
        row.setFocus()


def show_notice(screen: QWidget, words: str, tone: Tone = Tone.GOOD) -> None:
    """A banner at the foot of the screen that goes by itself; a newer one takes its place."""
    notice = screen.findChild(FloatingBanner, options=Qt.FindChildOption.FindDirectChildrenOnly) or FloatingBanner(
        screen
    )
    notice.say(words, tone)
    notice.appear()


class FloatingBanner(Banner):
    """Moves nothing in the screen below it and takes no focus."""

    def __init__(self, screen: QWidget) -> None:
        super().__init__(parent=screen)
        self._screen = screen
        self._farewell = QTimer(self, interval=_READING_TIME_MS, singleShot=True)
        self._farewell.timeout.connect(self.hide)
        screen.installEventFilter(self)

    def appear(self) -> None:
        self._place()
        self.show()
        self.raise_()
        self._farewell.start()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self._place()
        return super().eventFilter(watched, event)

    def _place(self) -> None:
        width = min(_WIDEST_BANNER, self._screen.width() - 2 * Space.LARGE)
        self.setFixedWidth(width)
        self.adjustSize()
        self.move(Space.LARGE, self._screen.height() - self.height() - Space.LARGE)


class CrashWatch(QObject):
    """Catches what nobody expected, in any thread: writes the log, tells the person once, lets the shop go on."""

    _crashed = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._dialog: CrashDialog | None = None
        self._crashed.connect(self._show)

    def install(self) -> None:
        sys.excepthook = self._on_exception
        threading.excepthook = self._on_thread_exception

    def uninstall(self) -> None:
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__

    def _on_exception(self, kind: type[BaseException], trouble: BaseException, trace: TracebackType | None) -> None:
        if not issubclass(kind, Exception):
            sys.__excepthook__(kind, trouble, trace)
            return
        _log.critical("unexpected error", exc_info=(kind, trouble, trace))
        self._crashed.emit("".join(format_exception(kind, trouble, trace)))

    def _on_thread_exception(self, arguments: threading.ExceptHookArgs) -> None:
        if arguments.exc_value is not None:
            self._on_exception(arguments.exc_type, arguments.exc_value, arguments.exc_traceback)

    def _show(self, details: str) -> None:
        """Runs in the GUI thread. While one window stands open, further troubles only go to the log."""
        if self._dialog is None:
            self._dialog = CrashDialog(details)
            self._dialog.finished.connect(self._on_closed)
            self._dialog.open()

    def _on_closed(self) -> None:
        if self._dialog is not None:
            self._dialog.deleteLater()
            self._dialog = None


class CrashDialog(QDialog):
    """Says that nothing registered was lost; the details are for whoever helps."""

    def __init__(self, details: str) -> None:
        super().__init__()
        self.setWindowTitle("Algo falló")
        self._details = QPlainTextEdit(details)
        self._details.setReadOnly(True)
        self._details.setAccessibleName("Detalle técnico")
        self._details.hide()
        self._lay_out()

    def _lay_out(self) -> None:
        show = Button("Ver detalle", icon="file-text", variant="ghost")
        show.clicked.connect(self._toggle_details)
        copy = Button("Copiar detalle", icon="share-2")
        copy.clicked.connect(self._copy)
        go_on = Button("Seguir vendiendo", variant="primary")
        go_on.clicked.connect(self.accept)
        buttons = QHBoxLayout()
        buttons.setSpacing(Space.SMALL)
        for button in (show, copy, go_on):
            buttons.addWidget(button)
        column = QVBoxLayout(self)
        column.setContentsMargins(Space.WIDE, Space.WIDE, Space.WIDE, Space.WIDE)
        column.setSpacing(Space.LARGE)
        column.addWidget(EmptyState("triangle-alert", _NOTHING_LOST))
        column.addWidget(self._details)
        column.addLayout(buttons)
        go_on.setFocus()

    def details(self) -> str:
        return self._details.toPlainText()

    def _toggle_details(self) -> None:
        self._details.setVisible(self._details.isHidden())

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.details())


_NOTHING_LOST = (
    "Algo falló en el programa. No se perdió nada: lo que ya estaba registrado está guardado en esta caja. "
    "El detalle quedó anotado para quien ayude. Puede seguir vendiendo."
)
