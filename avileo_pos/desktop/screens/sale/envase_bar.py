"""The containers on the scale: which, and how many; together they are the tare."""

from collections.abc import Sequence
from decimal import Decimal
from itertools import pairwise

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from avileo_pos.desktop.theme import Space
from avileo_pos.desktop.widgets.button import Button
from avileo_pos.desktop.widgets.choice_bar import ChoiceBar
from avileo_pos.desktop.widgets.count_field import CountField
from avileo_pos.domain.weight import Tare, format_kilos
from avileo_pos.queries.product import Envase

_MOST = Decimal(999)
_COUNT_WIDTH = 112


class EnvaseBar(QWidget):
    """The first container is the one chosen until a person picks another; the choice stays for the next weighing."""

    tare_changed = Signal(object)  # Tare

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._envases: dict[str, Envase] = {}
        self._choice: ChoiceBar | None = None
        self.count = CountField("Cantidad de envases", unit="×", largest=_MOST)
        self.count.setFixedWidth(_COUNT_WIDTH)
        self.count.value_changed.connect(self._tell)
        fewer = Button(icon="minus", accessible_name="Un envase menos")
        self._more = Button(icon="plus", accessible_name="Un envase más")
        fewer.clicked.connect(self._take_one)
        self._more.clicked.connect(self._add_one)
        caption = QLabel("Envases (*)")
        caption.setProperty("look", "strong")
        counter = QHBoxLayout()
        counter.setSpacing(Space.SMALL)
        for widget in (caption, fewer, self.count, self._more):
            counter.addWidget(widget)
        counter.addStretch(1)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(Space.SMALL)
        self._column.addLayout(counter)

    def show_envases(self, envases: Sequence[Envase]) -> None:
        """The choice made stays, where that container is still in use."""
        found = {str(envase.id): envase for envase in envases}
        if found == self._envases:
            return
        before = self._choice.current() if self._choice is not None else ""
        self._envases = found
        self._replace_choice()
        if before in found and self._choice is not None:
            self._choice.choose(before)

    def has_envases(self) -> bool:
        return bool(self._envases)

    def focus_count(self) -> None:
        self.count.setFocus()
        self.count.selectAll()

    def forget_count(self) -> None:
        """The tare is stated otherwise."""
        blocker = QSignalBlocker(self)
        self.count.set_value(None)
        blocker.unblock()

    def _replace_choice(self) -> None:
        if self._choice is not None:
            self._column.removeWidget(self._choice)
            self._choice.deleteLater()
            self._choice = None
        if self._envases:
            words = [(key, f"{each.name} {format_kilos(each.tara)}") for key, each in self._envases.items()]
            self._choice = ChoiceBar("Envase", words, look="pills")
            self._choice.chosen.connect(self._tell)
            self._column.addWidget(self._choice)
            for before, after in pairwise((self._more, *self._choice.buttons())):
                self.setTabOrder(before, after)

    def _add_one(self) -> None:
        self.count.set_value((self.count.value() or Decimal(0)) + 1)

    def _take_one(self) -> None:
        left = (self.count.value() or Decimal(0)) - 1
        self.count.set_value(left if left > 0 else None)

    def _tell(self) -> None:
        if self._choice is not None:
            envase = self._envases[self._choice.current()]
            self.tare_changed.emit(Tare(envase.tara, int(self.count.value() or 0)))
