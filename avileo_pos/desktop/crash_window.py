"""What nobody expected: written to the log, told once in a window of its own, and the shop goes on."""

import logging
import sys
import threading
from traceback import format_exception
from types import TracebackType

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPlainTextEdit, QVBoxLayout

from avileo_pos.desktop.theme import Space
from avileo_pos.desktop.widgets.button import Button
from avileo_pos.desktop.widgets.empty_state import EmptyState

_log = logging.getLogger(__name__)


class CrashWatch(QObject):
    """Catches it in any thread."""

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
