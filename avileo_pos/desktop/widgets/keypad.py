"""A keypad for fingers, which types into the field that has the focus."""

from PySide6.QtCore import QCoreApplication, QEvent, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QApplication, QGridLayout, QLineEdit, QPushButton, QSizePolicy, QWidget

from avileo_pos.desktop.icons import icon
from avileo_pos.desktop.theme import Size, Space
from avileo_pos.desktop.widgets.number_field import NumberField

_ROWS = ("789", "456", "123")
_COMMAND_COLUMN = 3


class Keypad(QWidget):
    """Hidden until a served field is touched, as it would cover the cart of a small screen; its keys are made then.

    The one for a PIN has nothing but digits, and does not go away.
    """

    entered = Signal()  # «Listo»; Enter has then been typed into the field too

    def __init__(self, parent: QWidget | None = None, *, is_for_pin: bool = False) -> None:
        super().__init__(parent)
        self._is_for_pin = is_for_pin
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(Space.SMALL)
        self.hide()

    def serve(self, *fields: NumberField) -> None:
        """Shows itself when one of the fields is touched."""
        for field in fields:
            field.touched.connect(self.show)

    def setVisible(self, visible: bool) -> None:
        if visible and self._grid.isEmpty():
            self._add_digits()
            self._add_commands()
        super().setVisible(visible)

    def _add_digits(self) -> None:
        last = ("0",) if self._is_for_pin else ("0", "00", ".")
        for row, digits in enumerate((*_ROWS, last)):
            for column, digit in enumerate(digits):
                key = _Key(digit, accessible_name="Decimal" if digit == "." else digit)
                key.clicked.connect(self._type_digit)
                self._grid.addWidget(key, row, column, 1, _COMMAND_COLUMN // len(digits))

    def _add_commands(self) -> None:
        delete = _Key(drawn="delete", accessible_name="Borrar la última cifra")
        delete.clicked.connect(self._delete_last)
        clear = _Key(drawn="eraser", accessible_name="Borrar todo")
        clear.clicked.connect(self._clear)
        hide = _Key(drawn="chevron-down", accessible_name="Ocultar el teclado")
        hide.clicked.connect(self.hide)
        enter = _Key(drawn="check", ink="on_primary", accessible_name="Listo")
        enter.setProperty("strong", True)
        enter.clicked.connect(self._enter)
        enter.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Minimum)
        above = (delete, clear) if self._is_for_pin else (delete, clear, hide)
        for row, key in enumerate(above):
            self._grid.addWidget(key, row, _COMMAND_COLUMN)
        self._grid.addWidget(enter, len(above), _COMMAND_COLUMN, -1, 1)

    def _type_digit(self) -> None:
        key = self.sender()
        assert isinstance(key, _Key)
        for digit in key.text():
            _press(Qt.Key.Key_Period if digit == "." else Qt.Key(ord(digit)), digit)

    def _delete_last(self) -> None:
        _press(Qt.Key.Key_Backspace)

    def _clear(self) -> None:
        field = QApplication.focusWidget()
        if isinstance(field, QLineEdit):
            field.clear()

    def _enter(self) -> None:
        _press(Qt.Key.Key_Return)
        self.entered.emit()


class _Key(QPushButton):
    """Never takes the focus from the field it types into."""

    def __init__(self, text: str = "", *, drawn: str = "", ink: str = "text", accessible_name: str) -> None:
        super().__init__(text)
        self._drawn, self._ink = drawn, ink
        self.setProperty("look", "key")
        self.setAccessibleName(accessible_name)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._draw_icon()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:
            self._draw_icon()

    def _draw_icon(self) -> None:
        if self._drawn:
            size = Size.ICON + 4
            self.setIcon(icon(self._drawn, self._ink, size))
            self.setIconSize(QSize(size, size))


def _press(key: Qt.Key, text: str = "") -> None:
    field = QApplication.focusWidget()
    if field is not None:
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QCoreApplication.sendEvent(field, QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, text))
