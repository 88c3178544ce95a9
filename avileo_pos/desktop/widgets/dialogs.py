"""What interrupts: a message, and the three questions are you sure, why, and who allows it."""

from collections.abc import Sequence

from PySide6.QtCore import QRegularExpression, Qt, Signal
from PySide6.QtGui import QRegularExpressionValidator
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from avileo_pos.desktop.sentences import sentence as sentence_for
from avileo_pos.desktop.theme import Space
from avileo_pos.desktop.widgets.button import Button, Variant
from avileo_pos.desktop.widgets.field_row import FieldRow
from avileo_pos.desktop.widgets.keypad import Keypad
from avileo_pos.desktop.widgets.sheet import Sheet

_SHORTEST_PIN = 4


class ConfirmSheet(Sheet):
    """Closes itself, then says `confirmed`."""

    confirmed = Signal()

    def __init__(self, host: QWidget, title: str, sentence: str, *, confirm: str, variant: Variant = "primary") -> None:
        """With the variant «danger» the focus starts on «Volver», so that a hurried Enter destroys nothing."""
        super().__init__(host, title, sentence)
        self._confirm = Button(confirm, variant=variant)
        self._confirm.clicked.connect(self._on_confirmed)
        self._back = self.dismiss_button()
        self._start = self._back if variant == "danger" else self._confirm
        self.add_buttons(self._back, self._confirm)

    def focus_start(self) -> None:
        self._start.setFocus()

    def _on_confirmed(self) -> None:
        self.close_sheet()
        self.confirmed.emit()


class MessageSheet(Sheet):
    """Says something that a person must have read."""

    def __init__(self, host: QWidget, title: str, sentence: str) -> None:
        super().__init__(host, title, sentence)
        self._read = Button("Entendido", icon="check", variant="primary")
        self._read.clicked.connect(self.dismiss)
        self.add_buttons(self._read)

    def focus_start(self) -> None:
        self._read.setFocus()


class ReasonSheet(Sheet):
    """Asks why; an empty reason is not taken. `suggestions` are the usual ones, one press each."""

    given = Signal(str)  # the reason, without blanks around it; the sheet is closed by then

    def __init__(
        self,
        host: QWidget,
        title: str,
        sentence: str,
        *,
        confirm: str,
        suggestions: Sequence[str] = (),
        variant: Variant = "primary",
    ) -> None:
        super().__init__(host, title, sentence)
        self._reason = QLineEdit()
        self._reason.setMaxLength(200)
        self._reason.returnPressed.connect(self._on_confirmed)
        self._row = FieldRow("Motivo", self._reason)
        self._add_suggestions(suggestions)
        self.body.addWidget(self._row)
        confirmation = Button(confirm, variant=variant)
        confirmation.clicked.connect(self._on_confirmed)
        self.add_buttons(self.dismiss_button(), confirmation)

    def focus_start(self) -> None:
        self._reason.setFocus()

    def _add_suggestions(self, suggestions: Sequence[str]) -> None:
        grid = QGridLayout()
        grid.setSpacing(Space.SMALL)
        for place, suggestion in enumerate(suggestions):
            button = Button(suggestion)
            button.clicked.connect(self._take_suggestion)
            grid.addWidget(button, place // 2, place % 2)
        if suggestions:
            self.body.addLayout(grid)

    def _take_suggestion(self) -> None:
        button = self.sender()
        assert isinstance(button, Button)
        self._reason.setText(button.accessibleName())
        self._row.set_problem("")
        self._reason.setFocus()

    def _on_confirmed(self) -> None:
        reason = self._reason.text().strip()
        if not reason:
            self._row.set_problem(sentence_for("reason_required", {}))
            return
        self.close_sheet()
        self.given.emit(reason)


class PinSheet(Sheet):
    """Asks for a PIN of 4 to 6 digits. Stays open until the one who asked closes it or shows a problem."""

    given = Signal(str)  # the PIN

    def __init__(self, host: QWidget, title: str, sentence: str, *, confirm: str = "Permitir") -> None:
        super().__init__(host, title, sentence)
        self._pin = QLineEdit()
        self._pin.setProperty("look", "pin")
        self._pin.setEchoMode(QLineEdit.EchoMode.Password)
        self._pin.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._pin.setValidator(QRegularExpressionValidator(QRegularExpression("[0-9]{0,6}"), self._pin))
        self._pin.returnPressed.connect(self._on_confirmed)
        self._row = FieldRow("PIN", self._pin)
        self.body.addWidget(self._row)
        keypad = Keypad(is_for_pin=True)
        self.body.addWidget(keypad)
        keypad.show()
        self._confirm = Button(confirm, variant="primary")
        self._confirm.clicked.connect(self._on_confirmed)
        self.add_buttons(self.dismiss_button(), self._confirm)

    def focus_start(self) -> None:
        self._pin.setFocus()

    def show_problem(self, sentence: str) -> None:
        """A wrong PIN: says so, empties the field, waits for the next."""
        self._pin.clear()
        self._row.set_problem(sentence)
        self._pin.setFocus()

    def _on_confirmed(self) -> None:
        if len(self._pin.text()) < _SHORTEST_PIN:
            self._row.set_problem(f"El PIN tiene al menos {_SHORTEST_PIN} cifras.")
            return
        self.given.emit(self._pin.text())
