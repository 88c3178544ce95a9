"""What stands in a cart that is still empty: what this customer always takes, one press each."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from avileo_pos.desktop.theme import Space
from avileo_pos.desktop.widgets.button import Button
from avileo_pos.queries.customer import UsualLine

_MOST = 5


class UsualOrder(QWidget):
    """A press begins to weigh that product; the quantity of the last time is told, not taken over."""

    chosen = Signal(object)  # UUID of the product

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        title = QLabel("Lo de siempre")
        title.setProperty("look", "strong")
        self._buttons: list[Button] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, Space.SMALL, 0, 0)
        self._column.setSpacing(Space.SMALL)
        self._column.addWidget(title)
        self._column.addStretch(1)

    def show_lines(self, lines: Sequence[UsualLine]) -> None:
        for button in self._buttons:
            button.hide()
            button.deleteLater()
        self._buttons = [_button(line) for line in lines[:_MOST]]
        for place, button in enumerate(self._buttons, 1):
            button.clicked.connect(self._on_clicked)
            self._column.insertWidget(place, button)

    def _on_clicked(self) -> None:
        button = self.sender()
        assert isinstance(button, Button)
        self.chosen.emit(button.property("product"))


def _button(line: UsualLine) -> Button:
    button = Button(f"{line.product_name} · {line.quantity.normalize():f}", icon="history")
    button.setProperty("product", line.product_id)
    return button
