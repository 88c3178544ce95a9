"""Cash that leaves or enters the drawer without a sale: a gasto, a retiro or an ingreso, with its reason."""

from __future__ import annotations

from typing import Final
from uuid import uuid4

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QLineEdit, QWidget

from avileo_pos.desktop.sheets.once_sheet import OnceSheet
from avileo_pos.desktop.theme import Space
from avileo_pos.desktop.till import Till
from avileo_pos.desktop.widgets.button import Button
from avileo_pos.desktop.widgets.choice_bar import ChoiceBar
from avileo_pos.desktop.widgets.field_row import FieldRow
from avileo_pos.desktop.widgets.keypad import Keypad
from avileo_pos.desktop.widgets.money_field import MoneyField
from avileo_pos.domain.enums import CashMovementKind
from avileo_pos.domain.money import ZERO, format_soles
from avileo_pos.usecases.cash_session import RecordCashMovement, record_cash_movement

_WIDTH: Final = 640
_COLUMNS: Final = 2
_LONGEST_REASON: Final = 200
_WORDS: Final = {
    CashMovementKind.GASTO: "Gasto",
    CashMovementKind.RETIRO: "Retiro",
    CashMovementKind.INGRESO: "Ingreso",
}
_USUAL_REASONS: Final = {
    CashMovementKind.GASTO: ("Hielo", "Bolsas", "Pasajes", "Almuerzo"),
    CashMovementKind.RETIRO: ("Entrega al dueño", "Depósito al banco", "Pago a proveedor", "Cambio de billetes"),
    CashMovementKind.INGRESO: ("Más sencillo", "Devuelve el dueño", "Devuelve proveedor", "Cambio de billetes"),
}


class CashMovementSheet(OnceSheet):
    """What the drawer should hold is not told: at night it is counted blind."""

    def __init__(self, host: QWidget, till: Till) -> None:
        super().__init__(host, "Gasto, retiro o ingreso", action="Anotar", icon="wallet", width=_WIDTH)
        self._till = till
        self._request_id = uuid4()
        self._kind = ChoiceBar("Qué es", list(_WORDS.items()))
        self._amount = MoneyField("Monto")
        self._reason = QLineEdit()
        self._reason.setMaxLength(_LONGEST_REASON)
        self._reason.setProperty("look", "tall")
        self._usual = [Button() for _ in _USUAL_REASONS[CashMovementKind.GASTO]]
        self._lay_out()
        self._kind.chosen.connect(self._show_usual)
        self._show_usual(CashMovementKind.GASTO)

    def focus_start(self) -> None:
        self._amount.setFocus()

    def act(self) -> None:
        if self._amount.problem():
            return
        request = RecordCashMovement(
            self._request_id, CashMovementKind(self._kind.current()), self._amount.value() or ZERO, self._reason.text()
        )
        self.start()
        self._till.lane.write(record_cash_movement, request, then=self._on_recorded, failed=self.show_problem)

    def _on_recorded(self, _report: object) -> None:
        self.close_sheet()
        word, amount = _WORDS[CashMovementKind(self._kind.current())], self._amount.value() or ZERO
        self._till.host.say(f"{word} anotado: {format_soles(amount)}, {self._reason.text().strip()}.")

    def _show_usual(self, kind: str) -> None:
        for button, reason in zip(self._usual, _USUAL_REASONS[CashMovementKind(kind)], strict=True):
            button.setText(reason)

    def _take_usual(self) -> None:
        button = self.sender()
        assert isinstance(button, Button)
        self._reason.setText(button.accessibleName())
        self._reason_row.set_problem("")
        self._reason.setFocus()

    def _lay_out(self) -> None:
        amount_row, self._reason_row = FieldRow("Monto", self._amount), FieldRow("Motivo", self._reason)
        self.beside = {"amount_not_positive": amount_row, "reason_required": self._reason_row}
        keypad = Keypad()
        keypad.serve(self._amount)
        grid = QGridLayout()
        grid.setSpacing(Space.SMALL)
        for column in range(_COLUMNS):
            grid.setColumnStretch(column, 1)
        grid.addWidget(amount_row, 0, 0, Qt.AlignmentFlag.AlignTop)
        grid.addWidget(self._reason_row, 0, 1, Qt.AlignmentFlag.AlignTop)
        for place, button in enumerate(self._usual):
            button.clicked.connect(self._take_usual)
            grid.addWidget(button, 1 + place // _COLUMNS, place % _COLUMNS)
        self.body.addWidget(self._kind)
        self.body.addLayout(grid)
        self.body.addWidget(keypad)
        self.add_footer()
