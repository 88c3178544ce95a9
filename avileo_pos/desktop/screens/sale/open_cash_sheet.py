"""Opening the drawer before the first sale: how much change it starts with."""

from uuid import uuid4

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from avileo_pos.desktop.sheets.once_sheet import OnceSheet
from avileo_pos.desktop.till import Till
from avileo_pos.desktop.widgets.field_row import FieldRow
from avileo_pos.desktop.widgets.keypad import Keypad
from avileo_pos.desktop.widgets.money_field import MoneyField
from avileo_pos.domain.money import ZERO
from avileo_pos.usecases.cash_session import OpenCashSession, open_cash_session


class OpenCashSheet(OnceSheet):
    opened = Signal()  # the sheet is closed by then

    def __init__(self, host: QWidget, till: Till) -> None:
        super().__init__(
            host,
            "¿Con cuánto sencillo abre la caja?",
            "Cuente las monedas y billetes que ya están en el cajón.",
            action="Abrir caja",
            icon="lock-open",
        )
        self._till = till
        self._request_id = uuid4()
        self._float = MoneyField("Sencillo")
        self._float.set_value(ZERO)
        keypad = Keypad()
        keypad.serve(self._float)
        self.body.addWidget(FieldRow("Sencillo", self._float))
        self.body.addWidget(keypad)
        self.add_footer()

    def focus_start(self) -> None:
        self._float.setFocus()

    def act(self) -> None:
        if self._float.problem():
            return
        self.start()
        request = OpenCashSession(self._request_id, self._float.value() or ZERO)
        self._till.lane.write(open_cash_session, request, then=self._on_opened, failed=self.show_problem)

    def _on_opened(self, _session: object) -> None:
        self.close_sheet()
        self.opened.emit()
